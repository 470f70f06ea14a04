#!/usr/bin/env python3
"""The program with real servers: one estimate whatever holds the log, kill -9, credentials.

usage: program_test.py TURNOUT
"""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import servers  # noqa: E402

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LOG = ROOT / "examples/passes.jsonl.gz"
ADDRESSES = {}


def turnout(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                          **options)


def stores():
    one, two = ADDRESSES["TURNOUT_TEST_CLICKHOUSE"], ADDRESSES["TURNOUT_TEST_CLICKHOUSE_2"]
    for server in (one, two):
        done = turnout("log", "create", server)
        assert done.returncode == 0, done.stderr
    return [ADDRESSES["TURNOUT_TEST_POSTGRES"], one + "?cluster=pair"]


def psql(store, sql):
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", store], input=sql, text=True, check=True)


def rounded(answer):
    """An estimate to six digits, without its source: sums of another order differ in the last digits;
    fits follow."""
    if isinstance(answer, dict):
        return {key: rounded(value) for key, value in answer.items() if key not in ("source", "import")}
    if isinstance(answer, list):
        return [rounded(value) for value in answer]
    return float(f"{answer:.6g}") if isinstance(answer, float) else answer


class Servers(unittest.TestCase):
    def json(self, *arguments):
        done = turnout(*arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_1_a_killed_import_is_finished_by_the_next_and_the_estimate_is_that_of_the_file(self):
        chance = random.Random(4)
        expected = self.json("estimate", "--log", LOG, "--ltv", 40)
        size = self.json("log", "stats", LOG)["passes"]
        for store in stores():
            killed = 0
            for _ in range(15):
                process = subprocess.Popen([PROGRAM, "import", LOG, store], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                time.sleep(chance.uniform(0, 0.1))
                killed += process.poll() is None
                process.send_signal(signal.SIGKILL)
                process.wait()
            self.assertGreater(killed, 3, store)
            self.assertEqual(turnout("import", LOG, store).returncode, 0)
            again = json.loads(turnout("import", LOG, store, "--json").stdout)
            self.assertEqual((again["added"], again["repeated"], again["conflicting"]), (0, size, 0))
            self.assertEqual(rounded(self.json("estimate", "--log", store, "--ltv", 40)), rounded(expected), store)

    def test_2_every_verb_that_reads_a_log_reads_it_from_a_server(self):
        policy = ["--policy", "mini,mini,large", "--penalty", 5]
        log = ROOT / "examples/explored.jsonl.gz"
        for store in stores():
            self.assertEqual(turnout("log", "check", store).returncode, 0)
            self.assertEqual(len(turnout("log", "tail", store, "--count", 3).stdout.splitlines()), 3)
            for verb in (["log", "stats"], ["audit", "--log"]):
                self.assertEqual(rounded(self.json(*verb, store)), rounded(self.json(*verb, LOG)), store)
            if store.startswith("postgres"):
                self.assertGreater(self.json("log", "prune", store, "--before", "2027-01-01", "--yes")["deleted"], 0)
                turnout("import", log, store)
                evaluations = [self.json("evaluate", "--log", source, *policy) for source in (store, log)]
        for evaluation in evaluations:
            del evaluation["import"]  # what reading files met
        self.assertEqual(*evaluations)

    def test_2b_litellms_table_is_read_where_it_is(self):
        store = ADDRESSES["TURNOUT_TEST_POSTGRES"]
        # As its migrations make it (BerriAI/litellm, schema.prisma), of the columns that the rows have.
        rows = (ROOT / "tests/e2e/maps/litellm.jsonl").read_text()
        sql = """CREATE TABLE IF NOT EXISTS "LiteLLM_SpendLogs" ("request_id" TEXT NOT NULL, "call_type" TEXT NOT NULL,
          "api_key" TEXT NOT NULL DEFAULT '',
          "spend" DOUBLE PRECISION NOT NULL DEFAULT 0.0, "total_tokens" INTEGER NOT NULL DEFAULT 0,
          "prompt_tokens" INTEGER NOT NULL DEFAULT 0,
          "completion_tokens" INTEGER NOT NULL DEFAULT 0, "startTime" TIMESTAMP(3) NOT NULL,
          "endTime" TIMESTAMP(3) NOT NULL,
          "completionStartTime" TIMESTAMP(3), "model" TEXT NOT NULL DEFAULT '', "model_group" TEXT DEFAULT '',
          "user" TEXT DEFAULT '',
          "end_user" TEXT, "session_id" TEXT, "status" TEXT, "messages" JSONB DEFAULT '{}',
          "proxy_server_request" JSONB DEFAULT '{}', "response" JSONB DEFAULT '{}',
          CONSTRAINT "LiteLLM_SpendLogs_pkey" PRIMARY KEY ("request_id"));\n"""
        for row in rows.splitlines():
            sql += f"""INSERT INTO "LiteLLM_SpendLogs"
                       SELECT * FROM json_populate_record(NULL::"LiteLLM_SpendLogs", $row${row}$row$);\n"""
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", store.replace("postgres:", "postgresql:", 1)], input=sql,
                       text=True, check=True)
        expected = turnout("log", "stats", "--map", "litellm", ROOT / "tests/e2e/maps/litellm.jsonl", "--json").stdout
        self.assertEqual(turnout("log", "stats", "--map", "litellm", store, "--json").stdout, expected)
        self.assertEqual(json.loads(expected)["passes"], 6)
        # What the map does not name is not read, and need not be readable: answers, say.
        columns = ", ".join(f'"{name}"' for name in (
            "request_id", "call_type", "api_key", "spend", "prompt_tokens", "completion_tokens", "startTime", "endTime",
            "completionStartTime", "model", "model_group", "user", "end_user", "session_id", "status", "messages",
            "proxy_server_request"))
        sql = f"""CREATE ROLE some_columns LOGIN PASSWORD '{servers.PASSWORD}';
                  GRANT SELECT ({columns}) ON "LiteLLM_SpendLogs" TO some_columns;"""
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", store.replace("postgres:", "postgresql:", 1)], input=sql,
                       text=True, check=True)
        done = turnout("log", "stats", "--map", "litellm", store.replace("turnout:", "some_columns:"), "--json")
        self.assertEqual(done.stdout.replace("some_columns", "turnout"), expected, done.stderr)
        # Times reach the server: a row of 2020 that is no pass is met only by who reads it.
        psql(store, """INSERT INTO "LiteLLM_SpendLogs" ("request_id", "call_type", "startTime", "endTime", "model")
                       VALUES ('old', 'completion', '2020-01-01 10:00:00', '2019-01-01 10:00:00', 'mini')""")
        for kind in ("timestamp(3)", "timestamptz(3)"):
            psql(store, f"""SET timezone = 'UTC'; ALTER TABLE "LiteLLM_SpendLogs" ALTER "startTime" TYPE {kind}""")
            for arguments, met in (([], True), (["--since", "2020-01-02T10:30:00Z"], True),  # a day and a window before
                                   (["--since", "2020-01-02T11:30:00Z"], False), (["--until", "2019-12-31"], False),
                                   (["--since", "2019-01-01", "--until", "2020-01-01"], True)):
                done = turnout("log", "stats", "--map", "litellm", store, *arguments)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual("were refused" in done.stderr, met, (kind, arguments, done.stderr))

    def test_3_no_password_is_ever_shown(self):
        store = ADDRESSES["TURNOUT_TEST_POSTGRES"]
        for source in (store, store.replace(servers.ESCAPED, "wrong"), store.replace(servers.ESCAPED, "%zz"),
                       store + "?password=hushhush",
                       ADDRESSES["TURNOUT_TEST_CLICKHOUSE"].replace(servers.ESCAPED, "wrong"),
                       ADDRESSES["TURNOUT_TEST_CLICKHOUSE"] + "?cluster=no;pe", "clickhouse://u:wrong@127.0.0.1:1/x"):
            for arguments in (["estimate", "--log", source, "--json"], ["import", LOG, source],
                              ["log", "tail", source]):
                done = turnout(*arguments)
                for secret in (servers.PASSWORD, servers.ESCAPED, "wrong", "%zz", "hushhush"):
                    self.assertNotIn(secret, done.stdout + done.stderr)
                if source != store:
                    self.assertEqual(done.returncode, 2)
                    self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_4_a_password_file_is_read(self):
        with tempfile.TemporaryDirectory() as home:
            store = ADDRESSES["TURNOUT_TEST_POSTGRES"]
            file = pathlib.Path(home, ".pgpass")
            file.write_text("*:*:*:turnout:" + servers.PASSWORD.replace(":", "\\:") + "\n")
            file.chmod(0o600)
            environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
            done = turnout("log", "tail", store.replace(":" + servers.ESCAPED, ""),
                           env={**environment, "PGPASSFILE": str(file)})
            self.assertEqual(done.returncode, 0, done.stderr)


    def refused(self, source, *arguments):
        """What the program says of a server that fails: exit code 2, one line, the source once, no password."""
        done = turnout(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        shown = source.replace(":" + servers.ESCAPED, "")
        lines = [line for line in done.stderr.splitlines() if not line.startswith("turnout: note")]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertEqual(lines[0].count(shown), 1, lines[0])
        self.assertNotIn("p@ss", done.stderr)
        return lines[0]

    def test_5_what_a_server_refuses_is_one_line_that_says_what_to_do(self):
        store = ADDRESSES["TURNOUT_TEST_POSTGRES"]
        turnout("import", LOG, store)
        psql(store, f"""CREATE ROLE stranger LOGIN PASSWORD '{servers.PASSWORD}';
                        CREATE ROLE hurried LOGIN PASSWORD '{servers.PASSWORD}';
                        GRANT SELECT, INSERT ON passes, schema_version, changed_days, summary_state TO hurried;
                        ALTER ROLE hurried SET statement_timeout = '200ms';""")
        stranger, hurried = (store.replace("turnout:", role + ":") for role in ("stranger", "hurried"))
        for verb in (["estimate", "--log"], ["log", "stats"], ["audit", "--log"]):
            self.assertIn("GRANT SELECT ON passes, schema_version TO stranger", self.refused(stranger, *verb, stranger))
        psql(store, "GRANT SELECT ON passes, schema_version TO stranger")
        self.assertIn("GRANT SELECT, INSERT ON passes, changed_days TO stranger", self.refused(stranger, "import", LOG, stranger))
        with subprocess.Popen(["psql", "-q", store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            holder.stdin.write("BEGIN; LOCK TABLE passes IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
            holder.stdin.flush()
            while "held" not in holder.stdout.readline():
                pass
            for arguments in (["estimate", "--log", hurried], ["import", LOG, hurried]):
                self.assertIn("ALTER ROLE hurried SET statement_timeout = '1h'", self.refused(hurried, *arguments))
        psql(store, "DROP OWNED BY stranger, hurried; DROP ROLE stranger, hurried")
        one = ADDRESSES["TURNOUT_TEST_CLICKHOUSE"]
        turnout("import", LOG, one)
        reader, stranger = (one.replace("turnout:", user + ":") for user in ("reader", "stranger"))
        self.assertIn("this user may only read (", self.refused(reader, "import", LOG, reader))
        self.assertIn("this user lacks a right (", self.refused(stranger, "estimate", "--log", stranger))

    def test_6_an_import_says_that_its_server_was_lost(self):
        rows = turnout("log", "tail", ADDRESSES["TURNOUT_TEST_POSTGRES"], "--count", 1000).stdout
        self.assertGreater(rows.count("\n"), 900)
        for engine in ("postgres", "clickhouse"):
            with tempfile.TemporaryDirectory() as name, servers.one(engine, pathlib.Path(name)) as (store, server):
                pipe = pathlib.Path(name, "log.jsonl")
                os.mkfifo(pipe)
                with subprocess.Popen([PROGRAM, "import", pipe, store], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      text=True) as program:
                    with pipe.open("w") as log:
                        log.write(rows)  # the store is open: the program reads
                        log.flush()
                        servers.kill(server)
                    said = program.stderr.read()
                self.assertEqual(program.returncode, 2, said)
                self.assertEqual(said.count("\n"), 1, said)
                self.assertRegex(said, "the server was lost \\(|no server answers \\(")


if __name__ == "__main__":
    with servers.servers() as ADDRESSES:
        unittest.main()
