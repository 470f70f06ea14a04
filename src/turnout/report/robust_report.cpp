#include "turnout/report/robust_report.h"

#include <fmt/format.h>

#include <algorithm>
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

ordered_json policy_json(const Policy& policy, const game::PopulationPayoffs& payoffs,
                         double leavers) {
  return {{"start", policy.start + 1},
          {"cascade", policy.cascade},
          {"expected_cost", payoffs.provider_cost},
          {"user_utility", payoffs.user_utility},
          {"success", payoffs.success},
          {"leave", leavers}};
}

/// Expected costs of (1, s) around what matters: the cliff.
struct CliffPoint {
  double s;
  double cost;
  double leave;
};

std::vector<CliffPoint> cliff(const Robust& robust) {
  std::vector<double> at = {0, 0.25, 0.5, 0.75, 1};
  for (const double s : {robust.answer.at_mean.cascade, robust.answer.robust.policy.cascade}) {
    for (const double factor : {0.8, 0.9, 1.0, 1.1, 1.25, 1.5}) {
      if (s * factor > 0 && s * factor < 1) at.push_back(s * factor);
    }
  }
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  std::vector<game::PopulationPart> parts;
  for (const auto& game : robust.draws)
    parts.push_back({1 / static_cast<double>(robust.draws.size()), game});
  std::vector<CliffPoint> points;
  for (const double s : at) {
    const auto payoffs = game::evaluate_population(parts, {0, s});
    points.push_back({s, payoffs.provider_cost, payoffs.abandon});
  }
  return points;
}

std::string uncertain_text(const Robust& robust) {
  std::string text;
  for (const auto& u : robust.uncertain) {
    text += u.kind == scenario::Uncertainty::Kind::kCounts
                ? fmt::format("  {}: {} successes in {} trials\n", game::symbol(u.parameter),
                              number(u.successes), number(u.trials))
                : fmt::format("  {}: {} [{}, {}]\n", game::symbol(u.parameter), number(u.mean),
                              number(u.low), number(u.high));
  }
  return text.empty() ? "  nothing: every number is plain, see turnout solve\n" : text;
}

}  // namespace

ordered_json robust_json(const Robust& robust) {
  const game::RobustAnswer& a = robust.answer;
  const double margin = a.threshold ? a.robust.policy.cascade - *a.threshold : 0;
  ordered_json json = {
      {"game", game_json(robust.mean)},
      {"draws", robust.draws.size()},
      {"robust", policy_json(a.robust.policy, a.robust.payoffs, a.leave_robust)},
      {"best_for_the_mean", policy_json(a.at_mean, a.at_mean_payoffs, a.leave_at_mean)},
      {"believed_cost", a.believed_cost},
      {"s0", a.threshold ? ordered_json(*a.threshold) : ordered_json(nullptr)},
      {"safety_margin",
       a.threshold && a.robust.policy.start == 0 ? ordered_json(margin) : ordered_json(nullptr)},
      {"lower_bound", a.robust.bound},
      {"perfect_information", a.perfect_information},
      {"information", ordered_json::array()},
      {"cliff", ordered_json::array()}};
  for (const auto& value : a.information)
    json["information"].push_back(
        {{"parameter", game::symbol(value.parameter)}, {"gain", value.gain}});
  for (const auto& point : cliff(robust)) {
    json["cliff"].push_back(
        {{"cascade", point.s}, {"expected_cost", point.cost}, {"abandon", point.leave}});
  }
  return json;
}

std::string robust_text(const Robust& robust) {
  const game::RobustAnswer& a = robust.answer;
  std::string text = game_text(robust.mean) + "\nNot known exactly\n" + uncertain_text(robust);
  text += fmt::format("\nPolicies over {} draws\n", robust.draws.size());
  Table table({"policy", "(i,s)", "expected J", "U", "S", "leave"});
  table.add({"best for the mean", policy_text(a.at_mean), number(a.at_mean_payoffs.provider_cost),
             number(a.at_mean_payoffs.user_utility), number(a.at_mean_payoffs.success),
             percent(a.leave_at_mean)});
  const auto& r = a.robust;
  table.add({"robust", policy_text(r.policy), number(r.payoffs.provider_cost),
             number(r.payoffs.user_utility), number(r.payoffs.success), percent(a.leave_robust)});
  text += table.to_string(2);
  text += fmt::format("  The first believes that it costs {}.", number(a.believed_cost));
  const double gain = a.at_mean_payoffs.provider_cost - r.payoffs.provider_cost;
  text += fmt::format(" The robust policy saves {} of what it does cost.\n",
                      a.at_mean_payoffs.provider_cost > 0
                          ? percent(gain / a.at_mean_payoffs.provider_cost)
                          : number(gain));
  if (a.threshold && r.policy.start == 0 && r.policy.cascade > 0) {
    text += fmt::format("  Safety margin: s = {}, {} above s0 = {} of the mean game.\n",
                        number(r.policy.cascade), number(r.policy.cascade - *a.threshold),
                        number(*a.threshold));
  }
  text += "\nThe cliff: expected cost of (1,s)\n";
  Table curve({"s", "expected J", "mean q"});
  for (const auto& point : cliff(robust))
    curve.add({number(point.s), number(point.cost), number(point.leave)});
  text += curve.to_string(2);
  text += fmt::format(
      "\nWhat more data are worth (expected fall of the cost per task)\n  everything known "
      "exactly: {}\n",
      number(a.perfect_information));
  for (const auto& value : a.information)
    text += fmt::format("  {} alone: {}\n", game::symbol(value.parameter), number(value.gain));
  return text;
}

}  // namespace turnout::report
