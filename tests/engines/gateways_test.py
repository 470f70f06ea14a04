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
IN_FORCE = 2  # seconds within which the others serve a policy that has changed; likewise
FOLLOWED = 8  # seconds within which another gateway's control loop takes over; likewise
POLICIES = "/v1/turnout/policies"

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


def send(port, path, body, if_match=None):
    """A change of the policies; returns status, answer and ETag."""
    status, fields, said = gateway_process.exchange(port, "POST", path, json.dumps(body),
                                                    {"If-Match": if_match} if if_match else {})
    return status, json.loads(said), fields.get("etag")


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
        self.rows_of("DROP TABLE IF EXISTS turnout_task_log, turnout_gateways, turnout_secret, turnout_policy_log, "
                     "turnout_control, passes, day_summaries, changed_days, summary_state, schema_version CASCADE")
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

    def gateway(self, name, tasks=None, window=3600, loop="off"):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "turnout.toml").write_text(
            f'[listen]\naddress = "127.0.0.1"\nport = 0\n[store]\npasses = "{STORE}"\ntasks = '
            f'"{tasks or STORE}"\nevery_s = 0.2\n'
            f'[policy]\ntext = "mini,mini,large"\nwindow_s = {window}\n'
            f'[control]\nmode = "{loop}"\nevery_s = 1e6\npenalty_usd = 1\n'
            f'[[upstream]]\nname = "mock"\nurl = "http://127.0.0.1:{self.mock.port}/v1"\nkey = "none"\n'
            + "".join(f'[[model]]\nname = "{model}"\nprice = {{ input = 1, output = 1, as_of = "2026-11-01" }}\n'
                      for model in ("mini", "large")))
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

    def serves(self, port, model):
        """Whether a task that begins now is served by a model first."""
        self.new_tasks = getattr(self, "new_tasks", 1000) + 1
        status, fields = ask(port, prompt(self.new_tasks))
        self.assertEqual(status, 200)
        return fields["x-turnout-model"] == model

    def test_a_policy_that_one_proposes_and_the_other_approves_is_served_by_both(self):
        one, two = self.gateway("one"), self.gateway("two")
        status, _, _ = send(one.port, POLICIES, {"text": "large", "reason": "fewer complaints"})
        self.assertEqual(status, 200)
        self.wait(lambda: get(two.port, POLICIES)["proposal"], IN_FORCE)
        self.assertTrue(self.serves(one.port, "mini") and self.serves(two.port, "mini"))
        approved = subprocess.run([PROGRAM, "policy", "approve", "--yes", "--gateway", f"http://127.0.0.1:{two.port}"],
                                  capture_output=True, text=True)
        self.assertEqual(approved.returncode, 0, approved.stderr)
        self.assertTrue(self.serves(two.port, "large"))
        self.wait(lambda: self.serves(one.port, "large"), IN_FORCE)
        seen = get(one.port, POLICIES)
        self.assertEqual(seen["version"], get(two.port, POLICIES)["version"])
        later = self.gateway("later")
        self.assertTrue(self.serves(later.port, "large"))
        self.assertEqual(send(one.port, POLICIES + "/rollback", {}, f'"{seen["version"]}"')[0], 200)
        self.assertTrue(self.serves(one.port, "mini"))
        self.wait(lambda: self.serves(two.port, "mini") and self.serves(later.port, "mini"), IN_FORCE)

    def test_of_two_changes_of_one_version_the_first_is_made(self):
        one, two = self.gateway("one"), self.gateway("two")
        _, _, seen = send(one.port, POLICIES, {"text": "large"})
        made = []
        for round in range(5):
            both = [threading.Thread(target=lambda port: made.append(send(port, POLICIES + "/approve", {}, seen)[0]),
                                     args=(gateway.port,)) for gateway in (one, two)]
            for thread in both:
                thread.start()
            for thread in both:
                thread.join()
            self.assertEqual(sorted(made), [200, 412], f"round {round}")
            made.clear()
            _, _, seen = send((one, two)[round % 2].port, POLICIES, {"text": "mini" if round % 2 else "large"})
        self.assertEqual(send(two.port, POLICIES + "/approve", {}, '"1"')[0], 412)
        rows = self.rows_of("SELECT number FROM turnout_policy_log ORDER BY number")
        self.assertEqual(rows, [[str(number)] for number in range(1, 13)])

    def looks(self, gateway):
        return get(gateway.port, "/readyz")["policies"]["control_loop"] == "here"

    def test_one_loop_looks_and_another_takes_over_when_its_gateway_is_killed(self):
        idle = self.gateway("idle")
        one, two = self.gateway("one", loop="propose"), self.gateway("two", loop="propose")
        self.wait(lambda: self.looks(one) or self.looks(two))
        first, other = (one, two) if self.looks(one) else (two, one)
        self.assertFalse(self.looks(other) or self.looks(idle))
        ask(one.port, prompt(1))
        self.assertEqual(send(other.port, POLICIES, {})[0], 202)
        self.wait(lambda: all(get(gateway.port, POLICIES)["last_look"]["at"] for gateway in (one, two, idle)), 20)
        looks = {json.dumps(get(gateway.port, POLICIES)["last_look"]) for gateway in (one, two, idle)}
        self.assertEqual(len(looks), 1)
        first.end(signal.SIGKILL)
        self.wait(lambda: self.looks(other), FOLLOWED)
        self.assertEqual(send(idle.port, POLICIES, {})[0], 409, "its loop is off")
        self.assertEqual(send(other.port, POLICIES, {})[0], 202)
        self.wait(lambda: json.dumps(get(other.port, POLICIES)["last_look"]) not in looks)
        again = self.gateway("again", loop="propose")
        self.assertEqual(other.end(), 0, other.said)
        self.wait(lambda: self.looks(again), IN_FORCE)  # one that ends gives the turn back
        self.assertFalse(self.looks(idle))

    def test_without_the_database_the_policy_stays_and_what_cannot_be_changed_is_said(self):
        database = self.balance([int(re.search(r":(\d+)/", STORE)[1])], mode="tcp")
        through = re.sub(r":\d+/", f":{database.port}/", STORE)
        one, two = self.gateway("one", through), self.gateway("two")
        send(two.port, POLICIES, {"text": "large"})
        send(two.port, POLICIES + "/approve", {}, "*")
        self.wait(lambda: self.serves(one.port, "large"), IN_FORCE)
        database.stop()
        self.wait(lambda: get(one.port, "/readyz")["policies"]["state"] == "behind")
        status, said, _ = send(one.port, POLICIES + "/rollback", {}, "*")
        self.assertEqual((status, said["error"]["code"]), (503, "unwritten"))
        self.assertTrue(self.serves(one.port, "large"))
        time.sleep(1)  # it looks twice a second whether there is something to say
        self.assertEqual(one.end(), 0)
        self.assertIn("policies are not shared now, large stays in force", one.said)
        again = self.gateway("one", through)
        self.assertTrue(self.serves(again.port, "large"), "the policy seen last")
        self.assertEqual(send(two.port, POLICIES + "/rollback", {}, "*")[0], 200)
        database.start()
        self.wait(lambda: self.serves(again.port, "mini"))
        self.assertEqual(get(again.port, POLICIES)["version"], 4)
        self.assertEqual(get(again.port, "/readyz")["policies"]["state"], "ok")

    def wait(self, ready, seconds=20):
        deadline = time.time() + seconds
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
