#include "turnout/report/evaluate_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/report/log_report.h"
#include "turnout/report/one_line.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::Evaluated;
using nlohmann::ordered_json;

ordered_json figure(const Evaluated& e) {
  return {{"value", e.value}, {"lo", e.low}, {"hi", e.high}};
}

std::string text(const Evaluated& e) {
  return fmt::format("{} [{}, {}]", number(e.value), number(e.low), number(e.high));
}

}  // namespace

ordered_json evaluate_json(const analysis::EvaluateAnswer& answer) {
  const auto& estimates = answer.estimates;
  ordered_json quantities;
  for (const auto& q : estimates.quantities) {
    quantities[q.name] = {{"logged", figure(q.logged)},
                          {"inverse_propensity", figure(q.inverse)},
                          {"self_normalised", figure(q.self_normalised)},
                          {"doubly_robust", figure(q.doubly_robust)}};
  }
  return {{"schema", "turnout/evaluate/1"},
          {"policy", answer.policy},
          {"tasks", estimates.tasks},
          {"without_propensity", estimates.without_propensity},
          {"effective_tasks", estimates.effective_tasks},
          {"largest_weight", estimates.largest_weight},
          {"quantities", quantities},
          {"provider_cost",
           answer.provider_cost ? ordered_json(*answer.provider_cost) : ordered_json(nullptr)},
          {"notes", answer.notes},
          {"import", import_json(answer.import)}};
}

std::string evaluate_text(const analysis::EvaluateAnswer& answer) {
  const auto& estimates = answer.estimates;
  std::string out = fmt::format("{} on {} tasks, worth {:.0f} of its own (largest weight {})\n",
                                on_one_line(answer.policy), estimates.tasks,
                                estimates.effective_tasks, number(estimates.largest_weight));
  if (estimates.without_propensity > 0) {
    out += fmt::format("{} tasks without a propensity on every attempt are left out\n",
                       estimates.without_propensity);
  }
  out += "\n";
  Table table(
      {"a task's mean", "in the log", "inverse propensity", "self-normalised", "doubly robust"});
  for (const auto& q : estimates.quantities) {
    table.add(
        {q.name, text(q.logged), text(q.inverse), text(q.self_normalised), text(q.doubly_robust)});
  }
  out += table.to_string();
  if (answer.provider_cost)
    out += fmt::format("\nJ = {} with P = {}, doubly robust\n", number(*answer.provider_cost),
                       number(*answer.penalty));
  return out +
         "\nUsers are taken to react to the models that serve them, not to the policy; see turnout "
         "simulate.\n";
}

}  // namespace turnout::report
