#include "turnout/report/off_policy_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::Evaluated;
using estimation::OffPolicyAnswer;
using nlohmann::ordered_json;

ordered_json figure(const Evaluated& e) {
  return {{"value", e.value}, {"lo", e.low}, {"hi", e.high}};
}

std::string text(const Evaluated& e) {
  return fmt::format("{} [{}, {}]", number(e.value), number(e.low), number(e.high));
}

/// J by the doubly robust estimates of its two parts.
double cost_of(const OffPolicyAnswer& answer, double penalty) {
  return answer.quantities.front().doubly_robust.value +
         penalty * (1 - answer.quantities.back().doubly_robust.value);
}

}  // namespace

ordered_json off_policy_json(const std::string& policy, const OffPolicyAnswer& answer,
                             std::optional<double> penalty) {
  ordered_json quantities;
  for (const auto& q : answer.quantities) {
    quantities[q.name] = {{"logged", figure(q.logged)},
                          {"inverse_propensity", figure(q.inverse)},
                          {"self_normalised", figure(q.self_normalised)},
                          {"doubly_robust", figure(q.doubly_robust)}};
  }
  return {{"policy", policy},
          {"tasks", answer.tasks},
          {"without_propensity", answer.without_propensity},
          {"effective_tasks", answer.effective_tasks},
          {"largest_weight", answer.largest_weight},
          {"quantities", quantities},
          {"provider_cost", penalty ? ordered_json(cost_of(answer, *penalty)) : nullptr}};
}

std::string off_policy_text(const std::string& policy, const OffPolicyAnswer& answer,
                            std::optional<double> penalty) {
  std::string out = fmt::format("{} on {} tasks, worth {:.0f} of its own (largest weight {})\n",
                                base::printable(policy), answer.tasks, answer.effective_tasks,
                                number(answer.largest_weight));
  if (answer.without_propensity > 0) {
    out += fmt::format("{} tasks without a propensity on every attempt are left out\n",
                       answer.without_propensity);
  }
  out += "\n";
  Table table(
      {"a task's mean", "in the log", "inverse propensity", "self-normalised", "doubly robust"});
  for (const auto& q : answer.quantities) {
    table.add(
        {q.name, text(q.logged), text(q.inverse), text(q.self_normalised), text(q.doubly_robust)});
  }
  out += table.to_string();
  if (penalty)
    out += fmt::format("\nJ = {} with P = {}, doubly robust\n", number(cost_of(answer, *penalty)),
                       number(*penalty));
  return out +
         "\nUsers are taken to react to the models that serve them, not to the policy; see turnout "
         "simulate.\n";
}

}  // namespace turnout::report
