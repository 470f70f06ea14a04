#!/usr/bin/env python3
"""The judge is judged: foreign.py against games computed by hand, its simulation against its tree,
and both against the formulas of the theory on random games."""
import itertools
import math
import random
import unittest

import foreign
import judging
import plan_test


def game(models, value=2.0, penalty=5.0, w=0.005, **more):
    """A game from rows (p, t, c) or (p, t, c, more keys) of models."""
    tables = [{"name": f"m{i}", "success": row[0], "latency": row[1], "cost": row[2],
               **(row[3] if len(row) > 3 else {})} for i, row in enumerate(models)]
    scenario = {"user": {"value": value, "value_of_time": w, **more.pop("user", {})},
                "provider": {"churn_penalty": penalty}, "model": tables, **more}
    return foreign.Game(scenario)


def always(k):
    return foreign.sequence([k], endless=True)


def random_scenario(dice, models=2, everything=True):
    """Cents a call, dollars a lost user, seconds worth a tenth of a cent to a cent."""
    def maybe(number):
        return number if everything and dice.random() < 0.5 else 0.0

    value, w = dice.uniform(0.2, 4), dice.uniform(0.001, 0.01)
    tables = [{"name": f"m{i}", "success": dice.uniform(0.1, 0.95),
               "latency": dice.uniform(0, 1.2) * value / w * 0.8,
               "cost": 10 ** dice.uniform(-4, -0.5), "price": maybe(dice.uniform(0, 0.05)),
               "false_accept": maybe(dice.uniform(0, 0.6)),
               "false_reject": maybe(dice.uniform(0, 0.3))} for i in range(models)]
    penalty = dice.uniform(0, 6)
    return {"user": {"value": value, "value_of_time": w, "outside": maybe(dice.uniform(0, 0.3)),
                     "patience": dice.uniform(0.8, 1) if everything else 1.0},
            "provider": {"churn_penalty": penalty}, "model": tables,
            "judgement": {"harm": maybe(dice.uniform(0, 2)), "naive": dice.random() < 0.3,
                          "late_churn": penalty * dice.uniform(0, 1.5)}}


def three_numbers(g):
    """xi (as believed), eta and beta of each model: section 12 of the theory, with V and H taken
    relative to the outside option."""
    one = g.segments[0]
    gain, harm = one.value - g.outside, g.harm + g.outside
    for m in g.models:
        right, wrong = m.success * (1 - m.false_reject), (1 - m.success) * m.false_accept
        worth = gain * (right + wrong) if g.naive else gain * right - harm * wrong
        yield (worth - one.value_of_time * m.latency - m.price,
               m.cost - m.price - g.penalty * right + (g.late_churn - g.penalty) * wrong,
               m.patience[0] * (1 - right - wrong))


def thresholds(numbers):
    """s0 or sL of (1, s), if there is one."""
    (xi1, _, b1), (xi2, _, b2) = numbers
    e1, e2 = 1 - b1, 1 - b2
    if xi1 < 0 < xi2:
        return (-xi1 / (xi2 / e2 - xi1),)
    if xi1 > 0 > xi2:
        alpha, beta = xi1 * e2 * e2, b1 * b2 * xi2
        middle = xi2 - alpha - beta
        return (2 * alpha / (-middle + math.sqrt(middle * middle - 4 * alpha * beta)),)
    return ()


def papers_optimum(g):
    """The table of section 4, for patient users who judge without error."""
    (xi1, _, b1), (xi2, _, b2) = numbers = list(three_numbers(g))
    (p1, c1), (p2, c2) = ((m.success, m.cost) for m in g.models)
    r1, r2, penalty = c1 / p1, c2 / p2, g.penalty
    if xi1 > 0 and xi2 > 0:
        return min(r1, r2)
    if xi1 < 0 and xi2 < 0:
        return min(c1 + penalty * b1, c2 + penalty * b2)
    s = thresholds(numbers)[0]
    cascade = (c1 + b1 * s * r2) / (p1 + b1 * s)
    leave = c1 + penalty * b1
    if xi1 < 0:
        return min(leave, cascade if r1 < r2 else r2)
    return min(r1 if r1 <= r2 else cascade, leave, c2 + penalty * b2)


def any_plan(g):
    """The least cost of any plan with lotteries, with beta for b: section 8.1 and (16)."""
    numbers = list(three_numbers(g))
    point = [(xi / (1 - b), eta / (1 - b)) for xi, eta, b in numbers]
    goes_on = [0.0] if any(xi <= 0 for xi, _, _ in numbers) else []
    goes_on += [cost for worth, cost in point if worth >= 0]
    for (w_k, g_k), (w_j, g_j) in itertools.permutations(point, 2):
        if w_k < 0 < w_j:
            goes_on.append((w_j * g_k - w_k * g_j) / (w_j - w_k))
    return g.penalty + min(eta + b * min(goes_on) for _, eta, b in numbers)


def cheapest(g, extra):
    """The grid's least cost. Just above sL a coarse grid takes staying for the best response, where
    the user in truth leaves now and then; so the q of the winner is looked for on a finer grid."""
    found, few = foreign.grid(g, 21, extra), foreign.grid(g, 2, extra)["J"]
    if found["J"] >= few:
        return found["J"]
    leaves = [foreign.leaving(g, one, found["start"], found["s"], 4001) for one in g.segments]
    return min(few, foreign.stationary(g, found["start"], found["s"], leaves)["J"])


class ByHand(unittest.TestCase):
    def test_impatience_decides_which_model_is_cheaper(self):
        models = [(0.45, 3, 0.0005), (0.82, 12, 0.03)]
        for rho, small, large in ((0.9, 0.5455, 0.1432), (1, 0.0011, 0.0366)):
            g = game(models, user={"patience": rho})
            self.assertAlmostEqual(foreign.payoffs(g, always(0))["J"], small, 4)
            self.assertAlmostEqual(foreign.payoffs(g, always(1))["J"], large, 4)

    def test_two_attempts_of_an_impatient_user(self):
        g = game([(0.5, 10, 0.01)], user={"patience": [0.8, 0.1]})
        got = foreign.payoffs(g, foreign.sequence([0, 0], endless=False))
        self.assertAlmostEqual(got["S"], 0.5 + 0.5 * 0.8 * 0.5)
        self.assertAlmostEqual(got["attempts"], 1.4)
        self.assertAlmostEqual(got["U"], 2 * 0.7 - 0.05 * 1.4)
        self.assertAlmostEqual(got["J"], 0.014 + 5 * 0.3)
        more = foreign.payoffs(g, foreign.sequence([0, 0, 0], endless=False))
        self.assertAlmostEqual(more["attempts"], 1.4 + 0.4 * 0.5 * 0.1)

    def test_a_model_has_its_own_patience(self):
        g = game([(0.5, 10, 0.01, {"patience": 1.0})], user={"patience": 0.1})
        self.assertAlmostEqual(foreign.payoffs(g, always(0))["S"], 1)

    def test_a_user_leaves_where_waiting_is_not_worth_it(self):
        g = game([(0.5, 10, 0.01), (0.5, 300, 0.01)])  # an attempt on the second: 1 - 1.5
        plan = foreign.sequence([0, 1], endless=True)
        self.assertAlmostEqual(foreign.payoffs(g, plan)["attempts"], 1)
        plan = foreign.sequence([1, 1, 0], endless=True)  # after one: -.5 + .5 (.95 / .5) > 0
        self.assertAlmostEqual(foreign.payoffs(g, plan)["S"], 1)
        plan = foreign.sequence([0, 1, 0], endless=False)  # -.5 + .5 * .95 < 0
        self.assertAlmostEqual(foreign.payoffs(g, plan)["S"], 0.5)

    def test_judgement_with_errors(self):
        # Of 100 answers 60 are right, 54 of them accepted; of 40 wrong ones 20 are accepted.
        models = [(0.6, 0, 0.1, {"false_reject": 0.1, "false_accept": 0.5})]
        once = foreign.sequence([0], endless=False)
        got = foreign.payoffs(game(models, judgement={"harm": 3.0}), once)
        self.assertAlmostEqual(got["S"], 0.54)
        self.assertAlmostEqual(got["U"], 0.54 * 2 - 0.2 * 3)
        self.assertAlmostEqual(got["J"], 0.1 + 5 * 0.46)
        got = foreign.payoffs(game(models, judgement={"late_churn": 8.0}), once)
        self.assertAlmostEqual(got["J"], 0.1 + 0.26 * 5 + 0.2 * 8)
        got = foreign.payoffs(game(models, user={"outside": 0.5}), once)
        self.assertAlmostEqual(got["U"], 0.54 * 2 + 0.26 * 0.5)

    def test_a_naive_user_stays_where_a_calibrated_one_leaves(self):
        models = [(0.3, 100, 0.1, {"false_accept": 0.5})]  # 2 * .3 - .35 * 2 - .5 < 0
        for naive, attempts in ((False, 1), (True, 1 / 0.65)):  # 2 * .65 - .5 > 0
            g = game(models, judgement={"harm": 2.0, "naive": naive})
            self.assertAlmostEqual(foreign.payoffs(g, always(0))["attempts"], attempts)

    def test_a_task_that_does_not_suit_a_model_may_suit_another(self):
        g = game([(0.5, 1, 0.01), (0.5, 1, 0.01)], difficulty={"sigma": 1.0, "tau": 1.5})
        same, other = (foreign.follow(g, foreign.sequence([0, k], endless=False)) for k in (0, 1))
        self.assertAlmostEqual(same[0].solved, 0.5, 9)
        self.assertLess(same[1].solved, other[1].solved - 0.05)
        # Two failures of one model: E[q^2] over one normal of spread sqrt(1 + 2.25); of two models
        # given the difficulty, E[E[q | theta]^2]: by a plain sum of both integrals.
        grid = [(math.exp(-x * x / 2), x) for x in (-8 + i / 20 for i in range(321))]
        total = sum(w for w, _ in grid)
        failing = sum(w / total * foreign.logistic(math.hypot(1, 1.5) * x) ** 2 for w, x in grid)
        self.assertAlmostEqual(same[0].open - same[0].solved - same[1].solved, failing, 8)
        alone = [(w / total, sum(v / total * foreign.logistic(x - 1.5 * y) for v, y in grid))
                 for w, x in grid]
        failing = sum(w * q * q for w, q in alone)
        self.assertAlmostEqual(1 - other[0].solved - other[1].solved, failing, 8)

    def test_with_tau_simulation_and_tree_agree(self):
        g = game([(0.4, 10, 0.01), (0.7, 60, 0.05, {"false_accept": 0.2, "false_reject": 0.1})],
                 value=3, user={"patience": 0.9}, difficulty={"sigma": 0.8, "tau": 1.2, "feedback": 0.2})
        plan = foreign.sequence([0, 1, 0, 1], endless=False)
        exact, played = foreign.payoffs(g, plan), foreign.simulate(g, plan, 40_000, 3)
        for key, (mean, error) in played.items():
            self.assertLess(abs(mean - exact[key]), 4.5 * error, key)

    def test_outside_option_and_participation(self):
        models = [(0.5, 100, 0.01)]
        for outside, attempts, utility in ((0.9, 2, 1.0), (1.2, 0, 1.2)):
            g = game(models, user={"outside": outside, "participates": True})
            got = foreign.payoffs(g, always(0))
            self.assertAlmostEqual(got["attempts"], attempts)
            self.assertAlmostEqual(got["U"], utility)

    def test_prices_and_segments(self):
        g = foreign.Game({
            "user": {}, "provider": {"churn_penalty": 1.0},
            "segment": [{"share": 0.25, "value": 1.0}, {"share": 0.75, "value": 0.1}],
            "model": [{"name": "m", "success": 0.5, "latency": 0, "cost": 0.03, "price": 0.1}]})
        got = foreign.payoffs(g, always(0))
        self.assertAlmostEqual(got["attempts"], 0.25 * 2 + 0.75)
        self.assertAlmostEqual(got["C"], -0.07 * got["attempts"])
        self.assertAlmostEqual(got["S"], 0.25 + 0.75 * 0.5)

    def test_difficulty(self):
        # A very skewed game: nearly half of the tasks are always solved, the others never.
        g = game([(0.5, 1, 0.01)], difficulty={"sigma": 10.0})
        got = foreign.payoffs(g, foreign.sequence([0, 0], endless=False))
        self.assertTrue(0.5 < got["S"] < 0.6)
        # Two nodes of the closed form: E[p (2 - p)] over theta by a much finer sum.
        g = game([(0.7, 1, 0.01)], difficulty={"sigma": 1.5, "feedback": 0.4})
        skill, total, first, solved = g.skills[0], 0.0, 0.0, 0.0
        for i in range(-4000, 4001):
            x = i / 500
            p, q = (1 / (1 + math.exp(1.5 * x - skill - f)) for f in (0, 0.4))
            weight = math.exp(-x * x / 2)
            total, first = total + weight, first + weight * p
            solved += weight * (p + (1 - p) * q)
        got = foreign.payoffs(g, foreign.sequence([0, 0], endless=False))
        self.assertAlmostEqual(first / total, 0.7, 10)
        self.assertAlmostEqual(got["S"], solved / total, 10)

    def test_ties_go_to_the_provider(self):
        tie = [(0.5, 200, 0.01)]  # an attempt is worth 2 * .5 - 1 = 0
        self.assertAlmostEqual(foreign.payoffs(game(tie), always(0))["attempts"], 2)
        cheap = game(tie, penalty=0.0)
        self.assertAlmostEqual(foreign.payoffs(cheap, always(0))["attempts"], 1)

    def test_policies_are_read(self):
        names = ["a", "b"]
        draw = ((0, 0.4), (1, 0.6))
        plan = foreign.read_policy("a*2,a=0.4+b=0.6,b", names)
        self.assertEqual(plan, foreign.Plan((((0, 1.0),), ((0, 1.0),), draw, ((1, 1.0),)), 1))
        self.assertEqual(plan.step(9), ((1, 1.0),))
        self.assertIsNone(foreign.read_policy("a,end", names).step(2))
        ring = foreign.read_policy("a,(a,b)", names)
        self.assertEqual([ring.step(m)[0][0] for m in range(1, 7)], [0, 0, 1, 0, 1, 0])


class Simulation(unittest.TestCase):
    def close(self, g, plan, seed, tasks=8000):
        exact = foreign.payoffs(g, plan)
        for key, (mean, error) in foreign.simulate(g, plan, tasks, seed).items():
            rare = 10 / tasks * (10 if key in "JU" else 1)
            self.assertLess(abs(mean - exact[key]), 4.5 * error + rare, (key, seed))

    def test_agrees_with_the_tree(self):
        dice = random.Random(7)
        for seed in range(40):
            scenario = random_scenario(dice, models=3)
            if seed % 4 == 0:
                scenario["difficulty"] = {"sigma": 1.5, "feedback": dice.uniform(-0.3, 0.6)}
            if seed % 4 == 1:
                scenario["segment"] = [{"share": 0.3, "value": 1.0, "value_of_time": 0.002},
                                       {"share": 0.7, "value": 3.0, "value_of_time": 0.008}]
            if seed % 4 == 2:
                scenario["user"]["patience"] = [0.95, 0.9, 0.6]
            steps = tuple(((dice.randrange(3), 1.0),) for _ in range(3))
            plan = foreign.Plan(steps + (((0, 0.3), (1, 0.2), (2, 0.5)), ((1, 1.0),)), 1)
            if seed % 4 == 0:
                plan = foreign.Plan(plan.steps, 0)
            self.close(foreign.Game(scenario), plan, seed)


class Theory(unittest.TestCase):
    def test_no_other_number_of_attempts_is_better_for_the_user(self):
        dice, early = random.Random(5), 0
        for i in range(200):
            g = foreign.Game(random_scenario(dice, models=3))
            rows = foreign.follow(g, foreign.sequence([dice.randrange(3) for _ in range(6)], i % 2))
            one = g.segments[0]
            worth = list(itertools.accumulate(g.believed(one, row) for row in rows))
            wanted = foreign.attempts_wanted(g, one, rows)
            early += wanted < len(rows)
            self.assertGreaterEqual(worth[wanted - 1], max(worth) - 1e-12 * g.amounts(one))
        self.assertGreater(early, 20)

    def test_the_papers_table_is_the_grids_optimum(self):
        dice, mixed = random.Random(1), 0
        for _ in range(120):
            scenario = random_scenario(dice, everything=False)
            scenario["model"].sort(key=lambda model: model["success"])
            g = foreign.Game(scenario)
            extra = thresholds(list(three_numbers(g)))
            mixed += len(extra)
            self.assertAlmostEqual(cheapest(g, extra), papers_optimum(g), 9)
        self.assertGreater(mixed, 20)

    def test_the_fuller_game_has_the_same_five_candidates(self):
        dice, played = random.Random(2), 0
        while played < 120:
            g = foreign.Game(random_scenario(dice))
            numbers = list(three_numbers(g))
            if numbers[0][2] < numbers[1][2]:  # the support theorem is for beta1 >= beta2
                continue
            played += 1
            extra = thresholds(numbers)
            coarse = foreign.grid(g, 2, extra)["J"]  # just the candidates
            self.assertGreaterEqual(cheapest(g, extra), coarse - 1e-9 * abs(coarse))

    def test_no_sequence_is_cheaper_than_the_best_plan(self):
        dice, attained = random.Random(3), 0
        for i in range(50):
            g = foreign.Game(random_scenario(dice, models=2 + i % 3))
            least, best = any_plan(g), foreign.exhaustive(g, 3)["endless"][0]
            self.assertLessEqual(least, best + 1e-9 * abs(best))
            attained += best <= least + 1e-9 * abs(least)
        self.assertGreater(attained, 25)

    def test_sequences_reach_the_papers_optimum_where_signs_agree(self):
        dice, same = random.Random(4), 0
        for _ in range(60):
            g = foreign.Game(random_scenario(dice, everything=False))
            if not thresholds(list(three_numbers(g))):
                same += 1
                least = foreign.exhaustive(g, 3)["endless"][0]
                self.assertAlmostEqual(least, papers_optimum(g), 9)
        self.assertGreater(same, 15)


class WrongAnswers(unittest.TestCase):
    """What the program must not say is found out."""

    def setUp(self):
        self.game = game([(0.45, 210, 0.0005), (0.82, 12, 0.03)], penalty=0.2)

    def answer(self, models, **changed):
        got = foreign.payoffs(self.game, foreign.sequence(models, endless=True))
        certificate = {"lower_bound": 0.0, "gap": 0.0}
        return {"steps": [{"attempt": i, "model": f"m{k}"} for i, k in enumerate(models, 1)],
                "policy": ",".join(f"m{k}" for k in models), "depth": None, "until_solved": None,
                "plan": "a plan", "certificate": certificate,
                "deterministic_certificate": certificate,
                "classes": {"deterministic_plan": {"provider_cost": got["J"]}},
                **{name: got[key] for key, name in plan_test.NAMES.items()}, **changed}

    def test_payoffs(self):
        right = self.answer([0, 1])
        plan_test.judge_payoffs(self.game, right, 1)
        for name in plan_test.NAMES.values():
            with self.assertRaisesRegex(judging.Wrong, "by the tree"):
                changed = right[name] * (1 + 1e-6)
                plan_test.judge_payoffs(self.game, self.answer([0, 1], **{name: changed}), 1)
        with self.assertRaisesRegex(judging.Wrong, "simulated"):
            wrong = self.answer([0, 1], provider_cost=right["provider_cost"] * 1.2)
            plan_test.judge_payoffs(self.game, wrong, 1)
        with self.assertRaisesRegex(judging.Wrong, "another attempt 2"):
            plan_test.judge_payoffs(self.game, self.answer([0, 1], policy="m0"), 1)

    def test_optimum(self):
        least = foreign.exhaustive(self.game, 4)["endless"]
        best = self.answer(least[1])
        plan_test.judge_optimum(best, least)
        with self.assertRaisesRegex(judging.Wrong, "only"):
            plan_test.judge_optimum(self.answer([1]), least)
        with self.assertRaisesRegex(judging.Wrong, "certificate"):
            bound = {"lower_bound": least[0] * 1.001, "gap": 0.0}
            plan_test.judge_optimum({**best, "certificate": bound}, least)


if __name__ == "__main__":
    unittest.main()
