#!/usr/bin/env python3
"""Judges `turnout evaluate` by worlds and logs of traffic.py: whether its intervals and ranges hold what
three policies come to.

The truth is that of users who react to models and not to the policy, as `evaluate` says it takes them:
they wait as often as they would for the log's. Each log is read four times, with 0, 5, 20 and 100 % of
its ends told. Without --write: some logs, as a test: of all figures of a feedback at least 90 % must
hold. With --write: the tables of docs/coverage.md behind FOREIGN.
usage: evaluate_test.py TURNOUT [--logs N] [--from SEED] [--write FILE]
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import foreign
import traffic

FOREIGN = "## Other policies, evaluated from foreign logs"
FEEDBACK = (0.0, 0.05, 0.2, 1.0)
TASKS = 6000
FIGURES = (("C", "service_cost"), ("L", "latency"), ("attempts", "attempts"), ("S", "success"),
           ("J", "provider_cost"))


def world_of(seed: int) -> traffic.World:
    """Every fifth world has users whose tasks resemble each other."""
    world = traffic.random_world(seed, feedback=1.0, tasks=TASKS)
    if seed % 5 == 0:
        world.user_share = 0.5
    return world


def policies_of(world: traffic.World) -> list[str]:
    first, last = world.names[0], world.names[-1]
    return [first, last, f"{first},{last}"]


def truths(world: traffic.World) -> dict[str, dict]:
    plans = {text: foreign.read_policy(text, world.names) for text in policies_of(world)}
    if world.user_share:
        return traffic.as_its_users(world, plans, 60_000)
    return {"today": traffic.as_in_the_log(world, world.plan())} | {
        text: traffic.as_in_the_log(world, plan) for text, plan in plans.items()}


def told(rows: list[dict], feedback: float, seed: int) -> str:
    """The log, of whose ends only so many are told."""
    dice = random.Random(seed)
    lines = []
    for row in rows:
        if "outcome" in row and dice.random() >= feedback:
            row = {key: value for key, value in row.items() if key != "outcome"}
        lines.append(json.dumps(row))
    return "\n".join(lines) + "\n"


def judge(program: str, seed: int, folder: pathlib.Path) -> list[tuple]:
    """(feedback, kind of users, policy's place, figure, held, has a number) of each figure; the figure
    is None where the program declined."""
    world = world_of(seed)
    rows, truth = list(traffic.passes(world)), truths(world)
    knowing = {text: foreign.payoffs(world.game(), foreign.read_policy(text, world.names))
               for text in policies_of(world)}
    users = "differ" if world.user_share else "alike"
    judged = []
    for feedback in FEEDBACK:
        log = folder / f"{seed}-{feedback}.jsonl"
        log.write_text(told(rows, feedback, seed))
        for place, text in enumerate(policies_of(world)):
            done = subprocess.run([program, "evaluate", log, "--policy", text, "--ltv",
                                   str(world.lifetime), "--json"],
                                  capture_output=True, text=True, check=False, timeout=600)
            if done.returncode == 2 and "overlap" in done.stderr:
                judged.append((feedback, users, place, None, False, False))
                continue
            if done.returncode != 0:
                raise SystemExit(f"seed {seed}: {done.stderr}")
            answer = json.loads(done.stdout)
            quantities = answer["quantities"] | {"provider_cost": answer["provider_cost"]}
            for key, name in FIGURES:
                figure = quantities[name]["policy"]
                judged.append((feedback, users, place, key, held(figure, truth[text][key]),
                               figure["value"] is not None))
                judged.append((feedback, "know", place, key, held(figure, knowing[text][key]), True))
            change = quantities["provider_cost"]["difference"]
            judged.append((feedback, users, place, "J less",
                           held(change, truth[text]["J"] - truth["today"]["J"]),
                           change["value"] is not None))
        log.unlink()
    return judged


def held(figure: dict, truth: float) -> bool:
    return figure["lo"] <= truth <= figure["hi"]


def judge_all(program: str, seeds) -> list[tuple]:
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(judge, program, seed, pathlib.Path(folder)) for seed in seeds]
        return [one for job in jobs for one in job.result()]


def row(name: str, judged: list[tuple]) -> str:
    declined = sum(figure is None for *_, figure, _, _ in judged)
    cells = []
    for key in (*(key for key, _ in FIGURES), "J less"):
        these = [(hold, number) for *_, figure, hold, number in judged if figure == key]
        if not these:
            cells.append("")
            continue
        cells.append(f"{100 * sum(h for h, _ in these) / len(these):.1f} %, "
                     f"{100 * sum(n for _, n in these) / len(these):.0f} %")
    answered = collections.Counter(figure for *_, figure, _, _ in judged)["C"]
    return f"| {name} | {answered} | {declined} | " + " | ".join(cells) + " |"


def table(judged: list[tuple]) -> str:
    lines = ["| logs | answers | declined | C | L | attempts | S | J | J less the log's |",
             "|---|---:|---:|---|---|---|---|---|---|"]
    for feedback in FEEDBACK:
        name = f"{100 * feedback:.0f} % feedback"
        here = [one for one in judged if one[0] == feedback]
        lines.append(row(name, [one for one in here if one[1] != "know"]))
        for place, text in enumerate(("first model", "last model", "first, then last")):
            lines.append(row(f"{name}, {text}",
                             [one for one in here if one[1] != "know" and one[2] == place]))
    whole = [one for one in judged if one[1] == "differ"]
    lines.append(row("users differ", whole))
    return "\n".join(lines)


def knowing(judged: list[tuple]) -> str:
    these = [one[4] for one in judged if one[1] == "know" and one[0] == 0.2 and one[3] == "J"]
    return (f"Of users who know the policy and act on it the J is held in "
            f"{100 * sum(these) / len(these):.1f} % (20 % feedback): `advise` is for those.")


def test(program: str) -> None:
    judged = [one for one in judge_all(program, range(1, 13)) if one[1] != "know"]
    print(table(judged))
    for feedback in FEEDBACK:
        these = [one[4] for one in judged if one[0] == feedback and one[3]]
        if len(these) < 100 or sum(these) < 0.9 * len(these):
            raise SystemExit(f"{feedback}: {sum(these)} of {len(these)} intervals hold")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--logs", type=int, default=300)
    options.add_argument("--from", type=int, default=1001, dest="first")
    options.add_argument("--write")
    given = options.parse_args()
    if not given.write:
        test(given.program)
        return
    judged = judge_all(given.program, range(given.first, given.first + given.logs))
    page = pathlib.Path(given.write)
    head = page.read_text().split(FOREIGN)[0].rstrip()
    page.write_text(f"""{head}

{FOREIGN}

`python3 tests/foreign/evaluate_test.py build/release/bin/turnout --logs {given.logs} --write docs/coverage.md`: {given.logs} random worlds of [advice](advice.md), each with a log of {TASKS:,} tasks, written by a simulator that shares the game's rules with the program and none of its inference, and read with 0, 5, 20 and 100 % of its ends told. Evaluated: always the first (cheapest) model, always the last, and the first, then the last; P from the log and the true lifetime value. In a fifth of the worlds half of the variance of difficulty and of ln V is the user's. The truth is that of users who wait as they did for the log's policy. Where users differ it is a mean over 60,000 of their tasks, each in expectation: some 180 of those intervals are independent, so that 93 % is known to 1.9 points. In each cell: how often the interval or range holds the truth, and how often there is a number. Declined: the log's first attempts hardly show the policy's model. {knowing(judged)}

{table(judged)}
""")


if __name__ == "__main__":
    sys.exit(main())
