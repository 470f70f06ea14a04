#include "turnout/report/transparency_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

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

ordered_json equilibrium_json(const NashEquilibrium& e, bool comes) {
  ordered_json json = {
      {"comes", comes},
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

ordered_json lottery_json(const game::OpaqueLottery& lottery, double value_to_user) {
  return {{"cascade", lottery.cascade},
          {"first_share", lottery.first_share},
          {"user_utility", lottery.payoffs.user_utility},
          {"success", lottery.payoffs.success},
          {"value_to_user", value_to_user}};
}

ordered_json ranges_json(const std::vector<analysis::UnpublishedRange>& ranges) {
  ordered_json json = ordered_json::array();
  for (const auto& [range, comes, to_provider, to_user_from, to_user_to] : ranges) {
    json.push_back({{"comes", comes},
                    {"abandon", range.abandon},
                    {"provider_cost", range.from.payoffs.provider_cost},
                    {"value_to_provider", to_provider},
                    {"from", lottery_json(range.from, to_user_from)},
                    {"to", lottery_json(range.to, to_user_to)}});
  }
  return json;
}

/// Gain of a side from the policy being known.
std::string gain_text(double gain) {
  if (gain == 0) return "nothing";
  return fmt::format("{} {}", gain > 0 ? "a gain of" : "a loss of",
                     number(gain > 0 ? gain : -gain));
}

std::string ranges_text(const std::vector<analysis::UnpublishedRange>& ranges) {
  std::string text;
  for (const auto& [range, comes, to_provider, to_user_from, to_user_to] : ranges) {
    const auto& [from, to] = std::pair(range.from, range.to);
    text += fmt::format(
        "\nA range of equilibria with q = {}, J = {}: (1,s) on a share of the tasks, else "
        "(2,0){}\n",
        number(range.abandon), number(from.payoffs.provider_cost),
        comes ? "" : "; users stay away");
    Table table({"s", "share of (1,s)", "U/task", "S", "worth of publishing to the user"});
    const auto add = [&](const game::OpaqueLottery& end, double to_user) {
      table.add({number(end.cascade), percent(end.first_share), number(end.payoffs.user_utility),
                 number(end.payoffs.success), number(to_user)});
    };
    add(from, to_user_from);
    add(to, to_user_to);
    text += table.to_string(2) + "  For each s between there is one share; U lies between.\n";
  }
  return text;
}

}  // namespace

ordered_json transparency_json(const analysis::TransparencyAnswer& answer) {
  ordered_json json = {{"schema", "turnout/transparency/2"},
                       {"game", game_json(answer.paper.scenario)},
                       {"comes", answer.comes},
                       {"commitment", candidate_json(answer.commitment)},
                       {"equilibria", ordered_json::array()},
                       {"ranges", ranges_json(answer.ranges)},
                       {"notes", answer.paper.notes}};
  for (const auto& [equilibrium, comes, to_provider, to_user] : answer.equilibria) {
    ordered_json one = equilibrium_json(equilibrium, comes);
    one["value_to_provider"] = to_provider;
    one["value_to_user"] = to_user;
    json["equilibria"].push_back(one);
  }
  return json;
}

std::string transparency_text(const analysis::TransparencyAnswer& answer) {
  const auto& scenario = answer.paper.scenario;
  const auto& best = answer.commitment.payoffs;
  std::string text = game_text(scenario);
  text += "\nWith a published policy (commitment)\n";
  text += wrapped(answer.comes ? in_words(answer.commitment, scenario)
                               : "no policy that users come for costs less than P: they stay away",
                  100, 2);
  text += fmt::format("  provider cost {}, user utility {}, success {}\n",
                      number(best.provider_cost), number(best.user_utility), number(best.success));
  const auto& equilibria = answer.equilibria;
  text += fmt::format("\nWithout one: {} Nash {}\n", equilibria.size(),
                      equilibria.size() == 1 ? "equilibrium" : "equilibria");
  if (equilibria.empty()) {
    if (!answer.ranges.empty()) return text + ranges_text(answer.ranges);
    return text +
           "  None has a policy (i,s) and one probability q: the user would draw once whether he "
           "ever leaves.\n";
  }
  Table table({"policy", "q", "J, $/task", "U/task", "S"});
  for (const auto& [e, comes, to_provider, to_user] : equilibria) {
    table.add({policy_text(e), comes ? number(e.abandon) : "away", number(e.payoffs.provider_cost),
               number(e.payoffs.user_utility), number(e.payoffs.success)});
  }
  text += table.to_string(2);
  if (std::any_of(equilibria.begin(), equilibria.end(), [](const auto& e) { return !e.comes; })) {
    text += wrapped(
        "away: users who may stay away do, for the policy that those meet who come all the same is "
        "worth less to them.",
        96, 2);
  }
  text += "\nWhat publishing the policy is worth\n";
  for (const auto& [e, comes, to_provider, to_user] : equilibria) {
    text += fmt::format("  against {}, {}: to the provider {}, to the user {}{}\n", policy_text(e),
                        comes ? fmt::format("q = {}", number(e.abandon)) : "away",
                        gain_text(to_provider), gain_text(to_user),
                        e.one_of_many ? " (a tie: one of a range of equilibria)" : "");
  }
  return text + ranges_text(answer.ranges);
}

}  // namespace turnout::report
