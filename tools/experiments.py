#!/usr/bin/env python3
"""Writes docs/experiments.md: what the theory says of recorded outcomes of real models. usage: experiments.py TURNOUT [--check]

Every figure comes from a turnout command that the page names; --check compares the page with what the program says now.
"""
import json
import math
import pathlib
import subprocess
import sys

import wrap_docs

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/experiments.md"
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
GAMES = 2000  # the program's own default


def turnout(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments), "--json"], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def percent(x):
    return f"{round(100 * x, 1) + 0:.1f} %"  # + 0: no minus before a zero


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def survey_table(policies):
    rows = [(p["policy"], percent(p["prediction_error_median"]), percent(p["prediction_error_p90"]),
             f"{p['predicted_over_realised_median']:.2f}", percent(p["regret_mean"]), percent(p["regret_p90"]), percent(p["regret_worst"]))
            for p in policies]
    return table(["policy", "error, median", "error, p90", "predicted / real", "regret, mean", "regret, p90", "worst"], rows)


def survey(name, outcomes, *more):
    arguments = ["replay", outcomes, *more, "--random"]
    found = turnout(*arguments)
    assert found["games"] == GAMES
    tasks = len((ROOT / outcomes).read_text().splitlines()) - 1
    return [f"### {name}", "", f"{tasks} tasks, Mixtral 8x7B and GPT-4 (1106). `turnout {' '.join(map(str, arguments))}`", "",
            *survey_table(found["policies"]),
            f"The {found['games_with_retries']} games in which a user makes at least two attempts under Turnout's plan:", "",
            *survey_table(found["policies_with_retries"])]


def replay(name, text, outcomes, scenario, *more):
    arguments = ["replay", outcomes, scenario, *more]
    found = turnout(*arguments)
    rows = [(p["policy"], f"{p['predicted_cost']:.3g}", f"{p['realised_cost']['value']:.3g}",
             f"{p['realised_cost']['lo']:.3g} to {p['realised_cost']['hi']:.3g}",
             f"{p['user_utility']:.3g}", percent(p["success"]), percent(p["regret"])) for p in found["policies"]]
    return [f"### {name}", "", f"{text} `turnout {' '.join(map(str, arguments))}`".strip(), "",
            *table(["policy", "J predicted", "J realised", "95 % interval", "U", "solved", "regret"], rows)]


def interval(fit, key):
    estimate = fit[key]
    if estimate is None:
        return "0 (assumed)"
    edge = " (not bounded)" if fit[f"{key}_not_bounded"] else ""
    return f"{estimate['value']:.2f} [{estimate['lo']:.2f}, {estimate['hi']:.2f}]{edge}"


def calibrations():
    rows = []
    for name, arguments in (("Aider polyglot, second try sees the test output", ("catalog/aider_polyglot.csv",)),
                            ("Aider edit, likewise", ("catalog/aider_edit.csv",)),
                            ("tau2-bench", ("catalog/tau2_passk.csv", "--group", "domain")),
                            ("tau-bench airline, four trials of gpt-4o", ("catalog/outcomes/taubench_airline.csv", "--outcomes"))):
        for fit in turnout("calibrate", *arguments)["fits"]:
            independent = math.sqrt(sum((m["observed"] - independent_guess(fit, m)) ** 2 for m in fit["models"]) / len(fit["models"]))
            label = f"{name}, {fit['group']}" if fit["group"] else name
            rows.append((label, str(len(fit["models"])), interval(fit, "sigma"), told(fit), interval(fit, "feedback"),
                         percent(independent), percent(fit["root_mean_square"])))
    return table(["data", "models", "sigma", "tau", "feedback", "error, independent draws", "error, fitted"], rows)


def told(fit):
    return "not told" if fit["tau"] is None else interval(fit, "tau")


def forecasts():
    """Log loss of forecasts of retries on tasks that were not learnt from."""
    rows = []
    for name, arguments in (("GSM8K", ("catalog/outcomes/gsm8k.csv", "--score", "prompt_chars")),
                            ("MMLU", ("catalog/outcomes/mmlu.csv", "--score", "prompt_chars")),
                            ("tau-bench airline", ("catalog/outcomes/taubench_airline.csv",))):
        loss = {f["by"]: f for f in turnout("calibrate", *arguments, "--outcomes", "--held-out")["fits"][0]["held_out"]["forecasts"]}
        for kind, label in (("same", "the same model"), ("other", "another model")):
            if loss["the fit"][kind] is None:
                continue
            rows.append((f"{name}, {label}", *(f"{loss[by][kind]:.3f}" for by in
                                              ("independent draws", "sigma alone", "the fit", "the tasks learnt from, as types"))))
    return table(["retries by", "independent draws", "sigma alone", "the fit", "the tasks learnt from"], rows)


def carried(one, other):
    loss = {f["by"]: f["same"] for f in turnout("calibrate", one, "--check", other)["check"]["forecasts"]}
    return (f"{loss['the fit']:.3f} for the fit carried over, {loss['independent draws']:.3f} for independent draws, "
            f"{loss['a fit to that table itself']:.3f} for a fit to that table itself.")


def independent_guess(fit, model):
    """What independent draws would make of the figure by which a fit is judged."""
    return model["first_try"] ** 2 if "pass^2" in fit["judged_by"] else model["first_try"]


def page():
    return wrap_docs.wrap_page("\n".join([
        "# Experiments on recorded outcomes", "",
        "Made by `./dev experiments`; a test fails if this page is not what the program prints. The data are in [catalog](../catalog/README.md).",
        "Whether the intervals of `turnout estimate` hold the truth of simulated logs is in [coverage](coverage.md), what the control loop costs",
        "on simulated traffic, beside the optimum and other routers, in [closed loop](closed-loop.md).", "",
        "## Are retries independent draws?", "",
        "For each table the spread of difficulty (sigma) and the worth of feedback, in logits with 95 % intervals, and the root mean square",
        "error over the models of what is fitted: the success of a second try after a failed first, or pass^2. Independent draws predict the",
        "first-try rate and its square.", "",
        *calibrations(),
        "Without feedback failures select hard tasks: independent draws are far off. On Aider's boards feedback and difficulty cannot be told",
        "apart by two tries alone, as the width of sigma's intervals says; models differ by more than chance in what they make of feedback.", "",
        "### Forecasts of retries", "",
        "How well half of the tasks tells the retries on the other half, before they are made: mean of -log of the probability that was",
        "given to what happened, in nats a try, after one to four failures of one model. \"The tasks learnt from\" are types of task themselves,",
        "nearly the best that types can do. No table here has several models tried several times, which is what tells tau from sigma; on your",
        "own: `turnout calibrate TABLE.csv --outcomes --held-out`.", "",
        *forecasts(),
        "A fit need not carry over to another table. Aider's polyglot board fitted, its edit board forecast:",
        carried("catalog/aider_polyglot.csv", "catalog/aider_edit.csv"),
        "(`turnout calibrate catalog/aider_polyglot.csv --check catalog/aider_edit.csv`)", "",
        "## Policies on real outcomes", "",
        f"Random games ({GAMES} each): t1 < t2 and c1 < c2 sorted exponentials of mean 1, V and P exponential of mean 3, success from the table.",
        "Each policy is chosen on a random half of the tasks and played on the other, five attempts on offer, with a user who leaves when that",
        "is best for him. Error: |predicted / realised - 1| of the cost. Regret: over the best sequence in hindsight. The tables have one",
        "answer per model and task, so that a retry of the same model repeats its outcome, as greedy decoding does.", "",
        *survey("GSM8K", "catalog/outcomes/gsm8k.csv", "--score", "prompt_chars"),
        *survey("MMLU", "catalog/outcomes/mmlu.csv", "--score", "prompt_chars"),
        "The score is the length of the prompt: it stands for any router that looks at the prompt alone, and is a weak one.", "",
        "## Single scenarios", "",
        *replay("GSM8K with costs of the two models' magnitude", "", "catalog/outcomes/gsm8k.csv", "examples/gsm8k.toml", "--score", "prompt_chars"),
        *replay("tau-bench airline", "One model, four trials on each of 50 tasks, drawn without replacement.",
                "catalog/outcomes/taubench_airline.csv", "examples/airline.toml"),
        "A retry draws another of the four trials: taking the rate as the success probability of each would let a retry draw the same trial",
        "again, and make retries look more alike than they are, by p (1 - p) / 4.",
        ""]))


def main():
    text = page()
    if "--check" not in sys.argv[2:]:
        PAGE.write_text(text)
        return 0
    if PAGE.read_text() == text:
        return 0
    print("docs/experiments.md is not what the program prints; run ./dev experiments")
    return 1


if __name__ == "__main__":
    sys.exit(main())
