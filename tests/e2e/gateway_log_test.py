#!/usr/bin/env python3
"""The lines that the gateway writes of what it serves. usage: gateway_log_test.py TURNOUT"""
import contextlib
import json
import signal
import sqlite3
import time
import unittest

from gateway_case import GatewayCase
from gateway_process import prompt


class LogLines(GatewayCase):
    def test_a_trace_goes_on_to_the_upstream_and_into_the_log(self):
        port, heads = self.origin()
        self.config(port, policy="nano", more='[log]\nformat = "json"\n')
        gateway = self.serve()
        trace = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "vendor=a:1",
                 "baggage": "a=1"}
        status, fields, _ = self.ask(gateway, prompt(1) + " heliotrope",
                                     fields={**trace, "X-Turnout-User": "somebody@example.org"})
        self.assertEqual(status, 200)
        self.assertEqual(self.ask(gateway, prompt(2), model="no-such-model")[0], 404)
        gateway.process.send_signal(signal.SIGHUP)
        self.assertEqual(gateway.end(), 0)
        self.assertEqual({name: heads[0][name] for name in trace}, trace)
        lines = [json.loads(line) for line in gateway.said.splitlines()]
        first, second = [line for line in lines if line["message"] == "request"]
        self.assertTrue(any("read again" in line["message"] for line in lines), lines)
        expected = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "mock",
                    "gen_ai.request.model": "turnout/auto",
                    "gen_ai.response.model": "nano-2", "http.response.status_code": 200, "gen_ai.usage.input_tokens": 7,
                    "gen_ai.usage.output_tokens": 2, "turnout.model": "nano", "turnout.task": fields["x-turnout-task"],
                    "turnout.attempt": 1,
                    "turnout.rule": fields["x-turnout-rule"], "turnout.reason": fields["x-turnout-reason"],
                    "turnout.policy": fields["x-turnout-policy"],
                    "turnout.cost_usd": 2e-6, "turnout.tries": 1, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                    "span_id": "00f067aa0ba902b7"}
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


if __name__ == "__main__":
    unittest.main()
