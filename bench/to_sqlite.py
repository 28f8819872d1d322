#!/usr/bin/env python3
"""Copies our tables from PostgreSQL into a migrated, empty SQLite file: the same rows, for measuring.

    to_sqlite.py postgres://... FILE
"""
import csv, datetime, sqlite3, subprocess, sys

PASSED_OVER = {"seaql_migrations", "sqlite_sequence"}
ROWS = 20_000


def psql(database, sql):
    return subprocess.Popen(["psql", "-qXAt", database, "-c", sql], stdout=subprocess.PIPE, text=True)


def types(database, table):
    sql = f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{table}' AND table_schema = 'public'"
    return dict(line.split("|") for line in psql(database, sql).communicate()[0].splitlines())


def moment(text):
    """As the server writes it: RFC 3339 in UTC, with as many digits as there are."""
    at = datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)
    return at.isoformat(timespec="seconds" if not at.microsecond else "milliseconds" if not at.microsecond % 1000 else "microseconds")


READ = {
    "uuid": lambda text: bytes.fromhex(text.replace("-", "")),
    "bytea": lambda text: bytes.fromhex(text[2:]),
    "boolean": lambda text: int(text == "t"),
    "timestamp with time zone": moment,
    "integer": int,
    "bigint": int,
    "smallint": int,
    "double precision": float,
}


def copy(database, file, table):
    known = types(database, table)
    columns = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
    missing = set(columns) - set(known)
    assert not missing, f"{table} lacks {missing} in PostgreSQL"
    names = ", ".join(f'"{name}"' for name in columns)
    read = [READ.get(known[name], str) for name in columns]
    into = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    # Nothing and an empty text look alike in CSV, but for the quotes: so nothing gets a word of its own.
    rows = psql(database, f"COPY (SELECT {names} FROM {table}) TO STDOUT WITH (FORMAT csv, NULL '~')")
    batch, count = [], 0
    for row in csv.reader(rows.stdout):
        batch.append([None if text == "~" else convert(text) for convert, text in zip(read, row)])
        if len(batch) == ROWS:
            file.executemany(into, batch)
            count, batch = count + len(batch), []
    file.executemany(into, batch)
    assert rows.wait() == 0, f"{table} could not be read"
    return count + len(batch)


def main():
    database, path = sys.argv[1:]
    csv.field_size_limit(1 << 24)
    file = sqlite3.connect(path)
    file.execute("PRAGMA foreign_keys = OFF")
    tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name not in PASSED_OVER]
    # What a new database begins with is replaced by what was there.
    for table in tables:
        file.execute(f"DELETE FROM {table}")
    total = sum(copy(database, file, table) for table in tables)
    file.commit()
    print(f"{total} rows in {len(tables)} tables")


main()
