#!/usr/bin/env python3
"""The mock of models and of their users as programs: over real connections, held against simulate.

usage: mock_test.py TURNOUT
"""
import contextlib
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOUR = ROOT / "examples/four-models.toml"
HARD = ROOT / "examples/hard-tasks.toml"
FAST = ["--speedup", "1e5", "--tokens", "20"]


def turnout(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)


@contextlib.contextmanager
def listening(*arguments, **options):
    """The address of a verb that serves, which must end well when it is asked to."""
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, text=True, **options)
    try:
        yield re.search(r"listening on (http://127\.0\.0\.1:\d+)", process.stdout.readline())[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0, process.returncode
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def served(*arguments):
    return listening("mock-llm", *arguments, "--listen", "127.0.0.1:0")


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, dict(answer.headers), answer.read().decode()


def chat(url, model, text, **more):
    return post(url + "/v1/chat/completions", {"model": model, "messages": [{"role": "user", "content": text}], **more})


class MockLlm(unittest.TestCase):
    def test_answers_streams_and_refuses_over_a_connection(self):
        with served(FOUR, *FAST) as url:
            status, fields, body = chat(url, "mini", "task 1: add")
            self.assertEqual((status, fields["Content-Type"]), (200, "application/json"))
            self.assertRegex(json.loads(body)["choices"][0]["message"]["content"], r"\[turnout:(solved|failed)\]$")
            _, fields, body = chat(url, "mini", "task 1: add", stream=True)
            self.assertTrue(fields["Content-Type"].startswith("text/event-stream"))
            self.assertTrue(body.endswith("data: [DONE]\n\n"))
            with self.assertRaises(urllib.error.HTTPError) as refused:
                chat(url, "none", "a")
            self.assertEqual(refused.exception.code, 404)
            self.assertEqual(json.loads(refused.exception.read())["error"]["code"], "model_not_found")
            hello = urllib.request.Request(url + "/api/hello", method="HEAD")
            with urllib.request.urlopen(hello, timeout=30) as answer:
                self.assertEqual((answer.status, answer.read()), (200, b""))

    def test_answers_from_recorded_outcomes(self):
        table = (ROOT / "catalog/outcomes/gsm8k.csv").read_text().splitlines()
        names = table[0].split(",")
        scenario = ROOT / "examples/gsm8k.toml"
        with served(scenario, "--outcomes", ROOT / "catalog/outcomes/gsm8k.csv", "--speedup", "1e6") as url:
            for row in table[1:40]:
                cells = dict(zip(names, row.split(",")))
                for model in names[1:3]:
                    answer = json.loads(chat(url, model, f"task {cells['task']}: x")[2])
                    said = answer["choices"][0]["message"]["content"]
                    self.assertEqual(said.endswith("[turnout:solved]"), cells[model] == "1", row)

    def test_a_cut_answer_is_cut_for_the_client(self):
        with served(FOUR, *FAST, "--cut", "1") as url:
            for stream in (False, True):
                with self.assertRaises(Exception) as cut:
                    chat(url, "mini", "a", stream=stream)
                self.assertIn("IncompleteRead", repr(cut.exception))

    def test_refuses_what_cannot_be(self):
        for arguments, words in [(["--listen", "localhost"], "--listen"),
                                 (["--errors", "0.6", "--cut", "0.6"], "at most 1"),
                                 (["--outcomes", ROOT / "catalog/outcomes/gsm8k.csv"], "no outcomes"),
                                 (["--listen", "203.0.113.1:80"], "203.0.113.1")]:
            done = turnout("mock-llm", FOUR, *arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


class MockUsers(unittest.TestCase):
    def check_against_simulate(self, scenario, model, *more, gateway=()):
        """Users of one model: J, S and n of real requests beside those of simulate, which has means of its own."""
        with served(scenario, *FAST, *gateway) as url:
            done = turnout("mock-users", scenario, "--gateway", url, "--model", model, "--policy", model, "--tasks",
                           4000, "--users", 16,
                           "--speedup", "1e5", "--json", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        real = json.loads(done.stdout)
        kept = [word for word in more if word not in ("--stream", "--shape", "messages", "responses")]
        expected = json.loads(turnout("simulate", scenario, "--policy", model, "--tasks", "1e6", "--json",
                                      *kept).stdout)["policies"][0]
        self.assertEqual(real["tasks"], 4000)
        for key in ("provider_cost", "success", "attempts", "service_cost"):
            # Both are samples: 4.5 standard errors of their difference.
            error = (real[key]["standard_error"] ** 2 + expected[key]["standard_error"] ** 2) ** 0.5
            self.assertAlmostEqual(real[key]["value"], expected[key]["value"], delta=4.5 * error + 1e-9, msg=key)
        return real

    def test_users_of_one_model_come_to_what_simulate_says(self):
        real = self.check_against_simulate(FOUR, "small")
        self.assertEqual(real["by_model"][1]["passes"], real["passes"])
        self.assertEqual(real["solved"] + real["users_left"], 4000)

    def test_so_do_impatient_users_of_hard_tasks_who_differ_with_streams_of_messages(self):
        real = self.check_against_simulate(HARD, "mini", "--patience", "0.9", "--value-sigma", "0.5", "--stream",
                                           "--shape", "messages")
        self.assertGreater(real["users_left"], 100)

    def test_errors_cost_retries_but_no_attempts(self):
        real = self.check_against_simulate(FOUR, "large", gateway=("--errors", "0.01", "--cut", "0.01", "--garbage",
                                                                   "0.01"))
        self.assertGreater(real["retries"], 50)

    def test_says_what_is_wrong_without_a_gateway(self):
        done = turnout("mock-users", FOUR, "--gateway", "http://127.0.0.1:1", "--tasks", 2, "--speedup", 1000)
        self.assertEqual(done.returncode, 2)
        self.assertIn("http://127.0.0.1:1", done.stderr)
        self.assertEqual(turnout("mock-users", FOUR, "--policy", "none").returncode, 2)


CONFIGURATION = """
[policy]
text = "mini,mini,large"
[[upstream]]
name = "mock"
url = "{url}/v1"
key = "none"
speaks = ["openai", "anthropic"]
[[model]]
name = "mini"
price = {{ input = 0, output = 100, as_of = "2026-01-01" }}
[[model]]
name = "large"
price = {{ input = 0, output = 1000, as_of = "2026-01-01" }}
[listen]
port = 0
"""


class Loop(unittest.TestCase):
    """Users, a gateway that has to find their tasks by itself, and models that know them."""

    def played_through_a_gateway(self, *more, faults=()):
        with tempfile.TemporaryDirectory() as folder, served(HARD, *FAST, *faults) as models:
            (pathlib.Path(folder) / "turnout.toml").write_text(CONFIGURATION.format(url=models))
            with listening("serve", "-c", "turnout.toml", cwd=folder) as gateway:
                done = turnout("mock-users", HARD, "--gateway", gateway, "--tasks", 1000, "--users", 12, "--speedup",
                               "1e5", "--patience", "0.95", "--json", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def check_all_are_known(self, played):
        self.assertEqual(played["numbered"], played["passes"])
        for kind in played["by_kind"]:
            self.assertEqual(kind["right"], kind["numbered"], kind)

    def test_every_prompt_is_taken_for_what_it_is_and_users_meet_the_policy(self):
        for shape in (["--shape", "chat"], ["--shape", "messages", "--stream"], ["--shape", "responses", "--stream"]):
            with self.subTest(shape):
                played = self.played_through_a_gateway("--feedback", "0.2", "--same-conversation", "0.5", *shape)
                self.check_all_are_known(played)
                self.assertGreater(played["feedback_taken"], 100)
                self.assertEqual(played["feedback_refused"], 0)
                expected = json.loads(turnout("simulate", HARD, "--policy", "mini,mini,large", "--patience", "0.95",
                                              "--tasks", "1e6", "--json").stdout)["policies"][0]
                for key in ("provider_cost", "success", "attempts"):
                    error = (played[key]["standard_error"] ** 2 + expected[key]["standard_error"] ** 2) ** 0.5
                    self.assertAlmostEqual(played[key]["value"], expected[key]["value"], delta=4.5 * error, msg=key)

    def test_faults_of_the_models_make_no_attempts(self):
        played = self.played_through_a_gateway("--stream", faults=("--errors", "0.02", "--rate-limited", "0.01",
                                                                   "--cut", "0.02", "--garbage", "0.01"))
        self.assertGreater(played["retries"], 20)
        self.check_all_are_known(played)


if __name__ == "__main__":
    unittest.main(verbosity=0)
