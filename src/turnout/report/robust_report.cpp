#include "turnout/report/robust_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using game::Policy;
using nlohmann::ordered_json;

std::string policy_text(const Policy& policy) {
  return fmt::format("({},{})", policy.start + 1, number(policy.cascade));
}

ordered_json policy_json(const Policy& policy, const game::PopulationMean& mean) {
  const auto& payoffs = mean.payoffs;
  return {{"start", policy.start + 1},
          {"cascade", policy.cascade},
          {"abandon", mean.abandon},
          {"provider_cost", payoffs.provider_cost},
          {"user_utility", payoffs.user_utility},
          {"success", payoffs.success}};
}

std::string uncertain_text(const std::vector<scenario::Uncertainty>& uncertain) {
  std::string text;
  for (const auto& u : uncertain) {
    text += u.kind == scenario::Uncertainty::Kind::kCounts
                ? fmt::format("  {}: {} successes in {} trials\n", game::symbol(u.parameter),
                              number(u.successes), number(u.trials))
                : fmt::format("  {}: {} [{}, {}]\n", game::symbol(u.parameter), number(u.mean),
                              number(u.low), number(u.high));
  }
  return text.empty() ? "  nothing: every number is plain, see turnout solve\n" : text;
}

std::string policies_text(const analysis::RobustAnswer& answer) {
  const game::RobustAnswer& a = answer.policies;
  const auto& r = a.robust;
  Table table({"policy", "(i,s)", "expected J, $/task", "U/task", "S", "leave"});
  const auto add = [&](const char* name, const Policy& policy, const game::PopulationMean& mean) {
    const auto& p = mean.payoffs;
    table.add({name, policy_text(policy), number(p.provider_cost), number(p.user_utility),
               number(p.success), percent(mean.abandon)});
  };
  add("best for the mean", a.at_mean, a.at_mean_over_draws);
  add("robust", r.policy, r.mean);
  std::string text = table.to_string(2);
  text += fmt::format("  The first believes that it costs {}.", number(a.believed_cost));
  text += fmt::format(" The robust policy saves {} of what it does cost.\n",
                      a.at_mean_over_draws.payoffs.provider_cost > 0
                          ? percent(answer.saving / a.at_mean_over_draws.payoffs.provider_cost)
                          : number(answer.saving));
  if (answer.safety_margin && r.policy.cascade > 0) {
    text +=
        fmt::format("  Safety margin: s = {}, {} above s0 = {} of the mean game.\n",
                    number(r.policy.cascade), number(*answer.safety_margin), number(*a.threshold));
  }
  return text;
}

std::string cliff_text(const std::vector<analysis::CliffPoint>& cliff) {
  Table curve({"s", "expected J", "mean q"});
  for (const auto& [s, mean] : cliff)
    curve.add({number(s), number(mean.payoffs.provider_cost), number(mean.abandon)});
  return curve.to_string(2);
}

}  // namespace

ordered_json robust_json(const analysis::RobustAnswer& answer) {
  const game::RobustAnswer& a = answer.policies;
  const auto or_null = [](const std::optional<double>& x) {
    return x ? ordered_json(*x) : ordered_json(nullptr);
  };
  ordered_json json = {{"schema", "turnout/robust/1"},
                       {"game", game_json(answer.paper.scenario)},
                       {"draws", answer.draws},
                       {"robust", policy_json(a.robust.policy, a.robust.mean)},
                       {"best_for_the_mean", policy_json(a.at_mean, a.at_mean_over_draws)},
                       {"believed_cost", a.believed_cost},
                       {"s0", or_null(a.threshold)},
                       {"safety_margin", or_null(answer.safety_margin)},
                       {"lower_bound", a.robust.bound},
                       {"perfect_information", a.perfect_information},
                       {"information", ordered_json::array()},
                       {"cliff", ordered_json::array()},
                       {"notes", answer.paper.notes}};
  for (const auto& value : a.information)
    json["information"].push_back(
        {{"parameter", game::symbol(value.parameter)}, {"gain", value.gain}});
  for (const auto& [s, mean] : answer.cliff) {
    json["cliff"].push_back(
        {{"cascade", s}, {"abandon", mean.abandon}, {"provider_cost", mean.payoffs.provider_cost}});
  }
  return json;
}

std::string robust_text(const analysis::RobustAnswer& answer) {
  std::string text =
      game_text(answer.paper.scenario) + "\nNot known exactly\n" + uncertain_text(answer.uncertain);
  text += fmt::format("\nPolicies over {} draws\n", answer.draws) + policies_text(answer);
  text += "\nThe cliff: expected cost of (1,s)\n" + cliff_text(answer.cliff);
  text += fmt::format(
      "\nWhat more data are worth (expected fall of the cost per task)\n  everything known "
      "exactly: {}\n",
      number(answer.policies.perfect_information));
  for (const auto& value : answer.policies.information)
    text += fmt::format("  {} alone: {}\n", game::symbol(value.parameter), number(value.gain));
  return text;
}

}  // namespace turnout::report
