"""Variables of the harness, in our terms: countries for stations, signed cursors for positions, and what the caller sees."""
import functools, hashlib, itertools, json, os, pathlib, random, re, tomllib, urllib.request, uuid

HERE = pathlib.Path(__file__).resolve().parent
ADAPTER = tomllib.loads((HERE / "adapter.toml").read_text())
SEES = ADAPTER["sees"]
LEVELS = ["LOW", "MEDIUM", "HIGH", "CRITICAL"]
PAGES = 40
WEEKS = itertools.count(1)
RISKS = round(200_000 * float(ADAPTER["scale"]))


def key(table, n):
    return str(uuid.UUID(hashlib.md5(f"{table}:{n}".encode()).hexdigest()))


def seen():
    """Numbers of the partnerships that the caller sees."""
    if SEES.startswith("user"):
        return sorted({1 + n * 17 % 5000 for n in range(1, 5001) if 1 + n % 500 == int(SEES[4:])})
    return {"all": range(1, 5001), "some": range(3, 5001, 20), "one": [1234]}[SEES]


def station(n):
    return 1 + n % 200 if n <= 4800 else 201 + n % 48


@functools.cache
def countries():
    text = re.search(r"regexp_split_to_array\(\s*'([A-Z\s]+)'", (HERE / "setup.sql").read_text()).group(1)
    return text.split()


@functools.cache
def where():
    """Countries in which the caller sees the most: 24 partnerships each, where there are so many."""
    found = {}
    for n in seen():
        found.setdefault(station(n), []).append(n)
    most = max(len(ns) for ns in found.values())
    return [countries()[s - 1] for s, ns in found.items() if len(ns) >= min(most, 24)]


def text(item):
    return re.sub(r"\s+", " ", (HERE / "queries" / f"{item}.graphql").read_text()).strip()


def ask(query, variables):
    body = json.dumps({"query": query, "variables": variables}).encode()
    head = {"content-type": "application/json", **ADAPTER["headers"]}
    request = urllib.request.Request(f"http://127.0.0.1:{ADAPTER['port']}{ADAPTER['path']}", body, head)
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = json.load(answer)
    if found.get("errors"):
        raise SystemExit(f"{query[:40]}: {found['errors'][:1]}")
    return found["data"]


@functools.cache
def cursors(level):
    """Where a page of Q3 may begin, some way into the list: a full page is behind every one of them."""
    page = """query($minLevel: RiskLevel!, $after: String) {
      risks(first: 100, minLevel: $minLevel, after: $after) { pageInfo { endCursor hasNextPage } } }"""
    out, after = [None], None
    for _ in range(PAGES):
        info = ask(page, {"minLevel": level, "after": after})["risks"]["pageInfo"]
        if not info["hasNextPage"]:
            break
        after = info["endCursor"]
        out.append(after)
    return out[:-1] or out


@functools.cache
def checkpoints():
    """Where a pull of 1,000 risks may begin."""
    out, checkpoint = [None], None
    for _ in range(PAGES):
        bulk = ask(text("Q4"), {"checkpoint": checkpoint})["pullRisk"]
        if len(bulk["documents"]) < 1000:
            break
        checkpoint = {"cursor": bulk["checkpoint"]["cursor"]}
        out.append(checkpoint)
    return out[:-1] or out


@functools.cache
def risks():
    """Numbers of risks to which views are given: of the 200 partnerships to which those of the peers belong, or, where the caller
    sees fewer of them, of all that they see."""
    mine = set(seen())
    late = {n for n in mine if n > 4800}
    these = late if len(late) >= 200 else mine
    return [n for n in range(1, RISKS + 1) if 1 + (n * 7919) % 5000 in these]


def map(item, v):
    pick = random.Random(json.dumps([item, v], sort_keys=True)).choice
    if item == "Q1":
        return {"id": key("p", pick(seen()))}
    if item == "Q2":
        return {"country": pick(where())}
    if item == "Q3":
        level = v["band"]
        return {"minLevel": level, "after": pick(cursors(level))}
    if item == "Q4":
        return {"checkpoint": pick(checkpoints())}
    # The same view again changes nothing, and nobody would hear of it.
    return {"riskId": key("r", pick(risks())), "likelihood": v["likelihood"], "impact": v["impact"], "rationale": f"Seen so in week {next(WEEKS)}."}
