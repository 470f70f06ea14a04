#!/usr/bin/env python3
"""Two gateways behind HAProxy share the tasks in a real PostgreSQL. usage: gateways_test.py TURNOUT"""
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/engines"), str(ROOT / "tests/support")]
import gateway_process  # noqa: E402
import servers  # noqa: E402
from gateway_process import Process, prompt  # noqa: E402

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
VISIBLE = 0.2  # seconds within which the others know (docs/gateway.md)

BALANCER = """defaults
  mode {mode}
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  retries 3
  option redispatch 1
listen front
  bind 127.0.0.1:{port}
  balance roundrobin
  {more}
"""


class Balancer:
    """HAProxy in front of some ports; it can be stopped and started again at the same place."""

    def __init__(self, folder, ports, mode, more):
        (self.port,) = servers.free_ports(1)
        self.config = folder / f"haproxy-{self.port}.cfg"
        lines = [f"server s{port} 127.0.0.1:{port}" + (" check inter 200ms fall 1 rise 1" if mode == "http" else "")
                 for port in ports]
        self.config.write_text(BALANCER.format(mode=mode, port=self.port, more="\n  ".join([*more, *lines])))
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen([HAPROXY, "-db", "-f", self.config], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(100):
            with contextlib.suppress(OSError):
                http.client.socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            time.sleep(0.05)
        raise SystemExit("haproxy did not start")

    def stop(self):
        self.process.kill()
        self.process.wait()


def ask(port, text):
    """One request; returns status and headers; None if the connection broke."""
    try:
        return gateway_process.ask(port, text)[:2]
    except (OSError, http.client.HTTPException):
        return None


def get(port, path):
    return json.loads(gateway_process.get(port, path)[1])


class User(threading.Thread):
    """Asks the same again and again, at a person's pace; a request that breaks is sent again, as SDKs do."""

    def __init__(self, port, number, times):
        super().__init__()
        self.port, self.number, self.times, self.answers, self.sent = port, number, times, [], 0
        self.start()

    def run(self):
        chance = random.Random(self.number)
        for _ in range(self.times):
            time.sleep(chance.uniform(1.5 * VISIBLE, 2.5 * VISIBLE))
            for _ in range(5):
                self.sent += 1
                got = ask(self.port, prompt(self.number))
                if got and got[0] == 200:
                    self.answers.append((time.time(), got[1]))
                    break
                time.sleep(0.1)


class Gateways(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="turnout-gateways-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rows_of("DROP TABLE IF EXISTS turnout_task_log, turnout_gateways, turnout_secret, passes, schema_version "
                     "CASCADE")
        self.mock = self.start("mock-llm", ROOT / "examples/four-models.toml", "--speedup", "1e3", "--tokens", "20",
                               "--listen", "127.0.0.1:0")

    def start(self, *arguments, **options):
        program = Process(PROGRAM, *arguments, **options)
        self.addCleanup(program.close)
        return program

    def balance(self, ports, mode="http", more=()):
        balancer = Balancer(self.folder, ports, mode, more)
        self.addCleanup(balancer.stop)
        return balancer

    def gateway(self, name, tasks=None, window=3600):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "turnout.toml").write_text(
            f'[listen]\naddress = "127.0.0.1"\nport = 0\n[store]\npasses = "{STORE}"\ntasks = '
            f'"{tasks or STORE}"\nevery_s = 0.2\n'
            f'[policy]\ntext = "mini,mini,large"\nwindow_s = {window}\n'
            f'[[upstream]]\nname = "mock"\nurl = "http://127.0.0.1:{self.mock.port}/v1"\nkey = "none"\n'
            '[[model]]\nname = "mini"\n[[model]]\nname = "large"\n')
        return self.start("serve", "-c", folder / "turnout.toml", cwd=folder)

    def rows_of(self, sql):
        done = subprocess.run(["psql", "-qAt", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                               STORE.replace("postgres:", "postgresql:", 1), "-c", sql],
                              capture_output=True, text=True, check=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def attempts(self):
        """The numbers of each task's attempts, as the store has them."""
        tasks = {}
        for task, attempt in self.rows_of("SELECT task_id, attempt FROM passes ORDER BY task_id, attempt"):
            tasks.setdefault(task, []).append(int(attempt))
        return tasks

    def test_one_of_two_gateways_is_killed_and_no_task_loses_its_count(self):
        one, two = self.gateway("one"), self.gateway("two")
        front = self.balance([one.port, two.port], more=[
            "option httpchk GET /healthz", "retry-on all-retryable-errors", "http-response set-header x-served-by %s"])
        users = [User(front.port, number, 8) for number in range(24)]
        time.sleep(1.5)
        killed = time.time()
        one.end(signal.SIGKILL)
        for user in users:
            user.join()
        self.assertEqual(two.end(), 0, two.said)
        stored = self.attempts()
        served, certain = set(), 0
        for user in users:
            answers = user.answers
            self.assertEqual(len(answers), 8)
            served.update((at < killed, fields["x-served-by"]) for at, fields in answers)
            tasks = {fields["x-turnout-task"] for _, fields in answers}
            # An answer of the killed one's last moments may be known to nobody: its attempt then has the next one's
            # number.
            last_moments = any(fields["x-served-by"] == f"s{one.port}" and at > killed - VISIBLE
                               for at, fields in answers)
            certain += not last_moments
            if not last_moments:
                self.assertEqual([int(fields["x-turnout-attempt"]) for _, fields in answers], [1, 2, 3, 4, 5, 6, 7, 8])
                self.assertEqual([fields["x-turnout-model"] for _, fields in answers], ["mini", "mini"] + 6 * ["large"])
                self.assertEqual(len(tasks), 1)
                self.assertEqual(stored[tasks.pop()], [1, 2, 3, 4, 5, 6, 7, 8])
        for task, numbers in stored.items():
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)), task)
        self.assertGreaterEqual(served, {(True, f"s{one.port}"), (True, f"s{two.port}"), (False, f"s{two.port}")})
        self.assertGreater(certain, 3)

    def test_two_attempts_at_once_have_two_numbers(self):
        one, two = self.gateway("one"), self.gateway("two")
        tasks = []
        for number in range(10):
            tasks.append(ask(one.port, prompt(number))[1]["x-turnout-task"])
        time.sleep(VISIBLE)
        for number in range(10):
            both = [threading.Thread(target=ask, args=(gateway.port, prompt(number))) for gateway in (one, two)]
            for thread in both:
                thread.start()
            for thread in both:
                thread.join()
        time.sleep(VISIBLE)
        for number, task in enumerate(tasks):
            status, fields = ask(two.port, prompt(number))
            self.assertEqual((status, fields["x-turnout-task"]), (200, task))
            numbers = [attempt["attempt"] for attempt in get(two.port, f"/v1/turnout/tasks/{task}")["attempts"]]
            self.assertEqual(sorted(numbers), list(range(1, len(numbers) + 1)))
            self.assertEqual(fields["x-turnout-attempt"], str(len(numbers)))
        self.assertEqual((one.end(), two.end()), (0, 0))
        stored = self.attempts()
        self.assertEqual(set(stored), set(tasks))
        for numbers in stored.values():
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertGreater(sum(len(numbers) == 4 for numbers in stored.values()), 0, "nothing was served at once")

    def test_serves_on_while_the_database_is_away_and_catches_up(self):
        database = self.balance([int(re.search(r":(\d+)/", STORE)[1])], mode="tcp")
        one, two = self.gateway("one", re.sub(r":\d+/", f":{database.port}/", STORE)), self.gateway("two")
        task = ask(two.port, prompt(1))[1]["x-turnout-task"]
        time.sleep(VISIBLE)
        self.assertEqual(ask(one.port, prompt(1))[1]["x-turnout-attempt"], "2")
        database.stop()
        self.wait(lambda: get(one.port, "/readyz")["tasks"]["state"] == "behind")
        began = time.time()
        for attempt in (3, 4):
            self.assertEqual(ask(one.port, prompt(1))[1]["x-turnout-attempt"], str(attempt))
        self.assertLess(time.time() - began, 1.5)
        self.assertGreater(get(one.port, "/readyz")["tasks"]["queued"], 0)
        page = urllib.request.urlopen(f"http://127.0.0.1:{one.port}/metrics", timeout=30).read().decode()
        self.assertIn("\nturnout_tasks_behind 1\n", page)
        self.assertEqual(get(two.port, "/readyz")["tasks"]["state"], "ok")
        database.start()
        self.wait(lambda: get(one.port, "/readyz")["tasks"]["state"] == "ok")
        time.sleep(VISIBLE)
        fields = ask(two.port, prompt(1))[1]
        self.assertEqual((fields["x-turnout-task"], fields["x-turnout-attempt"]), (task, "5"))
        self.assertEqual((one.end(), two.end()), (0, 0))
        self.assertEqual(self.attempts(), {task: [1, 2, 3, 4, 5]})

    def test_what_is_older_than_two_windows_goes(self):
        one = self.gateway("one", window=1)
        ask(one.port, prompt(1))
        self.wait(lambda: self.rows_of("SELECT count(*) FROM turnout_task_log") == [["2"]])
        self.wait(lambda: self.rows_of("SELECT count(*) FROM turnout_task_log") == [["0"]])
        self.assertEqual(self.rows_of("SELECT count(*) FROM turnout_gateways"), [["1"]])
        self.assertEqual(ask(one.port, prompt(1))[1]["x-turnout-attempt"], "1")
        self.assertEqual(one.end(), 0)

    def test_starts_without_the_database_once_it_knows_the_secret_and_shows_no_password(self):
        database = self.balance([int(re.search(r":(\d+)/", STORE)[1])], mode="tcp")
        through = re.sub(r":\d+/", f":{database.port}/", STORE)
        known = self.gateway("known", through)
        task = ask(known.port, prompt(1))[1]["x-turnout-task"]
        self.assertEqual(known.end(), 0, known.said)
        database.stop()
        with self.assertRaises(AssertionError) as refused:
            self.gateway("new", through)
        self.assertIn(f"127.0.0.1:{database.port}", str(refused.exception))
        again = self.gateway("known", through)
        self.assertEqual(ask(again.port, prompt(2))[0], 200)
        self.wait(lambda: get(again.port, "/readyz")["tasks"]["state"] == "behind")
        trouble = get(again.port, "/readyz")["tasks"]["trouble"]
        database.start()
        self.wait(lambda: get(again.port, "/readyz")["tasks"]["state"] == "ok")
        self.assertEqual(ask(again.port, prompt(1))[1]["x-turnout-task"], task)
        self.assertEqual(again.end(), 0)
        for said in (str(refused.exception), trouble, again.said):
            self.assertTrue(said)
            for secret in (servers.PASSWORD, servers.ESCAPED):
                self.assertNotIn(secret, said)

    def wait(self, ready):
        deadline = time.time() + 20
        while not ready():
            self.assertLess(time.time(), deadline)
            time.sleep(0.05)

    def test_a_gateway_that_comes_later_or_again_knows_the_tasks_and_the_secret(self):
        one = self.gateway("one")
        task = ask(one.port, prompt(1))[1]["x-turnout-task"]
        time.sleep(VISIBLE)
        self.assertEqual(one.end(signal.SIGKILL), -signal.SIGKILL)
        again = self.gateway("one")
        self.assertEqual(ask(again.port, prompt(1))[1]["x-turnout-attempt"], "2")
        time.sleep(VISIBLE)
        later = self.gateway("later")
        fields = ask(later.port, prompt(1))[1]
        self.assertEqual((fields["x-turnout-task"], fields["x-turnout-attempt"]), (task, "3"))
        self.assertEqual((again.end(), later.end()), (0, 0))
        self.assertEqual(self.attempts(), {task: [1, 2, 3]})
        secrets = {(self.folder / name / "turnout.shared-secret").read_text() for name in ("one", "later")}
        self.assertEqual(len(secrets), 1)
        self.assertEqual(oct(os.stat(self.folder / "one/turnout.shared-secret").st_mode & 0o777), "0o600")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="turnout-servers-") as place:
        with servers.postgres(pathlib.Path(place)) as STORE:
            unittest.main()
