#!/usr/bin/env python3
"""What a gateway shows who runs it: the page, live numbers as a stream, the latest tasks. usage: console_test.py TURNOUT"""
import contextlib
import http.client
import json
import re
import signal
import time
import unittest

import jsonschema
from gateway_case import ROOT, GatewayCase, turnout
from gateway_process import exchange, prompt

SCHEMAS = {file.name: json.loads(file.read_text()) for file in sorted((ROOT / "docs/schemas").glob("*.json"))}
DESCRIPTION = json.loads((ROOT / "docs/openapi.json").read_text())
LIVE, TASKS = "/v1/turnout/live", "/v1/turnout/tasks"


def problems(name, value):
    resolver = jsonschema.RefResolver(name, SCHEMAS[name], store=SCHEMAS)
    return [f"{error.json_path}: {error.message}"
            for error in jsonschema.Draft202012Validator(SCHEMAS[name], resolver=resolver).iter_errors(value)][:3]


def refusal_problems(said):
    """What is not as docs/openapi.json says of a refusal."""
    schema = DESCRIPTION["components"]["schemas"]["GatewayError"]
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(said))]


class Stream:
    """Server-Sent Events, as a page reads them."""

    def __init__(self, port, fields=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", LIVE, headers={"Accept": "text/event-stream", **(fields or {})})
        self.answer = self.connection.getresponse()

    def event(self):
        """The next event; nothing at the stream's end."""
        data = ""
        while line := self.answer.readline().decode():
            if line == "\n":
                return json.loads(data)
            data += line.removeprefix("data: ")
        return None

    def until(self, holds):
        """The first event of which it holds."""
        while (event := self.event()) is not None:
            if holds(event):
                return event
        raise AssertionError("the stream ended")

    def close(self):
        self.connection.close()


class Console(GatewayCase):
    def serving(self, more=""):
        mock = self.mock()
        self.config(mock.port, more=more)
        return self.serve()

    def fetch(self, gateway, path, **fields):
        return exchange(gateway.port, "GET", path, fields={name.replace("_", "-"): value for name, value in fields.items()})

    def keys(self):
        """Two keys, and their entries: an operator's and an application's."""
        made = [turnout("serve", "--new-key", name).stdout.split("\n\n", 1) for name in ("ops", "app")]
        entries = [entry.split("\n", 1)[1] for _, entry in made]
        return [key for key, _ in made], entries[0].rstrip() + "\nadmin = true\n" + entries[1]

    def test_the_page_is_served_below_a_path_of_its_own(self):
        gateway = self.serving()
        status, fields, page = self.fetch(gateway, "/console/")
        self.assertEqual(status, 200)
        self.assertIn("default-src 'self'", fields["content-security-policy"])
        self.assertIn("frame-ancestors 'none'", fields["content-security-policy"])
        named = re.findall(r'(?:src|href)="([^"]+)"', page)
        self.assertTrue(named)
        for name in named:
            self.assertTrue(name.startswith("./"), name)
            status, fields, _ = self.fetch(gateway, f"/console/{name[2:]}")
            self.assertEqual(status, 200, name)
            self.assertEqual(self.fetch(gateway, f"/console/{name[2:]}", If_None_Match=fields["etag"])[0], 304)
        for path in ("/console", "/"):
            status, fields, _ = self.fetch(gateway, path, Accept="text/html")
            self.assertEqual((status, fields["location"]), (307, "console/"))
        self.assertEqual(self.fetch(gateway, "/")[0], 404)
        self.assertEqual(self.fetch(gateway, "/console/nothing")[0], 404)
        self.assertEqual(self.fetch(gateway, "/console/", Host="example.org")[0], 403, "a name may be made to mean us")

    def test_live_numbers_come_and_count_what_is_served(self):
        gateway = self.serving()
        stream = Stream(gateway.port)
        self.assertEqual(stream.answer.status, 200)
        self.assertEqual(stream.answer.getheader("Content-Type"), "text/event-stream")
        first = stream.event()
        self.assertEqual(problems("live.json", first), [])
        self.assertEqual(sum(sum(model["passes"]) for model in first["models"]), 0)
        for _ in range(3):
            self.ask(gateway, prompt(1))
        mini, large = 1, 2
        event = stream.until(lambda event: sum(event["models"][large]["passes"]) == 1)
        self.assertEqual(problems("live.json", event), [])
        self.assertEqual(event["models"][mini]["passes"], [1, 1, 0, 0])
        self.assertEqual(event["models"][large]["passes"], [0, 0, 1, 0])
        self.assertAlmostEqual(stream.until(lambda event: event["models"][large]["cost_usd"] > 0)["models"][mini]
                               ["cost_usd"], 2 * 20 * 4e-6)
        self.assertEqual((event["matches"]["new_task"], event["matches"]["certain"]), (1, 2))
        self.assertEqual(event["open_tasks"], 1)
        self.assertEqual(event["upstreams"], [{"upstream": "mock", "state": "ok"}])
        stream.close()
        for once in (self.fetch(gateway, f"{LIVE}?once"), self.fetch(gateway, LIVE, Accept="application/json")):
            self.assertEqual((once[0], once[1]["content-type"]), (200, "application/json"))
            self.assertEqual(problems("live.json", json.loads(once[2])), [])

    def test_with_keys_it_takes_an_operators(self):
        (operator, application), entries = self.keys()
        gateway = self.serving(more=entries)
        self.assertEqual(self.fetch(gateway, "/console/", Host="gateway.example.org")[0], 200, "the page has no secrets")
        for path in (LIVE, f"{LIVE}?once", TASKS):
            self.assertEqual(self.fetch(gateway, path)[0], 401, path)
            self.assertEqual(self.fetch(gateway, path, Authorization="Bearer sk-turnout-x")[0], 401, path)
            status, _, said = self.fetch(gateway, path, Authorization=f"Bearer {application}")
            self.assertEqual((status, refusal_problems(said)), (403, []), path)
        self.assertEqual(self.fetch(gateway, TASKS, Authorization=f"Bearer {operator}")[0], 200)
        stream = Stream(gateway.port, {"Authorization": f"Bearer {operator}"})
        self.assertEqual(stream.event()["schema"], "turnout/live/1")
        gateway.process.send_signal(signal.SIGHUP)  # the keys are read again: who streams presents his anew
        self.assertRaises(AssertionError, stream.until, lambda event: False)
        stream.close()

    def test_the_latest_tasks_are_listed_as_receipts(self):
        gateway = self.serving()
        ids = [self.ask(gateway, prompt(number))[1]["x-turnout-task"] for number in (1, 2, 1, 3)]
        status, _, said = self.fetch(gateway, TASKS)
        listed = json.loads(said)
        self.assertEqual((status, problems("tasks.json", listed)), (200, []))
        self.assertEqual([task["task"] for task in listed["tasks"]], [ids[3], ids[1], ids[0]])
        self.assertEqual([len(task["attempts"]) for task in listed["tasks"]], [1, 1, 2])
        self.assertEqual(listed["tasks"][2], json.loads(self.get(gateway, f"{TASKS}/{ids[0]}")[1]))
        self.assertEqual(len(json.loads(self.get(gateway, f"{TASKS}?limit=1")[1])["tasks"]), 1)
        status, said = self.get(gateway, f"{TASKS}?limit=201")
        self.assertEqual((status, refusal_problems(said)), (400, []))

    def test_streams_end_at_once_when_it_is_asked_to_stop_and_go_on_after_a_restart(self):
        gateway = self.serving()
        streams = [Stream(gateway.port) for _ in range(3)]
        started = [stream.event()["started_at"] for stream in streams]
        asked = time.monotonic()
        self.assertEqual(gateway.end(), 0, gateway.said)
        self.assertLess(time.monotonic() - asked, 2)
        for stream in streams:
            self.assertRaises(AssertionError, stream.until, lambda event: False)
            stream.close()
        again = Stream(self.serve().port)
        self.assertGreater(again.event()["started_at"], started[0])
        again.close()

    def test_only_so_many_watch_and_who_leaves_makes_room(self):
        gateway = self.serving()
        with contextlib.ExitStack() as stack:
            for _ in range(32):
                stream = Stream(gateway.port)
                stack.callback(stream.close)
                self.assertEqual(stream.event()["schema"], "turnout/live/1")
            more = Stream(gateway.port)
            self.assertEqual(more.answer.status, 503)
            more.close()
            self.assertEqual(self.ask(gateway, prompt(1))[0], 200)
        deadline = time.monotonic() + 20
        while True:
            stream = Stream(gateway.port)
            status = stream.answer.status
            stream.close()
            if status == 200:
                break
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)


if __name__ == "__main__":
    unittest.main(verbosity=0)
