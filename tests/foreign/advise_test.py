#!/usr/bin/env python3
"""Judges `turnout advise` by worlds and logs of traffic.py: what its policy costs under the truth, and
whether its interval holds the saving.

Without --write: eight logs, as a test. What must hold of each: an advised policy costs at most 15 % more
than the best of all sequences of four attempts, and of all together: at most four decline, at most one
interval does not hold the true saving.
With --write: the table of docs/advice.md from as many logs as --logs says.
usage: advise_test.py TURNOUT [--logs N] [--from SEED] [--write FILE]
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import traffic

TESTED = [102, 103, 104, 105, 106, 107, 108, 109]


@dataclasses.dataclass
class Judged:
    seed: int
    feedback: float
    sigma: float
    declined: bool
    more: float  # J of the policy less the best, as a share of the best
    held: bool  # whether the interval holds the true saving


def judge(program: str, seed: int, folder: pathlib.Path) -> Judged:
    world = traffic.random_world(seed)
    log = folder / f"{seed}.jsonl"
    traffic.write(world, log)
    done = subprocess.run([program, "advise", log, "--ltv", str(world.lifetime), "--json"],
                          capture_output=True, text=True, check=False, timeout=600)
    log.unlink()
    if done.returncode != 0:
        raise SystemExit(f"seed {seed}: {done.stderr}")
    answer = json.loads(done.stdout)
    truth = traffic.truth(world)
    cost = traffic.cost_of(world, [step["model"] for step in answer["attempts"]])["J"]
    saving = answer["saving_per_task"]
    return Judged(seed, world.feedback, world.scenario["difficulty"]["sigma"], answer["declined"],
                  cost / truth["best"] - 1,
                  saving["lo"] <= truth["today"]["J"] - cost <= saving["hi"])


def judge_all(program: str, seeds) -> list[Judged]:
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda seed: judge(program, seed, pathlib.Path(folder)), seeds))


def row(name: str, judged: list[Judged]) -> str:
    advised = sorted(j.more for j in judged if not j.declined)
    held = sum(j.held for j in judged if not j.declined)
    if not advised:
        return f"| {name} | {len(judged)} | {len(judged)} |  |  |  |  |"
    return (f"| {name} | {len(judged)} | {1 - len(advised) / len(judged):.0%} | "
            f"{sum(advised) / len(advised):.2%} | {advised[int(0.95 * len(advised))]:.1%} | "
            f"{held / len(advised):.1%} | {sum(j.held for j in judged) / len(judged):.1%} |")


def table(judged: list[Judged]) -> str:
    lines = ["| logs | number | declined | costs more, mean | 95th percentile | interval holds, "
             "advised | interval holds, all |", "|---|---:|---:|---:|---:|---:|---:|",
             row("all", judged)]
    for feedback in sorted({j.feedback for j in judged}):
        lines.append(row(f"{feedback:.0%} feedback", [j for j in judged if j.feedback == feedback]))
    for sigma in sorted({j.sigma for j in judged}):
        lines.append(row(f"sigma {sigma:g}", [j for j in judged if j.sigma == sigma]))
    return "\n".join(lines) + "\n"


def test(program: str) -> None:
    judged = judge_all(program, TESTED)
    for one in judged:
        print(one)
    wrong = [j.seed for j in judged if not j.declined and j.more > 0.15]
    declined = sum(j.declined for j in judged)
    missed = sum(not j.held for j in judged)
    if wrong or declined > 4 or missed > 1:
        raise SystemExit(f"too dear: {wrong}; declined: {declined}; intervals that miss: {missed}")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--logs", type=int, default=200)
    options.add_argument("--from", type=int, default=1, dest="first")
    options.add_argument("--write")
    given = options.parse_args()
    if not given.write:
        test(given.program)
        return
    judged = judge_all(given.program, range(given.first, given.first + given.logs))
    page = pathlib.Path(given.write)
    head = page.read_text().split("\n| logs |")[0].rstrip()
    page.write_text(head + "\n\n" + table(judged))


if __name__ == "__main__":
    sys.exit(main())
