"""Worlds of users, models and a provider's policy, and the logs that they leave behind: what the
estimates and the advice are judged by. Standard library only; from THEORY.md alone, like
foreign.py, which says what a policy costs in a world.

A world is a scenario as foreign.Game reads it, with what a log has besides: how often users give
feedback, who never comes back after a task, how many tasks a user has.
"""
import datetime
import json
import math
import random
from dataclasses import dataclass, field
from statistics import NormalDist

import foreign

QUANTILES = 101  # of V, each a segment of foreign.Game
SPAN = 30 * 86400.0
START = datetime.datetime(2026, 9, 1, tzinfo=datetime.timezone.utc)


@dataclass
class World:
    scenario: dict  # without users' values: those are lognormal
    value: float  # median V, in seconds of waiting
    value_sigma: float
    policy: str  # the log's
    explore: float  # share of attempts that a model drawn from all alike serves
    feedback: float  # share of ended tasks whose user says how they ended
    leaves_solved: float  # never comes back after a solved task
    leaves_unsolved: float
    lifetime: float  # what a user who stays is worth, dollars
    tasks: int = 12_000
    a_day: float = 1.0  # tasks of a user
    latency_sigma: float = 0.3
    cost_sigma: float = 0.5
    user_share: float = 0.0  # of the variance of difficulty and of ln V, what is the user's
    seed: int = 1
    names: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.names = [model["name"] for model in self.scenario["model"]]
        self.scenario["provider"] = {
            "churn_penalty": (self.leaves_unsolved - self.leaves_solved) * self.lifetime}

    def game(self) -> foreign.Game:
        middle = [NormalDist().inv_cdf((i + 0.5) / QUANTILES) for i in range(QUANTILES)]
        users = [{"share": 1 / QUANTILES, "value": self.value * math.exp(self.value_sigma * x)}
                 for x in middle]
        if self.value_sigma == 0:
            users = [{"share": 1.0, "value": self.value}]
        return foreign.Game(dict(self.scenario, segment=users))

    def plan(self) -> foreign.Plan:
        return explored(foreign.read_policy(self.policy, self.names), len(self.names), self.explore)


def explored(plan: foreign.Plan, models: int, share: float) -> foreign.Plan:
    """The plan, each attempt served with this probability by a model drawn from all alike."""
    def mixed(step):
        chance = [share / models] * models
        for k, drawn in step:
            chance[k] += (1 - share) * drawn
        return tuple((k, c) for k, c in enumerate(chance) if c > 0)
    return foreign.Plan(tuple(mixed(step) for step in plan.steps), plan.cycle)


def random_world(seed: int, **fixed) -> World:
    """Where users live: cents per call, P of dollars, patience of .8 to 1."""
    dice = random.Random(seed)
    count = fixed.get("models", dice.choice([2, 3, 4]))
    names = ["mini", "medium", "large", "huge"][:count] if count < 4 else ["nano", "mini", "medium", "large"]
    success = sorted(dice.uniform(0.25, 0.9) for _ in range(count))
    latency = sorted(math.exp(dice.uniform(0, 2.5)) for _ in range(count))
    cost = sorted(math.exp(dice.uniform(math.log(3e-4), math.log(6e-2))) for _ in range(count))
    per_model = dice.random() < 0.3
    base = dice.uniform(0.8, 1.0)
    models = [{"name": n, "success": p, "latency": t, "cost": c,
               "patience": dice.uniform(0.8, 1.0) if per_model else base}
              for n, p, t, c in zip(names, success, latency, cost)]
    sigma = fixed.get("sigma", dice.choice([0.0, 1.5]))
    feedback = dice.choice([0.0, 0.3]) if sigma else 0.0
    choices = [names[0], names[-1], f"{names[0]},{names[-1]}", f"{names[0]}*2,{names[-1]}",
               f"{names[0]},{names[1]}"]
    leaves = dice.uniform(0.01, 0.08)
    extra = dice.uniform(0.05, 0.2)
    return World(
        {"user": {}, "model": models, "difficulty": {"sigma": sigma, "feedback": feedback}},
        value=math.exp(dice.uniform(math.log(15), math.log(400))),
        value_sigma=dice.choice([0.0, 0.6]), policy=dice.choice(choices),
        explore=fixed.get("explore", dice.choice([0.05, 0.1, 0.2])),
        feedback=fixed.get("feedback", dice.choice([0.05, 0.1, 0.2, 0.5])),
        leaves_solved=leaves, leaves_unsolved=leaves + extra,
        lifetime=math.exp(dice.uniform(math.log(10), math.log(100))),
        tasks=fixed.get("tasks", 12_000), seed=seed)


def passes(world: World):
    """The rows of a log: users come, bring tasks, and go for good as their tasks end."""
    dice = random.Random(world.seed * 7919 + 1)
    game, plan = world.game(), world.plan()
    rows = foreign.follow(game, plan)
    wanted = [foreign.attempts_wanted(game, segment, rows) for segment in game.segments]
    rate = world.a_day / 86400
    user = task = 0
    while task < world.tasks:
        user += 1
        clock = dice.uniform(0, SPAN)  # his first task
        nature = (dice.gauss(0, 1), dice.gauss(0, 1)) if world.user_share else None
        while clock < SPAN and task < world.tasks:
            task += 1
            solved, made = yield from _task(world, game, plan, wanted, f"u{user}", f"t{task}",
                                            clock, nature, dice)
            gone = world.leaves_solved if solved else world.leaves_unsolved
            if dice.random() < gone:
                break
            clock += made + dice.expovariate(rate)


def _drawn(world, game, wanted, nature, dice):
    """How many attempts a task's user would make, and how hard it is."""
    if nature is None:
        most = dice.choice(wanted)
        return most, dice.gauss(0.0, game.sigma) if game.sigma else 0.0
    own, shared = math.sqrt(1 - world.user_share), math.sqrt(world.user_share)
    value, theta = (own * dice.gauss(0, 1) + shared * one for one in nature)
    return wanted[min(len(wanted) - 1, int(NormalDist().cdf(value) * len(wanted)))], game.sigma * theta


def _task(world, game, plan, wanted, user, task, clock, nature, dice):
    wanted, theta = _drawn(world, game, wanted, nature, dice)
    began, solved, attempt, held = clock, False, 0, None
    while attempt < wanted:
        attempt += 1
        step = plan.step(attempt)
        k = dice.choices([m for m, _ in step], [c for _, c in step])[0]
        chance = dict(step)[k]
        model = game.models[k]
        waited = model.latency * math.exp(
            dice.gauss(-world.latency_sigma ** 2 / 2, world.latency_sigma))
        paid = model.cost * math.exp(dice.gauss(-world.cost_sigma ** 2 / 2, world.cost_sigma))
        held = {"task_id": task, "user_id": user, "attempt": attempt, "model": model.name,
                "started_at": (START + datetime.timedelta(seconds=clock)).isoformat().replace("+00:00", "Z"),
                "latency_s": round(waited, 4), "cost_usd": round(paid, 8), "policy_id": "today",
                "propensity": round(chance, 10)}
        clock += waited
        solved = dice.random() < game.success(k, theta, attempt)
        if solved or attempt == wanted or dice.random() >= model.stays(attempt):
            break
        yield held
        clock += dice.uniform(5, 60)
    if dice.random() < world.feedback:
        held["outcome"] = "success" if solved else "failure"
    yield held
    return solved, clock - began


def as_in_the_log(world: World, plan: foreign.Plan) -> dict:
    """What a plan comes to if users do not know it: they wait as long as they did for the log's."""
    game = world.game()
    wanted = [foreign.attempts_wanted(game, segment, foreign.follow(game, world.plan()))
              for segment in game.segments]
    rows = foreign.follow(game, plan)
    total = dict.fromkeys(("J", "S", "L", "C", "attempts"), 0.0)
    for segment, most in zip(game.segments, wanted):
        made = rows[:most]
        total["J"] += segment.share * (game.penalty + sum(map(game.burden, made)))
        total["S"] += segment.share * sum(row.solved for row in made)
        total["L"] += segment.share * sum(row.time for row in made)
        total["C"] += segment.share * sum(row.cost for row in made)
        total["attempts"] += segment.share * sum(row.open for row in made)
    return total


def _expected(game, plan, most, theta) -> tuple[float, float, float, float]:
    """L, C, attempts and S of a task so hard whose user makes so many attempts at most."""
    open_, total = 1.0, [0.0] * 4
    for attempt in range(1, most + 1):
        left = 0.0
        for k, chance in plan.step(attempt):
            model = game.models[k]
            solved = open_ * chance * game.success(k, theta, attempt)
            for i, what in enumerate((model.latency, model.cost, 1.0)):
                total[i] += open_ * chance * what
            total[3] += solved
            left += (open_ * chance - solved) * model.stays(attempt)
        open_ = left
        if open_ < 1e-9:
            break
    return tuple(total)


def as_its_users(world: World, plans: dict[str, foreign.Plan], tasks: int) -> dict[str, dict]:
    """The same where users differ and leave sooner if their tasks are hard, so that a log's tasks are
    no longer those of its first users. Means over so many tasks of a log, each of which comes to what
    it does in expectation under each plan: of the chances only those of who comes, how long he would
    wait and how hard his task is are drawn. Their error is some 1 / sqrt(tasks) of the spread of those,
    and must be small beside that of the log that is judged."""
    dice = random.Random(world.seed * 104729 + 5)
    game, today = world.game(), world.plan()
    wanted = [foreign.attempts_wanted(game, segment, foreign.follow(game, today))
              for segment in game.segments]
    rate = world.a_day / 86400
    all_plans = plans | {"today": today}
    totals = {name: dict.fromkeys(("J", "S", "L", "C", "attempts"), 0.0) for name in all_plans}
    done = 0
    while done < tasks:
        clock, nature = dice.uniform(0, SPAN), (dice.gauss(0, 1), dice.gauss(0, 1))
        while clock < SPAN and done < tasks:
            done += 1
            most, theta = _drawn(world, game, wanted, nature, dice)
            for name, plan in all_plans.items():
                means = _expected(game, plan, most, theta)
                for key, mean in zip(("L", "C", "attempts", "S"), means):
                    totals[name][key] += mean
            solved = dice.random() < means[3]  # of today's, which comes last
            if dice.random() < (world.leaves_solved if solved else world.leaves_unsolved):
                break
            clock += means[0] + dice.expovariate(rate)
    for sums in totals.values():
        for key in sums:
            sums[key] /= tasks
        sums["J"] = sums["C"] + game.penalty * (1 - sums["S"])
    return totals


def write(world: World, path) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for row in passes(world):
            file.write(json.dumps(row) + "\n")


def truth(world: World, depth: int = 4) -> dict:
    """What today's policy costs, and the best sequence whose last model repeats."""
    game = world.game()
    cost, models = foreign.exhaustive(game, depth)["endless"]
    return {"today": foreign.payoffs(game, world.plan()), "best": cost,
            "models": [world.names[k] for k in models]}


def cost_of(world: World, models: list[str]) -> dict:
    """What a sequence whose last model repeats comes to."""
    return foreign.payoffs(world.game(), foreign.sequence(
        [world.names.index(name) for name in models], True))
