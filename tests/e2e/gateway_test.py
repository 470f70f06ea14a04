#!/usr/bin/env python3
"""The gateway as a program: real connections, a real store, models of known truth. usage: gateway_test.py TURNOUT"""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOUR = ROOT / "examples/four-models.toml"


def prompt(number):
    """Words that are like no other number's."""
    words = random.Random(number)
    return f"task {number}: " + " ".join("".join(words.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(12))


def turnout(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300)


class Process:
    """A verb that says where it listens and is ended by a signal."""

    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        line = self.process.stdout.readline()
        found = re.search(r"listening on https?://127\.0\.0\.1:(\d+)", line)
        assert found, line + self.process.stderr.read()
        self.port = int(found[1])

    def end(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        _, self.said = self.process.communicate(timeout=20)
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class Gateway(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *arguments, **options):
        process = Process(*arguments, **options)
        self.addCleanup(process.close)
        return process

    def mock(self, *arguments):
        return self.start("mock-llm", FOUR, "--speedup", "1e4", "--tokens", "20", "--listen", "127.0.0.1:0", *arguments)

    def config(self, upstream, policy="mini,mini,large", more=""):
        models = "".join(f'[[model]]\nname = "{name}"\nupstream = "mock"\nmodel = "{name}"\n'
                         f'price = {{ input = 0.0, output = {price}, as_of = "2026-11-01" }}\n'
                         for name, price in [("nano", 1.0), ("mini", 4.0), ("large", 20.0), ("frontier", 60.0)])
        (self.folder / "turnout.toml").write_text(
            f'[listen]\naddress = "127.0.0.1"\nport = 0\n[store]\npasses = "sqlite:{self.folder}/turnout.db"\n'
            f'spill = "{self.folder}/turnout.spill"\nevery_s = 0.2\n[policy]\ntext = "{policy}"\n'
            f'[[upstream]]\nname = "mock"\nurl = "http://127.0.0.1:{upstream}/v1"\nspeaks = ["openai", "anthropic"]\nkey = "none"\n'
            f"{models}{more}")

    def serve(self):
        return self.start("serve", "-c", self.folder / "turnout.toml", cwd=self.folder)

    def ask(self, gateway, text, path="/v1/chat/completions", fields=None, **more):
        """One request; returns status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        body = {"model": "turnout/auto", "max_tokens": 100, "messages": [{"role": "user", "content": text}], **more}
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **(fields or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def get(self, gateway, path):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def post(self, gateway, path, body):
        """What the gateway itself is told or asked; returns status and JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        connection.request("POST", path, json.dumps(body))
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said

    def rows(self):
        with contextlib.closing(sqlite3.connect(self.folder / "turnout.db")) as database:
            return database.execute("SELECT task_id, attempt, model, outcome, cost_usd, propensity FROM passes ORDER BY started_us").fetchall()

    def test_serves_each_attempt_by_the_policy_and_records_it(self):
        mock = self.mock()
        self.config(mock.port)
        gateway = self.serve()
        models, tasks = [], set()
        for attempt in range(1, 5):
            status, fields, body = self.ask(gateway, "task 1: how many legs do seven spiders have?")
            self.assertEqual(status, 200)
            self.assertEqual(json.loads(body)["model"], fields["x-turnout-model"])
            self.assertEqual(fields["x-turnout-attempt"], str(attempt))
            models.append(fields["x-turnout-model"])
            tasks.add(fields["x-turnout-task"])
        self.assertEqual(models, ["mini", "mini", "large", "large"])
        self.assertEqual(len(tasks), 1)
        task = tasks.pop()
        receipt = json.loads(self.get(gateway, f"/v1/turnout/tasks/{task}")[1])
        self.assertEqual([attempt["model"] for attempt in receipt["attempts"]], models)
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        connection.request("POST", "/v1/feedback", json.dumps({"task": task, "outcome": "success"}))
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        self.assertEqual(gateway.end(), 0, gateway.said)
        self.assertEqual([row[:4] for row in self.rows()],
                         [(task, n + 1, model, "success" if n == 3 else "unknown") for n, model in enumerate(models)])
        self.assertAlmostEqual(self.rows()[0][4], 20 * 4e-6)
        check = turnout("log", "check", f"sqlite:{self.folder}/turnout.db")
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_streams_pass_as_they_come_in_every_shape(self):
        mock = self.mock()
        self.config(mock.port)
        gateway = self.serve()
        for path, model, end in [("/v1/chat/completions", "turnout/auto", "data: [DONE]\n\n"),
                                 ("/v1/messages", "claude-turnout-auto", 'data: {"type":"message_stop"}\n\n'),
                                 ("/v1/responses", "turnout/auto", None)]:
            more = {"input": prompt(90)} if end is None else {}
            status, fields, body = self.ask(gateway, prompt(len(path)), path, model=model, stream=True, **more)
            self.assertEqual(status, 200, body)
            self.assertIn("text/event-stream", fields["content-type"])
            self.assertEqual(fields["x-turnout-attempt"], "1")
            self.assertIn("response.completed" if end is None else end.strip(), body)

    def test_goes_on_after_kill_9_with_every_task_and_pass(self):
        mock = self.mock()
        self.config(mock.port)
        sent = 0
        for round_ in range(6):
            gateway = self.serve()
            for task in range(5):
                status, fields, _ = self.ask(gateway, prompt(task))
                self.assertEqual((status, fields["x-turnout-attempt"]), (200, str(round_ + 1)), fields)
                sent += 1
            time.sleep(0.7)  # the documented interval is every_s
            self.assertEqual(gateway.end(signal.SIGKILL), -signal.SIGKILL)
            self.assertEqual(len(self.rows()), sent)
        attempts = {}
        for task, attempt, *_ in self.rows():
            attempts.setdefault(task, []).append(attempt)
        self.assertEqual(sorted(attempts.values()), [[1, 2, 3, 4, 5, 6]] * 5)

    def test_loses_no_pass_while_the_store_is_away(self):
        mock = self.mock()
        self.config(mock.port)
        store = self.folder / "turnout.db"
        gateway = self.serve()
        self.ask(gateway, prompt(1))
        lock = sqlite3.connect(store, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")  # the store takes nothing
        for number in range(20):
            self.assertEqual(self.ask(gateway, prompt(100 + number))[0], 200)
        deadline = time.time() + 60
        while json.loads(self.get(gateway, "/readyz")[1])["store"] != "spilling":
            self.assertLess(time.time(), deadline)
            time.sleep(0.1)
        lock.execute("COMMIT")
        lock.close()
        while json.loads(self.get(gateway, "/readyz")[1])["store"] != "ok":
            self.assertLess(time.time(), deadline)
            time.sleep(0.1)
        self.assertEqual(gateway.end(), 0)
        self.assertEqual(len(self.rows()), 21)
        self.assertFalse((self.folder / "turnout.spill").exists())

    def test_upstreams_that_fail_are_tried_again_and_said(self):
        mock = self.mock("--errors", "0.3", "--cut", "0.1", "--seed", "3")
        self.config(mock.port)
        gateway = self.serve()
        statuses = [self.ask_or_cut(gateway, prompt(n)) for n in range(60)]
        self.assertGreater(statuses.count(200), 40)
        self.assertEqual(gateway.end(), 0)
        rows = self.rows()
        self.assertEqual(len({row[0] for row in rows}), len(rows))

    def ask_or_cut(self, gateway, text):
        """The status; nothing if the answer breaks off."""
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        with contextlib.closing(connection), contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            connection.request("POST", "/v1/chat/completions", json.dumps({"model": "turnout/auto", "messages": [{"role": "user", "content": text}]}))
            answer = connection.getresponse()
            answer.read()
            return answer.status
        return None

    def test_says_who_serves_to_a_gateway_that_asks_and_takes_feedback_when_all_is_over(self):
        mock = self.mock()
        self.config(1, policy="mini,large")  # an upstream that only the one who asks can reach
        gateway = self.serve()
        models = []
        for turn in range(1, 4):
            question = {"user": "ann", "conversation": "c", "turn": turn}
            _, preview = self.post(gateway, "/v1/decision", {**question, "preview": True})
            status, decision = self.post(gateway, "/v1/decision", question)
            self.assertEqual((status, decision["attempt"]), (200, turn), decision)
            self.assertEqual((preview["model"], preview["attempt"]), (decision["model"], turn))
            status, fields, text = self.ask(mock, prompt(turn), model=decision["upstream_model"])
            answer = json.loads(text)
            models.append(answer["model"])
            report = {"decision": decision["decision"], "status": status, "latency_s": 2.5,
                      "input_tokens": answer["usage"]["prompt_tokens"], "output_tokens": answer["usage"]["completion_tokens"]}
            for recorded in (True, False):
                status, said = self.post(gateway, "/v1/passes", report)
                self.assertEqual((status, said["recorded"]), (200, recorded))
        self.assertEqual(models, ["mini", "large", "large"])
        self.post(gateway, "/v1/decision", {"user": "ann", "conversation": "c", "turn": 4})  # and no report
        self.assertEqual(gateway.end(), 0, gateway.said)
        for file in self.folder.glob("turnout.tasks*"):
            file.unlink()
        gateway = self.serve()  # knows no task any more
        task = decision["task"]
        self.assertEqual(self.post(gateway, "/v1/feedback", {"task": task, "outcome": "success"})[0], 202)
        self.assertEqual(self.post(gateway, "/v1/feedback", {"task": task, "attempt": 1, "outcome": "failure"})[0], 202)
        self.assertEqual(gateway.end(), 0, gateway.said)
        self.assertEqual([row[:4] for row in self.rows()],
                         [(task, 1, "mini", "failure"), (task, 2, "large", "unknown"), (task, 3, "large", "success")])
        self.assertAlmostEqual(self.rows()[0][4], 20 * 4e-6)
        self.assertEqual([row[5] for row in self.rows()], [1, 1, 1])

    def test_reads_its_configuration_again_and_keeps_it_if_the_new_one_is_wrong(self):
        mock = self.mock()
        self.config(mock.port)
        gateway = self.serve()
        self.assertEqual(self.ask(gateway, prompt(1))[1]["x-turnout-model"], "mini")
        (self.folder / "turnout.toml").write_text("[policy]\ntext = 1\n")
        gateway.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        self.assertEqual(self.ask(gateway, prompt(2))[1]["x-turnout-model"], "mini")
        self.config(mock.port, policy="frontier")
        gateway.process.send_signal(signal.SIGHUP)
        deadline = time.time() + 20
        number = 3
        while self.ask(gateway, prompt(number))[1]["x-turnout-model"] != "frontier":
            self.assertLess(time.time(), deadline)
            number += 1
            time.sleep(0.1)
        self.assertEqual(self.ask(gateway, prompt(1))[1]["x-turnout-model"], "mini", "it began under the other policy")
        self.assertEqual(gateway.end(), 0)
        self.assertIn("was not changed", gateway.said)

    def test_ends_what_is_under_way_when_it_is_asked_to_stop(self):
        mock = self.start("mock-llm", FOUR, "--speedup", "2", "--tokens", "20", "--listen", "127.0.0.1:0")
        self.config(mock.port)
        gateway = self.serve()
        answers = []
        asking = threading.Thread(target=lambda: answers.append(self.ask(gateway, "task 1: slowly", stream=True)))
        asking.start()
        time.sleep(0.5)
        self.assertEqual(gateway.end(), 0)
        asking.join()
        self.assertTrue(answers[0][2].rstrip().endswith("[DONE]"))
        self.assertEqual(len(self.rows()), 1)

    def test_check_says_all_that_is_wrong_and_a_key_can_be_made(self):
        (self.folder / "turnout.toml").write_text('[policy]\ntext = "x"\n[[upstream]]\nname = "a"\nurl = "ftp://b"\n')
        check = turnout("serve", "-c", self.folder / "turnout.toml", "--check")
        self.assertEqual(check.returncode, 2)
        self.assertGreater(len(check.stderr.strip().splitlines()), 1)
        made = turnout("serve", "--new-key", "team-a")
        self.assertEqual(made.returncode, 0)
        key, entry = made.stdout.split("\n\n", 1)
        self.assertTrue(key.startswith("sk-turnout-"))
        self.assertNotIn(key, entry)
        mock = self.mock()
        self.config(mock.port, more=entry.split("\n", 1)[1])
        gateway = self.serve()
        self.assertEqual(self.ask(gateway, "task 1: x")[0], 401)
        self.assertEqual(self.ask(gateway, "task 1: x", fields={"Authorization": f"Bearer {key}"})[0], 200)
        self.assertEqual(gateway.end(), 0)
        for file in self.folder.iterdir():
            self.assertNotIn(key.encode(), file.read_bytes(), file)

    def test_no_words_of_a_prompt_are_kept(self):
        mock = self.mock()
        self.config(mock.port)
        gateway = self.serve()
        self.ask(gateway, "task 1: the colour of the Zanzibarian heliotrope")
        self.assertEqual(gateway.end(), 0)
        kept = [file for file in self.folder.iterdir()]
        self.assertIn("turnout.tasks", {file.name for file in kept})
        for file in kept:
            self.assertNotIn(b"heliotrope", file.read_bytes(), file)

    @unittest.skipUnless(shutil.which("curl"), "curl")
    def test_curl_sees_an_upgrade_refused_and_large_bodies_through(self):
        mock = self.mock()
        self.config(mock.port)
        gateway = self.serve()
        body = json.dumps({"model": "turnout/auto", "messages": [{"role": "user", "content": "task 5: " + "long " * 40000}]})
        (self.folder / "body.json").write_text(body)
        said = subprocess.run(["curl", "-sS", "-D", "-", "-H", "Content-Type: application/json", "--http2", "--data-binary",
                               f"@{self.folder}/body.json", f"http://127.0.0.1:{gateway.port}/v1/chat/completions"],
                              capture_output=True, text=True, check=True, timeout=30).stdout
        self.assertIn("HTTP/1.1 200", said)
        self.assertIn("x-turnout-model: mini", said)

    def origin(self):
        """An upstream that keeps the heads that it is sent; its port and they."""
        heads = []

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heads.append(dict(self.headers))
                self.rfile.read(int(self.headers["Content-Length"]))
                body = b'{"id": "1", "model": "nano-2", "choices": [{"message": {"content": "yes"}}], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_port, heads

    def test_a_trace_goes_on_to_the_upstream_and_into_the_log(self):
        port, heads = self.origin()
        self.config(port, policy="nano", more='[log]\nformat = "json"\n')
        gateway = self.serve()
        trace = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "vendor=a:1", "baggage": "a=1"}
        status, fields, _ = self.ask(gateway, prompt(1) + " heliotrope", fields={**trace, "X-Turnout-User": "somebody@example.org"})
        self.assertEqual(status, 200)
        self.assertEqual(self.ask(gateway, prompt(2), model="no-such-model")[0], 404)
        gateway.process.send_signal(signal.SIGHUP)
        self.assertEqual(gateway.end(), 0)
        self.assertEqual({name: heads[0][name] for name in trace}, trace)
        lines = [json.loads(line) for line in gateway.said.splitlines()]
        first, second = [line for line in lines if line["message"] == "request"]
        self.assertTrue(any("read again" in line["message"] for line in lines), lines)
        expected = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "mock", "gen_ai.request.model": "turnout/auto",
                    "gen_ai.response.model": "nano-2", "http.response.status_code": 200, "gen_ai.usage.input_tokens": 7,
                    "gen_ai.usage.output_tokens": 2, "turnout.model": "nano", "turnout.task": fields["x-turnout-task"], "turnout.attempt": 1,
                    "turnout.rule": fields["x-turnout-rule"], "turnout.reason": fields["x-turnout-reason"], "turnout.policy": fields["x-turnout-policy"],
                    "turnout.cost_usd": 2e-6, "turnout.tries": 1, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}
        self.assertEqual({name: first.get(name) for name in expected}, expected)
        with contextlib.closing(sqlite3.connect(self.folder / "turnout.db")) as database:
            self.assertEqual(first["turnout.user"], database.execute("SELECT user_id FROM passes").fetchone()[0])
        self.assertEqual((second["http.response.status_code"], second["error.type"]), (404, "model_not_found"))
        self.assertNotIn("gen_ai.provider.name", second)
        for secret in ("heliotrope", "somebody"):
            self.assertNotIn(secret, gateway.said)

    def test_a_log_that_nobody_reads_stops_nobody(self):
        port, _ = self.origin()
        self.config(port, policy="nano", more='[log]\nformat = "json"\n')
        gateway = self.serve()  # its standard error is a pipe of 64 KB
        for number in range(300):
            self.assertEqual(self.ask(gateway, prompt(number))[0], 200)
        self.config(port, policy="mini", more='[log]\nformat = "json"\n')
        gateway.process.send_signal(signal.SIGHUP)
        deadline = time.time() + 20
        while self.ask(gateway, prompt(1000 + number))[1]["x-turnout-model"] != "mini":
            self.assertLess(time.time(), deadline)
            number += 1
        gateway.process.send_signal(signal.SIGTERM)
        self.assertEqual(gateway.process.wait(timeout=20), 0)

    def certificate(self, name="own"):
        """Makes NAME.pem and NAME.key, for 127.0.0.1."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.folder / f"{name}.key",
                        "-out", self.folder / f"{name}.pem"], check=True, capture_output=True, timeout=30)

    def curl(self, gateway, authority):
        """The body of /healthz, if curl trusts the certificate; else nothing."""
        said = subprocess.run(["curl", "-sS", "--cacert", self.folder / authority, f"https://127.0.0.1:{gateway.port}/healthz"],
                              capture_output=True, text=True, check=False, timeout=30)
        return said.stdout if said.returncode == 0 else None

    def test_listens_with_tls_and_reads_its_certificate_again(self):
        mock = self.mock()
        self.config(mock.port)
        file = self.folder / "turnout.toml"
        file.write_text(file.read_text().replace("port = 0", 'port = 0\ntls_certificate = "own.pem"\ntls_key = "own.key"'))
        self.assertIn("own.pem", turnout("serve", "-c", file, "--check").stderr)
        self.assertIn("own.pem", turnout("serve", "-c", file).stderr)
        self.certificate()
        self.assertEqual(turnout("serve", "-c", file, "--check").returncode, 0)
        gateway = self.serve()
        shutil.copy(self.folder / "own.pem", self.folder / "first.pem")
        self.assertEqual(self.curl(gateway, "first.pem"), "ok\n")
        self.certificate("other")
        shutil.copy(self.folder / "other.pem", self.folder / "own.pem")  # its key has not come yet
        gateway.process.send_signal(signal.SIGHUP)
        self.assertIn("not the key of the certificate", gateway.process.stderr.readline())
        self.assertEqual(self.curl(gateway, "first.pem"), "ok\n")
        shutil.copy(self.folder / "other.key", self.folder / "own.key")
        gateway.process.send_signal(signal.SIGHUP)
        self.assertIn("read again", gateway.process.stderr.readline())
        self.assertEqual(self.curl(gateway, "other.pem"), "ok\n")
        self.assertIsNone(self.curl(gateway, "first.pem"))
        self.assertEqual(gateway.end(), 0)

    def test_one_gateway_alone_uses_the_files_beside_its_configuration(self):
        mock = self.mock()
        self.config(mock.port)
        text = (self.folder / "turnout.toml").read_text().replace(f"{self.folder}/", "")
        (self.folder / "turnout.toml").write_text(text)
        gateway = self.start("serve", "-c", self.folder / "turnout.toml", cwd="/")
        self.assertEqual(self.ask(gateway, prompt(1))[0], 200)
        again = turnout("serve", "-c", self.folder / "turnout.toml")
        self.assertEqual(again.returncode, 2)
        self.assertIn("another gateway", again.stderr)
        self.assertEqual(gateway.end(), 0)
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual((self.folder / "turnout.secret").stat().st_mode & 0o777, 0o600)

    def test_a_stream_that_is_cut_at_the_end_is_a_pass_if_words_of_it_were_seen(self):
        mock = self.start("mock-llm", FOUR, "--speedup", "0.2", "--tokens", "20", "--listen", "127.0.0.1:0")
        self.config(mock.port)
        text = (self.folder / "turnout.toml").read_text().replace("port = 0", "port = 0\ndrain_s = 1")
        (self.folder / "turnout.toml").write_text(text)
        gateway = self.serve()
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as client:
            body = json.dumps({"model": "turnout/auto", "stream": True, "messages": [{"role": "user", "content": prompt(1)}]})
            client.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            seen = b""
            while seen.count(b"data:") < 4:
                seen += client.recv(4096)
            self.assertEqual(gateway.end(), 0)
        self.assertEqual(len(self.rows()), 1)

    def looping(self, mode):
        """A gateway of two models that looks at its log when it is asked to, with some tasks served."""
        scenario = self.folder / "scenario.toml"
        scenario.write_text('[user]\nvalue = 60\npatience = [0.9, 0.9]\n[provider]\nchurn_penalty = 0.5\n'
                            + "".join(f'[[model]]\nname = "{name}"\nsuccess = {p}\nlatency = {t}\ncost = {c}\n'
                                      for name, p, t, c in [("mini", 0.6, 3, 0.01), ("large", 0.8, 9, 0.1)]))
        mock = self.start("mock-llm", scenario, "--speedup", "1e4", "--listen", "127.0.0.1:0")
        models = "".join(f'[[model]]\nname = "{name}"\nprice = {{ input = 0, output = {price}, as_of = "2026-11-01" }}\n'
                         for name, price in [("mini", 33), ("large", 333)])
        (self.folder / "turnout.toml").write_text(
            f'[listen]\nport = 0\n[store]\nevery_s = 0.2\n[policy]\ntext = "explore:1/large"\nwindow_s = 1\n'
            f'[control]\nmode = "{mode}"\nevery_s = 1e6\npenalty_usd = 0.5\nlargest_step = 100\n'
            f'[[upstream]]\nname = "mock"\nurl = "http://127.0.0.1:{mock.port}/v1"\nkey = "none"\n{models}')
        gateway = self.serve()
        for first, tasks in [(1, 900), (2000, 5)]:  # the window of the 900 is over when the log goes on
            done = turnout("mock-users", scenario, "--gateway", f"http://127.0.0.1:{gateway.port}", "--tasks", tasks, "--first", first,
                           "--users", 16, "--speedup", "1e4", "--feedback", 0.1)
            self.assertEqual(done.returncode, 0, done.stderr)
            time.sleep(1.2)
        return gateway

    def policy(self, gateway, *arguments):
        done = turnout("policy", *arguments, "--gateway", f"http://127.0.0.1:{gateway.port}")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def policies(self, gateway):
        return json.loads(self.policy(gateway, "show", "--json"))

    def test_the_control_loop_proposes_and_a_person_approves(self):
        gateway = self.looping("propose")
        said = self.policy(gateway, "propose")
        self.assertIn("costs least: $", said)
        shown = self.policies(gateway)
        self.assertEqual(shown["in_force"]["text"], "explore:1/large")
        self.assertGreater(shown["proposal"]["figures"]["saving_per_task"]["lo"], 0)
        refused = turnout("policy", "approve", "--gateway", f"http://127.0.0.1:{gateway.port}")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--yes", refused.stderr)
        self.assertIn("In force: " + shown["proposal"]["text"], self.policy(gateway, "approve", "--yes"))
        self.assertIn("mini", self.ask(gateway, "one more")[1]["x-turnout-model"])
        gateway.end(signal.SIGKILL)
        again = self.serve()
        self.assertEqual(self.policies(again)["in_force"]["text"], shown["proposal"]["text"])

    def test_the_control_loop_applies_but_not_what_somebody_went_back_from(self):
        gateway = self.looping("apply")
        self.policy(gateway, "propose")
        shown = self.policies(gateway)
        self.assertEqual([shown["in_force"][key] for key in ("by", "enforced_by")], ["control loop"] * 2)
        self.assertTrue(shown["in_force"]["text"].startswith("mini"), shown)
        self.policy(gateway, "rollback", "--yes")
        self.policy(gateway, "propose")
        again = self.policies(gateway)
        self.assertEqual(again["in_force"]["text"], "explore:1/large")
        self.assertEqual(again["proposal"]["text"], shown["in_force"]["text"])
        self.assertEqual(again["proposal"]["rails"], ["somebody went back to the policy in force"])

    def test_says_why_it_cannot_listen(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.config(1)
            text = (self.folder / "turnout.toml").read_text().replace("port = 0", f"port = {taken.getsockname()[1]}")
            (self.folder / "turnout.toml").write_text(text)
            said = turnout("serve", "-c", self.folder / "turnout.toml")
            self.assertEqual(said.returncode, 2)
            self.assertIn("cannot listen", said.stderr)


if __name__ == "__main__":
    os.environ.pop("http_proxy", None)
    unittest.main()
