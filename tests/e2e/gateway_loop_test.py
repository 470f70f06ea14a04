#!/usr/bin/env python3
"""The control loop of the gateway as a program, and who may change its policy. usage: gateway_loop_test.py TURNOUT"""
import contextlib
import json
import signal
import sqlite3
import time
import unittest

from gateway_case import ROOT, GatewayCase, turnout


class ControlLoop(GatewayCase):
    def looping(self, mode):
        """A gateway of two models that looks at its log when it is asked to, with some tasks served."""
        scenario = self.folder / "scenario.toml"
        scenario.write_text('[user]\nvalue = 60\npatience = [0.9, 0.9]\n[provider]\nchurn_penalty = 0.5\n'
                            + "".join(f'[[model]]\nname = "{name}"\nsuccess = {p}\nlatency = {t}\ncost = {c}\n'
                                      for name, p, t, c in [("mini", 0.6, 3, 0.01), ("large", 0.8, 9, 0.1)]))
        mock = self.start("mock-llm", scenario, "--speedup", "1e4", "--listen", "127.0.0.1:0")
        models = "".join(f'[[model]]\nname = "{name}"\nprice = '
                         f'{{ input = 0, output = {price}, as_of = "2026-11-01" }}\n'
                         for name, price in [("mini", 33), ("large", 333)])
        (self.folder / "turnout.toml").write_text(
            f'[listen]\nport = 0\n[store]\nevery_s = 0.2\n[policy]\ntext = "explore:1/large"\nwindow_s = 1\n'
            f'[control]\nmode = "{mode}"\nevery_s = 1e6\npenalty_usd = 0.5\nlargest_step = 100\n'
            f'[[upstream]]\nname = "mock"\nurl = "http://127.0.0.1:{mock.port}/v1"\nkey = "none"\n{models}')
        gateway = self.serve()
        for first, tasks in [(1, 900), (2000, 5)]:  # the window of the 900 is over when the log goes on
            done = turnout("mock-users", scenario, "--gateway", f"http://127.0.0.1:{gateway.port}", "--tasks", tasks,
                           "--first", first,
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

    def test_the_control_loop_summarises_closed_days_and_finds_the_same(self):
        gateway = self.looping("propose")
        self.policy(gateway, "propose")
        before = self.policies(gateway)["proposal"]
        done = turnout("import", ROOT / "examples/passes.jsonl.gz", f"sqlite:{self.folder}/turnout.db")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.policy(gateway, "propose")
        after = self.policies(gateway)["proposal"]
        self.assertEqual((after["text"], after["figures"]), (before["text"], before["figures"]), "no day of its time is new")
        with contextlib.closing(sqlite3.connect(self.folder / "turnout.db")) as database:
            self.assertGreater(database.execute("SELECT count(*) FROM day_summaries WHERE days = 1").fetchone()[0], 28)

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


if __name__ == "__main__":
    unittest.main()
