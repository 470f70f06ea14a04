#!/usr/bin/env python3
"""Maps and sweeps as their users meet them. usage: landscape_test.py TURNOUT"""
import base64
import csv
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree
import zlib

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
BY_RANKS = PROGRAM.with_name("turnout-mpi")  # built beside it unless TURNOUT_MPI is off
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAIR = ROOT / "examples/grok-3-mini-gpt-5.toml"
SWEEP = ROOT / "examples/sweep.toml"
AXES = ["--x", "P=0:0.5", "--y", "c2=0.002:0.2:log"]


def turnout(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                          **options)


def games_for(seconds):
    """As many games as one thread of this build on this machine sweeps in about so long."""
    few = 2_000_000
    started = time.monotonic()
    turnout("sweep", SWEEP, "--games", few, "--threads", 1)
    return round(few * seconds / (time.monotonic() - started))


class Landscape(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refuses(self, done, *words):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_a_map_is_a_picture_in_three_formats_and_the_same_twice(self):
        for ending, magic in (("svg", b"<?xml"), ("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-1.")):
            file = self.folder / f"map.{ending}"
            self.assertEqual(turnout("map", PAIR, *AXES, "--size", "80x60", "-o", file).returncode, 0)
            first = file.read_bytes()
            self.assertTrue(first.startswith(magic))
            turnout("map", PAIR, *AXES, "--size", "80x60", "-o", file)
            self.assertEqual(file.read_bytes(), first, ending)
        root = xml.etree.ElementTree.parse(self.folder / "map.svg").getroot()
        self.assertTrue(root.tag.endswith("svg"))

    def test_the_numbers_of_a_map_are_those_of_solve_in_every_format(self):
        show = ["--show", "cost", "--size", "7x5"]
        files = {ending: self.folder / f"m.{ending}" for ending in ("csv", "npy", "json")}
        for file in files.values():
            self.assertEqual(turnout("map", PAIR, *AXES, *show, "-o", file).returncode, 0)
        with files["csv"].open() as text:
            rows = list(csv.DictReader(text))
        self.assertEqual(len(rows), 35)
        as_json = json.loads(files["json"].read_text())
        raw = files["npy"].read_bytes()
        size = struct.unpack("<H", raw[8:10])[0]
        self.assertIn("'shape': (5, 7, )", raw[10:10 + size].decode())
        self.assertEqual((10 + size) % 64, 0)
        values = struct.unpack("<35d", raw[10 + size:])
        for k, row in enumerate(rows):
            text = re.sub(r"churn_penalty = .*", f"churn_penalty = {row['P']}", PAIR.read_text())
            parts = text.split("[[model]]")
            parts[2] = re.sub(r"cost = .*", f"cost = {row['c2']}", parts[2])
            solved = json.loads(turnout("solve", "-", "--json", input="[[model]]".join(parts)).stdout)
            self.assertAlmostEqual(solved["provider_cost"], float(row["cost"]), delta=1e-12)
            self.assertEqual(values[k], float(row["cost"]))
            self.assertEqual(as_json["values"][k // 7][k % 7], float(row["cost"]))
            self.assertEqual(as_json["routes"][k // 7][k % 7], row["route"])
        self.assertGreater(len(as_json["boundaries"]), 100)
        self.assertEqual(as_json["scenario_at"], [0.1, 0.0523462])
        printed = turnout("map", PAIR, *AXES, *show, "--json").stdout
        self.assertEqual(printed, files["json"].read_text())
        form = [re.sub(r"-?\d+(\.\d+)?(e[+-]?\d+)?", "0", text)
                for text in (printed, json.dumps(as_json, indent=2) + "\n")]
        self.assertEqual(*form, "in the form of every other answer, but for the number of digits")

    def test_every_point_of_a_map_is_what_solve_says_with_set(self):
        scenario = self.folder / "fuller.toml"
        scenario.write_text("""
[user]
value = 2.0
patience = 0.9
outside = 0.1
[provider]
churn_penalty = 5.0
[judgement]
harm = 0.3
[[model]]
name = "mini"
success = 0.45
latency = 0.15
cost = 0.0005
price = 0.01
false_accept = 0.1
[[model]]
name = "large"
success = 0.82
latency = 0.4
cost = 0.03
price = 0.05
false_accept = 0.05
false_reject = 0.1
""")
        ranges = {"V": "0.2:4", "w": "0.5:3", "P": "0:6", "p1": "0.1:0.9", "t1": "0:1.5", "c1": "0:0.2", "r1": "0:0.3",
                  "rho1": "0.5:1",
                  "fa1": "0:0.5", "fr1": "0:0.5", "r2": "0:0.3", "rho2": "0.5:1", "fa2": "0:0.5", "fr2": "0:0.5",
                  "v0": "0:1", "H": "0:2",
                  "Pw": "0:9", "rho": "0.5:1"}
        others = ["P", "rho", "v0", "fa1", "H", "Pw", "r2", "V"]
        for at, name in enumerate(ranges):
            other = next(n for n in others[at % len(others):] + others if n.rstrip("12") != name.rstrip("12"))
            show = ("cost", "utility", "misalignment", "throttling-gain")[at % 4]
            file = self.folder / "m.csv"
            done = turnout("map", scenario, "--x", f"{name}={ranges[name]}", "--y", f"{other}={ranges[other]}",
                           "--show", show, "--size", "3x2", "-o", file)
            self.assertEqual(done.returncode, 0, done.stderr)
            with file.open() as text:
                rows = list(csv.DictReader(text))
            self.assertEqual(list(rows[0])[:2], [name, other])
            for row in rows:
                settings = ["--set", f"{name}={row[name]}", "--set", f"{other}={row[other]}"]
                solved = json.loads(turnout("solve", scenario, *settings, "--json").stdout)
                value = solved[{"cost": "provider_cost", "utility": "user_utility"}.get(show, show.replace("-", "_"))]
                self.assertAlmostEqual(value, float(row[show]), delta=1e-11, msg=(name, other, show))
                self.assertEqual(solved["route"], row["route"], (name, other))
        picture = self.folder / "m.svg"
        self.assertEqual(turnout("map", scenario, "--x", "patience=0.5:1", "--y", "late_churn=0:9", "--size", "9x9",
                                 "-o", picture).returncode, 0)
        words = turnout("map", scenario, "--x", "patience=0.5:1", "--y", "harm=0:2", "--size", "3x3", "--json")
        self.assertEqual(json.loads(words.stdout)["x"]["name"], "rho")
        own = self.folder / "own.toml"
        own.write_text(scenario.read_text() + "patience = 0.7\n")
        self.refuses(turnout("map", own, "--x", "rho=0.5:1", "--y", "P=0:1"),
                     "--x: rho is the patience of all models, but large has its own")
        self.refuses(turnout("map", own, "--x", "rho=0.5:1", "--y", "rho1=0:1"), "rho and rho1 cannot be moved apart")

    def test_a_map_of_any_number_of_models_is_what_solve_explain_and_audit_say(self):
        four = ROOT / "examples/four-models.toml"
        for away, verb, cost_in in (("true", "solve", lambda a: a), ("false", "explain", lambda a: a["optimum"])):
            for show, verb_of_show in (("cost", verb), ("utility", verb), ("misalignment", "audit"),
                                       ("throttling-gain", "audit")):
                scenario = [four, "--set", f"user.participates={away}"]
                file = self.folder / "m.csv"
                done = turnout("map", *scenario, "--x", "P=0:6", "--y", "t4=0.5:12", "--show", show, "--size", "3x2",
                               "-o", file)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                with file.open() as text:
                    rows = list(csv.DictReader(text))
                for row in rows:
                    answer = json.loads(turnout(verb_of_show, *scenario, "--set", f"P={row['P']}", "--set",
                                                f"t4={row['t4']}", "--json").stdout)
                    value = {"cost": lambda a: cost_in(a)["provider_cost"],
                             "utility": lambda a: cost_in(a)["user_utility"],
                             "misalignment": lambda a: a["disagreement"]["misalignment"],
                             "throttling-gain": lambda a: a["throttling"]["gain"]}[show](answer)
                    self.assertAlmostEqual(value, float(row[show]), delta=1e-10, msg=(away, show, row))
        routes = json.loads(turnout("map", four, "--set", "user.participates=true", "--x", "P=0:3", "--y",
                                    "t4=0.2:20:log", "--size", "9x9", "--json").stdout)
        self.assertEqual(routes["schema"], "turnout/map/2")
        self.assertEqual({route for row in routes["routes"] for route in row},
                         {"nobody comes", "mini to reasoning, so that users come", "mini to large, so that users come"})
        self.refuses(turnout("map", four, "--set", "user.participates=true", "--x", "s=0:1", "--y", "P=0:1"),
                     "user.participates: must be false where s or q is an axis")
        self.refuses(turnout("map", four, "--x", "p5=0:1", "--y", "P=0:1"), "'p5' names no quantity of a game", "p4")
        self.refuses(turnout("map", PAIR, "--x", "P/Pw=0:2", "--y", "V=1:2"),
                     "'P/Pw' moves P, which Pw is unless it is given")
        self.refuses(turnout("map", PAIR, "--x", "P/P=0:2", "--y", "V=1:2"), "'P/P' has its first parameter twice")

    def test_a_sweep_draws_numbers_beyond_the_papers_and_refuses_a_list_by_attempt(self):
        draws = "V = 10\nP = 4\np1 = 0.2\nt1 = 3\nc1 = 1\np2 = 0.8\nt2 = 6\nc2 = 5\n"
        statistic = '[[statistic]]\nof = "cost"\n'
        file = self.folder / "sweep.toml"

        def cost(more):
            file.write_text(f"games = 1\n[draw]\n{draws}{more}{statistic}")
            done = turnout("sweep", file, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)["statistics"][0]["groups"][0]["mean"]["value"]

        scenario = self.folder / "same.toml"
        scenario.write_text("[user]\nvalue = 10\n[provider]\nchurn_penalty = 4\n" + "".join(
            f"[[model]]\nname = '{name}'\nsuccess = {p}\nlatency = {t}\ncost = {c}\n"
            for name, p, t, c in (("a", 0.2, 3, 1), ("b", 0.8, 6, 5))))
        for settings in ({}, {"rho": 0.7}, {"rho": 0.7, "rho2": 0.9}, {"r1": 0.3, "v0": 1}, {"fa1": 0.3, "H": 2},
                         {"fa1": 0.3, "fr2": 0.1, "Pw": 9, "P": 2}):
            numbers = {key: value for key, value in settings.items() if key != "P"}
            draws = re.sub(r"P = .*", f"P = {settings.get('P', 4)}", draws)
            solved = turnout("solve", scenario, "--json",
                             *[word for key, value in settings.items() for word in ("--set", f"{key}={value}")])
            found = cost("".join(f"{key} = {value}\n" for key, value in numbers.items()))
            self.assertAlmostEqual(found, json.loads(solved.stdout)["provider_cost"], delta=1e-11, msg=settings)
        file.write_text(f"[draw]\n{draws}rho = [0.9, 0.8]\n{statistic}")
        self.refuses(turnout("sweep", file),
                     "sweep.toml:10: draw.rho: patience by attempt has no closed form, which sweep needs")
        scenario.write_text(scenario.read_text().replace("value = 10", "value = 10\npatience = [0.9, 0.8]"))
        file.write_text(f'[draw]\nscenario = "same.toml"\n{statistic}')
        self.refuses(turnout("sweep", file), "patience by attempt has no closed form, which sweep needs")

    def test_a_sweep_tells_patience_of_both_models_from_that_of_each(self):
        draws = "V = 10\nP = 4\np1 = 0.2\nt1 = 3\nc1 = 1\np2 = 0.8\nt2 = 6\nc2 = 5\n"
        file = self.folder / "sweep.toml"
        state = self.folder / "sweep.json"
        statistic = '[[statistic]]\nof = "cost"\n'
        drawn = '{ uniform = [0.5, 1] }'
        file.write_text(f"games = 1000\n[draw]\n{draws}rho = {drawn}\n{statistic}")
        self.assertEqual(turnout("sweep", file, "--checkpoint", state).returncode, 0)
        kept = state.read_bytes()
        file.write_text(f"games = 1000\n[draw]\n{draws}rho1 = {drawn}\nrho2 = {drawn}\n{statistic}")
        self.refuses(turnout("sweep", file, "--checkpoint", state), "sweep.json")
        self.assertEqual(state.read_bytes(), kept)
        file.write_text(f"[draw]\n{draws}Pw = -1\n{statistic}")
        self.refuses(turnout("sweep", file), "draw.Pw", "must be >= 0")
        scenario = self.folder / "own.toml"
        scenario.write_text("[user]\nvalue = 10\n[provider]\nchurn_penalty = 4\n[[model]]\nname = 'a'\nsuccess = "
                            "0.2\nlatency = 3\ncost = 1\npatience = 0.9\n"
                            "[[model]]\nname = 'b'\nsuccess = 0.8\nlatency = 6\ncost = 5\n")
        file.write_text(f'[draw]\nscenario = "own.toml"\nrho = {drawn}\n{statistic}')
        self.refuses(turnout("sweep", file), "draw.rho", "patience of its own; draw rho1 or rho2")

    def test_what_cannot_be_mapped_is_refused_in_one_line(self):
        self.refuses(turnout("map", PAIR, "--x", "Q=1:2", "--y", "P=0:1"), "--x: 'Q' names no quantity")
        self.refuses(turnout("map", PAIR, "--x", "P=1:2", "--y", "P=0:1"), "P and P cannot be moved apart")
        self.refuses(turnout("map", PAIR, "--x", "p1=2:3", "--y", "P=0:1"), "no point of the map is a game")
        self.refuses(turnout("map", PAIR, *AXES, "--size", "0x5"), "--size")
        self.refuses(turnout("map", PAIR, *AXES, "--show", "colour"), "--show", "throttling-gain")
        self.refuses(turnout("map", PAIR, *AXES, "-o", self.folder / "map.gif"), "must end in .svg")
        self.refuses(turnout("map", PAIR, *AXES, "--size", "9x9", "-o", "/nowhere/map.svg"), "/nowhere/map.svg")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_map_over_s_and_q_is_what_a_log_of_such_users_would_show(self):
        scenario = ROOT / "examples/gpt-oss-grok-3-mini.toml"
        done = turnout("map", scenario, "--x", "s=0:1", "--y", "q=0:1", "--show", "success", "--size", "3x2", "--json")
        answer = json.loads(done.stdout)
        self.assertNotIn("routes", answer)
        self.assertEqual({curve["name"] for curve in answer["curves"]}, {"q*"})
        p1, p2 = 0.13778, 0.17333
        for j, q in enumerate((0.25, 0.75)):
            for i, s in enumerate((1 / 6, 0.5, 5 / 6)):
                second = p2 / (1 - (1 - p2) * (1 - q))
                first = (p1 + (1 - p1) * (1 - q) * s * second) / (1 - (1 - p1) * (1 - q) * (1 - s))
                self.assertAlmostEqual(answer["values"][j][i], first, delta=1e-12)
        self.refuses(turnout("map", scenario, "--x", "s=0:1", "--y", "q=0:1", "--show", "policy"),
                     "'policy' has no meaning over s and q")
        self.refuses(turnout("map", scenario, "--x", "s=0:2", "--y", "q=0:1"), "--x", "leaves 0 to 1")
        csv_file = self.folder / "m.csv"
        turnout("map", scenario, "--x", "s=0:1", "--y", "xi1=-0.1:0.1", "--size", "3x2", "-o", csv_file)
        self.assertEqual(csv_file.read_text().split("\n")[0], "s,xi1,utility")

    def test_an_ending_is_refused_before_anything_is_solved(self):
        started = time.monotonic()
        self.refuses(turnout("map", PAIR, *AXES, "--size", "10000x10000", "-o", self.folder / "x.gif"),
                     "must end in .svg")
        self.refuses(turnout("response", PAIR, "--points", "1000000", "-o", self.folder / "x.gif"), "must end in .svg")
        self.assertLess(time.monotonic() - started, 2, "a map of so many points takes longer")

    def test_a_map_is_written_row_by_row(self):
        """Peak memory beyond the map's 9 bytes a point: a tree of 4 million points took 860 MB, more under
        sanitizers."""
        def peak_mib(size, *output):
            process = subprocess.Popen([PROGRAM, "map", PAIR, *AXES, "--show", "cost", "--size", size,
                                        *map(str, output)], stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            return usage.ru_maxrss / 1024

        for output in (["--json"], ["-o", self.folder / "m.json"], ["-o", self.folder / "m.csv"]):
            little = peak_mib("20x20", *output)
            self.assertLess(peak_mib("2000x2000", *output) - little, 600, output)
        with (self.folder / "m.json").open() as text:
            answer = json.load(text)
        self.assertEqual([len(answer["values"]), *{len(row) for row in answer["values"] + answer["routes"]}],
                         [2000, 2000])

    def test_a_response_is_drawn(self):
        for ending, magic in (("svg", b"<?xml"), ("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-1."),
                              ("csv", b"start,cascade")):
            file = self.folder / f"response.{ending}"
            done = turnout("response", PAIR, "-o", file)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(file.read_bytes().startswith(magic), ending)
        self.assertEqual((self.folder / "response.csv").read_text(), turnout("response", PAIR, "--csv").stdout)

    @staticmethod
    def drawn(svg):
        """What a picture shows but its letters, whose forms are the font's: lines, areas and the pixels of images."""
        shapes = []

        def walk(element):
            tag = element.tag.rsplit("}", 1)[-1]
            if tag in ("symbol", "use", "defs"):
                return
            if tag in ("path", "rect"):
                shapes.append((tag, element.get("d"), element.get("style"), element.get("transform")))
            if tag == "image":
                shapes.append(("image", pixels(element)))
            for child in element:
                walk(child)

        def pixels(element):
            png = base64.b64decode(element.get("{http://www.w3.org/1999/xlink}href").split(",", 1)[1])
            data, at = b"", 8
            while at < len(png):
                size, kind = struct.unpack(">I4s", png[at:at + 8])
                data += png[at + 8:at + 8 + size] if kind == b"IDAT" else b""
                at += 12 + size
            return hashlib.sha256(zlib.decompress(data)).hexdigest()

        root = xml.etree.ElementTree.parse(svg).getroot()
        for image in root.iter("{http://www.w3.org/2000/svg}image"):  # cairo keeps images among its definitions
            shapes.append(("image", pixels(image)))
        walk(root)
        return shapes

    def test_the_figures_of_the_documentation_are_what_the_program_draws(self):
        folders = [self.folder / "one", self.folder / "two"]
        for folder in folders:
            done = turnout("figures", "--folder", folder, cwd=ROOT)
            self.assertEqual(done.returncode, 0, done.stderr)
        names = {file.name for file in folders[0].iterdir()}
        self.assertEqual(names, {file.name for file in (ROOT / "docs/figures").iterdir()})
        images = 0
        for name in sorted(names):
            with self.subTest(name):
                self.assertEqual((folders[0] / name).read_bytes(), (folders[1] / name).read_bytes())
                shapes = self.drawn(folders[0] / name)
                images += any(shape[0] == "image" for shape in shapes)
                self.assertGreater(len(shapes), 10)
                self.assertEqual(shapes, self.drawn(ROOT / "docs/figures" / name))
        self.assertEqual(images, 7, "maps whose pixels were compared")

    def test_a_changed_figure_is_told_apart(self):
        figure = (ROOT / "docs/figures/markov-chain.svg").read_text()
        changed = self.folder / "changed.svg"
        at = figure.rindex(" d=\"M ")
        changed.write_text(figure[:at] + figure[at:].replace("M ", "M 1", 1))
        self.assertNotEqual(self.drawn(changed), self.drawn(ROOT / "docs/figures/markov-chain.svg"))

    def test_a_scenario_has_figures_of_its_own(self):
        folder = self.folder / "own"
        for scenario in ("gpt-4.1", "grok-3-mini-gpt-5", "gpt-oss-grok-3-mini", "uncertain"):
            done = turnout("figures", ROOT / f"examples/{scenario}.toml", "--folder", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("9 figures", done.stdout)
        self.assertEqual({file.name for file in folder.iterdir()},
                         {f"{name}.svg" for name in ("regions", "regions-cost", "misalignment", "throttling-gain",
                                                     "utility-s-q", "cost-s-q",
                                                     "response", "decision-rules", "markov-chain")})
        self.refuses(turnout("figures", PAIR), "--folder: is missing")
        self.refuses(turnout("figures", "--format", "gif"), "--format")
        of_four = turnout("figures", ROOT / "examples/four-models.toml", "--folder", folder)
        self.assertIn("of 4 models mini and large are taken", of_four.stderr)

    def test_a_sweep_says_how_narrow_the_cascade_is_and_agrees_with_sobols(self):
        one = json.loads(turnout("sweep", SWEEP, "--threads", 1, "--json").stdout)
        self.assertEqual(one, json.loads(turnout("sweep", SWEEP, "--threads", 3, "--json").stdout))
        share = one["statistics"][0]["groups"][0]["mean"]
        self.assertTrue(0.0240 < share["lo"] < 0.025 < share["hi"] < 0.0262, share)  # about 2.5 % of games
        other = self.folder / "sobol.toml"
        other.write_text(SWEEP.read_text().replace('"independent"', '"sobol"'))
        sobol = json.loads(turnout("sweep", other, "--json").stdout)["statistics"][0]["groups"][0]["mean"]
        self.assertTrue(sobol["lo"] < share["hi"] and share["lo"] < sobol["hi"])

    def test_a_killed_sweep_goes_on_from_its_checkpoint_to_the_same_result(self):
        games = ["--games", games_for(2), "--threads", 1]
        expected = turnout("sweep", SWEEP, *games, "--json").stdout
        checkpoint = self.folder / "checkpoint.json"
        chance = random.Random(5)
        killed = 0
        for turn in range(6):
            process = subprocess.Popen([PROGRAM, "sweep", SWEEP, *map(str, games), "--checkpoint", checkpoint],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # The first at once: on a machine that others leave meanwhile all ends sooner than was measured.
            time.sleep(0.2 if turn == 0 else chance.uniform(0.1, 1.7))
            killed += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.assertGreater(killed, 0)
        done = turnout("sweep", SWEEP, *games, "--checkpoint", checkpoint, "--json")
        self.assertEqual(done.stdout, expected)
        again = turnout("sweep", SWEEP, *games, "--checkpoint", checkpoint, "--json")
        self.assertEqual(again.stdout, expected)
        self.assertIn("going on from", again.stderr)
        self.refuses(turnout("sweep", SWEEP, "--games", 5e6, "--checkpoint", checkpoint),
                     "is the checkpoint of another sweep")
        checkpoint.write_text("{")
        self.refuses(turnout("sweep", SWEEP, *games, "--checkpoint", checkpoint), "is no checkpoint of a sweep")

    def mpirun(self, *command, ranks=2):
        # Containers often forbid the system call by which ranks of one machine copy from each other. Open MPI keeps
        # memory until the end, and has closed
        # the modules that did when leaks are looked for, so that they cannot be named; the program's own are found
        # without ranks.
        environment = {**os.environ, "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
                       "OMPI_MCA_rmaps_base_oversubscribe": "1",
                       "ASAN_OPTIONS": "detect_leaks=0"}
        return subprocess.Popen(["mpirun", "--allow-run-as-root", "-np", str(ranks), *map(str, command)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=environment)

    def test_ranks_together_print_what_one_process_prints(self):
        games = ["--games", 3e6, "--json"]
        expected = turnout("sweep", SWEEP, *games).stdout
        for ranks in (1, 2, 3):
            process = self.mpirun(BY_RANKS, "sweep", SWEEP, *games, "--threads", 1, ranks=ranks)
            out, err = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, err)
            self.assertEqual(out, expected)

    def test_a_lost_rank_ends_the_run_with_an_error_and_a_checkpoint_that_resumes(self):
        games = games_for(6)
        sweep = [BY_RANKS, "sweep", SWEEP, "--games", games, "--threads", 1, "--json", "--checkpoint",
                 self.folder / "checkpoint.json"]
        process = self.mpirun(*sweep)
        until = time.monotonic() + 120
        while not (self.folder / "checkpoint.json").exists() and time.monotonic() < until:
            time.sleep(0.02)
        # Rank 1 says so in its environment.
        ranks = [int(p.name) for p in pathlib.Path("/proc").iterdir() if p.name.isdigit()
                 and self.is_rank(p, 1, process.pid)]
        self.assertEqual(len(ranks), 1)
        os.kill(ranks[0], signal.SIGKILL)
        out, err = process.communicate(timeout=120)
        self.assertNotEqual(process.returncode, 0)
        self.assertEqual(out, "")
        self.assertRegex(err, r"turnout: sweep: ended by signal 15 \(has another rank ended\?\), \d+ of \d+ pieces are "
                              r"done; .*checkpoint.json holds them")
        done = self.mpirun(*sweep)
        out, err = done.communicate(timeout=300)
        self.assertEqual(done.returncode, 0, err)
        self.assertIn("going on from", err)
        self.assertEqual(out, turnout("sweep", SWEEP, "--games", games, "--json").stdout)

    @staticmethod
    def is_rank(process, rank, parent):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            parent_of_it = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            return f"OMPI_COMM_WORLD_RANK={rank}".encode() in environment and parent_of_it == parent
        except (OSError, IndexError):
            return False

    def test_a_sweep_without_mpi_refuses_to_be_one_of_several(self):
        done = turnout("sweep", SWEEP, "--games", 10, env={**os.environ, "OMPI_COMM_WORLD_SIZE": "2"})
        self.refuses(done, "use turnout-mpi sweep")

    def test_ranks_that_read_different_sweeps_are_told_apart(self):
        other = self.folder / "other.toml"
        other.write_text(SWEEP.read_text().replace("V = { exponential = 3 }", "V = { exponential = 4 }"))
        script = self.folder / "each.sh"
        script.write_text(f'#!/bin/sh\n[ "$OMPI_COMM_WORLD_RANK" = 0 ] && exec {BY_RANKS} sweep "$1"\nexec {BY_RANKS} '
                          f'sweep "$2"\n')
        script.chmod(0o755)
        for first, second, words in ((SWEEP, other, "turnout: rank 1: has read another sweep than rank 0"),
                                     (SWEEP, self.folder / "none.toml",
                                      "turnout: rank 1: .*none.toml: cannot be read: No such file or directory, on "),
                                     (self.folder / "none.toml", SWEEP, "turnout: .*none.toml: cannot be read")):
            process = self.mpirun(script, first, second)
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 2, err)
            self.assertEqual(out, "")
            self.assertRegex(err, words)
            self.assertEqual(err.count("turnout: ") - err.count("turnout: interrupted"), 1,
                             err)  # mpirun may end the other rank

    def test_a_sweep_that_is_told_to_end_says_what_it_keeps(self):
        checkpoint = self.folder / "checkpoint.json"
        for options, words in ((["--checkpoint", checkpoint], "checkpoint.json holds them"),
                               ([], "they are lost, for there is no --checkpoint")):
            process = subprocess.Popen([PROGRAM, "sweep", SWEEP, "--games", "1e11", *map(str, options)],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, -signal.SIGINT)
            self.assertEqual(out, "")
            self.assertIn(words, err)
        self.assertIn('"pieces_done"', checkpoint.read_text())

    def test_games_are_drawn_from_what_a_scenario_knows_and_does_not(self):
        spec = self.folder / "s.toml"
        asks = '[[statistic]]\nof = "cost"\nquantiles = [0.5]\n[[statistic]]\nof = "cascades"\n'
        spec.write_text(f'games = 200_000\n[draw]\nscenario = "{PAIR}"\n{asks}')
        certain = json.loads(turnout("sweep", spec, "--json").stdout)["statistics"]
        solved = json.loads(turnout("solve", PAIR, "--json").stdout)
        self.assertAlmostEqual(certain[0]["groups"][0]["mean"]["value"], solved["provider_cost"], delta=1e-12)
        uncertain = ROOT / "examples/uncertain.toml"
        spec.write_text(f'games = 200_000\n[draw]\nscenario = "{uncertain}"\n{asks}')
        done = turnout("sweep", spec, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        cascades = json.loads(done.stdout)["statistics"][1]["groups"][0]["mean"]["value"]
        self.assertTrue(0.02 < cascades < 0.98, cascades)
        spec.write_text(f'games = 1000\n[draw]\nscenario = "{uncertain}"\nV = 1e-9\n{asks}')
        statistics = json.loads(turnout("sweep", spec, "--json").stdout)["statistics"]
        self.assertEqual(statistics[1]["groups"][0]["mean"]["value"], 0)
        spec.write_text(f'[draw]\nscenario = "none.toml"\n{asks}')
        self.refuses(turnout("sweep", spec), "s.toml:2: draw.scenario", "none.toml")
        spec.write_text(f'[draw]\nscenario = "{ROOT / "examples/four-models.toml"}"\n{asks}')
        self.refuses(turnout("sweep", spec), "draw.scenario", "4 [[model]] tables, sweep needs 2")

    def test_bad_sweeps_are_refused_by_line_and_key(self):
        good = SWEEP.read_text()
        spec = self.folder / "s.toml"
        for old, new, words in (("games = 1_000_000", "games = 0", "games: 0 must be in"),
                                ('"independent"', '"random"', "sampling"),
                                ('ordered = ["p", "t", "c"]', 'ordered = ["V"]', "ordered"),
                                ("V = { exponential = 3 }", "V = { gamma = 3 }", "draw.V.gamma"),
                                ("P = { exponential = 3 }\n", "", "draw.P: is missing"),
                                ('of = "cascades"', 'of = "joy"', "of: 'joy' must be one of cost"),
                                ('by = "regime"', 'by = { quantity = "t3/t1", edges = [1] }',
                                 "by.quantity: 't3/t1' names no quantity"),
                                ('by = "regime"', 'by = { quantity = "t2/t1", edges = [1, 1] }', "by.edges"),
                                ('by = "regime"', 'by = 3', "by"),
                                ("[0.02, 0.98]", "[0.98, 0.02]", "must rise"),
                                ("[0.5, 0.9, 0.99]", "[0.5, 1]", "quantiles"),
                                ("V = { exponential = 3 }", 'V = { csv = "none.csv", column = "v" }', "none.csv"),
                                ("[draw]", "[draw", "s.toml:")):
            self.assertIn(old, good)
            spec.write_text(good.replace(old, new, 1))
            self.refuses(turnout("sweep", spec), str(spec), words)

    def write_npy(self, file, rows, fortran=False):
        columns = len(rows[0])
        head = f"{{'descr': '<f8', 'fortran_order': {fortran}, 'shape': ({len(rows)}, {columns}), }}"
        head += " " * (63 - (10 + len(head)) % 64) + "\n"
        numbers = [x for column in zip(*rows) for x in column] if fortran else [x for row in rows for x in row]
        file.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode()
                         + struct.pack(f"<{len(numbers)}d", *numbers))

    def test_a_batch_of_a_numpy_array_is_that_of_the_same_games_in_csv(self):
        chance = random.Random(9)
        draw = lambda: chance.expovariate(1)
        rows = [[3 * draw(), 3 * draw(), chance.uniform(0.02, 0.98), draw(), draw(), chance.uniform(0.02, 0.98), draw(),
                 draw()] for _ in range(5001)]
        table = self.folder / "games.csv"
        table.write_text("V,P,p1,t1,c1,p2,t2,c2\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows))
        solved = self.folder / "solved.csv"
        self.assertEqual(turnout("solve", "--batch", table, "-o", solved).returncode, 0)
        names = ["start", "cascade", "abandon", "provider_cost", "user_utility", "success", "latency", "service_cost",
                 "user_preferred_utility",
                 "misalignment", "throttled_cost", "throttling_gain"]
        with solved.open() as text:
            expected = [[float(row[name]) for name in names] for row in csv.DictReader(text)]
        for fortran in (False, True):
            array, answers = self.folder / "games.npy", self.folder / "solved.npy"
            self.write_npy(array, rows, fortran)
            done = turnout("solve", "--batch", array, "-o", answers)
            self.assertEqual(done.returncode, 0, done.stderr)
            raw = answers.read_bytes()
            numbers = struct.unpack(f"<{13 * len(rows)}d", raw[-13 * 8 * len(rows):])
            for i, row in enumerate(expected):
                for name, a, b in zip(names, row, numbers[13 * i + 1:13 * i + 13]):
                    size = abs(a) + (rows[i][0] + rows[i][3] + rows[i][6] if "utility" in name else 0)
                    self.assertLessEqual(abs(a - b), 1e-12 * size, (name, rows[i]))

    def test_arrays_that_are_no_games_are_refused_and_leave_no_file(self):
        array, answers = self.folder / "games.npy", self.folder / "solved.npy"
        good = [[12, 4, 0.45, 3, 0.4, 0.8, 9, 2]]
        self.write_npy(array, good * 3000 + [[12, 4, 1.5, 3, 0.4, 0.8, 9, 2]])
        self.refuses(turnout("solve", "--batch", array, "-o", answers), "games.npy: row 3000, column p1: 1.5 must be")
        self.write_npy(array, [row[:7] for row in good])
        self.refuses(turnout("solve", "--batch", array, "-o", answers), "has 7 columns, must have 8")
        whole = array.read_bytes()
        for bytes_ in (b"", b"hello, this is no array", whole[:20], whole[:-8], whole + b"x" * 8,
                       whole.replace(b"<f8", b"<f4"), whole.replace(b"(1, 7)", b"(7,  )")):
            array.write_bytes(bytes_)
            self.refuses(turnout("solve", "--batch", array, "-o", answers), "games.npy")
        self.refuses(turnout("solve", "--batch", array), "-o FILE.npy")
        self.refuses(turnout("solve", "--batch", self.folder / "none.npy", "-o", answers), "No such file")
        self.assertFalse(answers.exists())

    def test_games_are_drawn_from_tables(self):
        (self.folder / "models.csv").write_text("name,c,t\na,1,10\nb,2,20\n")
        text = SWEEP.read_text().replace("c1 = { exponential = 1 }", 'c1 = { csv = "models.csv", column = "c" }')
        spec = self.folder / "s.toml"
        spec.write_text(text)
        self.assertEqual(turnout("sweep", spec, "--games", 1000).returncode, 0)
        (self.folder / "models.csv").write_text("name,c\na,1\nb,x\n")
        self.refuses(turnout("sweep", spec), "models.csv:3", "column c")


if __name__ == "__main__":
    unittest.main()
