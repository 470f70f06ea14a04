#include "turnout/report/participation_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/report/plan_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::ParticipationAnswer;
using nlohmann::ordered_json;

std::string policy_text(const ParticipationAnswer& answer) {
  if (!answer.deployed) {
    return "\nNo policy\n  no policy that users come for costs less than losing them all, P\n";
  }
  const auto& deployed = *answer.deployed;
  const auto& names = answer.scenario.names;
  const auto& best = answer.best;
  const std::string models =
      best.first == best.second
          ? fmt::format("M1 = {}", names[best.first])
          : fmt::format("M1 = {}, M2 = {}", names[best.first], names[best.second]);
  return fmt::format("\nPolicy for users who may stay away\n  (i,s) = ({},{}) of {}\n",
                     deployed.policy.start + 1, number(deployed.policy.cascade), models) +
         fmt::format("  response q = {}\n", number(deployed.abandon)) + deployed_text(deployed);
}

}  // namespace

std::string way_to_play(const game::PaperPolicy& policy, const std::vector<std::string>& names) {
  if (!policy.submits) return "nobody comes";
  const std::string& first = names[policy.first];
  const std::string& second = names[policy.second];
  if (policy.route == game::Route::kFirstStay) return first;
  if (policy.route == game::Route::kFirstLeave) return first + " once";
  if (policy.route == game::Route::kThreat) return fmt::format("{} once, then {}", first, second);
  return fmt::format("{} to {}{}", first, second,
                     policy.wins_users                               ? ", so that users come"
                     : policy.route == game::Route::kCascadeStay     ? ", (1,s0)"
                     : policy.route == game::Route::kCascadePatience ? ", (1,sL)"
                                                                     : ", mixed");
}

ordered_json paper_policy_json(const game::PaperPolicy& policy,
                               const std::vector<std::string>& names) {
  const auto& p = policy.payoffs;
  return {{"models", {names[policy.first], names[policy.second]}},
          {"start", policy.policy.start + 1},
          {"cascade", policy.policy.cascade},
          {"abandon", policy.abandon},
          {"provider_cost", p.provider_cost},
          {"user_utility", p.user_utility},
          {"success", p.success},
          {"latency", p.latency},
          {"service_cost", p.service_cost}};
}

ordered_json participation_json(const ParticipationAnswer& answer) {
  ordered_json json = {{"schema", "turnout/solve-participation/1"},
                       {"game", routing_game_json(answer.scenario)},
                       {"submits", answer.best.submits}};
  json.update(paper_policy_json(answer.best, answer.scenario.names));
  json["policy"] = answer.deployed ? ordered_json(answer.deployed->text) : ordered_json(nullptr);
  json["deployed"] =
      answer.deployed ? deployed_json(*answer.deployed, answer.margin) : ordered_json(nullptr);
  json["if_they_came"] = paper_policy_json(answer.if_they_came, answer.scenario.names);
  json["notes"] = answer.notes;
  return json;
}

std::string participation_text(const ParticipationAnswer& answer) {
  const auto& p = answer.deployed ? answer.deployed->payoffs : answer.best.payoffs;
  const auto& other = answer.if_they_came.payoffs;
  std::string text = routing_game_text(answer.scenario) + policy_text(answer);
  text += fmt::format(
      "\nPayoffs\n  provider cost J {}\n  user utility U  {}\n  success S       {}\n  latency L    "
      "   {}\n  {} {}\n",
      number(p.provider_cost), number(p.user_utility), number(p.success), number(p.latency),
      answer.scenario.game.has_prices() ? "cost less price" : "service cost C ",
      number(p.service_cost));
  const double cost = answer.best.payoffs.provider_cost - other.provider_cost;
  const std::string what =
      answer.right_changes_policy
          ? fmt::format(
                "If they came whatever it was worth, they would get U = {} at J = {}: "
                "their right to stay away {} the provider {} per task.",
                number(other.user_utility), number(other.provider_cost),
                cost < 0 ? "saves" : "costs", number(std::abs(cost)))
          : "They would come anyway: their right to stay away changes nothing.";
  return text + "\n" + wrapped(what, 96, 2);
}

}  // namespace turnout::report
