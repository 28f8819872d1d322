#!/usr/bin/env python3
"""Links the server with the code that a start and the first requests run through laid together: an idle server keeps 11 MB less in
memory. The kernel reads code in blocks of sixteen pages, and what a start needs lies all over 42 MB of it.

    cargo rustc -p safepact --bin safepact --profile production -- -C linker=$PWD/deploy/lay_out.py

It takes the place of the linker: links as told, runs what came out once under callgrind (from Debian's package `valgrind`) to hear
which functions are called, and links again in their order. The server runs in a folder of its own, on SQLite and demo data, and on
the empty database that LAY_OUT_ON names, where it is set: postgres://…, as the server will have it. What links must be lld, as it is
by default on x86-64 Linux. Relocations are packed too, half a megabyte that a start reads: the server then needs glibc 2.36 or newer.
"""
import json, os, pathlib, re, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request

LINKER = "cc"
START_SECONDS = 600
FEWEST = 1000
FIRST = "{ __typename }"
ASKED = [
    FIRST,
    "{ me { person { id name } } }",
    "{ partnerships(first: 20) { totalCount edges { node { id title sides { organisation { name } } risks(first: 10) { edges { node { id title level } } } } } } }",
    "{ risks(first: 100) { edges { node { id title level partnership { id title } } } } }",
    "{ pullRisk(limit: 100) { documents { id title deleted updatedAt } checkpoint { cursor } } }",
]


def link(words, out, order=None):
    words = list(words)
    words[words.index("-o") + 1] = str(out)
    if order:
        words += [f"-Wl,--symbol-ordering-file={order}", "-Wl,--no-warn-symbol-ordering", "-Wl,-z,pack-relative-relocs"]
    return subprocess.run([LINKER, *words]).returncode


def started(server, url, log):
    for _ in range(START_SECONDS * 5):
        try:
            urllib.request.urlopen(f"{url}/health/ready", timeout=60).read()
            return
        except OSError:
            if server.poll() is not None:
                sys.exit(f"{__file__}: the server did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.2)
    sys.exit(f"{__file__}: the server did not start in time")


def run(words, folder, settings, asked=()):
    """Starts a server, asks it, and stops it. Once it has started it says under callgrind what was called until then."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{one.getsockname()[1]}"
    log = folder / "log"
    with log.open("w") as file:
        server = subprocess.Popen([*words, "--listen", url[7:]], cwd=folder, env=settings, stdout=file, stderr=file)
    try:
        started(server, url, log)
        for query in asked:
            token = re.search(r"^\s+dana .*\n\s+(\S+)", log.read_text(), re.M).group(1)
            head = {"content-type": "application/json", "authorization": f"Bearer {token}"}
            request = urllib.request.Request(f"{url}/graphql", json.dumps({"query": query}).encode(), head)
            answer = json.load(urllib.request.urlopen(request, timeout=300))
            if answer.get("errors"):
                sys.exit(f"{__file__}: {query}: {answer['errors']}")
            if query == FIRST:
                subprocess.run(["callgrind_control", "-d", str(server.pid)], check=True, stdout=subprocess.DEVNULL)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(120)


def called(binary):
    """Functions that a server calls: first those up to the first answer, on PostgreSQL and on SQLite, then those of a few requests."""
    first, then = {}, {}
    for url in sorted({"", os.environ.get("LAY_OUT_ON", "")}, reverse=True):
        folder = pathlib.Path(tempfile.mkdtemp())
        try:
            settings = {name: value for name, value in os.environ.items() if not name.startswith("SAFEPACT_")}
            if url:
                settings["SAFEPACT_DATABASE_URL"] = url
            serve = [binary, "serve", "--demo"]
            # The demo data is loaded by hundreds of commands: not under callgrind.
            run(serve, folder, settings)
            out = folder / "called"
            run(["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}", *serve], folder, settings, ASKED)
            for dump, found in (folder / "called.1", first), (out, then):
                for name in re.findall(r"^c?fn=\(\d+\) (\S+)", dump.read_text(errors="replace"), re.M):
                    found.setdefault(name.split("'")[0])
        finally:
            shutil.rmtree(folder)
    if len(first) < FEWEST:
        sys.exit(f"{__file__}: only {len(first)} functions were heard of: nothing would be gained")
    return first | then


def main():
    words = sys.argv[1:]
    if not shutil.which("valgrind"):
        sys.exit(f"{__file__} needs valgrind")
    out = words[words.index("-o") + 1]
    with tempfile.TemporaryDirectory() as folder:
        first, order = pathlib.Path(folder, "safepact"), pathlib.Path(folder, "order")
        # Without their names functions cannot be told apart.
        if link([word for word in words if not word.startswith("-Wl,--strip")], first):
            sys.exit(1)
        order.write_text("".join(f"{name}\n" for name in called(str(first))))
        sys.exit(link(words, out, order))


main()
