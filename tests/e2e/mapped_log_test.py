#!/usr/bin/env python3
"""Logs of other programs: told by their looks or read by a map, requests matched to tasks, what is wrong said.

usage: mapped_log_test.py TURNOUT
"""
import csv
import gzip
import io
import json
import os
import sqlite3
import subprocess
import unittest

import labelled_log
from log_test import LOG, PROGRAM, ROOT, LogCase, rows_of, turnout

MAPS = ROOT / "tests/e2e/maps"


class MappedLogs(LogCase):
    def mapped(self, name, source):
        """What a shipped map makes of another program's log: (task, attempt, model, latency, outcome, ending) and the
        counts."""
        database = self.folder / f"{name}.db"
        done = turnout("import", "--map", name, source, f"sqlite:{database}", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        again = json.loads(turnout("import", "--map", name, source, f"sqlite:{database}", "--json").stdout)
        answer = json.loads(done.stdout)
        self.assertEqual((again["added"], again["repeated"]), (0, answer["added"]))
        with sqlite3.connect(database) as connection:
            columns = "task_id, attempt, model, latency_s, outcome, ending"
            rows = connection.execute(f"SELECT {columns} FROM passes ORDER BY started_us").fetchall()
        estimate = turnout("estimate", "--log", source, "--map", name, "--window", 0, "--json")
        self.assertEqual(estimate.returncode, 0, estimate.stderr)
        told = {key: value for key, value in answer["matched"].items() if value and isinstance(value, int)}
        self.assertEqual(sum(answer["matched"]["rules"].values()), answer["rows"])
        return rows, told

    def test_litellms_spend_logs_are_read(self):
        rows, counts = self.mapped("litellm", MAPS / "litellm.jsonl")
        self.assertEqual(rows, [("r1", 1, "mini", 2.5, "unknown", "reprompted"),
                                ("r1", 2, "mini", 3, "unknown", "open"),
                                ("r3", 1, "large", 9, "unknown", "reprompted"),
                                ("r3", 2, "large", 9, "unknown", "open"),
                                ("r6", 1, "mini", 2, "unknown", "reprompted"), ("r6", 2, "mini", 2, "unknown", "open")])
        self.assertEqual(counts, {"tasks": 3, "passes": 6, "by_messages": 1, "by_similarity": 1, "by_conversation": 1,
                                  "without_text": 1, "passed_over": 1})

    def test_langfuses_observations_and_scores_are_read(self):
        rows, counts = self.mapped("langfuse", MAPS / "langfuse")
        self.assertEqual(rows, [("o1", 1, "mini", 4, "failure", "reprompted"), ("o1", 2, "large", 5, "success", "open"),
                                ("o5", 1, "large", 5, "unknown", "open")])
        self.assertEqual(counts, {"tasks": 2, "passes": 3, "by_messages": 1, "merged": 1, "feedback_rows": 2,
                                  "lost_feedback_rows": 1, "passed_over": 2})

    def test_opentelemetrys_spans_are_read(self):
        rows, counts = self.mapped("opentelemetry", MAPS / "opentelemetry.jsonl")
        self.assertEqual(rows, [("01", 1, "mini", 3.5, "failure", "reprompted"),
                                ("01", 2, "large", 9, "success", "open")])
        self.assertEqual(counts, {"tasks": 1, "passes": 2, "by_conversation": 1, "without_text": 1, "feedback_rows": 2,
                                  "passed_over": 1})

    def test_reprompts_of_a_study_are_told_as_the_study_knew_them(self):
        done = turnout("import", "--map", ROOT / "examples/maps/realhumaneval.toml",
                       ROOT / "catalog/realhumaneval_chat.csv",
                       f"sqlite:{self.folder}/study.db", "--json")
        matched = json.loads(done.stdout)["matched"]
        self.assertEqual(matched["tasks"], 397)  # the study has 388 episodes
        self.assertGreater(matched["precision"], 0.985)
        self.assertGreater(matched["recall"], 0.97)

    def test_rules_3_to_5_find_the_reprompts_of_labelled_chats_and_agents(self):
        for kind in ("chats", "agents"):
            log = labelled_log.labelled(800, 1, kind)
            rows = self.folder / f"{kind}.jsonl"
            rows.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in log.rows))
            done = turnout("import", "--map", MAPS / "labelled.toml", rows, f"sqlite:{self.folder}/{kind}.db", "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            matched = json.loads(done.stdout)["matched"]
            self.assertLess(abs(matched["tasks"] / log.tasks - 1), 0.04)  # users' mistakes apart, as many as there were
            self.assertLess(abs(matched["passes"] / log.attempts - 1), 0.002)
            judged = matched["judged"]
            for rule, precision, recall in (("retry", 0.999, 0.999), ("certain", 0.98, 0.99),
                                            ("further_turn", 0.94, 0.79),
                                            ("other_conversation", 0.88, 0.92)):
                self.assertGreater(judged[rule]["precision"], precision, rule)
                self.assertGreater(judged[rule]["recall"], recall, rule)
            if kind == "agents":
                self.assertEqual((judged["step"]["precision"], judged["step"]["recall"]), (1, 1))

    def litellm_row(self, number, **more):
        return {"request_id": f"r{number}", "call_type": "acompletion", "spend": 0.1, "model": "m",
                "user": f"u{number % 2}",
                "startTime": f"2026-03-01 10:{number:02d}:00+00", "endTime": f"2026-03-01 10:{number:02d}:02+00",
                "session_id": f"s{number}", "status": "success", "messages": "{}", "metadata": "{}",
                "proxy_server_request": "{}", **more}

    def test_what_psql_exports_of_litellm_is_no_match_of_every_row(self):
        said = json.dumps({"messages": [{"role": "user", "content": "How do I sort\na list, \"dates\" first?"}]})
        rows = [self.litellm_row(i) for i in range(6)]
        rows[4].update(proxy_server_request=said)
        rows.append(self.litellm_row(6, proxy_server_request=said))  # the same user again: a re-prompt
        rows.append(self.litellm_row(7, status="failure", model="", spend=0))  # a 429 that nobody retried
        rows.append(self.litellm_row(8, metadata=json.dumps({"status": "failure"}), status=""))
        out = io.StringIO()
        table = csv.DictWriter(out, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
        spend = self.folder / "spend.csv"
        spend.write_text(out.getvalue() + "\n")  # a blank line at the end
        done = turnout("import", spend, f"sqlite:{self.folder}/spend.db", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["taken"], "taken for LiteLLM's spend logs (CSV): read by --map litellm")
        self.assertIn("taken for LiteLLM", done.stderr)
        matched = answer["matched"]
        self.assertEqual((matched["tasks"], matched["passes"], matched["errors"], matched["unanswered"]), (6, 7, 2, 2))
        self.assertEqual([r[0] for r in rows_of(self.folder / "spend.db") if r[2] == 2 or r[1] == 2], ["r4"])
        spend.write_text(out.getvalue()[:-60])  # its writer was killed
        again = json.loads(turnout("import", spend, f"sqlite:{self.folder}/cut.db", "--json").stdout)
        self.assertEqual(again["cut_off"], 1)
        latin = self.folder / "latin.csv"
        latin.write_bytes(out.getvalue().replace("u1", "Jos\u00e9").encode("latin-1"))
        done = turnout("import", latin, f"sqlite:{self.folder}/latin.db")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"latin.csv:3: is no UTF-8 \(byte 0xe9 at \d+\).*iconv -f WINDOWS-1252 -t UTF-8")

    def test_arrays_pages_and_pretty_printed_rows_are_read_and_told_by_their_looks(self):
        rows = [json.loads(line) for line in (MAPS / "litellm.jsonl").read_text().splitlines()]
        spans = [json.loads(line) for line in (MAPS / "opentelemetry.jsonl").read_text().splitlines()]
        expected = json.loads(turnout("import", "--map", "litellm", MAPS / "litellm.jsonl",
                                      f"sqlite:{self.folder}/a.db", "--json").stdout)
        texts = {"array.json": json.dumps(rows), "pretty.json": json.dumps(rows, indent=2),
                 "page.json": json.dumps({"data": rows, "meta": {}}),
                 "objects.json": "\n".join(json.dumps(row, indent=1) for row in rows), "unnamed": json.dumps(rows)}
        for name, text in texts.items():
            file = self.folder / name
            file.write_text(text)
            done = turnout("import", file, f"sqlite:{self.folder}/{name}.db", "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["matched"], expected["matched"], name)
        with (self.folder / "array.json").open() as stdin:
            done = turnout("log", "stats", "-", "--json", stdin=stdin)
        self.assertEqual(json.loads(done.stdout)["passes"], 6)
        self.assertIn("note: taken for LiteLLM's spend logs", done.stderr)
        self.assertIn("taken for LiteLLM's spend logs (a JSON array)",
                      turnout("audit", self.folder / "array.json").stderr)
        otlp = self.folder / "otlp.json"
        otlp.write_text("\n".join(json.dumps(span, indent=2) for span in spans))
        self.assertEqual(json.loads(turnout("import", otlp, f"sqlite:{self.folder}/o.db", "--json").stdout)["added"], 2)
        self.assertEqual(json.loads(turnout("import", MAPS / "langfuse", f"sqlite:{self.folder}/l.db",
                                            "--json").stdout)["added"], 3)

    def test_an_import_that_added_nothing_is_an_error_with_a_hint(self):
        file = self.folder / "rows.jsonl"
        file.write_text('{"task_id": "a", "attempt": 0}\n')
        done = turnout("import", file, f"sqlite:{self.folder}/x.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn("1 rows refused", done.stdout)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("nothing was imported: 1 of 1 rows were refused: 1 because missing model; the first", done.stderr)
        self.assertIn("a --map forgotten", done.stderr)
        file.write_text('{"model_name": "m", "created": 1}\n')
        done = turnout("import", file, f"sqlite:{self.folder}/x.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn('JSON Lines with model_name, created; a --map FILE.toml says where', done.stderr)
        self.assertIn('perhaps model = "/model_name", started_at = "/created"', done.stderr)
        done = turnout("import", "--map", "litellm", file, f"sqlite:{self.folder}/x.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn("none is a pass by this map", done.stderr)
        file.write_text("")
        self.assertIn("holds no row", turnout("import", file, f"sqlite:{self.folder}/x.db").stderr)

    def test_every_verb_that_reads_a_log_says_how_many_rows_were_refused_and_why(self):
        log = self.folder / "log.jsonl"
        lines = gzip.open(ROOT / "examples/explored.jsonl.gz", "rt").read().splitlines()
        log.write_text("\n".join(lines + [json.dumps(dict(json.loads(lines[0]), latency_s=-1))] * 3) + "\n")
        for verb in (["estimate"], ["audit"], ["advise"], ["evaluate", "--policy", "mini"]):
            done = turnout(*verb, "--log", log, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"3 of {len(lines) + 3} rows were refused: 3 because latency_s is missing, negative or over "
                          f"1e9", done.stderr)
            answer = json.loads(done.stdout)
            counted = {"audit": lambda: answer["estimate"]["import"]["refused"],
                       "advise": lambda: answer["read"]["refused_because"]}
            refused = counted.get(verb[0], lambda: answer["import"]["refused"])()
            self.assertEqual(refused, {"latency_s is missing, negative or over 1e9": 3})

    def test_a_log_that_was_cut_off_and_steps_told_by_their_haste_are_spoken_of(self):
        cut = self.folder / "cut.jsonl"
        cut.write_text(gzip.open(LOG, "rt").read()[:-30])
        self.assertIn("note: 1 file ends in the middle of a row, which was left out",
                      turnout("estimate", "--log", cut).stderr)
        hasty = self.folder / "hasty.jsonl"
        rows = [self.litellm_row(i, session_id=f"s{i // 2}", user="u",
                                 startTime=f"2026-03-01 10:{i // 2:02d}:{3 * (i % 2):02d}+00",
                                 endTime=f"2026-03-01 10:{i // 2:02d}:{2 + 3 * (i % 2):02d}.5+00") for i in range(20)]
        hasty.write_text("".join(json.dumps(row) + "\n" for row in rows))
        answer = json.loads(turnout("import", hasty, f"sqlite:{self.folder}/hasty.db", "--json").stdout)
        self.assertEqual((answer["matched"]["by_pace"], answer["matched"]["rules"]["step"]), (10, 10))
        self.assertIn("10 of 20 rows follow the one before", " ".join(answer["questions"]))

    def chats_in_litellm(self, **more):
        """Forty users who go on in their conversation with words that say little."""
        rows = []
        for i in range(40):
            first = {"role": "user", "content": f"How many people live in town number {i}, and since when do they?"}
            then = [first, {"role": "assistant", "content": "Some."},
                    {"role": "user", "content": f"it is much\thigher though {i}"}]
            for turn, said in enumerate(([first], then)):
                rows.append(self.litellm_row(i, request_id=f"r{i}-{turn}", user=f"u{i}",
                                             startTime=f"2026-03-01 10:{i:02d}:{turn * 30:02d}+00",
                                             endTime=f"2026-03-01 10:{i:02d}:{turn * 30 + 2:02d}+00",
                                             proxy_server_request={"messages": said}) | more)
        return rows

    def test_advice_tells_a_log_by_its_looks_and_asks_about_doubtful_reprompts(self):
        rows = self.chats_in_litellm()
        table = io.StringIO()
        writer = csv.DictWriter(table, rows[0].keys())
        writer.writeheader()
        writer.writerows({k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()} for row in rows)
        forms = {"rows.jsonl": "".join(json.dumps(row) + "\n" for row in rows), "page.json": json.dumps({"data": rows}),
                 "rows.csv": table.getvalue()}
        read = {}
        for name, text in forms.items():
            (self.folder / name).write_text(text)
            done = turnout("advise", self.folder / name, "--ltv", 40, "--window", 600, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            read[name] = json.loads(done.stdout)["read"]
            self.assertIn("taken for LiteLLM's spend logs", read[name].pop("taken"))
        self.assertEqual(read["page.json"], read["rows.jsonl"])
        self.assertEqual(read["rows.csv"], read["rows.jsonl"])
        read = read["rows.csv"]
        self.assertEqual({rule: n for rule, n in read["by_rule"].items() if n}, {"further_turn": 40, "new_task": 40})
        doubtful = read["matched"]["doubtful"]
        self.assertEqual(len({doubt["request"]["user_id"] for doubt in doubtful}), 3)
        for doubt in doubtful:
            i = doubt["request"]["user_id"][1:]
            self.assertEqual((doubt["request"]["id"], doubt["before"]["id"]), (f"r{i}-1", f"r{i}-0"))
            self.assertEqual(doubt["request"]["words"], f"it is much higher though {i}")
            self.assertIn("shorter than the task's first", doubt["why"])
            self.assertTrue(0.1 < doubt["probability"] < 0.9)
        done = turnout("advise", self.folder / "rows.csv", "--ltv", 40)
        self.assertEqual(done.returncode, 2)
        self.assertIn("80 of 80 passes are so young that their users may come back yet (--window)", done.stderr)
        text = turnout("advise", self.folder / "rows.csv", "--ltv", 40, "--window", 600).stdout
        self.assertIn("Do these users ask again because the answer before failed?", text)
        self.assertIn("    then:   it is much higher though", text)

    def test_without_texts_doubtful_reprompts_are_shown_by_their_ids(self):
        log = self.folder / "rows.jsonl"
        log.write_text("".join(json.dumps(row) + "\n" for row in self.chats_in_litellm(proxy_server_request={})))
        read = json.loads(turnout("advise", log, "--ltv", 40, "--window", 600, "--json").stdout)["read"]
        self.assertEqual([doubt["request"]["id"] for doubt in read["matched"]["doubtful"]], ["r0-1", "r1-1", "r2-1"])
        self.assertTrue(all(doubt["request"]["words"] is None and doubt["probability"] == 0.5
                            for doubt in read["matched"]["doubtful"]))
        self.assertIn("no words to judge by", " ".join(read["questions"]))

    def test_milliseconds_taken_for_seconds_are_questioned(self):
        log = self.folder / "log.jsonl"
        log.write_text("".join(json.dumps({"m": "x", "at": 1772359200 + i, "ms": 2500, "u": i}) + "\n"
                               for i in range(5)))
        for latency, asked in (('"/ms"', True), ('{ at = "/ms", times = 0.001 }', False)):
            by = self.folder / "map.toml"
            by.write_text(f'[pass.columns]\nmodel = "/m"\nstarted_at = "/at"\nuser_id = "/u"\nlatency_s = {latency}\n')
            done = turnout("import", "--map", by, log, f"sqlite:{self.folder}/{asked}.db", "--json")
            answer = json.loads(done.stdout)
            self.assertEqual(any("milliseconds" in question for question in answer["questions"]), asked)
            self.assertEqual(answer["mean_latency_s"], 2500 if asked else 2.5)

    def test_a_long_log_is_matched_in_bounded_memory(self):
        rows = self.folder / "rows.jsonl"
        with rows.open("w") as out:
            for i in range(200_000):
                said = [{"role": "user", "content": f"{i} " + "some words that are new each time " * 4 + str(i * i)}]
                out.write(json.dumps({"id": i, "user": i % 997, "model": "m", "start": 1_790_000_000 + i,
                                      "latency_ms": 1000, "messages": said}) + "\n")
        process = subprocess.Popen([PROGRAM, "import", "--map", MAPS / "labelled.toml", rows,
                                    f"sqlite:{self.folder}/rows.db"],
                                   stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status  # waited for
        self.assertEqual(status, 0)
        if b"__asan_init" in PROGRAM.read_bytes():
            return  # the sanitizer keeps what was freed
        self.assertLess(usage.ru_maxrss, 150_000)  # kilobytes; all rows in memory took 500,000

    def test_hostile_maps_and_rows_are_refused_in_one_line(self):
        bad = self.folder / "bad.toml"
        rows = self.folder / "rows.jsonl"
        rows.write_text('{"m": "\'; DROP TABLE passes; --", "at": 1}\n')
        columns = '[pass.columns]\nmodel = "/m"\nstarted_at = "/at"\nlatency_s = { value = 1 }\n'
        for text, words in (("[pass", "bad.toml:1:"), ("x = 1", "bad.toml: x: is not a known key"),
                            (columns + 'id = "$(reboot)"', "pass.columns.id: must be a place")):
            bad.write_text(text)
            done = turnout("import", "--map", bad, rows, f"sqlite:{self.folder}/x.db")
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
            self.assertIn(words, done.stderr)
        bad.write_text('table = "x\\"; DROP TABLE passes; --"\n' + columns)
        done = turnout("import", "--map", bad, rows, f"sqlite:{self.folder}/x.db")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("must be a FILE.toml or one of", turnout("log", "stats", rows, "--map", "nobody").stderr)
        self.assertEqual(turnout("log", "map", "litellm").stdout.splitlines()[0][:20], "# LiteLLM's spend lo")
        done = turnout("import", "--map", "langfuse", "postgres://u:secret@h/d", f"sqlite:{self.folder}/x.db")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("secret", done.stderr)

    def test_hostile_text_is_text(self):
        log = self.folder / "log.jsonl"
        nasty = ["'; DROP TABLE passes; --", '"quoted" \\ back', "%s %n {0}", "naïve 模型", "a" * 190, "$(rm -rf /)",
                 "</script>"]
        rows = [{"task_id": f"{n}{i}", "user_id": n, "policy_id": n, "attempt": 1, "model": n,
                 "started_at": "2026-01-01T00:00:00Z",
                 "latency_s": 1, "outcome": "success"} for n in nasty for i in range(3)]
        rows.append(dict(rows[0], task_id="later", started_at="2026-01-02T00:00:00Z"))
        log.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
        database = self.folder / "log.db"
        self.assertEqual(turnout("import", log, f"sqlite:{database}").returncode, 0)
        self.assertEqual(len(rows_of(database)), len(rows))
        for n in nasty:
            done = turnout("log", "stats", f"sqlite:{database}", "--where", f"model={n}", "--json")
            self.assertEqual([m["name"] for m in json.loads(done.stdout)["models"]], [n])
        done = turnout("estimate", "--log", f"sqlite:{database}", "-o", self.folder / "s.toml", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({m["name"] for m in json.loads(done.stdout)["models"]}, set(nasty))
        done = turnout("robust", "--regret", self.folder / "s.toml", "--depth", 1)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
