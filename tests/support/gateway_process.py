"""A gateway, or what it stands before, as a process that tests start, ask and end."""
import http.client
import json
import random
import re
import signal
import subprocess


def prompt(number):
    """Words that are like no other number's."""
    words = random.Random(number)
    return f"task {number}: " + " ".join("".join(words.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(12))


class Process:
    """A verb that says where it listens and is ended by a signal."""

    def __init__(self, program, *arguments, **options):
        self.process = subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, **options)
        line = self.process.stdout.readline()
        found = re.search(r"listening on https?://127\.0\.0\.1:(\d+)", line)
        if not found:
            raise AssertionError(line + self.process.communicate()[1])
        self.port = int(found[1])

    def end(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        _, self.said = self.process.communicate(timeout=30)
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def exchange(port, method, path, body=None, fields=None):
    """One request; returns status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, fields or {})
        answer = connection.getresponse()
        said = answer.read().decode()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, said
    finally:
        connection.close()


def ask(port, text, path="/v1/chat/completions", fields=None, **more):
    """A user's request for an answer."""
    body = {"model": "turnout/auto", "max_tokens": 100, "messages": [{"role": "user", "content": text}], **more}
    return exchange(port, "POST", path, json.dumps(body), {"Content-Type": "application/json", **(fields or {})})


def get(port, path):
    """Status and body."""
    status, _, said = exchange(port, "GET", path)
    return status, said


def post(port, path, body):
    """What the gateway itself is told or asked; returns status and JSON."""
    status, _, said = exchange(port, "POST", path, json.dumps(body))
    return status, json.loads(said)
