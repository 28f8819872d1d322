"""Instructions of one request of each kind: the figure that does not depend on how busy the machine is.

    python3 bench/instructions.py target/debug/safepact            compares with bench/instructions.txt
    BLESS=1 python3 bench/instructions.py target/debug/safepact    writes it

The server runs under callgrind on SQLite with the demo data. Each request is sent some times until everything is warm, then
counted. More than ALLOWED above what is written down ends with 1; far below is told, so that it can be written down. What the
server does by itself meanwhile is counted too, and only adds: what is too much is counted again.
"""
import json, os, pathlib, re, signal, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
KNOWN = HERE / "instructions.txt"
ALLOWED = 0.10
WARM, COUNTED, AGAIN = 6, 12, 3
START_SECONDS = 600

ITEMS = {
    "Q1 a partnership with its organisations": ("query($p: ID!) { partnership(id: $p) { id title state sides { id shownAs organisation { id name kind } } } }", "p"),
    "Q2 partnerships with their risks": ("{ partnerships(first: 20) { edges { node { id title sides { organisation { name } } risks(first: 10) { edges { node { id title level levelRecord { score level } } } } } } } }", ""),
    "Q3 risks with their partnerships": ("{ risks(first: 100) { edges { node { id title level score partnership { id title } } } } }", ""),
    "Q3 the same, field by field": ("{ risks(first: 100) { totalCount edges { node { id title level score partnership { id title } } } } }", ""),
    "Q4 a pull of risks": ("{ pullRisk(limit: 1000) { documents { id partnershipId title description state level score version deleted updatedAt } checkpoint { cursor } } }", ""),
    "M1 a view of a risk": ("mutation($r: ID!, $n: Likelihood!) { recordPerception(input: { riskId: $r, likelihood: $n, impact: 3, rationale: \"As we see it now.\" }) { id level perceptions { likelihood } } }", "rn"),
    "a document that is refused": ("{ partnerships { edges { node { nothing } } } }", "refused"),
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(url, token, query, variables):
    body = json.dumps({"query": query, "variables": variables}).encode()
    head = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/graphql", body, head), timeout=300) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def control(pid, *words):
    subprocess.run(["callgrind_control", *words, str(pid)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measure(binary, folder, known):
    url = f"http://127.0.0.1:{free_port()}"
    log = open(folder / "log", "w")
    words = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", binary, "serve", "--demo", "--listen", url[7:]]
    server = subprocess.Popen(words, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "SAFEPACT_LOG": "warn"})
    try:
        for _ in range(START_SECONDS):
            try:
                urllib.request.urlopen(f"{url}/health/ready", timeout=5)
                break
            except OSError:
                if server.poll() is not None:
                    sys.exit((folder / "log").read_text()[-2000:])
                time.sleep(1)
        # The token stands behind the name; another process would have to start for it.
        said = (folder / "log").read_text()
        token = re.search(r"^\s+dana .*\n\s+(\S+)", said, re.M).group(1)
        start = ask(url, token, "{ partnerships { edges { node { id } } } risks { edges { node { id } } } }", {})["data"]
        ids = {"p": start["partnerships"]["edges"][0]["node"]["id"], "r": start["risks"]["edges"][0]["node"]["id"]}
        found = {}
        for name, (query, needs) in ITEMS.items():
            def send(n):
                variables = {key: ids[key] for key in needs if key in ids and needs != "refused"}
                if needs == "rn":
                    variables["n"] = 1 + n % 5
                answer = ask(url, token, query, variables)
                if bool(answer.get("errors")) != (needs == "refused"):
                    sys.exit(f"{name}: {json.dumps(answer)[:400]}")
            for n in range(WARM):
                send(n)
            for _ in range(AGAIN):
                control(server.pid, "-z")
                for n in range(WARM, WARM + COUNTED):
                    send(n)
                control(server.pid, "-d")
                dumps = sorted(folder.glob("out.*"), key=lambda path: int(path.suffix[1:]))
                total = re.findall(r"^(?:totals|summary): (\d+)", dumps[-1].read_text(), re.M)
                found[name] = min(int(total[-1]) // COUNTED, found.get(name, sys.maxsize))
                if found[name] <= known.get(name, 0) * (1 + ALLOWED):
                    break
        return found
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()


def written_down():
    return {name: int(count.replace(",", "")) for count, name in re.findall(r"^\s*([\d,]+)  (.+)$", KNOWN.read_text(), re.M)}


def main():
    with tempfile.TemporaryDirectory() as folder:
        found = measure(os.path.abspath(sys.argv[1]), pathlib.Path(folder), {} if os.environ.get("BLESS") else written_down())
    if os.environ.get("BLESS"):
        lines = [f"{count:>12,}  {name}\n" for name, count in found.items()]
        KNOWN.write_text("Instructions of one request, debug build, SQLite, demo data; allowed: 10 % more. See instructions.py.\n\n" + "".join(lines))
    known = written_down()
    worse = set(found) ^ set(known)
    for name, count in found.items():
        change = count / known.get(name, count) - 1
        print(f"{count:>12,}  {change:+7.1%}  {name}")
        if change > ALLOWED:
            worse.add(name)
    if worse:
        sys.exit(f"more instructions than are written down in bench/instructions.txt, or not the same requests: {sorted(worse)}")


main()
