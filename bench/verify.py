#!/usr/bin/env python3
"""Asks our server what is measured, and compares every leaf value, and the order of documents, with SQL of its own.

    verify.py DATABASE_URL FOLDER...     a folder of `run.sh` for each caller; the server is started and ended here
"""
import collections, importlib.util, json, os, pathlib, re, subprocess, sys, time, urllib.error, urllib.request

ASKED = 6
LEVELS = "CASE level WHEN 'LOW' THEN 2 WHEN 'MEDIUM' THEN 3 WHEN 'HIGH' THEN 4 WHEN 'CRITICAL' THEN 5 END"
# Whom a caller sees follows here from the appointments alone.
SEEN = """SELECT r.partnership_id FROM side_role r JOIN account a ON a.person_id = r.person_id WHERE a.subject = '{sees}'"""
SQL = {
    "Q1": """SELECT json_build_object('id', p.id, 'agreementRef', agreement_ref, 'title', title, 'state', state, 'startsOn', starts_on, 'scope', scope,
        'updatedAt', p.updated_at, 'sides', (SELECT json_agg(json_build_object('id', s.id, 'shownAs', s.shown_as, 'organisation',
          json_build_object('id', o.id, 'name', o.name, 'kind', o.kind, 'country', o.country, 'baseLanguage', o.base_language)) ORDER BY s.position)
          FROM partnership_side s JOIN organisation o ON o.id = s.organisation_id WHERE s.partnership_id = p.id))
      FROM partnership p WHERE p.id = '{id}' AND p.id IN ({seen})""",
    "Q2": """SELECT json_agg(j) FROM (SELECT json_build_object('id', p.id, 'title', p.title,
        'sides', (SELECT json_agg(json_build_object('organisation', json_build_object('id', o.id, 'name', o.name)) ORDER BY s.position)
          FROM partnership_side s JOIN organisation o ON o.id = s.organisation_id WHERE s.partnership_id = p.id),
        'risks', (SELECT json_agg(json_build_object('id', k.id, 'title', k.title, 'origin', k.origin, 'state', k.state, 'level', k.level,
            'levelRecord', (SELECT json_build_object('id', l.id, 'likelihood', l.likelihood, 'impact', l.impact, 'score', l.score, 'level', l.level,
              'cause', l.cause, 'createdAt', l.created_at) FROM risk_level_record l WHERE l.id = k.level_record_id)) ORDER BY k.urgency DESC, k.id DESC)
          FROM (SELECT * FROM risk WHERE partnership_id = p.id ORDER BY urgency DESC, id DESC LIMIT 10) k)) AS j
      FROM (SELECT * FROM partnership WHERE country = '{country}' AND id IN ({seen}) ORDER BY title, id LIMIT 20) p) x""",
    "Q3": """SELECT json_agg(json_build_object('id', r.id, 'title', r.title, 'origin', origin, 'state', r.state, 'level', level, 'score', score,
        'updatedAt', r.updated_at, 'partnership', json_build_object('id', p.id, 'title', p.title)) ORDER BY urgency DESC, r.id DESC)
      FROM (SELECT * FROM risk WHERE partnership_id IN ({seen}) AND """ + LEVELS + """ >= {rank}
        ORDER BY urgency DESC, id DESC LIMIT 100 OFFSET {page} * 100) r JOIN partnership p ON p.id = r.partnership_id""",
    "Q4": """SELECT json_agg(json_build_object('id', r.id, 'partnershipId', partnership_id, 'threatId', threat_id, 'title', title, 'description', description,
        'origin', origin, 'state', r.state, 'level', r.level, 'score', score, 'version', r.version, 'deleted', false, 'createdAt', created_at,
        'updatedAt', updated_at) ORDER BY u.space_no, u.seq)
      FROM (SELECT * FROM publication WHERE kind = 'RISK' AND live AND space_no IN
          (SELECT no FROM space WHERE kind = 'PARTNERSHIP' AND subject_id IN ({seen})) ORDER BY space_no, seq LIMIT 1000 OFFSET {page} * 1000) u
      JOIN risk r ON r.id = u.record_id""",
}


def leaves(value):
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d", value):
        return [value[:19].replace(" ", "T")]
    return [str(value)]


def ids(value):
    """Ids of documents, in order."""
    if isinstance(value, dict):
        own = [value["id"]] if "id" in value else []
        return own + [found for part in value.values() for found in ids(part)]
    return [found for part in value for found in ids(part)] if isinstance(value, list) else []


def expected(database, item, given):
    sql = SQL[item].format(seen=SEEN.format(**given), **given)
    found = subprocess.run(["psql", "-qXAt", database, "-c", sql], check=True, text=True, stdout=subprocess.PIPE).stdout
    return json.loads(found) if found.strip() else []


def check(database, folder):
    loaded = importlib.util.spec_from_file_location("vars", folder / "vars.py")
    ours = importlib.util.module_from_spec(loaded)
    loaded.loader.exec_module(ours)
    adapter = ours.ADAPTER
    environment = {**os.environ, **adapter["env"], "PORT": str(adapter["port"]), "PEER_DIR": str(folder)}
    server = subprocess.Popen(["bash", "-c", "exec " + adapter["start"]], env=environment, stdout=subprocess.DEVNULL, cwd=folder)
    wrong = 0
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{adapter['port']}/health/ready").close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        for item in SQL:
            for n in range(ASKED):
                given = {"sees": adapter["sees"]}
                if item == "Q1":
                    variables = {"id": ours.key("p", ours.seen()[n * 7 % len(ours.seen())])}
                elif item == "Q2":
                    variables = {"country": ours.where()[n % len(ours.where())]}
                elif item == "Q3":
                    level = ours.LEVELS[n % 4]
                    page = n % len(ours.cursors(level))
                    variables = {"minLevel": level, "after": ours.cursors(level)[page]}
                    given |= {"page": page, "rank": n % 4 + 2}
                else:
                    page = n % len(ours.checkpoints())
                    variables = {"checkpoint": ours.checkpoints()[page]}
                    given |= {"page": page}
                answer = ours.ask(ours.text(item), variables)
                if item == "Q4":
                    answer["pullRisk"].pop("checkpoint")
                want = expected(database, item, given | variables)
                same = collections.Counter(leaves(answer)) == collections.Counter(leaves(want)) and ids(answer) == ids(want)
                wrong += not same
                if not same:
                    print(f"{adapter['sees']} {item} {variables}: differs from the reference")
    finally:
        server.terminate()
        server.wait()
    print(f"{adapter['sees']}: {len(SQL) * ASKED} answers, {wrong} differ")
    return wrong


sys.exit(1 if sum(check(sys.argv[1], pathlib.Path(folder)) for folder in sys.argv[2:]) else 0)
