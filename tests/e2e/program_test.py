#!/usr/bin/env python3
"""The program as its users meet it: streams, files, exit codes, bad arguments. usage: program_test.py TURNOUT"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = "V,P,p1,t1,c1,p2,t2,c2\n"
ROW = "12,4,0.45,3,0.4,0.8,9,2\n"
GAME = "--value 12 --penalty 4 --p1 0.45 --t1 3 --c1 0.4 --p2 0.8 --t2 9 --c2 2".split()
VERBS = ["solve", "plan", "response", "audit", "explain", "catalog", "transparency", "robust", "map", "sweep", "figures", "calibrate", "replay",
         "simulate", "import", "log", "estimate", "evaluate", "verify", "completion"]


def turnout(*arguments, stdin="", **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False,
                          timeout=300, **options)


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refuses(self, done, *expected):
        """Exit code 2, nothing but one line on standard error, and in it what is expected."""
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for words in expected:
            self.assertIn(words, done.stderr)

    def test_every_verb_has_help_with_an_example(self):
        self.assertIn("0 done", turnout("--help").stdout)
        for verb in VERBS:
            done = turnout(verb, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn("Example", done.stdout)
            self.assertIn(f"turnout {verb}", done.stdout)

    def test_the_examples_of_the_help_run(self):
        ran = 0
        for verb in ["plan", "audit", "transparency", "robust", "map", "sweep", "figures", "calibrate", "replay", "simulate", "import", "log", "estimate", "evaluate"]:
            for line in turnout(verb, "--help").stdout.splitlines():
                words = line.split()
                if words[:2] != ["turnout", verb] or not all((ROOT / w).exists() for w in words if "." in w and "/" in w):
                    continue
                if any(w in ("outcomes.csv", "scenario.toml", "sqlite:passes.db") for w in words):
                    continue  # files that a reader would have
                ran += 1
                done = turnout(*words[1:], cwd=ROOT) if "-o" not in words else turnout(*words[1:-1], self.folder / words[-1], cwd=ROOT)
                self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")
        self.assertGreaterEqual(ran, 10)

    def test_version_is_printed(self):
        self.assertRegex(turnout("--version").stdout, r"^turnout \d+\.\d+\.\d+\n$")

    def test_flags_and_file_give_the_same_numbers(self):
        file = self.folder / "s.toml"
        file.write_text("[user]\nvalue=12\n[provider]\nchurn_penalty=4\n"
                        "[[model]]\nname='M1'\nsuccess=0.45\nlatency=3\ncost=0.4\n"
                        "[[model]]\nname='M2'\nsuccess=0.8\nlatency=9\ncost=2\n")
        by_file = turnout("solve", file, "--json").stdout
        self.assertEqual(by_file, turnout("solve", *GAME, "--json").stdout)
        self.assertEqual(by_file, turnout("solve", "-", "--json", stdin=file.read_text()).stdout)
        self.assertEqual(json.loads(by_file)["provider_cost"], 0.4 / 0.45)

    def test_batch_agrees_with_solve(self):
        batch = turnout("solve", "--batch", "-", stdin=HEADER + ROW).stdout.splitlines()
        row = dict(zip(batch[0].split(","), batch[1].split(",")))
        solution = json.loads(turnout("solve", *GAME, "--json").stdout)
        for key in list(row)[8:]:
            value = solution[key] if isinstance(solution[key], str) else float(solution[key])
            self.assertEqual(row[key] if isinstance(value, str) else float(row[key]), value, key)

    def test_json_of_populations_calibrations_and_replays(self):
        def fetch(*arguments):
            return json.loads(turnout(*arguments, "--json").stdout, parse_constant=lambda c: self.fail(c))
        population = fetch("solve", ROOT / "examples/two-kinds-of-users.toml")
        self.assertEqual(len(population["segments"]), 2)
        self.assertLessEqual(population["certificate"]["lower_bound"], population["provider_cost"])
        fits = fetch("calibrate", ROOT / "catalog/tau2_passk.csv", "--group", "domain")["fits"]
        self.assertEqual([f["group"] for f in fits], ["airline", "banking_knowledge", "retail", "telecom"])
        policies = fetch("replay", ROOT / "catalog/outcomes/gsm8k.csv", ROOT / "examples/gsm8k.toml", "--splits", 2)["policies"]
        self.assertEqual(policies[0]["policy"], "Turnout plan")

    def test_plan_has_the_names_that_programs_rely_on(self):
        plan = json.loads(turnout("plan", ROOT / "examples/four-models.toml", "--json").stdout)
        for key in ["provider_cost", "user_utility", "success"]:
            self.assertIsInstance(plan[key], float)
        self.assertEqual([a["attempt"] for a in plan["steps"]], list(range(1, len(plan["steps"]) + 1)))
        self.assertEqual(plan["steps"][0]["reach"], 1)
        self.assertAlmostEqual(sum(one["probability"] for one in plan["steps"][5]["lottery"]), 1)
        costs = [plan["classes"][c]["provider_cost"] for c in ["best_static", "paper_policy", "deterministic_plan", "plan"]]
        self.assertEqual(costs[3], plan["provider_cost"])
        self.assertEqual(costs[3], min(costs))

    def test_plan_of_two_models_has_the_paper_s_equilibrium_among_its_classes(self):
        plan = json.loads(turnout("plan", *GAME, "--json").stdout)
        solution = json.loads(turnout("solve", *GAME, "--json").stdout)
        self.assertAlmostEqual(plan["classes"]["paper_policy"]["provider_cost"], solution["provider_cost"], delta=1e-12)

    def test_plan_reads_outcomes_beside_the_scenario(self):
        (self.folder / "o.csv").write_text("task,large,mini\na,1,1\nb,1,0\nc,0,0\nd,1,0\n")
        models = "".join(f"[[model]]\nname='{n}'\nlatency={t}\ncost={c}\n" for n, t, c in [("mini", 0, 1), ("large", 0, 4)])
        file = self.folder / "s.toml"
        file.write_text("[user]\nvalue=9\n[provider]\nchurn_penalty=20\n[difficulty]\noutcomes='o.csv'\n" + models)
        plan = json.loads(turnout("plan", file, "--depth", 2, "--json").stdout)
        # mini solves a; large then solves b and d; nobody solves c: 1 + 3/4 * 4 + 1/4 * 20.
        self.assertEqual([a["model"] for a in plan["steps"]], ["mini", "large"])
        self.assertAlmostEqual(plan["provider_cost"], 9)
        self.refuses(turnout("plan", file, "--depth", 0), "--depth")
        self.refuses(turnout("plan", file, "--depth", 65), "--depth")
        (self.folder / "o.csv").write_text("task,large\na,1\n")
        self.refuses(turnout("plan", file), "s.toml:6", "has no outcomes of model 'mini'")

    def test_verbs_refuse_what_they_do_not_cover_by_its_key(self):
        example = (ROOT / "examples/grok-3-mini-gpt-5.toml").read_text()
        keys = {"model.price": "price=1\n", "difficulty.outcomes": f"[difficulty]\noutcomes='{self.folder}/o.csv'\n"}
        (self.folder / "o.csv").write_text("task,grok-3-mini (high),gpt-5 (medium)\na,1,1\n")
        left_out = {"difficulty": "[difficulty]\nsigma=1\n", "switching": "[switching]\ncost=1\n"}
        for verb in ["solve", "response", "audit", "explain"]:
            for key, text in keys.items():
                self.refuses(turnout(verb, "-", stdin=example + text), f"standard input: {key}: ", verb)
            for key, text in left_out.items():
                done = turnout(verb, "-", stdin=example + text)
                self.assertEqual(done.stdout, turnout(verb, "-", stdin=example).stdout)
                self.assertEqual(done.stderr, f"turnout: note: [{key}] is left out: the paper's game has none; see turnout plan\n")
        self.refuses(turnout("plan", "-", stdin=example.replace("[user]", "[user]\nknows='policy'")), "user.knows")
        self.refuses(turnout("plan", "-", stdin=example.replace("[provider]", "[provider]\ncommits=false")), "provider.commits")

    def test_json_of_every_verb_is_json_without_nan(self):
        example = ROOT / "examples/grok-3-mini-gpt-5.toml"
        for verb in ["solve", "plan", "response", "audit", "explain", "transparency", "robust"]:
            text = turnout(verb, example, "--json").stdout
            self.assertIn("game", json.loads(text, parse_constant=lambda c: self.fail(c)))
        report = json.loads(turnout("catalog", ROOT / "catalog/aider_edit.csv", "--value", 1, "--penalty", 1, "--pairs", "--json").stdout)
        self.assertEqual(len(report["pairs"]), 30 * 29)
        self.assertEqual(len(json.loads(turnout("verify", "--games", 2, "--json").stdout)["statements"]), 70)

    def test_bad_arguments_are_refused_in_one_line(self):
        self.refuses(turnout(), "needs a verb", "map, sweep, figures")
        self.refuses(turnout("slove"), "slove")
        self.refuses(turnout("solve"), "needs a scenario file")
        self.refuses(turnout("solve", "--value", 12), "--penalty", "missing")
        self.refuses(turnout("solve", *GAME[:-1], "two"), "--c2", "'two' is not a number")
        self.refuses(turnout("solve", *GAME[:-1], "nan"), "--c2", "'nan' is not a finite number")
        self.refuses(turnout("solve", *GAME, "--p1", "0"), "--p1")
        self.refuses(turnout("solve", "x.toml", *GAME), "not both")
        self.refuses(turnout("solve", *GAME, "--json", "--batch", "x"), "--batch")
        self.refuses(turnout("solve", *GAME, "-o", "x"), "--batch")
        self.refuses(turnout("response", *GAME, "--points", 1), "--points")
        self.refuses(turnout("response", *GAME, "--csv", "--json"), "--csv")
        self.refuses(turnout("audit", *GAME, "--margin", "-1"), "--margin")
        self.refuses(turnout("catalog"), "file")
        self.refuses(turnout("catalog", "x.csv", "--value", 1, "--penalty", 1, "--columns", "price=x"), "--columns", "KEY=COLUMN")
        self.refuses(turnout("catalog", "x.csv", "--value", "-1", "--penalty", 1), "--value", "must be >= 0")
        self.refuses(turnout("verify", "--games", 0), "--games")
        self.refuses(turnout("verify", "--seed", "x"), "--seed")
        self.refuses(turnout("completion", "fish"), "fish")
        gsm8k = ROOT / "catalog/outcomes/gsm8k.csv"
        self.refuses(turnout("replay", gsm8k), "needs a scenario, or --random")
        self.refuses(turnout("replay", gsm8k, ROOT / "examples/gsm8k.toml", "--random", 3, "--score", "prompt_chars"), "--random")
        self.refuses(turnout("replay", gsm8k, ROOT / "examples/gsm8k.toml", "--score", "x"), "gsm8k.csv:1", "'x'")
        self.refuses(turnout("replay", gsm8k, "--random", 3), "gsm8k.csv:2", "prompt_chars", "must be in [0, 1]")
        self.refuses(turnout("calibrate", gsm8k), "gsm8k.csv:1", "solved_first")
        self.refuses(turnout("calibrate", gsm8k, "--group", "x", "--outcomes"), "--group")
        self.refuses(turnout("robust", ROOT / "examples/uncertain.toml", "--draws", 5), "--draws")

    def test_missing_and_forbidden_files_are_named(self):
        missing = self.folder / "missing"
        self.refuses(turnout("solve", missing), str(missing), "No such file")
        self.refuses(turnout("solve", "--batch", missing), str(missing), "No such file")
        self.refuses(turnout("catalog", missing, "--value", 1, "--penalty", 1), str(missing), "No such file")
        self.refuses(turnout("solve", self.folder), "Is a directory")
        self.refuses(turnout("solve", "--batch", "-", "-o", missing / "out", stdin=HEADER), "cannot be written")

    def test_a_file_without_permission_is_named(self):
        secret = self.folder / "secret"
        secret.write_text(HEADER)
        secret.chmod(0)
        self.folder.chmod(0o755)
        program = self.folder / "turnout"  # where another user can run it
        shutil.copy(PROGRAM, program)
        # Root may read everything, so root asks as nobody.
        as_nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([program, "solve", "--batch", secret], capture_output=True, text=True, check=False, timeout=60,
                              cwd=self.folder, **as_nobody)
        self.refuses(done, str(secret), "Permission denied")

    def test_scenarios_that_are_not_are_refused(self):
        for name, content in {"empty": b"", "binary": bytes(range(256)), "huge": b"#" * 2_000_000,
                              "deep": b"a=" + b"[" * 100_000, "text": b"hello world\n"}.items():
            file = self.folder / name
            file.write_bytes(content)
            self.refuses(turnout("solve", file), str(file))

    def test_a_bad_row_leaves_no_output_file(self):
        out = self.folder / "out.csv"
        done = turnout("solve", "--batch", "-", "-o", out, stdin=HEADER + ROW * 1000 + "1,2,3\n")
        self.refuses(done, "standard input:1002: has 3 fields, the header has 8")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_bad_row_on_standard_output_comes_after_the_rows_before_it(self):
        done = turnout("solve", "--batch", "-", stdin=HEADER + ROW * 3 + "1,2,3\n")
        self.refuses(done, "standard input:5")
        self.assertEqual(done.stdout.count("\n"), 4)

    def test_a_killed_batch_leaves_the_old_output_file(self):
        out = self.folder / "out.csv"
        out.write_text("old\n")
        process = subprocess.Popen([PROGRAM, "solve", "--batch", "-", "-o", out], stdin=subprocess.PIPE)
        process.stdin.write((HEADER + ROW * 20_000).encode())
        process.stdin.flush()
        process.kill()
        process.wait()
        process.stdin.close()
        self.assertEqual(out.read_text(), "old\n")

    def test_a_full_disk_is_reported(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "solve", *GAME], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=300)
            self.refuses(done, "standard output: cannot be written: No space left on device")
        self.refuses(turnout("solve", "--batch", "-", "-o", "/dev/full", stdin=HEADER + ROW), "/dev/full", "No space left")
        self.refuses(turnout("verify", "--games", 1, "--ledger", "/dev/full"), "/dev/full", "No space left")

    def test_a_closed_pipe_is_reported(self):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as closed:
            done = subprocess.run([PROGRAM, "solve", "--batch", "-"], input=HEADER + ROW * 10, stdout=closed,
                                  stderr=subprocess.PIPE, text=True, check=False, timeout=300)
        self.refuses(done, "standard output: cannot be written: Broken pipe")

    def test_a_closed_standard_output_is_reported(self):
        command = f"{PROGRAM} solve {' '.join(GAME)} >&-"
        self.refuses(subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=300), "standard output")

    def test_rows_stream_before_the_input_ends(self):
        process = subprocess.Popen([PROGRAM, "solve", "--batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write((HEADER + ROW * 2500).encode())  # fits the pipe; its answer exceeds the program's buffer
        process.stdin.flush()
        first = process.stdout.read(1000)
        self.assertTrue(first.startswith(b"V,P,p1"))
        process.stdin.close()
        self.assertEqual(first.count(b"\n") + process.stdout.read().count(b"\n"), 2501)
        self.assertEqual(process.wait(), 0)
        process.stdout.close()

    def test_completion_offers_verbs_and_options(self):
        script = turnout("completion", "bash").stdout

        def offered(words, at):
            ask = f"{script}COMP_WORDS=(turnout {words}); COMP_CWORD={at}; _turnout; echo ${{COMPREPLY[@]}}"
            return subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True, timeout=60).stdout.split()

        self.assertEqual(offered("so", 1), ["solve"])
        self.assertEqual(offered("solve --ba", 2), ["--batch"])


if __name__ == "__main__":
    unittest.main(verbosity=0)
