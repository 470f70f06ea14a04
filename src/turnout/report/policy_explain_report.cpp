#include "turnout/report/policy_explain_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/explain_report.h"
#include "turnout/report/participation_report.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/reach_text.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::PolicyExplainAnswer;
using nlohmann::ordered_json;
using Names = std::vector<std::string>;

auto namer(const Names& names) {
  return [&names](game::Parameter parameter) {
    if (!game::belongs_to_a_model(parameter.quantity)) return game::symbol(parameter);
    return fmt::format("{}, {}", game::symbol(parameter), names[parameter.model]);
  };
}

auto worder(const Names& names) {
  return [&names](const game::PaperPolicy& policy) { return way_to_play(policy, names); };
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
  return text + "\nWhere the policy changes, one parameter at a time (- : nowhere in reach)\n" +
         reaches_text(answer.reaches, namer(names), worder(names)) +
         nearest_text(answer.nearest, "it", namer(names));
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
      {"boundaries", reaches_json(answer.reaches, "policy_beyond", worder(names))},
      {"notes", answer.notes}};
  return json;
}

}  // namespace turnout::report
