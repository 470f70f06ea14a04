#include "turnout/report/explain_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "turnout/game/decision_rule.h"
#include "turnout/game/sensitivity.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

std::optional<double> distance(const game::Sensitivity& s,
                               const std::optional<game::Boundary>& boundary) {
  if (!boundary || s.value == 0) return std::nullopt;
  return std::abs(boundary->at - s.value) / std::abs(s.value);
}

std::string boundary_text(const game::Sensitivity& s,
                          const std::optional<game::Boundary>& boundary) {
  if (!boundary) return "-";
  const auto change = distance(s, boundary);
  return fmt::format(
      "{} {}-> {}", number(boundary->at),
      change ? fmt::format("({}{}) ", boundary->at < s.value ? "-" : "+", percent(*change)) : "",
      game::to_string(boundary->beyond));
}

ordered_json boundary_json(const game::Sensitivity& s,
                           const std::optional<game::Boundary>& boundary) {
  if (!boundary) return nullptr;
  const auto change = distance(s, boundary);
  return {{"at", boundary->at},
          {"relative_distance", change ? ordered_json(*change) : ordered_json(nullptr)},
          {"route_beyond", game::to_string(boundary->beyond)}};
}

/// The one move that changes the policy soonest, relative to the parameter.
std::string nearest_text(const std::vector<game::Sensitivity>& all) {
  const game::Sensitivity* nearest = nullptr;
  std::optional<game::Boundary> where;
  for (const auto& s : all) {
    for (const auto& boundary : {s.below, s.above}) {
      const auto change = distance(s, boundary);
      if (!change) continue;
      if (nearest == nullptr || *change < *distance(*nearest, where)) {
        nearest = &s;
        where = boundary;
      }
    }
  }
  if (nearest == nullptr)
    return "  No single parameter changes the route within a factor of a million.\n";
  return fmt::format("  Nearest: {} from {} to {}, a change of {}.\n",
                     game::symbol(nearest->parameter), number(nearest->value), number(where->at),
                     percent(*distance(*nearest, where)));
}

}  // namespace

std::string explain_text(const scenario::TwoModelScenario& scenario) {
  const game::Equilibrium equilibrium = game::solve(scenario.game);
  const game::DecisionRule rule = game::decision_rule(scenario.game, equilibrium);
  std::string text = game_text(scenario) + "\nRule\n" + wrapped(rule.name + ".", 96, 2);
  for (const auto& c : rule.comparisons) {
    text += fmt::format("  {} = {}  {}  {} = {}\n", c.left, number(c.left_value), c.relation,
                        c.right, number(c.right_value));
    text += wrapped(c.meaning + ".", 96, 4);
  }
  text += fmt::format("\nSo the provider plays {}\n", game::to_string(equilibrium.best().route));
  text += wrapped(in_words(equilibrium.best(), scenario) + ".", 96, 2);

  const auto all = game::sensitivities(scenario.game);
  Table table({"parameter", "now", "falling to", "rising to"});
  for (const auto& s : all) {
    table.add({game::symbol(s.parameter), number(s.value), boundary_text(s, s.below),
               boundary_text(s, s.above)});
  }
  text += "\nWhere the route changes, one parameter at a time (- : nowhere in reach)\n" +
          table.to_string(2);
  return text + nearest_text(all);
}

ordered_json explain_json(const scenario::TwoModelScenario& scenario) {
  const game::Equilibrium equilibrium = game::solve(scenario.game);
  const game::DecisionRule rule = game::decision_rule(scenario.game, equilibrium);
  ordered_json json = {{"game", game_json(scenario)},
                       {"regime", game::to_string(equilibrium.regime)},
                       {"optimum", candidate_json(equilibrium.best())},
                       {"rule", rule.name},
                       {"comparisons", ordered_json::array()},
                       {"boundaries", ordered_json::array()}};
  for (const auto& c : rule.comparisons) {
    json["comparisons"].push_back({{"left", c.left},
                                   {"left_value", c.left_value},
                                   {"relation", c.relation},
                                   {"right", c.right},
                                   {"right_value", c.right_value},
                                   {"meaning", c.meaning}});
  }
  for (const auto& s : game::sensitivities(scenario.game)) {
    json["boundaries"].push_back({{"parameter", game::symbol(s.parameter)},
                                  {"value", s.value},
                                  {"below", boundary_json(s, s.below)},
                                  {"above", boundary_json(s, s.above)}});
  }
  json["assumptions"] = game::broken_assumptions(scenario.game);
  return json;
}

}  // namespace turnout::report
