#!/usr/bin/env python3
"""Judges the users that the program plays by those of foreign.py.

For each scenario beside this file and some policies: the means of `turnout simulate` must be those of
the whole tree within 4.5 of their standard errors, the expectation that it prints exactly those, and
its log must have their attempts, costs and accepted answers.
usage: simulate_test.py TURNOUT [SCENARIO...]
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import foreign
from judging import expect, judge_scenarios
from plan_test import NAMES, near

TASKS = 40_000
RARE = 10 / TASKS  # what happens to so few shows in no standard error


def run(program: str, *options: str) -> str:
    done = subprocess.run([program, "simulate", *options], capture_output=True, text=True,
                          check=False, timeout=300)
    expect(done.returncode == 0, f"simulate refuses it: {done.stderr.strip()}")
    return done.stdout


def policies(game: foreign.Game) -> list[str]:
    first, last = game.models[0].name, game.models[-1].name
    ended = [f"{first},{last},{first},end", f"{first}*3,end", f"{last},{first},{first},{last},end"]
    if game.tau:
        return ended
    alike = not (game.sigma or game.feedback)
    # Where failures tell something, users of the program know who served, and those of the tree only
    # how often.
    drawn = [f"{first}=0.3+{last}=0.7,{last}"] if alike else []
    return [*ended, f"{first},{last}", *drawn]


def judge_means(program: str, file: pathlib.Path, game: foreign.Game, policy: str) -> int:
    plan = foreign.read_policy(policy, [model.name for model in game.models])
    exact = foreign.payoffs(game, plan)
    (played,) = json.loads(run(program, str(file), "--policy", policy, "--tasks", str(TASKS),
                               "--json"))["policies"]
    amounts = max(game.penalty, game.late_churn, game.harm, game.outside,
                  *(segment.value for segment in game.segments))
    largest = {"J": amounts, "U": amounts, "S": 1, "L": 10 * max(m.latency for m in game.models),
               "C": 10 * max(abs(m.cost - m.price) for m in game.models)}
    for key, name in NAMES.items():
        seen = played[name]
        slack = 4.5 * seen["standard_error"] + RARE * largest[key]
        expect(abs(seen["value"] - exact[key]) <= slack,
               f"{policy}: {name} {seen['value']}, by the tree {exact[key]:.12g}")
        said = (played.get("expected") or {}).get(name)
        expect(said is None or near(said, exact[key], 1e-8),
               f"{policy}: {name} is said to be {said}, by the tree {exact[key]:.12g}")
    expect("=" in policy or bool(played.get("expected")), f"{policy}: no expectation is printed")
    return 2 * len(NAMES)


def accepted_share(game: foreign.Game, plan: foreign.Plan) -> float:
    rows = foreign.follow(game, plan)
    return sum(segment.share * sum(row.solved + row.wrong for row in rows[:foreign.attempts_wanted(
        game, segment, rows)]) for segment in game.segments)


def judge_log(program: str, file: pathlib.Path, game: foreign.Game, policy: str) -> int:
    """What the tasks of a log come to whose users all say how their tasks ended."""
    plan = foreign.read_policy(policy, [model.name for model in game.models])
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log.jsonl"
        run(program, str(file), "--policy", policy, "--tasks", str(TASKS), "--feedback", "1",
            "-o", str(log))
        passes = [json.loads(line) for line in log.read_text().splitlines()]
    prices = {model.name: model.price for model in game.models}
    spent, accepted = {}, {}
    for one in passes:
        task = one["task_id"]
        spent[task] = spent.get(task, 0.0) + one["cost_usd"] - prices[one["model"]]
        accepted[task] = one["outcome"] == "success"
    expect(len(spent) == TASKS, f"{policy}: the log has {len(spent)} tasks")
    truth = {"C": foreign.payoffs(game, plan)["C"], "accepted": accepted_share(game, plan)}
    seen = {"C": list(spent.values()), "accepted": [float(yes) for yes in accepted.values()]}
    if not any(model.false_accept for model in game.models):
        truth["J"] = foreign.payoffs(game, plan)["J"]
        seen["J"] = [cost + (0 if accepted[task] else game.penalty)
                     for task, cost in spent.items()]
    for key, values in seen.items():
        mean = sum(values) / TASKS
        error = math.sqrt(sum((x - mean) ** 2 for x in values)) / TASKS
        expect(abs(mean - truth[key]) <= 4.5 * error + RARE * max(map(abs, values)),
               f"{policy}: the log's {key} is {mean:.6g} +- {error:.2g}, by the tree {truth[key]:.6g}")
    return len(seen)


def judgements(program: str, file: pathlib.Path, scenario: dict, _number: int):
    game = foreign.Game(scenario)
    checks = [(judge_means, policy) for policy in policies(game)]
    if not game.participates:
        checks.append((judge_log, policies(game)[0]))
    for judge, policy in checks:
        yield lambda judge=judge, policy=policy: judge(program, file, game, policy)


if __name__ == "__main__":
    sys.exit(judge_scenarios("scenarios/*.toml", judgements))
