#include "turnout/report/transparency_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/game/opaque_routing.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using game::NashEquilibrium;
using nlohmann::ordered_json;

std::string policy_text(const NashEquilibrium& e) {
  if (e.mixes_start) return fmt::format("{} (1,0), else (2,0)", percent(e.first_share));
  return fmt::format("({},{})", e.policy.start + 1, number(e.policy.cascade));
}

ordered_json equilibrium_json(const NashEquilibrium& e) {
  ordered_json json = {
      {"start", e.mixes_start ? ordered_json(nullptr) : ordered_json(e.policy.start + 1)},
      {"first_share", e.mixes_start ? e.first_share : (e.policy.start == 0 ? 1.0 : 0.0)},
      {"cascade", e.policy.cascade},
      {"abandon", e.abandon},
      {"one_of_many", e.one_of_many},
      {"provider_cost", e.payoffs.provider_cost},
      {"user_utility", e.payoffs.user_utility},
      {"success", e.payoffs.success}};
  return json;
}

/// Gain of a side from the policy being known.
std::string gain_text(double gain) {
  if (gain == 0) return "nothing";
  return fmt::format("{} {}", gain > 0 ? "a gain of" : "a loss of",
                     number(gain > 0 ? gain : -gain));
}

}  // namespace

ordered_json transparency_json(const scenario::TwoModelScenario& scenario) {
  const game::Equilibrium committed = game::solve(scenario.game);
  const auto& best = committed.best().payoffs;
  ordered_json json = {{"game", game_json(scenario)},
                       {"commitment", candidate_json(committed.best())},
                       {"equilibria", ordered_json::array()}};
  for (const NashEquilibrium& e : game::nash_equilibria(scenario.game)) {
    ordered_json one = equilibrium_json(e);
    one["value_to_provider"] = e.payoffs.provider_cost - best.provider_cost;
    one["value_to_user"] = best.user_utility - e.payoffs.user_utility;
    json["equilibria"].push_back(one);
  }
  return json;
}

std::string transparency_text(const scenario::TwoModelScenario& scenario) {
  const game::Equilibrium committed = game::solve(scenario.game);
  const auto& best = committed.best().payoffs;
  std::string text = game_text(scenario);
  text += "\nWith a published policy (commitment)\n";
  text += wrapped(in_words(committed.best(), scenario), 100, 2);
  text += fmt::format("  provider cost {}, user utility {}, success {}\n",
                      number(best.provider_cost), number(best.user_utility), number(best.success));
  const auto equilibria = game::nash_equilibria(scenario.game);
  text += fmt::format("\nWithout one: {} Nash {}\n", equilibria.size(),
                      equilibria.size() == 1 ? "equilibrium" : "equilibria");
  if (equilibria.empty())
    return text +
           "  None has a policy (i,s) and one probability q: the user would draw once whether he "
           "ever leaves.\n";
  Table table({"policy", "q", "J", "U", "S"});
  for (const NashEquilibrium& e : equilibria) {
    table.add({policy_text(e), number(e.abandon), number(e.payoffs.provider_cost),
               number(e.payoffs.user_utility), number(e.payoffs.success)});
  }
  text += table.to_string(2) + "\nWhat publishing the policy is worth\n";
  for (const NashEquilibrium& e : equilibria) {
    text +=
        fmt::format("  against {}, q = {}: to the provider {}, to the user {}{}\n", policy_text(e),
                    number(e.abandon), gain_text(e.payoffs.provider_cost - best.provider_cost),
                    gain_text(best.user_utility - e.payoffs.user_utility),
                    e.one_of_many ? " (a tie: one of a range of equilibria)" : "");
  }
  return text;
}

}  // namespace turnout::report
