"""A large joint review: how long its dashboard, its files and its reveal take.

    python3 bench/review.py target/production/safepact                          on SQLite
    python3 bench/review.py target/production/safepact postgres://…/EMPTY_DB    on PostgreSQL, in a database of its own

Starts the server with the demo data, takes a review of 200 questions, 100 indicators and 150 tasks through its steps by commands
alone, and prints what each answer took, in milliseconds. Goals: the dashboard within 50 at the 95th percentile, a file within 1000.
"""
import json, pathlib, re, signal, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

QUESTIONS, INDICATORS, TASKS, ASKED = 200, 100, 150, 200
DASHBOARD = """query($p: ID!) { partnership(id: $p) { title state dashboard { waiting { action missingSides } reviews { title state waitsFor questions
  indicators disputed uncovered openTasks confirmedTasks monitoringDueAt monitoringOverdue } overdue { kind title dueOn sideId }
  disputedRisks { title } topRisks { title level } } } }"""


class Server:
    def __init__(self, binary, database):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        log = open(pathlib.Path(self.folder.name) / "log", "w")
        command = [str(pathlib.Path(binary).resolve()), "serve", "--demo", "--listen", f"127.0.0.1:{self.port}"]
        command += ["--database-url", database] if database else []
        self.process = subprocess.Popen(command, cwd=self.folder.name, stdout=log, stderr=log)
        for _ in range(600):
            text = (pathlib.Path(self.folder.name) / "log").read_text()
            self.tokens = dict(re.findall(r"  (\w+) · [^\n]*\n  (ey\S+)", text))
            if len(self.tokens) >= 7:
                break
            time.sleep(0.1)
        self.url = f"http://127.0.0.1:{self.port}"

    def send(self, who, path, body=None):
        head = {"authorization": f"Bearer {self.tokens[who]}", "content-type": "application/json"}
        data = json.dumps(body).encode() if body else None
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, head), timeout=300) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{path}: {error.code} {error.read().decode()}")
        return content, (time.perf_counter() - began) * 1000

    def ask(self, who, query, variables):
        content, took = self.send(who, "/graphql", {"query": query, "variables": variables})
        answer = json.loads(content)
        if "errors" in answer:
            raise SystemExit(f"{query[:80]}: {answer['errors']}")
        return answer["data"], took

    def act(self, who, command, value, selection="id"):
        kind = command[0].upper() + command[1:] + "Input"
        data, took = self.ask(who, f"mutation($i: {kind}!) {{ a: {command}(input: $i) {{ {selection} }} }}", {"i": value})
        return data["a"], took

    def agreed(self, request):
        for who in ("dana", "omar"):
            self.act(who, "giveConsent", {"requestId": request["id"], "contentHash": request["contentHash"]}, "state")

    def step(self, review):
        self.agreed(self.act("dana", "proposeReviewStep", {"reviewId": review}, "id contentHash")[0])


def tell(name, times):
    times = sorted(times)
    at = lambda part: times[min(len(times) - 1, int(len(times) * part))]
    print(f"{name:<46} p50 {at(.5):8.1f}   p95 {at(.95):8.1f}   most {times[-1]:8.1f}")


def main():
    server = Server(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    try:
        found, _ = server.ask("dana", "{ partnerships { edges { node { id sides { id } } } } }", {})
        partnership = found["partnerships"]["edges"][0]["node"]
        sides = [side["id"] for side in partnership["sides"]]
        review = server.act("dana", "openReview", {"partnershipId": partnership["id"], "title": "Large", "mode": "SEPARATE_THEN_DISCUSS",
                                                   "approach": "In parts.", "monitoringIntervalDays": 30})[0]["id"]
        server.step(review)
        own = [{"element": f"E{n % 15 + 1:02}", "text": f"Question {n}: who does what, when, and with what means?"} for n in range(QUESTIONS)]
        server.act("omar", "addReviewQuestions", {"reviewId": review, "own": own})
        server.step(review)
        questions = server.ask("dana", "query($r: ID!) { review(id: $r) { questions { id } } }", {"r": review})[0]["review"]["questions"]
        for who in ("dana", "omar"):
            for question in questions:
                server.act(who, "answerReviewQuestion", {"questionId": question["id"], "perspective": "FRONTLINE", "text": "As we see it. " * 20})
        server.act("dana", "submitReviewAnswers", {"reviewId": review})
        tell("the last submission: every answer is open", [server.act("omar", "submitReviewAnswers", {"reviewId": review}, "state")[1]])
        server.step(review)
        indicators = [server.act("dana", "addReviewIndicator", {"reviewId": review, "element": f"E{n % 15 + 1:02}", "title": f"Indicator {n}",
                                                                "questionId": questions[n % QUESTIONS]["id"]})[0]["id"] for n in range(INDICATORS)]
        server.step(review)
        server.act("dana", "defineReviewCategories", {"reviewId": review, "present": "Written.", "partiallyPresent": "Planned.", "notPresent": "Neither.", "evidenceRequired": False})
        server.step(review)
        for one in indicators:
            for who in ("dana", "omar"):
                server.act(who, "rateReviewIndicator", {"indicatorId": one, "category": "NOT_PRESENT"})
            server.agreed(server.act("dana", "proposeIndicatorResult", {"indicatorId": one, "category": "NOT_PRESENT"}, "id contentHash")[0])
        for n in range(TASKS):
            task, _ = server.act("dana", "addReviewAction", {"indicatorId": indicators[n % INDICATORS], "ownerSideId": sides[n % 2], "title": f"Task {n}",
                                                             "expectedResult": "It is there.", "dueOn": "2027-06-30"}, "id ownerSide { shownAs }")
            owner = "dana" if task["ownerSide"]["shownAs"].startswith("Northlight") else "omar"
            server.act(owner, "acceptReviewAction", {"id": task["id"], "expectedVersion": 1})
        for who in ("dana", "petra"):
            tell(f"dashboard, {who}", [server.ask(who, DASHBOARD, {"p": partnership["id"]})[1] for _ in range(ASKED)])
        for file in ("questions.csv", "plan.csv", "review.html", "review.json", "review.xlsx"):
            times, size = [], 0
            for _ in range(20):
                content, took = server.send("omar", f"/export/reviews/{review}/{file}")
                times.append(took)
                size = len(content)
            tell(f"{file} ({size // 1024} kB)", times)
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)


main()
