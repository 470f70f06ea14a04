"""Logs of a service as an auditor sees them, written without knowing how `turnout audit` looks at them.

A pass is asked for, waits, reads the prompt token by token, writes the answer token by token. What slows it
down besides is what the kind of log says: the day, the hour, the weekday, other requests in flight. Nothing
is a regression of logarithms here: times add up, noise is a waiting time, now and then an answer stalls.
"""
from __future__ import annotations

import datetime
import math
import random
from dataclasses import dataclass, replace

DAYS, CHANGE = 30, 18
START = datetime.datetime(2026, 3, 2)  # a Monday


@dataclass(frozen=True)
class Kind:
    name: str
    day_sd: float = 0.0  # of ln latency
    day_correlation: float = 0.0
    nights: float = 1.0  # latency at four in the morning over that at four in the afternoon
    weekends: float = 1.0  # latency on Saturday and Sunday over that of other days
    prompts: float = 1.0  # length of prompts from the day of the change on
    crowd: float = 0.0  # latency rises by this share with each request that is in flight; traffic doubles
    drift: float = 1.0  # latency at the end over that at the start
    slower: float = 1.0  # latency from the day of the change on


CLEAN = (
    Kind("nothing happens"),
    Kind("days differ by 8 %", day_sd=0.08),
    Kind("days differ by 8 %, correlation 0.5", day_sd=0.08, day_correlation=0.5),
    Kind("days differ by 8 %, correlation 0.8", day_sd=0.08, day_correlation=0.8),
    Kind("faster at night", nights=0.6),
    Kind("faster at the weekend", weekends=0.75),
    Kind("prompts three times longer", prompts=3.0),
    Kind("slower with more requests in flight", crowd=0.3),
)
DRIFTS = (Kind("a drift by 30 %", drift=1.3), Kind("a drift by 40 %, days differ by 4 %", day_sd=0.04, drift=1.4))
SLOW = tuple(replace(kind, slower=1.3) for kind in (CLEAN[0], replace(CLEAN[0], name="days differ by 4 %", day_sd=0.04),
                                                    *CLEAN[1:]))


def day_effects(kind: Kind, dice: random.Random) -> list[float]:
    effects, last = [], dice.gauss(0, 1)
    for _ in range(DAYS):
        effects.append(math.exp(kind.day_sd * last))
        last = kind.day_correlation * last + math.sqrt(1 - kind.day_correlation ** 2) * dice.gauss(0, 1)
    return effects


def sessions(kind: Kind, dice: random.Random):
    """Start times in days: users come, mostly by day, and ask a few times within minutes."""
    now = 0.0
    while now < DAYS:
        busy = 1 + (now / DAYS if kind.crowd else 0)
        now += dice.expovariate(33 * 1.5 * busy)
        if dice.random() < (1 + 0.5 * math.cos(2 * math.pi * (now - 14 / 24))) / 1.5:
            at = now
            for _ in range(dice.choice((1, 2, 3, 4, 5))):
                yield at
                at += dice.expovariate(1 / 20) / 86_400


def write(kind: Kind, seed: int):
    """Rows (time, tokens of the prompt, of the answer, seconds) in the order of time."""
    dice = random.Random(f"{kind.name} {kind.slower} {seed}")
    effects, ends, rows = day_effects(kind, dice), [], []
    for at in sorted(at for at in sessions(kind, dice) if at < DAYS):
        prompt = int(dice.lognormvariate(7, 0.7) * (kind.prompts if at >= CHANGE else 1)) + 1
        answer = int(dice.weibullvariate(350, 1.3)) + 1
        seconds = 0.3 + dice.expovariate(5) + prompt * 0.0007 + answer / dice.triangular(25, 75, 50)
        if dice.random() < 0.01:
            seconds += dice.uniform(10, 40)
        seconds *= effects[int(at)] * (1 + (kind.drift - 1) * at / DAYS)
        seconds *= (1 + kind.nights) / 2 + (1 - kind.nights) / 2 * math.cos(2 * math.pi * (at - 16 / 24))
        seconds *= kind.weekends if int(at) % 7 >= 5 else 1
        seconds *= kind.slower if at >= CHANGE else 1
        ends = [end for end in ends if end > at]
        seconds *= 1 + kind.crowd * len(ends)
        ends.append(at + seconds / 86_400)
        rows.append((START + datetime.timedelta(days=at), prompt, answer, seconds))
    return rows


def save(rows, path) -> None:
    """The file that an auditor would keep."""
    with open(path, "w", encoding="utf-8") as out:
        if str(path).endswith(".csv"):
            out.write("timestamp,input_tokens,output_tokens,latency\n")
            out.writelines(f"{t.isoformat()}Z,{i},{o},{s:.3f}\n" for t, i, o, s in rows)
        else:
            out.writelines(f'{{"timestamp": "{t.isoformat()}Z", "input_tokens": {i}, "output_tokens": {o}, '
                           f'"latency": {s:.3f}}}\n' for t, i, o, s in rows)
