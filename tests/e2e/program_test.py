#!/usr/bin/env python3
"""The program as its users meet it: streams, files, exit codes, bad arguments. usage: program_test.py TURNOUT"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = "V,P,p1,t1,c1,p2,t2,c2\n"
ROW = "12,4,0.45,3,0.4,0.8,9,2\n"
GAME = "--value 12 --penalty 4 --p1 0.45 --t1 3 --c1 0.4 --p2 0.8 --t2 9 --c2 2".split()
VERBS = ["solve", "plan", "response", "audit", "explain", "catalog", "transparency", "robust", "map", "sweep",
         "explore", "figures", "calibrate", "replay",
         "simulate", "import", "log", "estimate", "advise", "evaluate", "verify", "serve", "policy", "init", "mock-llm",
         "mock-users", "completion", "help"]


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
        for verb in ["plan", "audit", "transparency", "robust", "map", "sweep", "figures", "calibrate", "replay",
                     "simulate", "import", "log", "estimate", "advise", "evaluate"]:
            for line in turnout(verb, "--help").stdout.replace(" \\\n      ", " ").splitlines():
                words = line.split()
                if "[OPTIONS]" in words:
                    continue  # the usage
                if words[:2] != ["turnout", verb] or not all((ROOT / w).exists() for w in words if "." in w
                                                             and "/" in w):
                    continue
                if any(w in ("outcomes.csv", "scenario.toml", "sqlite:passes.db") for w in words):
                    continue  # files that a reader would have
                ran += 1
                written = [self.folder / words[-1]] if "-o" in words else [words[-1]]
                done = turnout(*words[1:-1], *written, cwd=ROOT)
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

    def test_solve_plans_for_users_who_differ_where_there_are_not_two_models(self):
        scenario = self.folder / "differ.toml"
        segments = "".join(f"[[segment]]\nshare = {share}\nvalue = {value}\n" for share, value in ((0.3, 20), (0.7, 6)))
        scenario.write_text(f"[user]\npatience = 1\n{segments}[provider]\nchurn_penalty = 4\n" + "".join(
            f"[[model]]\nname = '{name}'\nsuccess = {p}\nlatency = {t}\ncost = {c}\n"
            for name, p, t, c in (("a", 0.2, 3, 0.1), ("b", 0.5, 4, 0.5), ("c", 0.8, 6, 2))))
        solved = turnout("solve", scenario, "--json")
        self.assertEqual(solved.returncode, 0, solved.stderr)
        planned = turnout("plan", scenario, "--json")
        answer = json.loads(planned.stdout)
        self.assertGreater(answer["provider_cost"], 0)
        for key in ("provider_cost", "steps", "policy", "segments"):
            self.assertEqual(json.loads(solved.stdout)[key], answer[key])
        self.assertIn("this is the answer of turnout plan", solved.stderr)

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
        policies = fetch("replay", ROOT / "catalog/outcomes/gsm8k.csv", ROOT / "examples/gsm8k.toml", "--splits",
                         2)["policies"]
        self.assertEqual(policies[0]["policy"], "Turnout plan")

    def test_plan_has_the_names_that_programs_rely_on(self):
        plan = json.loads(turnout("plan", ROOT / "examples/four-models.toml", "--json").stdout)
        for key in ["provider_cost", "user_utility", "success"]:
            self.assertIsInstance(plan[key], float)
        self.assertEqual([a["attempt"] for a in plan["steps"]], list(range(1, len(plan["steps"]) + 1)))
        self.assertEqual(plan["steps"][0]["reach"], 1)
        self.assertAlmostEqual(sum(one["probability"] for one in plan["steps"][5]["lottery"]), 1)
        costs = [plan["classes"][c]["provider_cost"] for c in ["best_static", "paper_policy", "deterministic_plan",
                                                               "plan"]]
        self.assertEqual(costs[3], plan["provider_cost"])
        self.assertEqual(costs[3], min(costs))

    def test_plan_of_two_models_has_the_paper_s_equilibrium_among_its_classes(self):
        plan = json.loads(turnout("plan", *GAME, "--json").stdout)
        solution = json.loads(turnout("solve", *GAME, "--json").stdout)
        self.assertAlmostEqual(plan["classes"]["paper_policy"]["provider_cost"], solution["provider_cost"], delta=1e-12)

    def test_plan_reads_outcomes_beside_the_scenario(self):
        (self.folder / "o.csv").write_text("task,large,mini\na,1,1\nb,1,0\nc,0,0\nd,1,0\n")
        models = "".join(f"[[model]]\nname='{n}'\nlatency={t}\ncost={c}\n"
                         for n, t, c in [("mini", 0, 1), ("large", 0, 4)])
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
        keys = {"difficulty.outcomes": f"[difficulty]\noutcomes='{self.folder}/o.csv'\n"}
        (self.folder / "o.csv").write_text("task,grok-3-mini (high),gpt-5 (medium)\na,1,1\n")
        left_out = {"difficulty": "[difficulty]\nsigma=1\n", "switching": "[switching]\ncost=1\n"}
        for verb in ["solve", "response", "audit", "explain"]:
            for key, text in keys.items():
                self.refuses(turnout(verb, "-", stdin=example + text), f"standard input: {key}: ", verb)
            self.assertIn("price 1", turnout(verb, "-", stdin=example + "price=1\n").stdout)
            for key, text in left_out.items():
                done = turnout(verb, "-", stdin=example + text)
                self.assertEqual(done.stdout, turnout(verb, "-", stdin=example).stdout)
                self.assertEqual(done.stderr, f"turnout: note: [{key}] is left out: the paper's game has none; see "
                                              f"turnout plan\n")
        impatient = ROOT / "examples/impatient-users.toml"
        for verb in ("solve", "audit"):
            self.assertIn("until the task ends,", " ".join(turnout(verb, impatient).stdout.split()))
            self.assertIn("until the task is solved", " ".join(turnout(verb, impatient, "--set",
                                                                       "rho=1").stdout.split()))
        self.refuses(turnout("plan", "-", stdin=example.replace("[user]", "[user]\nknows='policy'")), "user.knows")
        self.refuses(turnout("plan", "-", stdin=example.replace("[provider]", "[provider]\ncommits=false")),
                     "provider.commits")

    def test_the_policy_that_solve_prints_keeps_users_when_it_is_typed_into_simulate(self):
        scenario = self.folder / "s.toml"
        text = (ROOT / "examples/grok-3-mini-gpt-5.toml").read_text()
        for name in ("grok-3-mini", "gpt-5"):
            text = re.sub(f'"{name} .*"', f'"{name}"', text)
        scenario.write_text(text.replace("[user]", '[user]\nknows = "policy"'))
        printed = turnout("solve", ROOT / "examples/grok-3-mini-gpt-5.toml").stdout
        s = re.search(r"--policy 'cascade:.*,(0\.\d+)'", printed)[1]
        cost = float(re.search(r"provider cost J (\S+)", printed)[1])
        played = turnout("simulate", scenario, "--policy", f"cascade:grok-3-mini,gpt-5,{s}", "--tasks", 100000,
                         "--json")
        self.assertEqual(played.returncode, 0, played.stderr)
        payoffs = json.loads(played.stdout)["policies"][0]
        self.assertEqual(payoffs["success"]["value"], 1)
        self.assertLess(abs(payoffs["provider_cost"]["value"] - cost), 4.5 * payoffs["provider_cost"]["standard_error"])

    def test_a_margin_keeps_the_printed_policy_away_from_the_cliff(self):
        example = ROOT / "examples/grok-3-mini-gpt-5.toml"
        exact, careful = (json.loads(turnout("solve", example, "--margin", m, "--json").stdout) for m in (0, 0.1))
        self.assertGreater(careful["deployed"]["cascade"], 1.1 * exact["cascade"])
        self.assertEqual(careful["cascade"], exact["cascade"])
        self.assertIn("the exact optimum costs J = 0.0532026", turnout("solve", example, "--margin", 0.1).stdout)
        self.refuses(turnout("solve", example, "--margin", "-1"), "--margin", "must be from 0 to 1000")

    def test_json_of_every_verb_is_json_without_nan(self):
        example = ROOT / "examples/grok-3-mini-gpt-5.toml"
        for verb in ["solve", "plan", "response", "audit", "explain", "transparency", "robust"]:
            text = turnout(verb, example, "--json").stdout
            self.assertIn("game", json.loads(text, parse_constant=lambda c: self.fail(c)))
        report = json.loads(turnout("catalog", ROOT / "catalog/aider_edit.csv", "--value", 1, "--penalty", 1, "--pairs",
                                    "--json").stdout)
        self.assertEqual(len(report["pairs"]), 30 * 29)
        self.assertEqual(len(json.loads(turnout("verify", "--games", 2, "--json").stdout)["statements"]), 92)

    def test_bad_arguments_are_refused_in_one_line(self):
        self.refuses(turnout(), "needs a verb", "map, explore, figures, transparency")
        self.refuses(turnout("slove"), "'slove' is no verb; did you mean 'solve'?")
        self.refuses(turnout("solve", "--jsn"), "solve: '--jsn' is no option; did you mean '--json'?")
        self.refuses(turnout("log", "prun"), "log: 'prun' is not known; did you mean 'prune'?")
        self.refuses(turnout("log", "stats", "a.jsonl", "--jsn"), "log stats: '--jsn' is no option", "(see turnout log stats --help)")
        self.refuses(turnout("help", "log", "prun"), "did you mean 'prune'?")
        self.refuses(turnout("solve", "a", "b"), "solve: 'b' is one argument too many")
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
        self.refuses(turnout("catalog", "x.csv", "--value", 1, "--penalty", 1, "--columns", "price=x"), "--columns",
                     "KEY=COLUMN")
        self.refuses(turnout("catalog", "x.csv", "--value", "-1", "--penalty", 1), "--value", "must be >= 0")
        self.refuses(turnout("verify", "--games", 0), "--games")
        self.refuses(turnout("verify", "--seed", "x"), "--seed")
        self.refuses(turnout("completion", "tcsh"), "tcsh")
        gsm8k = ROOT / "catalog/outcomes/gsm8k.csv"
        self.refuses(turnout("replay", gsm8k), "needs a scenario, or --random")
        self.refuses(turnout("replay", gsm8k, ROOT / "examples/gsm8k.toml", "--random", 3, "--score", "prompt_chars"),
                     "--random")
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
        done = subprocess.run([program, "solve", "--batch", secret], capture_output=True, text=True, check=False,
                              timeout=60,
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
            done = subprocess.run([PROGRAM, "solve", *GAME], stdout=full, stderr=subprocess.PIPE, text=True,
                                  check=False, timeout=300)
            self.refuses(done, "standard output: cannot be written: No space left on device")
        self.refuses(turnout("solve", "--batch", "-", "-o", "/dev/full", stdin=HEADER + ROW), "/dev/full",
                     "No space left")
        self.refuses(turnout("verify", "--games", 1, "--ledger", "/dev/full"), "/dev/full", "No space left")

    def test_a_reader_that_goes_away_ends_it_in_silence(self):
        for arguments, rows in ((["solve", "--batch", "-"], HEADER + ROW * 10), (["help"], ""),
                                (["catalog", ROOT / "catalog/aider_edit.csv", "--pairs"], "")):
            reader, writer = os.pipe()
            os.close(reader)
            with os.fdopen(writer, "w") as closed:
                done = subprocess.run([PROGRAM, *arguments], input=rows, stdout=closed, stderr=subprocess.PIPE,
                                      text=True, check=False, timeout=300)
            self.assertEqual((done.returncode, done.stderr), (141, ""), arguments)

    def test_a_closed_standard_output_is_reported(self):
        command = f"{PROGRAM} solve {' '.join(GAME)} >&-"
        self.refuses(subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=300),
                     "standard output")

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

    def test_help_fits_80_columns_and_lists_verbs_in_groups(self):
        top = turnout("help").stdout
        self.assertEqual(top, turnout("--help").stdout)
        for group, verb in [("Decide", "solve"), ("Look", "map"), ("Learn from data", "estimate"), ("Prove", "verify"),
                            ("Operate", "init")]:
            self.assertRegex(top, rf"\n{group}:\n(?:  .*\n)*  {verb} ")
        for verb in VERBS:
            text = turnout("help", verb).stdout
            self.assertEqual(text, turnout(verb, "--help").stdout)
            self.assertEqual([line for line in text.splitlines() if len(line) > 80], [], verb)
        self.assertIn("turnout log prune", turnout("help", "log", "prune").stdout)
        self.assertEqual(turnout("-V").stdout, turnout("--version").stdout)

    def test_manual_pages_are_written_for_every_verb_and_are_sound(self):
        self.assertEqual(turnout("help", "--man-pages", self.folder).returncode, 0)
        pages = sorted(self.folder.glob("*.1"))
        self.assertEqual({page.name for page in pages}, {"turnout.1", *(f"turnout-{verb}.1" for verb in VERBS)})
        self.assertEqual(turnout("help", "solve", "--man").stdout, (self.folder / "turnout-solve.1").read_text())
        checks = {"groff": ["groff", "-man", "-ww", "-z", "-Tutf8"], "mandoc": ["mandoc", "-Tlint", "-Wwarning"]}
        for tool, command in checks.items():
            done = subprocess.run([*command, *map(str, pages)], capture_output=True, text=True, check=False, timeout=60)
            # The pages carry no date: they are the same whenever they are made.
            said = [line for line in (done.stdout + done.stderr).splitlines() if "missing date" not in line]
            self.assertEqual(said, [], tool)

    def test_init_writes_a_scenario_that_is_solved_and_replaces_none(self):
        file = self.folder / "scenario.toml"
        self.assertIn("turnout solve scenario.toml", turnout("init", cwd=self.folder).stdout)
        first = file.read_text()
        self.assertEqual(json.loads(turnout("solve", file, "--json").stdout)["game"]["models"][1]["name"],
                         "gpt-5 (medium)")
        self.refuses(turnout("init", "--from-catalog", "gpt-4.1", "o3 (high) + gpt-4.1", "-o", file),
                     "scenario.toml: is there already; --force")
        self.assertEqual(file.read_text(), first)
        self.assertEqual(turnout("init", "--from-catalog", "gpt-4.1", "o3 (high) + gpt-4.1", "-o", file,
                                 "--force").returncode, 0)
        self.assertIn('name = "o3 (high) + gpt-4.1"', file.read_text())
        self.assertEqual(turnout("init", "-o", "-").stdout, first)
        self.refuses(turnout("init", "--from-catalog", "gpt-4.1", "gpt5 (medium)", "-o", "-"),
                     "did you mean 'gpt-5 (medium)'?")
        self.refuses(turnout("init", "--from-catalog", "gpt-4.1", "-o", "-"), "--from-catalog")

    def test_set_changes_a_number_in_every_verb_that_reads_a_scenario(self):
        example = ROOT / "examples/grok-3-mini-gpt-5.toml"
        changed = self.folder / "changed.toml"
        changed.write_text(example.read_text().replace("churn_penalty = 0.1", "churn_penalty = 1.5"))
        for verb in ["solve", "plan", "response", "audit", "explain", "transparency", "robust"]:
            by_option = turnout(verb, example, "--set", "P=1.5", "--json")
            self.assertEqual(by_option.returncode, 0, by_option.stderr)
            self.assertEqual(by_option.stdout.replace(str(example), ""),
                             turnout(verb, changed, "--json").stdout.replace(str(changed), ""), verb)
        both = turnout("solve", example, "--set", "model.gpt-5 (medium).cost=0.01", "--set", "V=2", "--json")
        self.assertEqual(json.loads(both.stdout)["game"]["models"][1]["cost"], 0.01)
        self.assertEqual(json.loads(both.stdout)["game"]["value"], 2)
        self.refuses(turnout("solve", example, "--set", "provider.churn=1"),
                     "--set: 'provider.churn' is nothing that this scenario may say", "did you mean")
        self.refuses(turnout("solve", example, "--set", "p1=2"), "--set model[1].success")
        self.refuses(turnout("solve", *GAME, "--set", "P=1"), "--set")
        self.refuses(turnout("solve", "-", stdin=example.read_text().replace("churn_penalty", "churn_penaly")),
                     "did you mean 'churn_penalty'?")

    def test_a_log_may_be_an_argument_or_an_option(self):
        log = ROOT / "examples/passes.jsonl.gz"
        for verb in ["estimate", "audit"]:
            by_option = turnout(verb, "--log", log, "--ltv", 40)
            self.assertEqual(by_option.returncode, 0, by_option.stderr)
            self.assertEqual(turnout(verb, log, "--ltv", 40).stdout, by_option.stdout)
        self.refuses(turnout("audit", self.folder / "none.csv.zst"), "none.csv.zst", "No such file")
        self.refuses(turnout("audit", "sqlite:none.db", cwd=self.folder), "none.db")

    def test_libraries_that_are_not_there_are_named_with_their_package(self):
        # A file of the name that is no library stands for a library that is not installed.
        for name, package, arguments in [("libcairo.so.2", "libcairo2",
                                          ["map", ROOT / "examples/gpt-4.1.toml", "--x", "P=0:1", "--y", "V=1:2",
                                                                         "--size", "4x4", "-o", "x.svg"]),
                                         ("libpq.so.5", "libpq5", ["log", "tail", "postgres://localhost/x"]),
                                         ("libcurl.so.4", "libcurl4", ["log", "tail", "clickhouse://localhost/x"])]:
            (self.folder / name).write_text("no library")
            done = turnout(*arguments, cwd=self.folder, env={**os.environ, "LD_LIBRARY_PATH": str(self.folder)})
            self.refuses(done, name, f"Debian: {package})")
            (self.folder / name).unlink()
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_nothing_is_linked_that_most_verbs_do_not_need(self):
        linked = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=False).stdout
        for library in ["libpq", "libcurl", "libcairo", "libmpi"]:
            self.assertNotIn(library, linked)

    COMPLETIONS = [("so", ["solve"]), ("solve --ba", ["--batch"]), ("log pr", ["prune"]),
                   ("log map lang", ["langfuse"]),
                   ("map x.toml --show misa", ["misaligned", "misalignment"]),
                   ("map x.toml --x rho", ["rho1=", "rho2=", "rho="]), ("import --map lite", ["litellm"]),
                   ("completion z", ["zsh"]),
                   ("help tran", ["transparency"]), ("solve sc", ["scenario.toml"]), ("solve --nothing-like-it", [])]

    def completed(self, shell, *arguments):
        (self.folder / "scenario.toml").write_text("")
        (self.folder / "completion").write_text(turnout("completion", shell).stdout)
        environment = {**os.environ, "PATH": f"{pathlib.Path(PROGRAM).resolve().parent}:{os.environ['PATH']}",
                       "HOME": str(self.folder)}
        done = subprocess.run([shell, *arguments], capture_output=True, text=True, check=False, timeout=60,
                              cwd=self.folder, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(line.split("\t")[0].split(":")[0] for line in done.stdout.splitlines() if line)

    def test_bash_completes(self):
        for line, expected in self.COMPLETIONS:
            ask = (f"source ./completion; COMP_WORDS=(turnout {line}); COMP_CWORD={len(line.split())}; _turnout; "
                   "printf '%s\n' \"${COMPREPLY[@]}\"")
            self.assertEqual(self.completed("bash", "--norc", "-c", ask), expected, line)

    def test_fish_completes(self):
        for line, expected in self.COMPLETIONS:
            self.assertEqual(self.completed("fish", "--no-config", "-c",
                                            f"source ./completion; complete -C 'turnout {line}'"), expected, line)

    def test_zsh_completes(self):
        stand_ins = ("compdef() { :; }; _describe() { print -l -- $candidates; }; "
                     "_files() { print -l -- ${words[CURRENT]}*(N); }")
        for line, expected in self.COMPLETIONS:
            ask = f"{stand_ins}; source ./completion; words=(turnout {line}); CURRENT=$#words; _turnout"
            self.assertEqual(self.completed("zsh", "-f", "-c", ask), expected, line)


if __name__ == "__main__":
    unittest.main(verbosity=0)
