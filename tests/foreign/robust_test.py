#!/usr/bin/env python3
"""Judges what `turnout robust` says of the scenarios in robust/ by foreign.py.

The game is drawn here once more, from what docs/formats.md says of intervals and counts, with other
random numbers. Over these draws
- the plan that the program prints must cost what it says, within 4.5 standard errors of both;
- no sequence of so many models may cost less by more than 4.5 standard errors of the difference;
- the best sequence of each game must save what `perfect_information` says.
Where a number is a range, in the game that `--regret` calls the worst the plan must regret what it
says; no random game may be worse; and no sequence may have a lower regret in all random games and
that one than the lower bound that is called proved.
usage: robust_test.py TURNOUT [SCENARIO...]
"""
import copy
import itertools
import json
import math
import pathlib
import random
import subprocess
import sys

import foreign
from judging import expect, judge_scenarios

DEPTH = 3
DRAWS = 600
SYMBOLS = {"value": "V", "value_of_time": "w", "churn_penalty": "P", "outside": "v0", "harm": "H",
           "late_churn": "Pw", "sigma": "sigma", "feedback": "feedback"}
OF_MODELS = {"success": "p", "latency": "t", "cost": "c", "price": "r", "patience": "rho",
             "false_accept": "fa", "false_reject": "fr"}
BETWEEN_0_AND_1 = {"success", "patience", "false_accept", "false_reject"}


def unknown(scenario: dict):
    """Symbol, table and key of each number that is not known."""
    tables = [(scenario[name], "") for name in ("user", "provider", "judgement", "difficulty")
              if name in scenario]
    tables += [(model, str(k + 1)) for k, model in enumerate(scenario["model"])]
    for table, number in tables:
        for key, value in table.items():
            if isinstance(value, dict):
                symbol = OF_MODELS[key] + number if key in OF_MODELS else SYMBOLS[key]
                yield symbol, table, key


def one_draw(key: str, known: dict, dice: random.Random) -> float:
    if "trials" in known:
        right = known["successes"] + 1
        return dice.betavariate(right, known["trials"] - known["successes"] + 1)
    while True:
        z = dice.gauss(0, 1)
        side = known["mean"] - known["lo"] if z < 0 else known["hi"] - known["mean"]
        x = known["mean"] + z * side / 1.959963984540054
        if key in ("cost", "feedback") or (x >= 0 and (key not in BETWEEN_0_AND_1 or x <= 1)):
            if key not in ("success", "value_of_time") or x > 0:
                return x


def drawn(scenario: dict, dice: random.Random) -> foreign.Game:
    game = copy.deepcopy(scenario)
    for _, table, key in list(unknown(game)):
        table[key] = one_draw(key, table[key], dice)
    return foreign.Game(game)


def with_numbers(scenario: dict, numbers: dict[str, float]) -> foreign.Game:
    game = copy.deepcopy(scenario)
    for symbol, table, key in list(unknown(game)):
        table[key] = numbers[symbol]
    return foreign.Game(game)


def ask(program: str, file: pathlib.Path, *options: str) -> dict:
    done = subprocess.run([program, "robust", file, "--json", *options], capture_output=True,
                          text=True, check=False, timeout=300)
    expect(done.returncode == 0, f"robust {' '.join(options)}: {done.stderr}")
    return json.loads(done.stdout)


def mean_and_error(numbers: list[float]) -> tuple[float, float]:
    mean = sum(numbers) / len(numbers)
    square = sum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1)
    return mean, math.sqrt(square / len(numbers))


def costs_of_all(games: list[foreign.Game]) -> dict[tuple[int, ...], list[float]]:
    sequences = itertools.product(range(len(games[0].models)), repeat=DEPTH)
    return {models: [foreign.payoffs(game, foreign.sequence(models, False))["J"] for game in games]
            for models in sequences}


def models_of(answer: dict, scenario: dict) -> tuple[int, ...]:
    names = [model["name"] for model in scenario["model"]]
    return tuple(names.index(step["model"]) for step in answer["steps"])


def judge_posterior(program: str, file: pathlib.Path, scenario: dict, dice: random.Random) -> int:
    plan = ask(program, file, "--depth", str(DEPTH), "--draws", "4000")["plan"]
    games = [drawn(scenario, dice) for _ in range(DRAWS)]
    costs = costs_of_all(games)
    chosen = costs[models_of(plan, scenario)]
    mean, error = mean_and_error(chosen)
    slack = 4.5 * math.hypot(error, plan["standard_error"]) + 1e-12
    expect(abs(mean - plan["provider_cost"]) <= slack,
           f"J {plan['provider_cost']}, over foreign draws {mean:.6g} +- {error:.2g}")
    for models, others in costs.items():
        saved, noise = mean_and_error([a - b for a, b in zip(chosen, others)])
        allowed = 4.5 * noise + 2e-4 * abs(mean) + plan["certificate"]["gap"]
        expect(saved <= allowed, f"{plan['plan']}: models {models} save {saved:.4g} +- {noise:.2g}")
    gains = [cost - min(others[g] for others in costs.values()) for g, cost in enumerate(chosen)]
    gain, error = mean_and_error(gains)
    told = plan["perfect_information"]
    slack = 4.5 * math.hypot(error, told["standard_error"]) + 1e-12
    expect(abs(gain - told["value"]) <= slack,
           f"perfect information is worth {told['value']}, over foreign draws {gain:.6g}")
    return 2 + len(costs)


def judge_ranges(program: str, file: pathlib.Path, scenario: dict, dice: random.Random) -> int:
    answer = ask(program, file, "--depth", str(DEPTH), "--regret")
    ranges = {one["parameter"]: (one["lo"], one["hi"]) for one in answer["ranges"]}
    expect(set(ranges) == {symbol for symbol, _, _ in unknown(scenario)}, "other ranges")
    worst = {one["parameter"]: one["value"] for one in answer["worst"]["numbers"]}
    games = [with_numbers(scenario, worst)]
    games += [with_numbers(scenario, {symbol: dice.uniform(*ends)
                                      for symbol, ends in ranges.items()}) for _ in range(DRAWS)]
    costs = costs_of_all(games)
    chosen = costs[models_of(answer, scenario)]
    regrets = [cost - min(others[g] for others in costs.values())
               for g, cost in enumerate(chosen)]
    told = answer["worst"]["regret"]
    slack = 1e-9 * max(1.0, abs(chosen[0]))
    expect(abs(regrets[0] - told) <= slack,
           f"the worst game: regret {told}, by the tree {regrets[0]:.12g}")
    expect(max(regrets) <= told + slack,
           f"{answer['plan']}: regret {told}, but {max(regrets):.9g} in a random game")
    expect(answer["lower_bound"] <= told + slack, f"lower bound {answer['lower_bound']}")
    expect(answer["settled"], "the search was cut short")
    least = min(max(cost - min(others[g] for others in costs.values())
                    for g, cost in enumerate(one)) for one in costs.values())
    expect(least <= told + slack, f"regret {told}, but every sequence regrets {least} somewhere")
    return 6


def judgements(program: str, file: pathlib.Path, scenario: dict, number: int):
    ranges = any(table[key].keys() == {"lo", "hi"} for _, table, key in unknown(scenario))
    judge = judge_ranges if ranges else judge_posterior
    yield lambda: judge(program, file, scenario, random.Random(number + 11))


if __name__ == "__main__":
    sys.exit(judge_scenarios("robust/*.toml", judgements))
