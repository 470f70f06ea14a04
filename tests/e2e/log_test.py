#!/usr/bin/env python3
"""Logs as their users meet them: files, stores, disorder, hostile text, kill -9. usage: log_test.py TURNOUT"""
import csv
import gzip
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
import xml.etree.ElementTree
import zlib

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LOG = ROOT / "examples/passes.jsonl.gz"
SIMULATE = ["simulate", ROOT / "examples/hard-tasks.toml", "--policy", "mini", "--policy", "mini,large", "--feedback",
            "0.4",
            "--value-sigma", "0.6"]


def turnout(*arguments, **options):
    if arguments[0] == "advise":  # what is tested here does not rest on how many worlds are weighed
        arguments = (*arguments, "--draws", 200)
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                          **options)


def rows_of(path):
    with sqlite3.connect(path) as database:
        return database.execute("SELECT * FROM passes ORDER BY task_id, attempt").fetchall()


def killed_after(seconds, folder, *arguments):
    """Starts the program with `folder` for its temporary files and kills it; returns whether it was still running."""
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=dict(os.environ, TMPDIR=str(folder)))
    time.sleep(seconds)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return running


class LogCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def estimate(self, source, *more):
        done = turnout("estimate", "--log", source, "--ltv", 40, "--json", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        del answer["source"], answer["import"]
        return answer


class Logs(LogCase):
    def test_advice_is_a_policy_that_plays_a_file_and_a_page_that_needs_nothing_else(self):
        policy, page = self.folder / "policy.toml", self.folder / "advice.html"
        answer = json.loads(turnout("advise", ROOT / "examples/passes.jsonl.gz", "--ltv", 40, "-o", policy,
                                    "--page", page, "--json").stdout)
        self.assertFalse(answer["declined"])
        written = tomllib.loads(policy.read_text())
        self.assertEqual(written["policy"], answer["policy"])
        for text in (answer["policy"], answer["policy_today"], answer["exploring"]):
            played = turnout("simulate", ROOT / "examples/hard-tasks.toml", "--policy", text, "--tasks", 100)
            self.assertEqual(played.returncode, 0, played.stderr)
        html = page.read_text()
        self.assertNotIn("http", html)
        self.assertNotIn("<script", html)
        pictures = re.findall(r"<svg.*?</svg>", html, re.S)
        self.assertEqual(len(pictures), 3)
        for picture in pictures:
            xml.etree.ElementTree.fromstring(picture)

    def test_advice_declines_where_the_log_has_no_costs_or_no_users(self):
        for key, words in (("cost_usd", "what a call costs"), ("user_id", "come back")):
            log = self.folder / f"{key}.jsonl"
            with gzip.open(LOG, "rt") as rows:
                passes = [json.loads(row) for row in rows]
            log.write_text("".join(json.dumps({k: v for k, v in row.items() if k != key}) + "\n" for row in passes))
            answer = json.loads(turnout("advise", log, "--ltv", 40, "--json").stdout)
            self.assertTrue(answer["declined"])
            self.assertIn(words, answer["reason"])
            self.assertNotIn("policy", answer)
            for figure in ("cost_per_task", "saving_per_task", "regret_per_task",
                           "chance_of_regret"):
                self.assertIsNone(answer[figure])
            self.assertGreater(answer["leaving_today"]["value"], 0)

    def test_advice_without_a_lifetime_value_says_for_which_each_policy_is_best(self):
        policy = self.folder / "policy.toml"
        done = turnout("advise", ROOT / "examples/passes.jsonl.gz", "-o", policy, "--json")
        answer = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(answer["declined"])
        self.assertNotIn("policy", answer)
        self.assertFalse(policy.exists())
        ranges = answer["by_lifetime_value"]
        self.assertGreater(len(ranges), 1)
        for before, after in zip(ranges, ranges[1:]):
            self.assertEqual(before["to"], after["from"])
            self.assertNotEqual(before["policy"], after["policy"])

    def test_every_form_of_a_log_gives_the_same_estimate(self):
        lines = gzip.open(LOG, "rt").read().splitlines()
        random.Random(1).shuffle(lines)
        plain = self.folder / "plain.jsonl"
        plain.write_text("\n".join(lines + lines[:100]) + "\n")  # in disorder, and some twice
        parts = self.folder / "parts"
        parts.mkdir()
        (parts / "a.jsonl").write_text("\n".join(lines[:3000]))
        with gzip.open(parts / "b.jsonl.gz", "wt") as out:
            out.write("\n".join(lines[3000:]))
        (parts / "notes.txt").write_text("not a log")
        subprocess.run(["zstd", "-q", plain], check=True)
        csv = self.folder / "log.csv"
        turnout("import", LOG, f"sqlite:{self.folder}/log.db")
        columns = ["task_id", "user_id", "attempt", "model", "started_at", "latency_s", "output_tokens", "cost_usd",
                   "outcome",
                   "ending", "policy_id"]
        records = [json.loads(line) for line in lines]
        csv.write_text(",".join(columns) + "\n" + "".join(
            ",".join(f'"{r[c]}"' if isinstance(r[c], str) else str(r[c]) for c in columns) + "\n" for r in records))
        expected = self.estimate(LOG)
        for source in (plain, parts, f"{plain}.zst", csv, f"sqlite:{self.folder}/log.db"):
            self.assertEqual(self.estimate(source), expected, source)
        with plain.open() as stdin:
            done = turnout("log", "stats", "-", "--json", stdin=stdin)
        self.assertEqual(json.loads(done.stdout), {"schema": "turnout/log-stats/1", **expected["log"]})

    def test_the_scenario_goes_to_the_verbs_that_solve_it(self):
        scenario = self.folder / "scenario.toml"
        done = turnout("estimate", "--log", LOG, "--ltv", 40, "-o", scenario)
        self.assertEqual(done.returncode, 0, done.stderr)
        for verb in (["plan"], ["solve"], ["robust", "--draws", 200], ["audit"],
                     ["simulate", "--policy", "mini", "--tasks", 1000]):
            done = turnout(verb[0], scenario, *verb[1:])
            self.assertEqual(done.returncode, 0, done.stderr)
            if verb[0] in ("solve", "audit"):
                self.assertIn("[difficulty] is left out: the paper's game has none", done.stderr)
                silent = turnout(verb[0], scenario, *verb[1:], "--independent")
                self.assertEqual(silent.stdout, done.stdout)
                self.assertNotIn("[difficulty] is left out", silent.stderr)

    def test_estimates_recover_what_the_log_was_simulated_with(self):
        log = self.folder / "log.jsonl"
        turnout(*SIMULATE, "--policy", "large", "--tasks", 20000, "--patience", 0.95, "--leaves-unsolved", 0.1, "-o",
                log)
        answer = self.estimate(log)
        truth = {"sigma": 1.5, "feedback": 0.2, "value": 10, "value_sigma": 0.6, "patience": 0.95, "churn_penalty": 4}
        for key, value in truth.items():
            width = answer[key]["hi"] - answer[key]["lo"]
            self.assertTrue(answer[key]["lo"] - width / 2 <= value <= answer[key]["hi"] + width / 2, (key, answer[key]))

    def test_a_log_that_contradicts_itself_is_counted_and_reported(self):
        log = self.folder / "log.jsonl"
        row = {"task_id": "a", "attempt": 1, "model": "m", "started_at": "2026-01-01T00:00:00Z", "latency_s": 1}
        rows = [row, dict(row, latency_s=2), dict(row), dict(row, task_id="b", attempt=3),
                dict(row, task_id="c", latency_s=-1),
                dict(row, task_id="d", outcome="success"),
                dict(row, task_id="d", attempt=2, started_at="2025-01-01T00:00:00Z")]
        log.write_text("".join(json.dumps(r) + "\n" for r in rows) + '{"task_id": "cut')
        done = turnout("log", "check", log, "--json")
        self.assertEqual(done.returncode, 3, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["import"]["rows"], 8)
        self.assertEqual(answer["import"]["repeated"], 1)
        self.assertEqual(answer["import"]["conflicting"], 1)
        self.assertEqual(answer["import"]["refused"], {"latency_s is missing, negative or over 1e9": 1})
        self.assertEqual(answer["import"]["cut_off"], 1)
        found = {k: v for k, v in answer["contradictions"].items() if v}
        self.assertEqual(found, {"gaps": 1, "success_reprompted": 1, "time_travel": 1})
        self.assertEqual(turnout("log", "check", LOG).returncode, 0)

    def slowed_log(self):
        """A month in which mini takes 1.3 times as long from 0.6 of it on; traffic rises fifteenfold."""
        log = self.folder / "log.jsonl"
        turnout(*SIMULATE, "--tasks", 8000, "--tokens-sigma", 0.5, "--latency-sigma", 0.3, "--drift", "mini:0.6:1.3",
                "-o", log)
        return log

    def expect_the_day(self, log):
        done = turnout("audit", "--log", log, "--ltv", 40, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        speed = {s["model"]: s["changes"] for s in json.loads(done.stdout)["speed"]}
        self.assertEqual(speed["large"], [])
        self.assertEqual([c["at"][:10] for c in speed["mini"]], ["2026-01-19"])  # 0.6 of 30 days
        self.assertTrue(speed["mini"][0]["factor"]["lo"] < 1.3 < speed["mini"][0]["factor"]["hi"])

    def test_an_audit_finds_the_day_a_model_was_slowed_down(self):
        log = self.slowed_log()
        self.assertEqual(turnout("audit", "--log", log, ROOT / "examples/gpt-4.1.toml").returncode, 2)
        rows = [json.loads(line) for line in log.read_text().splitlines()]
        days = {}  # of each task, its first
        for row in rows:
            days.setdefault(row["task_id"], int(row["started_at"][8:10]))
        steady = [r for r in rows
                  if zlib.crc32(r["task_id"].encode()) % 30 * days[r["task_id"]] < 90]  # as many tasks a day
        log.write_text("".join(json.dumps(r) + "\n" for r in steady))
        self.expect_the_day(log)

    def test_an_audit_finds_the_day_while_traffic_rises_steeply(self):
        self.expect_the_day(self.slowed_log())

    def test_simulated_means_are_what_the_closed_forms_say(self):
        users = (["examples/paper-user.toml", "--policy", "cascade:mini,large,0.035", "--policy", "large"],
                 ["examples/hard-tasks.toml", "--policy", "mini,mini,large", "--value-sigma", 0.6, "--patience", 0.9])
        for arguments in users:
            done = turnout("simulate", *arguments, "--tasks", 200000, "--json", cwd=ROOT)
            self.assertEqual(done.returncode, 0, done.stderr)
            for policy in json.loads(done.stdout)["policies"]:
                for key in ("provider_cost", "user_utility", "success", "latency", "service_cost", "attempts"):
                    seen = policy[key]
                    self.assertLessEqual(abs(seen["value"] - policy["expected"][key]), 4.5 * seen["standard_error"]
                                         + 1e-9, (policy["policy"], key))
        one, two = (turnout("simulate", *users[0], "--threads", n, cwd=ROOT).stdout for n in (1, 2))
        self.assertEqual(one, two)
        done = turnout("simulate", "examples/paper-user.toml", "--policy", "mini,mini,large", cwd=ROOT)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is no policy (i,s) of the paper", done.stderr)

    def test_latencies_are_drawn_from_data(self):
        data = self.folder / "latencies.txt"
        data.write_text("1\n2\n9\n")  # mean 4
        log = self.folder / "log.jsonl"
        done = turnout(*SIMULATE, "--tasks", 300, "--latencies", data, "-o", log)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = {(r["model"], round(r["latency_s"], 9)) for r in map(json.loads, log.read_text().splitlines())}
        self.assertEqual(seen, {(m, round(t * x / 4, 9)) for m, t in (("mini", 1), ("large", 3)) for x in (1, 2, 9)})
        data.write_text("1\n-2\n")
        done = turnout(*SIMULATE, "--latencies", data)
        self.assertEqual(done.returncode, 2)
        self.assertIn("latencies.txt:2: -2 must be >= 0", done.stderr)

    def test_an_evaluation_leaves_out_tasks_that_may_go_on_yet(self):
        log = ROOT / "examples/explored.jsonl.gz"
        tasks = {r["task_id"]: r["started_at"] for r in map(json.loads, gzip.open(log, "rt")) if r["attempt"] == 1}
        answer = json.loads(turnout("evaluate", "--log", log, "--policy", "mini,large", "--window", 86400,
                                    "--json").stdout)
        last = max(json.loads(line)["started_at"] for line in gzip.open(log, "rt"))
        settled = sum(1 for start in tasks.values() if start < last[:8] + f"{int(last[8:10]) - 1:02d}" + last[10:])
        self.assertEqual(answer["tasks"], settled)

    def test_what_is_only_bounded_is_a_range_that_robust_solves_over(self):
        log = self.folder / "log.jsonl"
        done = turnout("simulate", "--value", 20, "--penalty", 4, "--p1", .45, "--t1", 3, "--c1", .4, "--p2", .75,
                       "--t2", 8, "--c2", 2,
                       "--policy", "M1,M1,M2", "--policy", "M2", "--tasks", 5000, "--feedback", .2, "--value-sigma", .6,
                       "--patience", .95,
                       "--latency-sigma", .3, "--leaves-solved", .05, "--leaves-unsolved", .15, "--seed", 2, "-o", log)
        self.assertEqual(done.returncode, 0, done.stderr)
        scenario = self.folder / "s.toml"
        answer = json.loads(turnout("estimate", log, "--ltv", 120, "-o", scenario, "--json").stdout)
        self.assertEqual((answer["value"]["basis"], answer["patience"]["basis"]), ("bounded", "bounded"))
        self.assertTrue(answer["patience"]["lo"] <= .95 <= answer["patience"]["hi"],
                        "the wait explains who leaves as well")
        self.assertIn("patience = { lo = 0.8", scenario.read_text())
        self.assertIn("see turnout robust --regret", turnout("plan", scenario).stderr)
        solved = turnout("robust", "--regret", scenario)
        self.assertEqual(solved.returncode, 0, solved.stderr)
        self.assertIn("rho: 0.8", solved.stdout)
        self.assertEqual(turnout("plan", scenario, "--set", "V=20", "--set", "rho=0.95").returncode, 0)

    def test_bad_sources_are_refused_in_one_line(self):
        empty = self.folder / "empty"
        empty.mkdir()
        (self.folder / "text.jsonl").write_text("hello\n")
        (self.folder / "none.jsonl").write_text("")
        for source, words in ((empty, "holds no file"), (self.folder / "missing.jsonl", "No such file"),
                              (self.folder / "text.jsonl", "text.jsonl:1: is no JSON object"),
                              (self.folder / "none.jsonl", "no pass to learn from"),
                              ("sqlite:/nowhere/x.db", "unable to open"),
                              ("postgres://u:secret@h/d", "postgres://u@h/d")):
            done = turnout("estimate", "--log", source)
            self.assertEqual(done.returncode, 2, source)
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertIn(words, done.stderr)
            self.assertNotIn("secret", done.stderr)
        done = turnout("evaluate", "--log", self.folder / "none.jsonl", "--policy", "mini")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the log without the tasks of its last window (--window): holds no pass", done.stderr)
        for option, words in (("--since=yesterday", "--since"), ("--where=cost=3", "--where"),
                              ("--feedback-odds=0.5", "--feedback-odds")):
            self.assertIn(words, turnout("estimate", "--log", LOG, option).stderr)

    def test_an_import_that_is_killed_loses_nothing_and_is_finished_by_the_next(self):
        log = self.folder / "log.jsonl"
        turnout(*SIMULATE, "--tasks", 60000, "-o", log)
        whole = self.folder / "whole.db"
        self.assertEqual(turnout("import", log, f"sqlite:{whole}").returncode, 0)
        expected = rows_of(whole)
        chance = random.Random(2)
        database = self.folder / "killed.db"
        killed = 0
        before = 0
        for _ in range(50):
            killed += killed_after(chance.uniform(0, 0.12), self.folder, "import", log, f"sqlite:{database}")
            if not database.exists():
                continue
            with sqlite3.connect(database) as connection:
                self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone(), ("ok",))
                tables = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'passes'").fetchone()[0]
                now = connection.execute("SELECT count(*) FROM passes").fetchone()[0] if tables else 0
            self.assertGreaterEqual(now, before, "a committed row was lost")
            before = now
        self.assertGreater(killed, 10)
        self.assertEqual(turnout("import", log, f"sqlite:{database}").returncode, 0)
        self.assertEqual(rows_of(database), expected)

    def test_summaries_change_no_number_whatever_is_killed_while_they_are_made(self):
        log, late = self.folder / "log.jsonl", self.folder / "late.jsonl"
        turnout(*SIMULATE, "--tasks", 30000, "-o", log)
        rows = log.read_text().splitlines(keepends=True)
        chance = random.Random(4)
        chance.shuffle(rows)
        log.write_text("".join(rows[:-9000]))
        late.write_text("".join(rows[-9000:]))
        database = self.folder / "passes.db"
        store = f"sqlite:{database}"
        self.assertEqual(turnout("import", log, store).returncode, 0)
        expected = self.estimate(store)
        self.assertEqual(self.estimate(log), expected)
        killed = sum(killed_after(chance.uniform(0, 0.3), self.folder, "log", "summarise", store, "--again")
                     for _ in range(15))
        self.assertGreater(killed, 3)
        self.assertEqual(self.estimate(store), expected)
        made = json.loads(turnout("log", "summarise", store, "--json").stdout)
        self.assertEqual(made["schema"], "turnout/log-summarise/1")
        self.assertEqual(self.estimate(store), expected)
        self.assertIn("summarised 0 days", turnout("log", "summarise", store).stdout)
        # What is late goes to all days; the import keeps the summaries, or whoever comes next does.
        killed = sum(killed_after(chance.uniform(0, 0.3), self.folder, "import", late, store) for _ in range(10))
        self.assertGreater(killed, 2)
        self.assertEqual(turnout("import", late, store).returncode, 0)
        whole = self.folder / "whole.jsonl"
        whole.write_text("".join(rows))
        self.assertEqual(self.estimate(store), self.estimate(whole))
        with sqlite3.connect(database) as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM changed_days").fetchone(), (0,))
            self.assertGreater(connection.execute("SELECT count(*) FROM day_summaries").fetchone()[0], 28)

    def test_estimate_and_simulate_that_are_killed_leave_no_half_file(self):
        chance = random.Random(3)
        out = self.folder / "out.toml"
        out.write_text("old")
        log = self.folder / "log.jsonl"
        log.write_text("old")
        killed = 0
        for _ in range(25):
            killed += killed_after(chance.uniform(0, 0.08), self.folder, "estimate", "--log", LOG, "-o", out)
            self.assertTrue(out.read_text() == "old" or out.read_text().endswith("\n"), "half a scenario")
            killed += killed_after(chance.uniform(0, 0.08), self.folder, *SIMULATE, "--tasks", 20000, "-o", log)
            text = log.read_text()
            self.assertTrue(text == "old" or text.endswith("}\n"))
        self.assertGreater(killed, 5)


if __name__ == "__main__":
    unittest.main()
