#include "turnout/report/evaluate_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "turnout/base/number_text.h"
#include "turnout/report/log_report.h"
#include "turnout/report/one_line.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::Evaluated;
using estimation::EvaluatedQuantity;
using nlohmann::ordered_json;

ordered_json figure(const Evaluated& e) {
  return {{"value", e.value ? ordered_json(*e.value) : ordered_json(nullptr)},
          {"lo", e.low},
          {"hi", e.high}};
}

ordered_json quantity(const EvaluatedQuantity& q) {
  return {{"logged", figure(q.logged)},
          {"policy", figure(q.policy)},
          {"difference", figure(q.difference)}};
}

ordered_json penalty(const analysis::EvaluateAnswer& answer) {
  if (!answer.penalty) return nullptr;
  const auto& p = *answer.penalty;
  return figure({p.basis == estimation::Basis::kIdentified ? std::optional(p.value) : std::nullopt,
                 p.low, p.high});
}

std::string text(const Evaluated& e) {
  if (!e.value) return fmt::format("{} to {}", number(e.low), number(e.high));
  return fmt::format("{} [{}, {}]", number(*e.value), number(e.low), number(e.high));
}

/// The attempts that the log shows too little of, if tasks of the policy come to them.
std::string beyond_text(const analysis::EvaluateAnswer& answer) {
  const auto& estimates = answer.estimates;
  if (estimates.beyond == 0) return "";
  std::string cells;
  std::size_t named = 0;
  for (const auto& cell : estimates.support) {
    if (cell.supported) continue;
    if (++named > 3) continue;
    cells += fmt::format("  {} on attempt {} (the log's passes are worth {:.1f})\n",
                         on_one_line(answer.models[cell.model]), cell.attempt, cell.effective);
  }
  if (named > 3) cells += fmt::format("  and {} more\n", named - 3);
  return fmt::format(
      "\n{} of the policy's tasks come to where the log does not support it, and are bounded from "
      "there on:\n{}",
      percent(estimates.beyond), cells);
}

}  // namespace

ordered_json evaluate_json(const analysis::EvaluateAnswer& answer) {
  const auto& estimates = answer.estimates;
  ordered_json quantities;
  for (const auto& q : estimates.quantities) quantities[q.name] = quantity(q);
  ordered_json support = ordered_json::array();
  for (const auto& cell : estimates.support) {
    support.push_back({{"attempt", cell.attempt},
                       {"model", answer.models[cell.model]},
                       {"share", cell.share},
                       {"effective", cell.effective},
                       {"supported", cell.supported}});
  }
  return {{"schema", "turnout/evaluate/1"},
          {"policy", answer.policy},
          {"tasks", estimates.tasks},
          {"users", estimates.users},
          {"left_out", estimates.left_out},
          {"propensities", estimates.propensities_estimated ? "estimated" : "logged"},
          {"effective_tasks", estimates.effective_tasks},
          {"largest_weight", estimates.largest_weight},
          {"effective_feedback", estimates.told},
          {"beyond_support", estimates.beyond},
          {"support", support},
          {"quantities", quantities},
          {"penalty", penalty(answer)},
          {"provider_cost",
           estimates.provider_cost ? quantity(*estimates.provider_cost) : ordered_json(nullptr)},
          {"notes", answer.notes},
          {"import", import_json(answer.import)}};
}

std::string evaluate_text(const analysis::EvaluateAnswer& answer) {
  const auto& estimates = answer.estimates;
  std::string out =
      fmt::format("{} on {} tasks of {} users, worth {:.0f} of its own (largest weight {})\n",
                  on_one_line(answer.policy), estimates.tasks, estimates.users,
                  estimates.effective_tasks, number(estimates.largest_weight));
  if (estimates.left_out > 0)
    out +=
        fmt::format("{} tasks without a propensity on every attempt, or with gaps, are left out\n",
                    estimates.left_out);
  out += "\n";
  Table table({"a task's mean", "in the log", "this policy", "difference"});
  const auto row = [&](const std::string& name, const EvaluatedQuantity& q) {
    table.add({name, text(q.logged), text(q.policy), text(q.difference)});
  };
  for (const auto& q : estimates.quantities) row(q.name, q);
  if (estimates.provider_cost) row("J", *estimates.provider_cost);
  out += table.to_string();
  if (answer.penalty) {
    const auto& p = *answer.penalty;
    out += "\nJ = service_cost + P (1 - success), P = ";
    out += p.basis != estimation::Basis::kIdentified
               ? fmt::format("{} to {}", number(p.low), number(p.high))
           : p.low < p.high
               ? fmt::format("{} [{}, {}]", number(p.value), number(p.low), number(p.high))
               : number(p.value);
    out += "\n";
  }
  out += beyond_text(answer);
  return out +
         "\nUsers are taken to react to the models that serve them, not to the policy; where they "
         "know it, turnout\nadvise and turnout simulate reckon with that.\n";
}

}  // namespace turnout::report
