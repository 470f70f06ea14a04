#!/usr/bin/env python3
"""Holds `turnout audit --log` against logs that know nothing of it: false alarms, drifts, slow-downs.

usage: speed_test.py TURNOUT [--logs N]     with --logs: so many logs of each kind, as a table
"""
from __future__ import annotations

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import speed_logs

TURNOUT, LOGS = sys.argv[1], 5


def audit(kind: speed_logs.Kind, seed: int):
    """The verdict, and the changes with their dates."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / ("log.csv" if seed % 2 else "log.jsonl")
        speed_logs.save(speed_logs.write(kind, seed), path)
        done = subprocess.run([TURNOUT, "audit", "--log", path, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{kind.name} {seed}: {done.stderr}")
    answer = json.loads(done.stdout)
    if answer["users_would_choose"] or answer["provider_would_choose"] or answer["throttling"]["verdict"] != "cannot be told":
        raise AssertionError("an economic verdict on a log without outcomes")
    return answer["speed"][0]


def audits(kind: speed_logs.Kind, logs: int):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda seed: audit(kind, seed), range(logs)))


def holds_the_day(speed) -> bool:
    truth = (speed_logs.START + speed_logs.datetime.timedelta(days=speed_logs.CHANGE)).isoformat()
    return speed["changes"][0]["first"][:19] <= truth <= speed["changes"][0]["last"][:19]


def table(logs: int) -> None:
    print("| log | logs | any change | dated step | drift | step or drift | second steps | dates held |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for kind in speed_logs.CLEAN + speed_logs.DRIFTS + speed_logs.SLOW:
        found = audits(kind, logs)
        verdicts = [f["verdict"] for f in found]
        steps = [f for f in found if f["verdict"] == "step"]
        second = sum(len(f["changes"]) - 1 for f in steps)
        held = sum(map(holds_the_day, steps)) if kind.slower != 1 else ""
        slower = ", slower by 30 %" if kind.slower != 1 else ""
        print(f"| {kind.name}{slower} | {logs} | {logs - verdicts.count('unchanged')} | {len(steps)} | {verdicts.count('drift')} | "
              f"{verdicts.count('step or drift')} | {second} | {held} |", flush=True)


class Search(unittest.TestCase):
    def test_clean_logs_are_called_clean(self):
        alarms = [(kind.name, f["verdict"]) for kind in speed_logs.CLEAN for f in audits(kind, LOGS) if f["verdict"] != "unchanged"]
        self.assertLessEqual(len(alarms), 7, alarms)  # 40 logs at 5 %: eight have a probability of 1e-3

    def test_a_slowdown_is_found_on_its_day_and_no_second_one(self):
        for kind in speed_logs.SLOW[:2]:
            found = audits(kind, LOGS)
            steps = [f for f in found if f["verdict"] == "step"]
            self.assertGreaterEqual(len([f for f in found if f["verdict"] != "unchanged"]), LOGS - 1, kind.name)
            self.assertGreaterEqual(len(steps), LOGS - 2, kind.name)
            self.assertGreaterEqual(sum(map(holds_the_day, steps)), len(steps) - 1, kind.name)
            self.assertLessEqual(sum(len(f["changes"]) - 1 for f in steps), 1, kind.name)

    def test_a_drift_is_called_a_drift(self):
        found = audits(speed_logs.DRIFTS[0], LOGS)
        self.assertLessEqual(sum(f["verdict"] == "step" for f in found), 2)
        self.assertGreaterEqual(sum(f["verdict"] == "drift" for f in found), LOGS - 3)


if __name__ == "__main__":
    if sys.argv[2:3] == ["--logs"]:
        table(int(sys.argv[3]))
    else:
        unittest.main(argv=sys.argv[:1])
