#!/usr/bin/env python3
"""The window: its interface says what the program prints and what docs/openapi.json promises, and nobody else gets in.

usage: explore_test.py TURNOUT
"""
import contextlib
import gzip
import http.client
import json
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

import jsonschema

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
PAIR = EXAMPLES / "grok-3-mini-gpt-5.toml"
FOUR = EXAMPLES / "four-models.toml"
STAYS_AWAY = ["user.participates=true"]
AXES = {"x": "P=0:0.5", "y": "c2=0.002:0.2:log", "size": "40x30"}
DESCRIPTION = json.loads((ROOT / "docs/openapi.json").read_text())
SCHEMAS = {f"schemas/{file.name}": json.loads(file.read_text()) for file in (ROOT / "docs/schemas").glob("*.json")}
HERE = "http://window/v1/explore/"  # where both are for those who follow references
STORE = {HERE + name: schema for name, schema in {**SCHEMAS, "openapi.json": DESCRIPTION}.items()}


def turnout(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, check=False, timeout=300, cwd=ROOT)


@contextlib.contextmanager
def exploring(*arguments, **options):
    """A window, which must end well when it is asked to."""
    process = subprocess.Popen([PROGRAM, "explore", *map(str, arguments), "--port", "0"], stdout=subprocess.PIPE,
                               text=True, cwd=ROOT, **options)
    try:
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)/$", process.stdout.readline())[1])
        yield Window(port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0, process.returncode
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Window:
    def __init__(self, port):
        self.port = port

    def raw(self, method, target, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def ask(self, question, settings=(), **parameters):
        query = urllib.parse.urlencode([*parameters.items(), *(("set", setting) for setting in settings)])
        return self.raw("GET", f"/v1/explore/{question}?{query}")


def promised(question, status, media="application/json"):
    answer = DESCRIPTION["paths"][f"/v1/explore/{question}"]["get"]["responses"][str(status)]
    if "$ref" in answer:
        answer = DESCRIPTION["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    return answer["content"][media]["schema"]


def problems(schema, value):
    resolver = jsonschema.RefResolver(HERE + "openapi.json", DESCRIPTION, store=STORE)
    return [f"{error.json_path}: {error.message}"
            for error in jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(value)][:3]


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.window = cls.stack.enter_context(exploring(PAIR))

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def same(self, verb, scenario, settings=(), options=(), **parameters):
        """Asks the window and the program the same, and holds the answer against its promise."""
        said = [word for setting in settings for word in ("--set", setting)]
        printed = turnout(verb, scenario, *said, *options, "--json")
        status, headers, content = self.window.ask(verb, settings, scenario=scenario.read_text(), **parameters)
        if printed.returncode != 0:
            self.assertEqual(status, 400, content)
            error = json.loads(content)
            self.assertEqual(problems(promised(verb, 400), error), [])
            words = printed.stderr.decode().removeprefix("turnout: ").rstrip("\n")
            self.assertEqual(error["error"]["message"], words.replace(str(scenario), "scenario"))
            return None
        self.assertEqual(status, 200, content)
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(content, printed.stdout)
        self.assertEqual(problems(promised(verb, 200), json.loads(content)), [])
        return json.loads(content)

    def test_verbs_answer_byte_for_byte_what_the_program_prints(self):
        answered = set()
        kinds = [(PAIR, ()), (PAIR, ["P=0.5", "c2=0.01"]), (FOUR, ()), (FOUR, STAYS_AWAY), (PAIR, STAYS_AWAY),
                 (EXAMPLES / "two-kinds-of-users.toml", ()), (EXAMPLES / "two-kinds-of-users.toml", STAYS_AWAY),
                 (EXAMPLES / "hard-tasks.toml", ()), (EXAMPLES / "uncertain.toml", ()), (EXAMPLES / "ranges.toml", ())]
        for scenario, settings in kinds:
            for verb in ("solve", "explain", "response", "plan", "audit"):
                with self.subTest(verb, scenario=scenario.name, settings=settings):
                    answer = self.same(verb, scenario, settings)
                    answered |= {answer["schema"]} if answer else {"refused"}
        self.assertGreaterEqual(len(answered), 10, answered)

    def test_options_of_verbs_are_parameters(self):
        self.same("solve", PAIR, options=["--margin", "0.1"], margin="0.1")
        self.same("audit", PAIR, options=["--margin", "0.05"], margin="0.05")
        self.same("response", PAIR, options=["--points", "5"], points="5")
        self.same("plan", EXAMPLES / "hard-tasks.toml", options=["--depth", "5", "--nodes", "1000"], depth="5",
                  nodes="1000")
        for question, parameters in [("response", {"points": "1"}), ("response", {"points": "1e3"}),
                                     ("plan", {"depth": "65"}), ("plan", {"nodes": "2000001"}),
                                     ("solve", {"margin": "-1"})]:
            status, _, content = self.window.ask(question, **parameters)
            self.assertEqual(status, 400, content)

    def test_a_scenario_comes_back_as_a_file_of_the_same_game(self):
        for scenario, settings in [(PAIR, ()), (PAIR, ["P=0.5"]), (FOUR, STAYS_AWAY),
                                   (EXAMPLES / "uncertain.toml", ["V=2"]),
                                   (EXAMPLES / "two-kinds-of-users.toml", ["P=2"])]:
            status, _, content = self.window.ask("scenario", settings, scenario=scenario.read_text())
            self.assertEqual(status, 200, content)
            answer = json.loads(content)
            self.assertEqual(problems(promised("scenario", 200), answer), [])
            if not settings:
                self.assertEqual(answer["toml"], scenario.read_text())
            said = [word for setting in settings for word in ("--set", setting)]
            with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                file.write(answer["toml"])
                file.flush()
                self.assertEqual(turnout("plan", file.name, "--json").stdout,
                                 turnout("plan", scenario, *said, "--json").stdout)

    def test_errors_are_in_the_programs_words(self):
        for settings in (["Q=1"], ["p1=2"], ["P"], ["P=x"]):
            self.same("solve", PAIR, settings)
        for text in ("", "x = 1", "[user]\nvalue = 1", "[[", "\x01"):
            status, _, content = self.window.ask("solve", scenario=text)
            self.assertEqual((status, problems(promised("solve", 400), json.loads(content))), (400, []))
        for query in ("set=%zz", "sett=P=1", "scenario=a&scenario=b", "scenario=%00"):
            status, _, content = self.window.raw("GET", f"/v1/explore/solve?{query}")
            self.assertEqual(status, 400, content)
        status, _, content = self.window.ask("solve", scenario="#" * 65_537)
        self.assertEqual(status, 400)
        self.assertIn("at most 65536", json.loads(content)["error"]["message"])

    def test_a_query_names_no_file(self):
        def naming(path):
            return (EXAMPLES / "gsm8k.toml").read_text() + f'[difficulty]\noutcomes = "{path}"\n'

        table = str(ROOT / "catalog/outcomes/gsm8k.csv")
        for path in ("/etc/passwd", table):
            status, _, content = self.window.ask("plan", scenario=naming(path))
            self.assertEqual(status, 400)
            self.assertIn("names a file", json.loads(content)["error"]["message"])
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(naming(table))
            file.flush()
            with exploring(file.name) as window:
                printed = turnout("plan", file.name, "--json")
                self.assertEqual(printed.returncode, 0, printed.stderr)
                self.assertEqual(window.ask("plan")[2], printed.stdout)
                self.assertEqual(window.ask("plan", scenario=naming(table))[2], printed.stdout)
                self.assertEqual(window.ask("plan", scenario=naming("/etc/passwd"))[0], 400)

    def test_the_catalogue_is_what_the_files_say(self):
        status, _, content = self.window.ask("catalog")
        tables = json.loads(content)
        self.assertEqual((status, problems(promised("catalog", 200), tables)), (200, []))
        self.assertEqual([table["name"] for table in tables], ["aider_edit", "aider_polyglot"])
        for table in tables:
            self.assertEqual(len(table["models"]), len((ROOT / table["file"]).read_text().splitlines()) - 1)

    def test_the_description_is_served_with_its_schemas(self):
        status, headers, content = self.window.ask("openapi.json")
        self.assertEqual((status, headers["Content-Type"], json.loads(content)), (200, "application/json", DESCRIPTION))
        for name in set(re.findall(r'"\$ref": "(schemas/[\w.-]+)', content.decode())):
            self.assertEqual(json.loads(self.window.raw("GET", f"/v1/explore/{name}")[2]), SCHEMAS[name])
        jsonschema.Draft202012Validator.check_schema(DESCRIPTION["components"]["schemas"])


class Maps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.window = cls.stack.enter_context(exploring(PAIR))
        cls.folder = pathlib.Path(cls.stack.enter_context(tempfile.TemporaryDirectory()))

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def test_files_are_those_of_the_program_however_many_were_drawn_before(self):
        for show in ("policy", "cost"):
            for ending, media in [("json", "application/json"), ("svg", "image/svg+xml"), ("png", "image/png"),
                                  ("csv", "text/csv; charset=utf-8")] * 2:
                file = self.folder / f"map.{ending}"
                done = turnout("map", PAIR, "--x", AXES["x"], "--y", AXES["y"], "--size", AXES["size"], "--show", show,
                               "-o", file)
                self.assertEqual(done.returncode, 0, done.stderr)
                status, headers, content = self.window.ask("map", **AXES, show=show, format=ending)
                self.assertEqual((status, headers["Content-Type"]), (200, media))
                self.assertEqual(content, file.read_bytes(), ending)
                self.assertEqual(headers["Content-Disposition"],
                                 'attachment; filename="map.csv"' if ending == "csv" else None)
        answer = json.loads(self.window.ask("map", **AXES)[2])
        self.assertEqual(problems({"$ref": "schemas/map.json"}, answer), [])

    def legend(self, **parameters):
        status, _, content = self.window.ask("map", format="legend", **parameters)
        self.assertEqual(status, 200, content)
        legend = json.loads(content)
        self.assertEqual(problems(promised("map", 200), legend), [])
        self.assertEqual(problems({"$ref": "#/components/schemas/MapLegend"}, legend), [])
        return legend

    def test_cells_and_their_legend_say_what_the_map_says(self):
        four = {"scenario": FOUR.read_text(), "x": "P=0:3", "y": "t4=0.2:20:log", "size": "20x10"}
        for parameters in (AXES, four, {**AXES, "y": "c2=-1:1"}, {**AXES, "x": "p1=0.5:1.5"}):
            drawn = json.loads(self.window.ask("map", **parameters)[2])
            cells = self.window.ask("map", **parameters, format="cells")[2]
            legend = self.legend(**parameters)
            names = {region["cell"]: region["name"] for region in legend["regions"]}
            names[255] = None
            self.assertEqual([names[cell] for cell in cells], [name for row in drawn["routes"] for name in row])
            self.assertEqual({region["cell"]: region["points"] for region in legend["regions"]},
                             {cell: cells.count(cell) for cell in set(cells)})
            self.assertEqual((legend["width"] * legend["height"], legend["cells"]), (len(cells), "uint8"))
            for axis in "xy":
                self.assertEqual([legend[axis][key] for key in ("name", "low", "high", "logarithmic")],
                                 [drawn[axis][key] for key in ("name", "low", "high", "logarithmic")])

    def test_cells_of_values_are_floats_and_nan_where_there_is_no_game(self):
        for parameters in ({**AXES, "show": "cost"}, {**AXES, "x": "s=0:1", "y": "q=0:1"},
                           {**AXES, "x": "p1=0.5:1.5", "show": "utility"}):
            drawn = json.loads(self.window.ask("map", **parameters)[2])["values"]
            content = self.window.ask("map", **parameters, format="cells")[2]
            values = struct.unpack(f"<{len(content) // 4}f", content)
            for value, exact in zip(values, (value for row in drawn for value in row), strict=True):
                self.assertEqual(exact is None, value != value)
                if exact is not None:
                    self.assertAlmostEqual(value, exact, delta=abs(exact) * 2**-23)
            legend = self.legend(**parameters)
            self.assertEqual(legend["cells"], "float32")
            known = [value for value in values if value == value]
            for end, value in (("low", min(known)), ("high", max(known))):
                self.assertAlmostEqual(legend["scale"][end], value, delta=abs(value) * 2**-23)  # a float's rounding

    def test_what_cannot_be_drawn_is_refused_in_the_programs_words(self):
        for parameters in ({}, {"x": "P=0:1"}, {**AXES, "x": "Z=0:1"}, {**AXES, "show": "beauty"},
                           {**AXES, "size": "1001x1"}, {**AXES, "size": "1x2000"}, {**AXES, "size": "x"},
                           {**AXES, "format": "pdf"}, {**AXES, "x": "p1=2:3"}):
            status, _, content = self.window.ask("map", **parameters)
            error = json.loads(content)
            self.assertEqual((status, problems(promised("map", 400), error)), (400, []))
        done = turnout("map", PAIR, "--x", "Z=0:1", "--y", AXES["y"])
        message = json.loads(self.window.ask("map", **{**AXES, "x": "Z=0:1"})[2])["error"]["message"]
        self.assertEqual(f"turnout: {message}\n", done.stderr.decode())


class Serving(unittest.TestCase):
    def test_the_page_is_served_and_not_sent_twice(self):
        with exploring() as window:
            status, headers, content = window.raw("GET", "/")
            self.assertEqual((status, headers["Content-Type"], headers["Cache-Control"]),
                             (200, "text/html; charset=utf-8", "no-cache"))
            self.assertEqual(content, (ROOT / "web/dist/index.html").read_bytes())
            status, again, nothing = window.raw("GET", "/", {"If-None-Match": headers["ETag"]})
            self.assertEqual((status, nothing, again["ETag"]), (304, b"", headers["ETag"]))
            self.assertEqual(window.raw("GET", "/", {"If-None-Match": '"other"'})[0], 200)
            status, head, nothing = window.raw("HEAD", "/")
            self.assertEqual((status, nothing, head["Content-Length"]), (200, b"", headers["Content-Length"]))
            for path in ("/../CMakeLists.txt", "/assets/", "/index.html/", "/nowhere", "/v1/explore/", "/v1/explore/x",
                         "/v1/explore/schemas/../openapi.json"):
                self.assertEqual(window.raw("GET", path)[0], 404, path)

    def test_every_file_of_the_page_is_served_as_it_is_or_compressed(self):
        with exploring() as window:
            for file in (path for path in (ROOT / "web/dist").rglob("*") if path.is_file()):
                name = file.relative_to(ROOT / "web/dist").as_posix()
                target = "/" if name == "index.html" else f"/{name}"
                self.assertEqual(window.raw("GET", target)[2], file.read_bytes())
                _, headers, content = window.raw("GET", target, {"Accept-Encoding": "gzip, br"})
                shrunk = headers["Content-Encoding"] == "gzip"
                self.assertEqual(gzip.decompress(content) if shrunk else content, file.read_bytes())

    def test_no_other_site_gets_in_and_nothing_is_taken(self):
        with exploring() as window:
            own = f"127.0.0.1:{window.port}"
            for host, expected in [(own, 200), (f"localhost:{window.port}", 200), ("LOCALHOST", 200),
                                   (f"[::1]:{window.port}", 200), (f"rebound.example:{window.port}", 421),
                                   ("127.0.0.1.example", 421), (f"10.0.0.1:{window.port}", 421), ("", 421)]:
                for target in ("/", "/v1/explore/solve"):
                    self.assertEqual(window.raw("GET", target, {"Host": host})[0], expected, host)
            for site, expected in [("cross-site", 403), ("same-origin", 200), ("none", 200)]:
                self.assertEqual(window.raw("GET", "/v1/explore/solve", {"Sec-Fetch-Site": site})[0], expected)
            for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
                status, headers, _ = window.raw(method, "/v1/explore/solve", {"Content-Length": "0"})
                self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
            for method in ("GET", "POST"):
                self.assertEqual(window.raw(method, "/", body=b"x")[0], 413)

    def test_every_answer_is_guarded(self):
        with exploring() as window:
            targets = ["/", "/nowhere", "/v1/explore/solve", "/v1/explore/solve?set=x", "/v1/explore/openapi.json"]
            for target, headers in [(t, window.raw("GET", t)[1]) for t in targets] + [
                    ("bad host", window.raw("GET", "/", {"Host": "x"})[1]), ("POST", window.raw("POST", "/")[1])]:
                policy = ("default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
                          "form-action 'none'")
                self.assertEqual([headers[name] for name in ("Content-Security-Policy", "X-Content-Type-Options",
                                                             "Referrer-Policy", "Cross-Origin-Resource-Policy")],
                                 [policy, "nosniff", "no-referrer", "same-origin"], target)
            picture = window.ask("map", **AXES, format="svg")[1]
            self.assertIn("sandbox", picture["Content-Security-Policy"])
            self.assertNotIn("script", picture["Content-Security-Policy"])

    def test_an_answer_that_takes_long_holds_up_nobody_and_is_given_up_with_its_client(self):
        axes = {"x": "P=0:3", "y": "t4=0.2:20:log", "size": "1000x1000"}
        query = urllib.parse.urlencode({**axes, "show": "misalignment", "scenario": FOUR.read_text(),
                                        "set": STAYS_AWAY[0]})
        with exploring() as window:
            waiting = []
            for _ in range(8):
                connection = http.client.HTTPConnection("127.0.0.1", window.port, timeout=60)
                connection.request("GET", f"/v1/explore/map?{query}")
                waiting.append(connection)
            begun = time.monotonic()
            self.assertEqual(window.ask("solve")[0], 200)
            self.assertEqual(window.ask("map", **AXES, format="cells")[0], 200)
            self.assertLess(time.monotonic() - begun, 2)
            for connection in waiting:
                connection.close()
            begun = time.monotonic()
            self.assertEqual(window.ask("plan", scenario=FOUR.read_text())[0], 200)  # behind them in the queue
            self.assertLess(time.monotonic() - begun, 5)

    def test_many_ask_at_once(self):
        with exploring() as window:
            expected = window.ask("solve")[2]
            answers = []

            def ask():
                answers.extend(window.ask("solve")[2] for _ in range(20))

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(answers, [expected] * 160)

    def test_it_starts_with_a_scenario_and_its_settings_or_says_what_is_wrong(self):
        with exploring(FOUR, "--set", "P=2") as window:
            self.assertEqual(window.ask("plan")[2], turnout("plan", FOUR, "--set", "P=2", "--json").stdout)
            self.assertEqual(window.ask("plan", ["P=3"])[2], turnout("plan", FOUR, "--set", "P=3", "--json").stdout)
            self.assertEqual(window.ask("solve", scenario=PAIR.read_text())[2], turnout("solve", PAIR, "--json").stdout)
        with exploring() as window:
            self.assertEqual(window.ask("solve")[2], turnout("solve", PAIR, "--json").stdout)
        for arguments in (["nowhere.toml"], [PAIR, "--set", "Q=1"], ["--listen", "127.0.0.1"], ["--port", "70000"],
                          ["--port", "0", "--listen", "127.0.0.1:0"]):
            self.assertEqual(turnout("explore", *arguments).returncode, 2, arguments)

    def test_a_signal_ends_it_in_the_midst_of_an_answer(self):
        query = urllib.parse.urlencode({"x": "P=0:3", "y": "t4=0.2:20:log", "size": "1000x1000",
                                        "scenario": FOUR.read_text()})
        begun = time.monotonic()
        with exploring() as window:
            connection = http.client.HTTPConnection("127.0.0.1", window.port, timeout=60)
            connection.request("GET", f"/v1/explore/map?{query}&set=user.participates=true")
            window.ask("solve")
        self.assertLess(time.monotonic() - begun, 10)
        connection.close()


if __name__ == "__main__":
    unittest.main(verbosity=0)
