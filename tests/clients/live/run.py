#!/usr/bin/env python3
"""Real clients against `turnout serve` in front of `turnout mock-llm`: what they see, and what the store says of it.

usage: run.py TURNOUT CLIENTS [NAME ...]     CLIENTS: the folder with venv and node_modules (./dev clients makes it)
Each client has a gateway of its own, so that what a scenario did to it can be counted; clients run beside each other.
"""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import re
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

import scenarios
from scenarios import ABORTED, CALLED, CLIENTS, OK, SCENARIOS

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
LONGEST_S = 120  # for one step
KEY, ADMIN = "sk-turnout-somebody", "sk-turnout-admin"
CONFIG = """[listen]
port = 0
[store]
passes = "sqlite:{folder}/turnout.db"
spill = "{folder}/turnout.spill"
every_s = 0.1
[policy]
text = "mini,mini,large"
fallback = "none"
[[upstream]]
name = "mock"
url = "{mock}/v1"
speaks = ["openai", "anthropic"]
key = "none"
retries = 0
[[upstream]]
name = "patient"
url = "{mock}/v1"
speaks = ["openai", "anthropic"]
key = "none"
retries = 1
[[model]]
name = "mini"
upstream = "mock"
[[model]]
name = "large"
upstream = "mock"
[[model]]
name = "patient"
upstream = "patient"
model = "large"
[[key]]
name = "somebody"
sha256 = "{key}"
one_person = true
[[key]]
name = "admin"
sha256 = "{admin}"
admin = true
"""


class Failed(Exception):
    pass


def check(good, what):
    if not good:
        raise Failed(what)


@contextlib.contextmanager
def listening(*command, **options):
    """The process of a verb that serves, and its address; it must end well when it is asked to."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               **options)
    try:
        found = re.search(r"listening on (http://127\.0\.0\.1:\d+)", process.stdout.readline())
        check(found, f"{command[1]} does not listen")
        yield process, found[1]
        process.send_signal(signal.SIGTERM)
        check(process.wait(timeout=60) == 0, f"{command[1]} ended with {process.returncode}")
    finally:
        process.kill()
        process.communicate()


class Bench:
    """One client, one gateway, one store."""

    def __init__(self, gateway, url, driver, client, folder):
        self.gateway, self.url, self.driver, self.client, self.folder = gateway, url, driver, client, folder
        self.ran = []  # name, scenario, from when to when, what was seen

    def metrics(self):
        """Counts of requests by status, and of rules, so far."""
        request = urllib.request.Request(self.url + "/metrics", headers={"Authorization": f"Bearer {ADMIN}"})
        text = urllib.request.urlopen(request, timeout=30).read().decode()
        counts = {"requests": {}, "rules": {}}
        for name, label, into in [("turnout_requests_total", "status", "requests"),
                                  ("turnout_matches_total", "rule", "rules")]:
            for label_, count in re.findall(name + r'\{[^}]*' + label + r'="([^"]*)"\} (\d+)', text):
                counts[into][label_] = counts[into].get(label_, 0) + int(count)
        return counts

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.gateway.pid}/fd"))

    def ask(self, asked):
        self.driver.stdin.write(json.dumps(asked) + "\n")
        self.driver.stdin.flush()
        answered, _, _ = select.select([self.driver.stdout], [], [], LONGEST_S)
        check(answered, f"the client's program said nothing for {LONGEST_S} s")
        line = self.driver.stdout.readline()
        check(line, "the client's program ended: " + (self.driver.poll() is not None and self.driver.stderr.read()
                                                      or ""))
        return json.loads(line)

    def settle(self, expected, before):
        """Waits until the gateway knows of all requests: an abort is seen when the connection closes."""
        deadline = time.time() + 10
        while True:
            counts = {kind: {name: count - before[kind].get(name, 0) for name, count in now.items()
                             if count != before[kind].get(name, 0)}
                      for kind, now in self.metrics().items()}
            if counts["requests"] == expected or time.time() > deadline:
                return counts
            time.sleep(0.02)

    def run(self, name, scenario):
        before, descriptors, begun, turns, seen = self.metrics(), self.descriptors(), time.time(), [], []
        texts = [scenarios.prompt(f"{name} {number}".replace(":", "")) for number in range(2)]
        for step in scenario.steps:
            turns = turns if step.history else []
            turns.append(["user", step.text.format(*texts)])
            asked = {"do": step.do, "turns": turns, "stream": step.stream, "model": step.model or self.client.alias}
            seen.append(self.ask({**asked, "key": step.key} if step.key else asked))
            turns.append(["assistant", seen[-1].get("text", "")])
        counts = self.settle(scenario.requests, before)
        self.ran.append((name, scenario, begun * 1e6, time.time() * 1e6, seen))
        for wanted, got in zip(scenario.client, seen):
            self.check_seen(wanted, got)
        check(counts["requests"] == scenario.requests,
              f"requests: {counts['requests']}, not {scenario.requests}; seen: {seen}")
        check(counts["rules"] == scenario.rules, f"rules: {counts['rules']}, not {scenario.rules}; seen: {seen}")
        # Clients and gateway keep connections for the next request: at most a few, whatever was aborted.
        deadline = time.time() + 10
        while ABORTED in scenario.client and self.descriptors() > descriptors + 4:
            check(time.time() < deadline, f"{self.descriptors()} descriptors are open, {descriptors} before")
            time.sleep(0.02)

    def check_seen(self, wanted, got):
        if wanted not in (OK, CALLED, ABORTED):
            kind, _, status = wanted.partition(" ")
            error = [self.client.errors[kind], int(status) if status else None]
            check([got.get("error"), got.get("status")] == error, f"the error is {got}, not {error}")
            return
        check("error" not in got, f"an error: {got}")
        if "models" in got:
            check({"turnout/auto", "claude-turnout-auto", "mini", "large", "patient"} <= set(got["models"]),
                  f"models: {got}")
            return
        check(got["text"].startswith("word"), f"no text: {got}")
        check(got["text"].endswith("]") != (wanted == ABORTED), f"the answer's end: {got}")
        check(wanted == ABORTED or got["input_tokens"] > 0 < got["output_tokens"], f"no usage: {got}")
        check(wanted != CALLED or got["calls"] == 1, f"calls of the tool: {got}")

    def check_store(self, name, scenario, begun, ended, seen):
        with contextlib.closing(sqlite3.connect(self.folder / "turnout.db")) as database:
            rows = database.execute("SELECT task_id, attempt, input_tokens, output_tokens FROM passes WHERE started_us "
                                    "BETWEEN ? AND ?"
                                    " ORDER BY started_us", (begun, ended)).fetchall()
        tasks = list(dict.fromkeys(row[0] for row in rows))
        passes = [[tasks.index(row[0]) + 1, row[1]] for row in rows]
        check(passes == scenario.passes, f"the store has [task, attempt] {passes}, not {scenario.passes}")
        if set(scenario.client) <= {OK, CALLED} and passes and not any("error" in one for one in seen):
            more = sum(scenario.requests.values()) if self.client.adds_beginnings and scenario.steps[0].stream else 0
            told = [(one["input_tokens"], one["output_tokens"] - more) for one in seen]
            check([row[2:] for row in rows] == told,
                  f"the store has the tokens {[row[2:] for row in rows]}, the client was told {told}")


def scenarios_of(client):
    for name, scenario in SCENARIOS.items():
        differs = client.differs.get(name, {})
        if differs is not None:
            yield name, scenarios.dataclasses.replace(scenario, **differs)


def command_of(client, folder, url):
    interpreter = "python" if client.driver.endswith(".py") else "node"
    return [str(folder / "venv/bin" / interpreter), str(folder / "drivers" / client.driver), url, KEY, client.api]


def run_client(program, clients, client):
    """What is wrong with each scenario: lines; nothing if all is well."""
    wrong = []
    digest = {"key": hashlib.sha256(KEY.encode()).hexdigest(), "admin": hashlib.sha256(ADMIN.encode()).hexdigest()}
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        models = [program, "mock-llm", ROOT / "examples/four-models.toml", "--speedup", "1e4", "--tokens", "20",
                  "--listen", "127.0.0.1:0"]
        _, mock = stack.enter_context(listening(*models))
        (folder / "turnout.toml").write_text(CONFIG.format(folder=folder, mock=mock, **digest))
        with listening(program, "serve", "-c", folder / "turnout.toml", cwd=folder) as (gateway, url):
            driver = subprocess.Popen(command_of(client, clients, url), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
            bench = Bench(gateway, url, driver, client, folder)
            for name, scenario in scenarios_of(client):
                try:
                    bench.run(name, scenario)
                except Failed as failure:
                    wrong.append(f"{name}: {failure}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                driver.communicate(timeout=10)
            driver.kill()
        for ran in bench.ran:
            try:
                bench.check_store(*ran)
            except Failed as failure:
                wrong.append(f"{ran[0]}: {failure}")
        checked = subprocess.run([program, "log", "check", f"sqlite:{folder}/turnout.db"], capture_output=True,
                                 text=True, check=False)
        if checked.returncode != 0:
            wrong.append(f"log check: {checked.stderr}")
    return len(bench.ran), wrong


def main():
    program, clients = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    names = [name for name in CLIENTS if not sys.argv[3:] or any(wanted in name for wanted in sys.argv[3:])]
    begun, ran, failed = time.time(), 0, 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=10) as pool:
        for name, (count, wrong) in zip(names, pool.map(lambda name: run_client(program, clients, CLIENTS[name]),
                                                        names)):
            ran, failed = ran + count, failed + len(wrong)
            print(f"{name}: {count} scenarios, {len(wrong) or 'nothing'} wrong", *wrong, sep="\n  ", flush=True)
    print(f"{ran} scenarios with {len(names)} clients in {time.time() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.pop("http_proxy", None)
    sys.exit(main())
