#include "turnout/report/policy_explain_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/report/explain_report.h"
#include "turnout/report/participation_report.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::PolicyExplainAnswer;
using nlohmann::ordered_json;
using Names = std::vector<std::string>;

std::string change_text(double value, const std::optional<game::PolicyBoundary>& change,
                        const Names& names) {
  if (!change) return "-";
  const double distance = value == 0 ? 0 : std::abs(change->at - value) / std::abs(value);
  return fmt::format(
      "{} {}-> {}", number(change->at),
      value == 0 ? "" : fmt::format("({}{}) ", change->at < value ? "-" : "+", percent(distance)),
      way_to_play(change->beyond, names));
}

ordered_json change_json(double value, const std::optional<game::PolicyBoundary>& change,
                         const Names& names) {
  if (!change) return nullptr;
  const double distance = value == 0 ? 0 : std::abs(change->at - value) / std::abs(value);
  return {{"at", change->at},
          {"relative_distance", value == 0 ? ordered_json(nullptr) : ordered_json(distance)},
          {"policy_beyond", way_to_play(change->beyond, names)}};
}

/// Why the policy is the best, in words and numbers.
std::string rule_text(const PolicyExplainAnswer& answer) {
  const auto& game = answer.scenario.game;
  const auto& names = answer.scenario.names;
  const auto& best = answer.best;
  if (!best.submits)
    return wrapped(
        "No policy that users come for costs less than P, what it costs to lose them "
        "all.",
        96, 2);
  if (answer.if_they_came && game.participates()) {
    const auto& other = *answer.if_they_came;
    return wrapped(
        fmt::format(
            "Users may stay away. {} would cost {}, but they expect less of it than the {} of "
            "staying away (it would be worth {} to them); of the policies that they come for this "
            "one is the cheapest, at {}.",
            in_one_line(other, names), number(other.payoffs.provider_cost),
            number(game.user().outside), number(other.payoffs.user_utility),
            number(best.payoffs.provider_cost)),
        96, 2);
  }
  if (game.size() == 1)
    return wrapped("There is one model: " + in_one_line(best, names) + ".", 96, 2);
  if (!answer.rule) {
    return wrapped(
        fmt::format("No policy (i,s) of any two of the {} models costs less than {}: {}.",
                    game.size(), in_one_line(best, names), number(best.payoffs.provider_cost)),
        96, 2);
  }
  return wrapped(fmt::format("With M1 = {}, M2 = {}: {}.", names[best.first], names[best.second],
                             answer.rule->name),
                 96, 2) +
         comparisons_text(answer.rule->comparisons);
}

}  // namespace

std::string policy_explain_text(const PolicyExplainAnswer& answer) {
  const auto& names = answer.scenario.names;
  std::string text = routing_game_text(answer.scenario) + "\nRule\n" + rule_text(answer);
  text += "\nSo the provider plays\n" +
          wrapped(in_one_line(answer.best, names) +
                      fmt::format(" (J = {}, U = {})", number(answer.best.payoffs.provider_cost),
                                  number(answer.best.payoffs.user_utility)),
                  96, 2);
  Table table({"parameter", "now", "falling to", "rising to"});
  for (std::size_t i = 0; i < answer.reaches.size(); ++i) {
    const auto& r = answer.reaches[i];
    table.add({answer.reach_names[i], number(r.value), change_text(r.value, r.below, names),
               change_text(r.value, r.above, names)});
  }
  text += "\nWhere the policy changes, one parameter at a time (- : nowhere in reach)\n" +
          table.to_string(2);
  if (!answer.nearest)
    return text + "  No single parameter changes it within a factor of a million.\n";
  const auto& n = *answer.nearest;
  return text + fmt::format("  Nearest: {} from {} to {}, a change of {}.\n", n.parameter,
                            number(n.from), number(n.to), percent(n.distance));
}

ordered_json policy_explain_json(const PolicyExplainAnswer& answer) {
  const auto& names = answer.scenario.names;
  ordered_json json = {
      {"schema", "turnout/explain-policy/1"},
      {"game", routing_game_json(answer.scenario)},
      {"submits", answer.best.submits},
      {"optimum", paper_policy_json(answer.best, names)},
      {"if_they_came", answer.if_they_came ? paper_policy_json(*answer.if_they_came, names)
                                           : ordered_json(nullptr)},
      {"rule", answer.rule ? ordered_json(answer.rule->name) : ordered_json(nullptr)},
      {"comparisons",
       answer.rule ? comparisons_json(answer.rule->comparisons) : ordered_json::array()},
      {"boundaries", ordered_json::array()},
      {"notes", answer.notes}};
  for (const auto& r : answer.reaches) {
    json["boundaries"].push_back({{"parameter", game::symbol(r.parameter)},
                                  {"value", r.value},
                                  {"below", change_json(r.value, r.below, names)},
                                  {"above", change_json(r.value, r.above, names)}});
  }
  return json;
}

}  // namespace turnout::report
