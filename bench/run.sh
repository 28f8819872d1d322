#!/usr/bin/env bash
# Measures this server beside its peers with the benchmark harness: one throw-away PostgreSQL cluster, the data set in our
# tables, then one interleaved run. See docs/performance.md.
#
#   BENCH_HARNESS=path/of/the/harness bench/run.sh [prepare | options of the harness]
#
# `prepare` ends before anything is measured, but not before every answer was compared with SQL of its own. What stands there to
# be measured: SEES says for whom (all, some: 5 % of the partnerships, one, user19: ten of them; in any number), SCALES how much
# data (1; 10 is ten times the risks and incidents), and SQLITE=1 adds a tenth of the data in SQLite. Sockets (`--only ws`) are
# those of SOCKETS (some). The peers are then
# safepact-some, safepact-some-x10, safepact-some-sqlite and so on.
set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "$0")" && pwd)
: "${BENCH_HARNESS:?names the folder of the harness}"
export BENCH_WORK=${BENCH_WORK:-${TMPDIR:-/tmp}/bench} PGPORT=${PGPORT:-5544}
binary=${SAFEPACT_BIN:-$here/../target/production/safepact}
if [ ! -x "$binary" ]; then
  (cd "$here/.." && cargo rustc -p safepact --bin safepact --profile production -- -C linker="$PWD/deploy/lay_out.py")
fi
binary=$(realpath "$binary")
admin="postgres://bench@127.0.0.1:$PGPORT/bench"

psql -qXAtc 'SELECT 1 FROM app.change_log LIMIT 1' "$admin" >/dev/null 2>&1 || "$BENCH_HARNESS/run.sh" load

# The database of a scale, filled where it is not there yet.
database() {
  local name=safepact
  test "$1" = 1 || name=safepact_x${1//./_}
  local url=${admin%/*}/$name
  if ! psql -qXAtc 'SELECT 1 FROM ledger LIMIT 1' "$url" 2>/dev/null | grep -q 1; then
    psql -qXc "DROP DATABASE IF EXISTS $name" -c "CREATE DATABASE $name" "$admin" >&2
    (cd "$BENCH_WORK" && "$binary" migrate --database-url "$url") >&2
    psql -qX -v scale="$1" -f "$here/setup.sql" "$url" >/dev/null
  fi
  echo "$url"
}

# The harness looks for its peers in one folder: ours go beside its own, in a copy.
harness=$BENCH_WORK/harness
rm -rf "$harness" && cp -r "$BENCH_HARNESS" "$harness" && chmod -R u+w "$harness"
# Its sockets say nothing of themselves when they open; ours want a token there. And it sweeps the tables of its peers after each
# run that writes, because the cluster does not do that by itself: ours too.
python3 - "$harness" <<'P'
import pathlib, sys


def mend(file, before, after):
    source = pathlib.Path(sys.argv[1], file)
    text = source.read_text()
    assert before in text, f"{file} of the harness is another: mend bench/run.sh"
    source.write_text(text.replace(before, after))


mend("loadgen/src/main.rs", r'b"{\"type\":\"connection_init\",\"payload\":{}}"',
     r'format!("{{\"type\":\"connection_init\",\"payload\":{}}}", std::env::var("SOCKETS_SAY").unwrap_or("{}".into())).as_bytes()')
mend("lib/bench.py", "def cleanup_m1(): psql(",
     'def cleanup_m1(): [sh("psql", "-qXc", "VACUUM", url) for url in os.environ.get("SWEPT", "").split()]; psql(')
P
port=4120
# Makes a peer of who sees how much in which database, and compares its answers. The harness compares with its own tables,
# which ours are not: ours are compared here, with a PostgreSQL that holds the same.
peer() {
  local name=$1 sees=$2 scale=$3 url=$4 same=$5
  local ours=$harness/peers/safepact-$name
  mkdir -p "$ours" && cp -r "$here/queries" "$here/vars.py" "$here/setup.sql" "$ours"
  cat >"$ours/safepact.toml" <<T
database_url = "$url"
issuer_key = "$BENCH_WORK/issuer.key"
T
  local token
  token=$("$binary" token --as "$sees" --minutes 10080 --config "$ours/safepact.toml")
  if test "$sees" = "${SOCKETS:-some}"; then export SOCKETS_SAY="{\"authorization\": \"Bearer $token\"}"; fi
  sed -e "s|@SEES@|$sees|; s|@SCALE@|$scale|; s|@PORT@|$port|; s|@TOKEN@|$token|; s|@BINARY@|$binary|" "$here/adapter.toml" >"$ours/adapter.toml"
  port=$((port + 1))
  python3 "$here/verify.py" "$same" "$ours"
}

for scale in ${SCALES:-1}; do
  url=$(database "$scale")
  export SWEPT="${SWEPT:-} $url"
  for sees in ${SEES:-all some one}; do
    name=$sees
    test "$scale" = 1 || name=$sees-x$scale
    peer "$name" "$sees" "$scale" "$url" "$url"
  done
done
if [ "${SQLITE:-0}" = 1 ]; then
  url=$(database 0.1)
  file=$BENCH_WORK/safepact.sqlite
  # Commands of an earlier run are in the copy and not in what it is compared with.
  rm -f "$file" "$file-wal" "$file-shm"
  "$binary" migrate --database-url "sqlite:$file"
  python3 "$here/to_sqlite.py" "$url" "$file"
  "$binary" verify --database-url "sqlite:$file"
  for sees in ${SEES:-all some one}; do peer "$sees-sqlite" "$sees" 0.1 "sqlite:$file" "$url"; done
fi
test "${1:-}" = prepare || exec "$harness/run.sh" --only startup,http,ws "$@"
