#!/usr/bin/env python3
"""The ceiling on SQLite: one hand-written statement an item through the library, JSON built by the database, nobody asked whether
they may. CPU milliseconds of this process, and latency, one at a time.

    sqlite_limit.py FILE [SECONDS]
"""
import hashlib, random, sqlite3, sys, time

SIDES = """(SELECT json_group_array(json_object('id', hex(s.id), 'shownAs', s.shown_as, 'organisation', json_object('id', hex(o.id), 'name', o.name,
  'kind', o.kind, 'country', o.country, 'baseLanguage', o.base_language)))
  FROM partnership_side s JOIN organisation o ON o.id = s.organisation_id WHERE s.partnership_id = p.id ORDER BY s.position)"""
SQL = {
    "Q1": f"""SELECT json_object('id', hex(p.id), 'agreementRef', agreement_ref, 'title', title, 'state', state, 'startsOn', starts_on, 'scope', scope,
      'updatedAt', p.updated_at, 'sides', {SIDES}) FROM partnership p WHERE p.id = ?""",
    "Q2": f"""SELECT json_group_array(json_object('id', hex(p.id), 'title', p.title, 'sides', {SIDES}, 'risks',
      (SELECT json_group_array(json_object('id', hex(k.id), 'title', k.title, 'origin', k.origin, 'state', k.state, 'level', k.level, 'levelRecord',
        (SELECT json_object('id', hex(l.id), 'likelihood', l.likelihood, 'impact', l.impact, 'score', l.score, 'level', l.level, 'cause', l.cause,
          'createdAt', l.created_at) FROM risk_level_record l WHERE l.id = k.level_record_id)))
        FROM (SELECT * FROM risk WHERE partnership_id = p.id ORDER BY urgency DESC, id DESC LIMIT 10) k)))
      FROM (SELECT * FROM partnership WHERE country = ? ORDER BY title, id LIMIT 20) p""",
    "Q3": """SELECT json_group_array(json_object('id', hex(r.id), 'title', r.title, 'origin', origin, 'state', r.state, 'level', level, 'score', score,
      'updatedAt', r.updated_at, 'partnership', json_object('id', hex(p.id), 'title', p.title)))
      FROM (SELECT * FROM risk WHERE (urgency, id) < (?, ?) ORDER BY urgency DESC, id DESC LIMIT 100) r JOIN partnership p ON p.id = r.partnership_id""",
    "Q4": """SELECT json_group_array(json_object('id', hex(r.id), 'partnershipId', hex(partnership_id), 'threatId', hex(threat_id), 'title', title,
      'description', description, 'origin', origin, 'state', state, 'level', r.level, 'score', score, 'version', version, 'deleted', 0,
      'createdAt', created_at, 'updatedAt', updated_at))
      FROM (SELECT record_id FROM publication WHERE kind = 'RISK' AND live AND space_no > ? ORDER BY space_no, seq LIMIT 1000) u
      JOIN risk r ON r.id = u.record_id""",
}


def key(table, n):
    return hashlib.md5(f"{table}:{n}".encode()).digest()


def main():
    file = sqlite3.connect(sys.argv[1])
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 3
    countries = [code for (code,) in file.execute("SELECT DISTINCT country FROM partnership")]
    risks = file.execute("SELECT urgency, id FROM risk WHERE urgency > 30000 ORDER BY random() LIMIT 500").fetchall()
    pick = random.Random(1)
    given = {
        "Q1": lambda: (key("p", pick.randrange(1, 5001)),),
        "Q2": lambda: (pick.choice(countries),),
        "Q3": lambda: pick.choice(risks),
        "Q4": lambda: (pick.randrange(10_000, 14_000),),
    }
    for item, sql in SQL.items():
        took = []
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            file.execute(sql, given[item]()).fetchone()
        used, end = time.process_time(), time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.perf_counter()
            (text,) = file.execute(sql, given[item]()).fetchone()
            took.append(time.perf_counter() - began)
        used = time.process_time() - used
        took.sort()
        print(f"{item}  cpu {used * 1000 / len(took):.3f} ms  p50 {took[len(took) // 2] * 1000:.3f} ms  {len(text)} bytes  {len(took)} times")


main()
