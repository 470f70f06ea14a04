#include "turnout/report/ledger_report.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;
using verification::Finding;
using verification::Ledger;

constexpr std::size_t kPageWidth = 100;

std::string bound(double deviation) {
  if (deviation == 0) return "0";
  if (deviation >= 1) return fmt::format("{:.1f}", deviation);
  return fmt::format("<= 1e{}", static_cast<int>(std::ceil(std::log10(deviation))));
}

std::string measured(const Finding& f) {
  if (f.rate) {
    return fmt::format("{:.2f} % [{:.2f}, {:.2f}]", 100 * f.rate->value, 100 * f.rate->low,
                       100 * f.rate->high);
  }
  return fmt::format("{} (allowed {:g})", bound(f.deviation.value_or(0)), f.tolerance);
}

std::string game_by_numbers(const game::Game& game) {
  std::string text;
  for (const auto parameter : varied_parameters(game)) {
    if (parameter.quantity == game::Quantity::kValueOfTime && game.get(parameter) == 1) continue;
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", game::symbol(parameter),
                        game.get(parameter));
  }
  if (game.user().naive) text += ", a naive user";
  return text;
}

std::string totals(const Ledger& ledger) {
  std::map<verification::Verdict, std::size_t> count;
  std::size_t games = 0;
  for (const Finding& f : ledger.findings) {
    ++count[f.verdict];
    games += f.games;
  }
  std::string text = fmt::format("{} statements, {} games", ledger.findings.size(), games);
  const char* before = ": ";
  for (const auto& [verdict, n] : count) {
    text += fmt::format("{}{} {}", before, verification::to_string(verdict), n);
    before = ", ";
  }
  return text;
}

bool is_refuted(const Finding& f) {
  return f.verdict == verification::Verdict::kHoldsNarrower ||
         f.verdict == verification::Verdict::kFails;
}

/// The verdict, and of a refuted statement the condition under which it holds, without the reasons.
std::string plain_verdict(const Finding& f) {
  std::string text = verification::to_string(f.verdict);
  if (!is_refuted(f) || f.claim.narrower.empty()) return text;
  const std::string& holds = f.claim.narrower;
  return text + "; " + holds.substr(0, holds.find_first_of(":;"));
}

/// What is said once of a refuted statement: all that holds, and the smallest game that it fails on
/// or the share that was measured.
std::string refutation(const Finding& f) {
  const std::string holds = f.claim.narrower.empty() ? "it fails" : f.claim.narrower;
  const std::string seen = f.counterexample ? fmt::format("Smallest counterexample found: {}.",
                                                          game_by_numbers(*f.counterexample))
                                            : fmt::format("Measured: {}.", measured(f));
  const std::string item =
      wrapped(fmt::format("- **{}** {}.", f.claim.id, f.claim.text), kPageWidth, 2);
  // The list's mark stands where the indent would be.
  return fmt::format("\n{}{}{}", item.substr(2),
                     wrapped(fmt::format("Refuted as stated; {}.", holds), kPageWidth, 2),
                     wrapped(seen, kPageWidth, 2));
}

std::string page_head(const Ledger& ledger) {
  const std::string made = fmt::format(
      "Each statement of the paper's abstract, of its summary and of [theory.md](theory.md), held "
      "against brute force on the Markov chain and pass-by-pass simulation on random games. Made "
      "by `turnout verify --games {} --seed {} --ledger docs/ledger.md`; a test fails if this page "
      "differs from what the program prints.",
      ledger.games, ledger.seed);
  const std::string sources =
      "*Sources.* \"abstract\" is the paper's own ([arXiv "
      "2602.09902](https://arxiv.org/abs/2602.09902)), \"summary\" a summary of the paper that "
      "others published ([theory.md](theory.md), section 9). The paper's theorems were not "
      "available to us: what is \"as reconstructed\" is our own derivation of what the theorem of "
      "that number must say, proved in theory.md or marked there as checked by machine only.";
  const std::string numbers =
      "*Numbers.* Deviations are the largest seen, rounded up to a power of ten; rates have "
      "Wilson's 95 % interval. Games: p uniform on (0.02, 0.98), t and c exponential with mean 1, "
      "V and P exponential with mean 3, rounded to 1/1000; sorted into the paper's ordering unless "
      "the statement says otherwise; M, R, P8, A1, A7, T9, T10, O1 and O3 use any ordering, P5 and "
      "P9 a larger first model (p1 > p2).";
  std::string text = "# Verification ledger\n";
  for (const std::string& paragraph : {made, sources, numbers, totals(ledger) + "."})
    text += fmt::format("\n{}", wrapped(paragraph, kPageWidth, 0));
  return text +
         "\n| id | source | statement | games | largest deviation, or rate with its 95 % interval "
         "| "
         "verdict |\n|---|---|---|---:|---|---|\n";
}

}  // namespace

std::string ledger_markdown(const Ledger& ledger) {
  std::string text = page_head(ledger);
  for (const Finding& f : ledger.findings) {
    text += fmt::format("| {} | {} | {} | {} | {}: {} | {} |\n", f.claim.id, f.claim.source,
                        f.claim.text, f.games, measured(f), f.detail, plain_verdict(f));
  }
  text += "\n## What does not hold as stated\n";
  for (const Finding& f : ledger.findings) {
    if (is_refuted(f)) text += refutation(f);
  }
  return text;
}

std::string ledger_text(const Ledger& ledger) {
  std::string text = fmt::format("{:<4} {:<27} {:>7}  {:<28} {}\n", "id", "verdict", "games",
                                 "deviation or rate", "statement");
  for (const Finding& f : ledger.findings) {
    text += fmt::format("{:<4} {:<27} {:>7}  {:<28} {}\n", f.claim.id,
                        verification::to_string(f.verdict), f.games, measured(f), f.claim.text);
    if (f.counterexample)
      text += fmt::format("     counterexample: {}\n", game_by_numbers(*f.counterexample));
  }
  return text + totals(ledger) + "\n";
}

ordered_json ledger_json(const Ledger& ledger) {
  ordered_json json = {{"schema", "turnout/verify/1"},
                       {"games", ledger.games},
                       {"seed", ledger.seed},
                       {"failed", ledger.failed()},
                       {"statements", ordered_json::array()}};
  for (const Finding& f : ledger.findings) {
    ordered_json row = {{"id", f.claim.id},
                        {"source", f.claim.source},
                        {"statement", f.claim.text},
                        {"games", f.games},
                        {"verdict", verification::to_string(f.verdict)},
                        {"detail", f.detail}};
    if (f.rate) {
      row["rate"] = interval_json(*f.rate);
    } else {
      row["largest_deviation"] = f.deviation.value_or(0);
      row["tolerance"] = f.tolerance;
    }
    if (!f.claim.narrower.empty()) row["narrower_form"] = f.claim.narrower;
    if (f.counterexample) {
      for (const auto parameter : varied_parameters(*f.counterexample)) {
        row["counterexample"][game::symbol(parameter)] = f.counterexample->get(parameter);
      }
      if (f.counterexample->user().naive) row["counterexample"]["naive"] = true;
    }
    json["statements"].push_back(row);
  }
  return json;
}

}  // namespace turnout::report
