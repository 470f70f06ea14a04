#!/usr/bin/env python3
"""Judges what the program says of the scenarios beside this file by foreign.py.

For each scenario: the J, S and U of the plan that `turnout plan` prints must be those of the
simulated users who face that very plan, within 4.5 standard errors, and those of the whole tree;
and no sequence of models may be cheaper. Which sequences those are depends on the class of plans:
- without --depth a provider cannot refuse the next attempt, so the class has the sequences of four
  models whose last repeats for ever; with its lotteries the plan may only be cheaper;
- with --depth 4 exactly four attempts are on offer, so it has all sequences of four models.
For two models that are alike at every attempt `turnout solve` is held against a grid of the paper's
policies in the same way.

A scenario's first lines can say what is refused: "# refused: WORDS" (by plan) and
"# solve refused: WORDS"; the words must be in the message.
usage: plan_test.py TURNOUT [SCENARIO...]
"""
import dataclasses
import json
import pathlib
import re
import subprocess
import sys

import foreign
from judging import expect, judge_scenarios

TASKS = 60_000
DEPTH = 4
NAMES = {"J": "provider_cost", "U": "user_utility", "S": "success", "L": "latency",
         "C": "service_cost"}


def ask(program: str, verb: str, file: pathlib.Path, *options: str) -> dict | None:
    """The answer, or nothing where the scenario says that it is refused."""
    words = re.findall(rf"^# {'' if verb == 'plan' else verb + ' '}refused: (.*)$",
                       file.read_text(), re.M)
    done = subprocess.run([program, verb, str(file), "--json", *options], capture_output=True,
                          text=True, check=False, timeout=300)
    message = done.stderr.replace(str(file), "").strip()  # its name is not the program's word
    if words:
        expect(done.returncode == 2 and words[0] in message,
               f"{verb} does not refuse it with '{words[0]}': {message or 'it is answered'}")
        return None
    expect(done.returncode == 0, f"{verb} refuses it: {message}")
    return json.loads(done.stdout)


def plan_of(answer: dict, names: list[str]) -> foreign.Plan:
    """The plan: its steps, and how it goes on after them as its policy says."""
    steps = []
    for number, step in enumerate(answer["steps"], 1):
        expect(step["attempt"] == number, f"step {number} is called {step['attempt']}")
        draw = step.get("lottery") or [{"model": step["model"], "probability": 1.0}]
        steps.append(tuple((names.index(one["model"]), one["probability"]) for one in draw))
    if answer["policy"] is None:
        expect(answer["until_solved"] is not None or answer["depth"] is not None,
               "neither the policy nor the steps say how the plan goes on")
        return foreign.Plan(tuple(steps), 0 if answer["until_solved"] is None else 1)
    policy = foreign.read_policy(answer["policy"], names)
    for number, step in enumerate(steps, 1):
        other = policy.step(number)
        same = other is not None and dict(other).keys() == dict(step).keys()
        expect(same and all(abs(dict(other)[k] - share) < 1e-5 for k, share in step),
               f"policy {answer['policy']} has another attempt {number} than the steps")
    expect(answer["depth"] in (None, len(policy.steps)) and
           (answer["depth"] is None) == (policy.cycle > 0),
           f"depth {answer['depth']}, but the policy is {answer['policy']}")
    return dataclasses.replace(policy, steps=tuple(steps) + policy.steps[len(steps):])


def near(a: float, b: float, relative: float = 1e-9) -> bool:
    return abs(a - b) <= relative * max(abs(a), abs(b)) + 1e-12


def judge_payoffs(game: foreign.Game, answer: dict, seed: int) -> int:
    plan = plan_of(answer, [model.name for model in game.models])
    exact = foreign.payoffs(game, plan)
    played = foreign.simulate(game, plan, TASKS, seed)
    amounts = max(game.penalty, game.late_churn, game.harm, game.outside,
                  *(segment.value for segment in game.segments))
    largest = {"J": amounts, "U": amounts, "S": 1, "L": 10 * max(m.latency for m in game.models),
               "C": 10 * max(abs(m.cost - m.price) for m in game.models)}
    for key, name in NAMES.items():
        mean, error = played[key]
        # Ten tasks may end otherwise: what happens to very few shows in no standard error.
        slack = 4.5 * error + 10 / TASKS * largest[key]
        expect(abs(mean - answer[name]) <= slack,
               f"{answer['plan']}: {name} {answer[name]}, simulated {mean:.6g} +- {error:.2g}")
        expect(near(exact[key], answer[name], 1e-8),
               f"{answer['plan']}: {name} {answer[name]}, by the tree {exact[key]:.12g}")
    return 2 * len(NAMES)


def judge_optimum(answer: dict, least: tuple[float, tuple[int, ...]]) -> int:
    cost, models = least
    slack = 1e-9 * abs(cost) + 1e-15
    expect(answer["provider_cost"] <= cost + slack,
           f"{answer['plan']} costs {answer['provider_cost']}, models {models} only {cost:.12g}")
    for name in ("certificate", "deterministic_certificate"):
        expect(answer[name]["lower_bound"] <= cost + slack,
               f"{name}: {answer[name]['lower_bound']}, but models {models} cost {cost:.12g}")
    simple = answer["classes"]["deterministic_plan"]["provider_cost"]
    gap = answer["deterministic_certificate"]["gap"]
    expect(simple <= cost + gap + slack,
           f"the deterministic plan costs {simple}, models {models} only {cost:.12g}")
    return 4


def judge_plan(program: str, file: pathlib.Path, game: foreign.Game) -> int:
    alike = not (game.sigma or game.feedback or game.tau)
    least = foreign.exhaustive(game, DEPTH, endless=alike)
    checks = 0
    for options in ([], ["--depth", str(DEPTH)]):
        answer = ask(program, "plan", file, *options)
        checks += 1
        if answer is None:
            break
        checks += judge_payoffs(game, answer, seed=len(options) + 1)
        kind = "endless" if answer["depth"] is None else answer["depth"]
        if kind in least:
            checks += judge_optimum(answer, least[kind])
    return checks


def judge_solve(program: str, file: pathlib.Path, game: foreign.Game) -> int:
    if (len(game.models) != 2 or game.sigma or game.feedback or game.tau or game.participates
            or any(len(model.patience) > 1 for model in game.models)):
        return 0
    answer = ask(program, "solve", file)
    if answer is None:
        return 1
    start, s = answer["start"] - 1, answer["cascade"]
    leaves = [one["abandon"] for one in answer.get("segments", [answer])]
    exact = foreign.stationary(game, start, s, leaves)
    for key, name in NAMES.items():
        expect(near(exact[key], answer[name], 1e-8),
               f"solve: {name} {answer[name]}, by the two equations {exact[key]:.12g}")
    for segment, q in zip(game.segments, leaves):  # nothing is better for the user than his q
        chosen = foreign.visits(game, start, s, q)
        for i in range(41):
            other = foreign.visits(game, start, s, i / 40)
            least = game.believed(segment, other) - game.believed(segment, chosen)
            expect(least <= 1e-9 * game.amounts(segment) * max(other.open, chosen.open),
                   f"solve: a user who leaves with {i / 40} instead of {q} gains {least:.3g}")
    found = foreign.grid(game, extra=tuple(10 ** (-i / 10) for i in range(10, 40)))
    # The grid's users have 41 values of q: take the answer of those who have 4,001.
    refined = [foreign.leaving(game, segment, found["start"], found["s"], 4001)
               for segment in game.segments]
    cost = foreign.stationary(game, found["start"], found["s"], refined)["J"]
    expect(answer["provider_cost"] <= cost + 1e-9 * abs(cost),
           f"solve: {answer['provider_cost']}, but (i, s) = ({found['start'] + 1}, {found['s']}) "
           f"costs only {cost:.12g}")
    return len(NAMES) + 2 * len(leaves) + 1


def judgements(program: str, file: pathlib.Path, scenario: dict, _number: int):
    game = foreign.Game(scenario)
    for judge in (judge_plan, judge_solve):
        yield lambda judge=judge: judge(program, file, game)


if __name__ == "__main__":
    sys.exit(judge_scenarios("scenarios/*.toml", judgements))
