"""The game of docs/theory.md once more, written from the theory alone, to judge the program by.

A task is worked on in attempts. An attempt on a model takes time, costs the provider, may have a
price, and its answer is right or wrong. The user accepts or rejects the answer; if he rejects it he
leaves for reasons of his own, or leaves because going on is not worth it, or makes the next attempt
that the plan has for him. Nothing here is a closed form of the theory: users are simulated one by
one, or all branches of the tree are added up.
"""
from __future__ import annotations

import functools
import itertools
import math
import random
from dataclasses import dataclass

TIE = 1e-12  # of the amounts: below this the user is indifferent and the provider chooses for him
NODES = 121  # of the grid of difficulty
EFFECTS = 41  # of the grid of what suits a model
FORGOTTEN = 1e-17  # an endless plan is followed until so few tasks are open
LONGEST = 5_000  # attempts; tasks that differ in difficulty may stay open for very long


@dataclass(frozen=True)
class Model:
    name: str
    success: float
    latency: float
    cost: float
    price: float
    false_accept: float
    false_reject: float
    patience: tuple[float, ...]  # by attempt, the last repeats

    def stays(self, attempt: int) -> float:
        """Probability that the user does not leave for reasons of his own after this attempt."""
        return self.patience[min(attempt, len(self.patience)) - 1]


@dataclass(frozen=True)
class Segment:
    share: float
    value: float
    value_of_time: float


@dataclass(frozen=True)
class Plan:
    """Who serves each attempt: a step is a draw ((model, probability), ...)."""
    steps: tuple[tuple[tuple[int, float], ...], ...]
    cycle: int  # so many of the last steps repeat for ever; 0: the offer ends

    def step(self, attempt: int) -> tuple[tuple[int, float], ...] | None:
        beyond = attempt - len(self.steps)
        if beyond <= 0:
            return self.steps[attempt - 1]
        return self.steps[(beyond - 1) % self.cycle - self.cycle] if self.cycle else None


def sequence(models, endless: bool) -> Plan:
    return Plan(tuple(((k, 1.0),) for k in models), 1 if endless else 0)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


class Game:
    """A scenario file as `tomllib` reads it."""

    def __init__(self, scenario: dict):
        user, provider = scenario["user"], scenario["provider"]
        judgement, difficulty = scenario.get("judgement", {}), scenario.get("difficulty", {})
        self.penalty = provider["churn_penalty"]
        self.late_churn = judgement.get("late_churn", self.penalty)
        self.harm = judgement.get("harm", 0.0)
        self.naive = judgement.get("naive", False)
        self.outside = user.get("outside", 0.0)
        self.participates = user.get("participates", False)
        self.sigma, self.feedback = difficulty.get("sigma", 0.0), difficulty.get("feedback", 0.0)
        self.tau = difficulty.get("tau", 0.0)  # spread of how well a task suits a model
        self.models = [self._model(table, user.get("patience", 1.0))
                       for table in scenario["model"]]
        self.segments = [Segment(one.get("share", 1.0), one["value"], one.get("value_of_time", 1.0))
                         for one in scenario.get("segment", [user])]
        self.types = self._grid(self.sigma, NODES)
        self.effects = self._grid(self.tau, EFFECTS)
        self.skills = [self._skill(model.success) for model in self.models]
        self.right = functools.cache(self._right)

    @staticmethod
    def _model(table: dict, patience) -> Model:
        patience = table.get("patience", patience)
        return Model(table["name"], table["success"], table["latency"], table["cost"],
                     table.get("price", 0.0), table.get("false_accept", 0.0),
                     table.get("false_reject", 0.0),
                     tuple(patience) if isinstance(patience, list) else (patience,))

    @staticmethod
    def _grid(spread: float, nodes: int) -> list[tuple[float, float]]:
        """Weights and values of a normal: the trapezoidal rule over nine standard deviations a
        side."""
        if not spread:
            return [(1.0, 0.0)]
        points = [-9 + 18 * i / (nodes - 1) for i in range(nodes)]
        weights = [math.exp(-x * x / 2) for x in points]
        return [(w / sum(weights), spread * x) for w, x in zip(weights, points)]

    def _skill(self, success: float) -> float:
        """The skill with which so many of all first attempts succeed, by bisection."""
        if success >= 1:
            return math.inf
        logits = self._grid(math.hypot(self.sigma, self.tau), NODES)
        low, high = -400.0, 400.0
        for _ in range(100):
            middle = (low + high) / 2
            rate = sum(w * logistic(middle - x) for w, x in logits)
            low, high = (middle, high) if rate < success else (low, middle)
        return (low + high) / 2

    def success(self, k: int, theta: float, attempt: int) -> float:
        """Of a task of this difficulty for the model: less what suits it, where tau > 0."""
        if not (self.sigma or self.feedback or self.tau):
            return self.models[k].success
        return logistic(self.skills[k] - theta + self.feedback * (attempt - 1))

    def _right(self, k: int, attempt: int) -> list[float]:
        return [self.success(k, theta, attempt) for _, theta in self.types]

    def believed(self, segment: Segment, row: "Row") -> float:
        """What the user thinks that the attempt adds to leaving before it."""
        gain, harm = segment.value - self.outside, self.harm + self.outside
        fooled = row.wrong * (gain if self.naive else -harm)
        return row.solved * gain + fooled - segment.value_of_time * row.time - row.paid

    def utility(self, segment: Segment, row: "Row") -> float:
        """What it does add."""
        return (row.solved * (segment.value - self.outside)
                - row.wrong * (self.harm + self.outside)
                - segment.value_of_time * row.time - row.paid)

    def burden(self, row: "Row") -> float:
        """What the attempt adds to the provider's cost if the task is else left for P."""
        return (row.cost - row.paid - row.solved * self.penalty
                + row.wrong * (self.late_churn - self.penalty))

    def amounts(self, segment: Segment) -> float:
        """The largest amount that the user weighs."""
        return max(segment.value, abs(self.outside), self.harm,
                   *(segment.value_of_time * m.latency + m.price for m in self.models))


@dataclass
class Row:
    """An attempt of a plan whose user never leaves of his own will, per task submitted."""
    open: float = 0.0  # probability that the attempt is made
    solved: float = 0.0  # that a right answer is accepted after it
    wrong: float = 0.0  # that a wrong one is
    time: float = 0.0
    paid: float = 0.0
    cost: float = 0.0


def follow_suited(game: Game, plan: Plan) -> list[Row]:
    """The same where tasks suit some models better than others: a plan that draws nothing and ends.
    At each difficulty the models' effects are independent, and each model has a grid of them whose
    weights are what its own rejected answers left of it; the open share is their product."""
    count = len(game.models)
    left = [[[w for w, _ in game.effects] for _ in range(count)] for _ in game.types]
    rows = []
    for attempt in range(1, len(plan.steps) + 1):
        ((k, drawn),) = plan.step(attempt)
        if plan.cycle or drawn != 1:
            raise ValueError("with tau, plans that end and draw nothing")
        model, row = game.models[k], Row()
        accepts, stays = 1 - model.false_reject, model.stays(attempt)
        for (weight, theta), own in zip(game.types, left):
            others = weight * math.prod(sum(own[j]) for j in range(count) if j != k)
            for i, (_, phi) in enumerate(game.effects):
                there, p = others * own[k][i], game.success(k, theta - phi, attempt)
                right, wrong = p * accepts, (1 - p) * model.false_accept
                row.open += there
                row.solved += there * right
                row.wrong += there * wrong
                own[k][i] *= stays * (1 - right - wrong)
        row.time, row.paid, row.cost = (row.open * x for x in (model.latency, model.price, model.cost))
        rows.append(row)
    return rows


def follow(game: Game, plan: Plan) -> list[Row]:
    """All attempts of a plan. The open tasks of each type are what one believes of the next one."""
    if game.tau:
        return follow_suited(game, plan)
    rows, waiting = [], [weight for weight, _ in game.types]
    for attempt in range(1, LONGEST + 1):
        step, mass = plan.step(attempt), sum(waiting)
        if step is None or mass < FORGOTTEN:
            break
        row, after = Row(open=mass), [0.0] * len(waiting)
        for k, drawn in step:
            model = game.models[k]
            stays, accepts = drawn * model.stays(attempt), 1 - model.false_reject
            row.time += drawn * mass * model.latency
            row.paid += drawn * mass * model.price
            row.cost += drawn * mass * model.cost
            for i, (there, p) in enumerate(zip(waiting, game.right(k, attempt))):
                right, wrong = p * accepts, (1 - p) * model.false_accept
                row.solved += drawn * there * right
                row.wrong += drawn * there * wrong
                after[i] += there * stays * (1 - right - wrong)
        rows.append(row)
        waiting = after
    return rows


def attempts_wanted(game: Game, segment: Segment, rows: list[Row]) -> int:
    """Backward induction: after how many failed attempts the user leaves of his own will, at the
    latest after the last. Whoever need not submit can also make none."""
    worth = cost = 0.0  # of going on, in the user's belief and to the provider beyond P
    wanted = len(rows)
    for m in range(len(rows), 0, -1):
        worth += game.believed(segment, rows[m - 1])
        cost += game.burden(rows[m - 1])
        band = TIE * game.amounts(segment) * rows[m - 1].open
        goes_on = cost <= 0 if abs(worth) <= band else worth > 0
        if not goes_on and (m > 1 or game.participates):
            wanted, worth, cost = m - 1, 0.0, 0.0
    return wanted


def payoffs(game: Game, plan: Plan) -> dict[str, float]:
    """Expected payoffs per task under the users' best responses, summed over the whole tree."""
    rows = follow(game, plan)
    total = dict.fromkeys(("J", "U", "S", "L", "C", "attempts"), 0.0)
    for segment in game.segments:
        made = rows[:attempts_wanted(game, segment, rows)]
        total["J"] += segment.share * (game.penalty + sum(map(game.burden, made)))
        total["U"] += segment.share * (game.outside
                                       + sum(game.utility(segment, row) for row in made))
        total["S"] += segment.share * sum(row.solved for row in made)
        total["L"] += segment.share * sum(row.time for row in made)
        total["C"] += segment.share * sum(row.cost - row.paid for row in made)
        total["attempts"] += segment.share * sum(row.open for row in made)
    return total


def simulate(game: Game, plan: Plan, tasks: int, seed: int) -> dict[str, tuple[float, float]]:
    """Plays so many tasks, attempt by attempt: mean and standard error of each payoff."""
    dice = random.Random(seed)
    rows = follow(game, plan)
    wanted = [attempts_wanted(game, segment, rows) for segment in game.segments]
    shares = [segment.share for segment in game.segments]
    sums, squares = [0.0] * 6, [0.0] * 6
    for _ in range(tasks):
        who = dice.choices(range(len(shares)), shares)[0] if len(shares) > 1 else 0
        outcome = _one_task(game, plan, game.segments[who], wanted[who], dice)
        for i, value in enumerate(outcome):
            sums[i] += value
            squares[i] += value * value
    return {key: (s / tasks, math.sqrt(max(0.0, q / tasks - (s / tasks) ** 2) / (tasks - 1)))
            for key, s, q in zip(("J", "U", "S", "L", "C", "attempts"), sums, squares)}


def _one_task(game: Game, plan: Plan, segment: Segment, wanted: int, dice: random.Random):
    """J, U, S, L, C and attempts of one user with one task."""
    theta = dice.gauss(0.0, game.sigma) if game.sigma else 0.0
    suits = [dice.gauss(0.0, game.tau) if game.tau else 0.0 for _ in game.models]
    provider, user = game.penalty, game.outside  # if he leaves without an accepted answer
    solved, waited, paid, spent, attempt = 0, 0.0, 0.0, 0.0, 0
    while attempt < wanted:
        attempt += 1
        step = plan.step(attempt)
        k = step[0][0] if len(step) == 1 else dice.choices(*zip(*step))[0]
        model = game.models[k]
        waited += model.latency
        paid += model.price
        spent += model.cost
        right = dice.random() < game.success(k, theta - suits[k], attempt)
        accepted = dice.random() < (1 - model.false_reject if right else model.false_accept)
        if accepted and right:
            solved, provider, user = 1, 0.0, segment.value
        elif accepted:
            provider, user = game.late_churn, -game.harm
        if accepted or dice.random() >= model.stays(attempt):
            break
    return (provider + spent - paid, user - segment.value_of_time * waited - paid, solved, waited,
            spent - paid, attempt)


def exhaustive(game: Game, depth: int, endless: bool = True) -> dict:
    """The least J over all sequences of models: {"endless": (J, models)} of `depth` models whose
    last repeats for ever, and {d: (J, models)} of exactly d attempts on offer, for d to `depth`."""
    best = {}
    for length in range(1, depth + 1):
        for models in itertools.product(range(len(game.models)), repeat=length):
            found = [(length, False)]
            if endless and length == depth:  # shorter ones are among these
                found.append(("endless", True))
            for kind, repeats in found:
                cost = payoffs(game, sequence(models, repeats))["J"]
                if kind not in best or cost < best[kind][0]:
                    best[kind] = cost, models
    return best


def stationary(game: Game, start: int, s: float, leaves: list[float]) -> dict[str, float]:
    """Payoffs of the paper's policy (i, s) with two models, i counted from 0, if each segment
    leaves with its own probability after each failed attempt."""
    total = dict.fromkeys(("J", "U", "S", "L", "C"), 0.0)
    for segment, q in zip(game.segments, leaves):
        made = visits(game, start, s, q)
        total["J"] += segment.share * (game.penalty + game.burden(made))
        total["U"] += segment.share * (game.outside + game.utility(segment, made))
        total["S"] += segment.share * made.solved
        total["L"] += segment.share * made.time
        total["C"] += segment.share * (made.cost - made.paid)
    return total


def visits(game: Game, start: int, s: float, q: float) -> Row:
    """All attempts under (i, s) and q together, from the two linear equations for the visits."""
    if len(game.types) > 1 or game.feedback or game.tau or any(len(m.patience) > 1 for m in game.models):
        raise ValueError("stationary users need attempts that are all alike")
    solved = [m.success * (1 - m.false_reject) for m in game.models]
    wrong = [(1 - m.success) * m.false_accept for m in game.models]
    again = [(1 - q) * m.patience[0] * (1 - a - b) for m, a, b in zip(game.models, solved, wrong)]
    first = 1 / (1 - (1 - s) * again[0]) if start == 0 else 0.0
    n = first, (start + s * again[0] * first) / (1 - again[1])
    return Row(sum(n), *(sum(a * b for a, b in zip(n, amounts)) for amounts in (
        solved, wrong, [m.latency for m in game.models], [m.price for m in game.models],
        [m.cost for m in game.models])))


def leaving(game: Game, segment: Segment, start: int, s: float, points: int) -> float:
    """The q of a grid that this user likes best; of equal ones the provider's."""
    tried = []
    for i in range(points):
        row = visits(game, start, s, i / (points - 1))
        tried.append((game.believed(segment, row), game.burden(row), i / (points - 1), row.open))
    most = max(tried)
    band = TIE * game.amounts(segment) * max(one[3] for one in tried)
    return min(one[1:] for one in tried if one[0] >= most[0] - band)[1]


def grid(game: Game, points: int = 41, extra: tuple[float, ...] = ()) -> dict:
    """The cheapest (i, s) of a grid, with `extra` values of s, against q on a grid."""
    best = None
    choices = [(0, i / (points - 1)) for i in range(points)] + [(0, s) for s in extra] + [(1, 0.0)]
    for start, s in choices:
        leaves = [leaving(game, segment, start, s, points) for segment in game.segments]
        cost = stationary(game, start, s, leaves)["J"]
        if best is None or cost < best["J"]:
            best = {"J": cost, "start": start, "s": s, "leaves": leaves}
    return best


def read_policy(text: str, names: list[str]) -> Plan:
    """The text of a policy (docs/formats.md), of the kinds that `plan` prints; names are plain."""
    steps, cycle = [], 1
    head, bracket, ring = text.rstrip(")").partition("(")
    for part in head.strip(",").split(",") if head else []:
        if part == "end":
            cycle = 0
            continue
        what, _, times = part.partition("*")
        steps += [_draw(what, names)] * int(times or 1)
    if bracket:
        steps += [_draw(part, names) for part in ring.split(",")]
        cycle = ring.count(",") + 1
    return Plan(tuple(steps), cycle)


def _draw(text: str, names: list[str]) -> tuple[tuple[int, float], ...]:
    if "=" not in text:
        return ((names.index(text), 1.0),)
    parts = [part.split("=") for part in text.split("+")]
    return tuple((names.index(name), float(share)) for name, share in parts)
