#!/usr/bin/env python3
"""The gateway as a program: real connections, a real store, models of known truth. usage: gateway_test.py TURNOUT"""
import contextlib
import hashlib
import http.client
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest

from gateway_case import FOUR, GatewayCase, turnout
from gateway_process import prompt


class Gateway(GatewayCase):
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
            connection.request("POST", "/v1/chat/completions",
                               json.dumps({"model": "turnout/auto", "messages": [{"role": "user", "content": text}]}))
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
                      "input_tokens": answer["usage"]["prompt_tokens"],
                      "output_tokens": answer["usage"]["completion_tokens"]}
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
        body = json.dumps({"model": "turnout/auto", "messages": [{"role": "user", "content": "task 5: "
                                                                  + "long " * 40000}]})
        (self.folder / "body.json").write_text(body)
        said = subprocess.run(["curl", "-sS", "-D", "-", "-H", "Content-Type: application/json", "--http2",
                               "--data-binary",
                               f"@{self.folder}/body.json", f"http://127.0.0.1:{gateway.port}/v1/chat/completions"],
                              capture_output=True, text=True, check=True, timeout=30).stdout
        self.assertIn("HTTP/1.1 200", said)
        self.assertIn("x-turnout-model: mini", said)

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

    def test_a_whole_answer_that_is_no_json_is_asked_for_again(self):
        mock = self.mock()
        self.config(mock.port)
        gateway = self.serve()
        status, fields, text = self.ask(gateway, prompt(1) + " [turnout:fail garbage 1]")
        self.assertEqual((status, fields["x-turnout-attempt"]), (200, "1"))
        self.assertIn("choices", json.loads(text))
        self.assertEqual(gateway.end(), 0)
        self.assertEqual(len(self.rows()), 1)

    def test_who_has_no_key_is_told_before_the_body_is_read(self):
        self.config(1, more='[[key]]\nname = "one"\nsha256 = "' + hashlib.sha256(b"sk-one").hexdigest() + '"\n')
        gateway = self.serve()
        for path in ("/v1/chat/completions", "/v1/feedback"):
            with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as client:
                client.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-two\r\nContent-Length: 30000000\r\n\r\n{{".encode())
                self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 401"))
        self.assertEqual(gateway.end(), 0)

    def test_a_stream_that_is_cut_at_the_end_is_a_pass_if_words_of_it_were_seen(self):
        mock = self.start("mock-llm", FOUR, "--speedup", "0.2", "--tokens", "20", "--listen", "127.0.0.1:0")
        self.config(mock.port)
        text = (self.folder / "turnout.toml").read_text().replace("port = 0", "port = 0\ndrain_s = 1")
        (self.folder / "turnout.toml").write_text(text)
        gateway = self.serve()
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as client:
            body = json.dumps({"model": "turnout/auto", "stream": True,
                               "messages": [{"role": "user", "content": prompt(1)}]})
            client.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                           f"{len(body)}\r\n\r\n{body}".encode())
            seen = b""
            while seen.count(b"data:") < 4:
                seen += client.recv(4096)
            self.assertEqual(gateway.end(), 0)
        self.assertEqual(len(self.rows()), 1)

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
    unittest.main()
