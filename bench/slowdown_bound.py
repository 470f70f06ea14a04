#!/usr/bin/env python3
"""What no audit of a log can do: a bound on the power of every test that finds a slow-down of 30 % in 30 days.

Days of one model: ln latency is a level, an effect of each weekday N(0, 0.15^2), a stationary AR(1) of unknown sd and
correlation, and noise of sd 0.036 (100 passes). A test that rejects a share `--size` of clean logs at most, whatever sd
and correlation are, rejects that share at most of every mixture of them; so no such test has more power against one
alternative than Neyman and Pearson's test of the mixture against it (Lehmann and Romano 2005, theorem 3.8.1). The least
favourable mixture is found numerically (Elliott, Mueller and Watson 2015). The alternative is a step by ln 1.3, of either
sign, at an unknown one of the days 4 to 28; power is the mean over them. docs/theory.md, section 23.
usage: slowdown_bound.py [--size SHARE] [--most-sd SD]
"""
import argparse

import numpy

DAYS, NOISE, WEEKDAY, STEP = 30, 0.036, 0.15, numpy.log(1.3)
DAY = numpy.arange(DAYS)
STARTS = range(3, 28)
SDS = (0, 0.03, 0.045, 0.065, 0.08, 0.1, 0.14, 0.2)
CORRELATIONS = (0, 0.25, 0.5, 0.65, 0.8)
ALTERNATIVES = ((0.08, 0), (0.08, 0.5), (0.08, 0.8))
# Whatever the level is: a test may look at differences of days only.
WITHOUT_LEVEL = numpy.linalg.svd(numpy.ones((DAYS, 1)))[0][:, 1:]


def log_sum(x, axis=0):
    most = x.max(axis=axis, keepdims=True)
    return numpy.log(numpy.exp(x - most).sum(axis=axis)) + most.squeeze(axis)


def sigmoid(x):
    return 1 / (1 + numpy.exp(-numpy.clip(x, -50, 50)))


class CleanLog:
    """The law of the days of a log without a change."""

    def __init__(self, sd, correlation):
        weekdays = numpy.array([[float(day % 7 == k) for k in range(1, 7)] for day in DAY])
        covariance = (sd ** 2 * float(correlation) ** numpy.abs(DAY[:, None] - DAY) + NOISE ** 2 * numpy.eye(DAYS)
                      + WEEKDAY ** 2 * weekdays @ weekdays.T)
        self.root = numpy.linalg.cholesky(covariance)
        root = numpy.linalg.cholesky(WITHOUT_LEVEL.T @ covariance @ WITHOUT_LEVEL)
        self.whiten = numpy.linalg.inv(root).T
        self.log_scale = numpy.log(numpy.diag(root)).sum()
        steps = WITHOUT_LEVEL.T @ numpy.array([DAY >= start for start in STARTS], dtype=float).T
        self.steps = self.whiten.T @ steps

    def draw(self, dice, count, start=None):
        days = dice.standard_normal((count, DAYS)) @ self.root.T
        return days if start is None else days + STEP * (DAY >= start)

    def log_density(self, days):
        return -self.log_scale - 0.5 * ((days @ WITHOUT_LEVEL @ self.whiten) ** 2).sum(axis=1)

    def log_density_with_step(self, days):
        """By a step up or down, at any day alike."""
        gain = STEP * (days @ WITHOUT_LEVEL @ self.whiten) @ self.steps
        half = 0.5 * STEP ** 2 * (self.steps ** 2).sum(axis=0)
        either = numpy.logaddexp(gain - half, -gain - half) - numpy.log(2)
        return self.log_density(days) + log_sum(either, axis=1) - numpy.log(len(STARTS))


def bound(clean, alternative, size, dice):
    """The power, and the largest share of clean logs that its test rejects."""
    days = numpy.vstack([law.draw(dice, 400) for law in clean])
    null = numpy.array([law.log_density(days) for law in clean])
    weights = numpy.exp(null - log_sum(null) + numpy.log(len(clean))) / len(days)  # expectations under each law
    gain = alternative.log_density_with_step(days)
    mixture = numpy.full(len(clean), 1.5 - numpy.log(len(clean)))  # ln of weights, the critical value in them
    for turn in range(600):
        rejects = sigmoid((gain - log_sum(null + mixture[:, None])) / 0.05)
        speed = 0.9 if turn < 200 else 0.3 if turn < 400 else 0.1
        mixture = numpy.maximum(mixture + speed * (weights @ rejects - size) / size, -30)
    rejected = weights @ (gain > log_sum(null + mixture[:, None]))
    slow = numpy.vstack([alternative.draw(dice, 8000 // len(STARTS), start) for start in STARTS])
    null = numpy.array([law.log_density(slow) for law in clean])
    power = (alternative.log_density_with_step(slow) > log_sum(null + mixture[:, None])).mean()
    return power, rejected.max()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--size", type=float, default=0.07)
    options.add_argument("--most-sd", type=float, default=0.2)
    given = options.parse_args()
    dice = numpy.random.default_rng(1)
    sds = [sd for sd in SDS if sd <= given.most_sd]
    clean = [CleanLog(sd, correlation) for sd in sds for correlation in (CORRELATIONS if sd else (0,))]
    print(f"a step by 30 % in 30 days, at most {100 * given.size:.0f} % of clean logs reported, sd up to {given.most_sd}")
    for sd, correlation in ALTERNATIVES:
        power, size = bound(clean, CleanLog(sd, correlation), given.size, dice)
        print(f"days vary by {100 * sd:.0f} %, correlation {correlation}: power at most {100 * power:.1f} %"
              f" (the test's largest size {100 * size:.1f} %)")


if __name__ == "__main__":
    main()
