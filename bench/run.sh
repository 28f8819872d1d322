#!/usr/bin/env bash
# Measures this server beside its peers with the benchmark harness: one throw-away PostgreSQL cluster, the data set in our
# tables, then one interleaved run. See docs/performance.md.
#
#   BENCH_HARNESS=path/of/the/harness bench/run.sh [prepare | options of the harness]
#
# `prepare` ends before anything is measured, but not before every answer was compared with SQL of its own. SEES says for whom: all, some (5 %) or one partnership, in any number.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${BENCH_HARNESS:?names the folder of the harness}"
export BENCH_WORK=${BENCH_WORK:-${TMPDIR:-/tmp}/bench} PGPORT=${PGPORT:-5544}
binary=${SAFEPACT_BIN:-$here/../target/production/safepact}
test -x "$binary" || cargo build --profile production --manifest-path "$here/../Cargo.toml"
binary=$(realpath "$binary")
admin="postgres://bench@127.0.0.1:$PGPORT/bench"
database="postgres://bench@127.0.0.1:$PGPORT/safepact"

psql -qXAtc 'SELECT 1 FROM app.change_log LIMIT 1' "$admin" >/dev/null 2>&1 || "$BENCH_HARNESS/run.sh" load
if ! psql -qXAtc 'SELECT 1 FROM ledger LIMIT 1' "$database" >/dev/null 2>&1; then
  psql -qXc 'DROP DATABASE IF EXISTS safepact' -c 'CREATE DATABASE safepact' "$admin"
  (cd "$BENCH_WORK" && "$binary" migrate --database-url "$database")
  psql -qX -v scale="${SCALE:-1}" -f "$here/setup.sql" "$database"
fi

# The harness looks for its peers in one folder: ours go beside its own, in a copy.
harness=$BENCH_WORK/harness
rm -rf "$harness" && cp -r "$BENCH_HARNESS" "$harness" && chmod -R u+w "$harness"
port=4120
for sees in ${SEES:-all some one}; do
  ours=$harness/peers/safepact-$sees
  mkdir -p "$ours" && cp -r "$here/queries" "$here/vars.py" "$here/setup.sql" "$ours"
  cat >"$ours/safepact.toml" <<T
database_url = "$database"
issuer_key = "$BENCH_WORK/issuer.key"
T
  token=$("$binary" token --as "$sees" --minutes 10080 --config "$ours/safepact.toml")
  sed -e "s|@SEES@|$sees|; s|@PORT@|$port|; s|@TOKEN@|$token|; s|@BINARY@|$binary|" "$here/adapter.toml" >"$ours/adapter.toml"
  port=$((port + 1))
done
# The harness compares with its own tables, which ours are not: ours are compared here.
python3 "$here/verify.py" "$database" "$harness"/peers/safepact-*
test "${1:-}" = prepare || exec "$harness/run.sh" --only startup,http,ws "$@"
