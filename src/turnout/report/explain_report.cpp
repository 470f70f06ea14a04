#include "turnout/report/explain_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::RouteChange;
using nlohmann::ordered_json;

std::string change_text(double value, const std::optional<RouteChange>& change) {
  if (!change) return "-";
  const auto& [boundary, distance] = *change;
  return fmt::format(
      "{} {}-> {}", number(boundary.at),
      distance ? fmt::format("({}{}) ", boundary.at < value ? "-" : "+", percent(*distance)) : "",
      game::to_string(boundary.beyond));
}

ordered_json change_json(const std::optional<RouteChange>& change) {
  if (!change) return nullptr;
  const auto& [boundary, distance] = *change;
  return {{"at", boundary.at},
          {"relative_distance", distance ? ordered_json(*distance) : ordered_json(nullptr)},
          {"route_beyond", game::to_string(boundary.beyond)}};
}

std::string nearest_text(const std::optional<analysis::NearestChange>& nearest) {
  if (!nearest) return "  No single parameter changes the route within a factor of a million.\n";
  return fmt::format("  Nearest: {} from {} to {}, a change of {}.\n",
                     game::symbol(nearest->parameter), number(nearest->from), number(nearest->to),
                     percent(nearest->distance));
}

std::string reaches_text(const std::vector<analysis::ParameterReach>& reaches) {
  Table table({"parameter", "now", "falling to", "rising to"});
  for (const auto& r : reaches) {
    table.add({game::symbol(r.parameter), number(r.value), change_text(r.value, r.below),
               change_text(r.value, r.above)});
  }
  return "\nWhere the route changes, one parameter at a time (- : nowhere in reach)\n" +
         table.to_string(2);
}

}  // namespace

std::string comparisons_text(const std::vector<game::Comparison>& comparisons) {
  std::string text;
  for (const auto& c : comparisons) {
    text += fmt::format("  {} = {}  {}  {} = {}\n", c.left, number(c.left_value), c.relation,
                        c.right, number(c.right_value));
    text += wrapped(c.meaning + ".", 96, 4);
  }
  return text;
}

ordered_json comparisons_json(const std::vector<game::Comparison>& comparisons) {
  ordered_json json = ordered_json::array();
  for (const auto& c : comparisons) {
    json.push_back({{"left", c.left},
                    {"left_value", c.left_value},
                    {"relation", c.relation},
                    {"right", c.right},
                    {"right_value", c.right_value},
                    {"meaning", c.meaning}});
  }
  return json;
}

std::string explain_text(const analysis::ExplainAnswer& answer) {
  const auto& scenario = answer.paper.scenario;
  const game::Candidate& best = answer.equilibrium.best();
  std::string text = game_text(scenario) + "\nRule\n" + wrapped(answer.rule.name + ".", 96, 2);
  text += comparisons_text(answer.rule.comparisons);
  text += fmt::format("\nSo the provider plays {}\n", game::to_string(best.route));
  text += wrapped(in_words(best, scenario) + ".", 96, 2);
  return text + reaches_text(answer.reaches) + nearest_text(answer.nearest);
}

ordered_json explain_json(const analysis::ExplainAnswer& answer) {
  ordered_json json = {{"schema", "turnout/explain/1"},
                       {"game", game_json(answer.paper.scenario)},
                       {"regime", game::to_string(answer.equilibrium.regime)},
                       {"optimum", candidate_json(answer.equilibrium.best())},
                       {"rule", answer.rule.name},
                       {"comparisons", comparisons_json(answer.rule.comparisons)},
                       {"boundaries", ordered_json::array()},
                       {"assumptions", answer.assumptions},
                       {"notes", answer.paper.notes}};
  for (const auto& r : answer.reaches) {
    json["boundaries"].push_back({{"parameter", game::symbol(r.parameter)},
                                  {"value", r.value},
                                  {"below", change_json(r.below)},
                                  {"above", change_json(r.above)}});
  }
  return json;
}

}  // namespace turnout::report
