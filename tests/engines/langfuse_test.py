#!/usr/bin/env python3
"""Langfuse's tables in ClickHouse, read where they are, against the same rows in files.

usage: langfuse_test.py TURNOUT    on the servers of servers.py
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import servers  # noqa: E402

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FILES = ROOT / "tests/e2e/maps/langfuse"
SOURCE = ""


def turnout(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)


def ask(sql):
    """What a statement gives, sent past the program."""
    parts = urllib.parse.urlsplit(SOURCE)
    user = f"{parts.username}:{servers.PASSWORD}".encode()
    request = urllib.request.Request(f"http://{parts.hostname}:{parts.port}/?database=default", data=sql.encode(),
                                     headers={"Authorization": "Basic " + base64.b64encode(user).decode()})
    try:
        return urllib.request.urlopen(request, timeout=60).read().decode()
    except urllib.error.HTTPError as failure:
        raise AssertionError(failure.read().decode()) from failure


def is_old():
    """Debian's server knows neither DateTime64 nor Map: there the tables have the nearest types."""
    return int(ask("SELECT version()").split(".")[0]) < 21


def rows_of(part):
    return [json.loads(line) for line in (FILES / part / "part.jsonl").read_text().splitlines()]


def in_seconds(row):
    """A row with times to the second, as DateTime holds them."""
    return {key: value.split(".")[0] if value and ("time" in key or key == "event_ts") else value for key, value in row.items()}


def create(name, columns, key):
    """As Langfuse's migrations make it (langfuse/langfuse, packages/shared/clickhouse), of the columns that matter here."""
    kinds = {"TIME": "DateTime64(3)", "WORD": "LowCardinality(String)", "COUNTS": "Map(LowCardinality(String), UInt64)",
             "USD": "Decimal64(12)", "ENGINE": "ReplacingMergeTree(event_ts, is_deleted)"}
    if is_old():
        kinds = {"TIME": "DateTime", "WORD": "String", "COUNTS": "String", "USD": "Float64",
                 "ENGINE": "ReplacingMergeTree(event_ts)"}
    text = f"CREATE TABLE {name} ({columns}, event_ts TIME, is_deleted UInt8) ENGINE = ENGINE_ ORDER BY ({key})"
    for word, kind in kinds.items():
        text = text.replace("ENGINE_" if word == "ENGINE" else word, kind)
    ask(f"DROP TABLE IF EXISTS {name}")
    ask(text)


def fill(table, rows):
    if is_old():
        rows = [{key: json.dumps(value) if isinstance(value, dict) else value for key, value in in_seconds(row).items()}
                for row in rows]
    ask(f"INSERT INTO {table} FORMAT JSONEachRow\n" + "\n".join(json.dumps(row) for row in rows))


def put_langfuse_there():
    create("observations", "id String, trace_id String, project_id String, type WORD, start_time TIME, end_time "
           "Nullable(TIME), name String, level WORD, input Nullable(String), output Nullable(String), provided_model_name "
           "Nullable(String), usage_details COUNTS, total_cost Nullable(USD), completion_start_time Nullable(TIME)",
           "project_id, type, toDate(start_time), id")
    create("traces", "id String, timestamp TIME, project_id String, user_id Nullable(String), session_id Nullable(String)",
           "project_id, toDate(timestamp), id")
    create("scores", "id String, timestamp TIME, project_id String, trace_id String, observation_id Nullable(String), name "
           "String, value Float64, data_type String, string_value Nullable(String)",
           "project_id, toDate(timestamp), name, id")
    of = {"project_id": "p", "event_ts": "2026-03-01 12:00:00.000", "is_deleted": 0}
    seen = {}
    observations = []
    for row in rows_of("observations_v2"):
        user, session = row.pop("user_id"), row.pop("session_id")
        seen[row["trace_id"]] = {"id": row["trace_id"], "timestamp": row["start_time"], "user_id": user,
                                 "session_id": session, **of}
        observations.append({**row, **of, "level": "DEFAULT", "output": "an answer that nobody asks for"})
    # What was written first of a row that is written twice, and one that is deleted, count nowhere.
    first = {**observations[0], "provided_model_name": "wrong", "event_ts": "2026-03-01 11:00:00.000"}
    gone = {**observations[0], "id": "gone", "trace_id": "gone"}
    fill("observations", [first])
    fill("observations", [*observations, gone])
    fill("observations", [{**gone, "is_deleted": 1, "event_ts": "2026-03-01 13:00:00.000"}])
    # A trace of the same name in another project is another one.
    foreign = [{**trace, "project_id": "q", "user_id": "nobody", "session_id": "none"} for trace in seen.values()]
    fill("traces", [*seen.values(), *foreign])
    fill("scores", [{**{key: value for key, value in row.items() if key != "source"}, **of} for row in rows_of("scores")])


def files_as_the_tables_hold_them(folder):
    if not is_old():
        return FILES
    for part in ("observations_v2", "scores"):
        (folder / part).mkdir()
        (folder / part / "part.jsonl").write_text("".join(json.dumps(in_seconds(row)) + "\n" for row in rows_of(part)))
    return folder


class Langfuse(unittest.TestCase):
    maxDiff = None

    def passes(self, source, folder):
        """The passes of a log, and what importing it met."""
        store = f"sqlite:{folder}/{abs(hash(source))}.db"
        done = turnout("import", "--map", "langfuse", source, store, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return turnout("log", "tail", store, "--count", 100).stdout, json.loads(done.stdout)

    def test_1_the_tables_say_what_the_exported_files_say(self):
        put_langfuse_there()
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "files").mkdir()
            expected, read = self.passes(files_as_the_tables_hold_them(folder / "files"), folder)
            found, there = self.passes(SOURCE, folder)
            self.assertEqual(found, expected)
            self.assertIn('"success"', found)  # feedback was heard
            self.assertEqual(there["rows"], read["rows"])

    def test_2_times_reach_the_server(self):
        # A row of 2020 that is no pass is met only by who reads it.
        fill("observations", [{"id": "old", "trace_id": "old", "project_id": "p", "type": "GENERATION", "level": "DEFAULT",
                               "start_time": "2020-01-01 10:00:00.000", "end_time": "2019-01-01 10:00:00.000",
                               "provided_model_name": "mini", "event_ts": "2026-03-01 12:00:00.000", "is_deleted": 0}])
        for arguments, met in (([], True), (["--until", "2020-01-02"], True), (["--since", "2020-01-01"], True),
                               (["--since", "2020-01-02T10:30:00Z"], True),  # a day and a window before
                               (["--since", "2020-01-02T11:30:00Z"], False), (["--since", "2026-02-28"], False),
                               (["--until", "2019-12-31"], False),
                               (["--since", "2026-02-28", "--until", "2026-03-02"], False)):
            done = turnout("log", "stats", "--map", "langfuse", SOURCE, *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual("1 of " in done.stderr and "were refused" in done.stderr, met, (arguments, done.stderr))

    @unittest.skipIf(os.environ.get("TURNOUT_CHDB_PYTHON"), "needs a server's users")
    def test_2b_a_statement_that_takes_too_long_is_told_in_one_line(self):
        ask("DROP TABLE observations")
        ask("""CREATE VIEW observations AS SELECT toString(number) AS id, 't' AS trace_id, 'p' AS project_id, 'GENERATION' AS type,
               now() AS start_time, now() AS end_time, 'mini' AS provided_model_name, toUInt8(sleepEachRow(0.5)) AS is_deleted
               FROM numbers(5)""")
        hurried = SOURCE.replace("turnout:", "hurried:")
        done = turnout("log", "stats", "--map", "langfuse", hurried)
        ask("DROP TABLE observations")
        put_langfuse_there()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(done.stderr.count("hurried@"), 1, done.stderr)
        self.assertIn("took longer than max_execution_time allows (1", done.stderr)

    def test_3_what_is_not_there_is_said(self):
        for words, sql in (("has no table 'scores'", "DROP TABLE scores"),
                           ("has no table 'traces'", "DROP TABLE traces"),
                           ("has no table 'observations'", "DROP TABLE observations")):
            ask(sql)
            done = turnout("log", "stats", "--map", "langfuse", SOURCE)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        done = turnout("log", "stats", "--map", "langfuse", SOURCE + "?cluster=pair")
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="turnout-langfuse-") as name, \
            servers.one("clickhouse", pathlib.Path(name)) as (SOURCE, _):
        unittest.main()
