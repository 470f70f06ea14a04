#include "turnout/report/explain_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/reach_text.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

std::string name_of(game::Parameter parameter) { return game::symbol(parameter); }
std::string route_words(game::Route route) { return game::to_string(route); }

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
  return text + "\nWhere the route changes, one parameter at a time (- : nowhere in reach)\n" +
         reaches_text(answer.reaches, name_of, route_words) +
         nearest_text(answer.nearest, "the route", name_of);
}

ordered_json explain_json(const analysis::ExplainAnswer& answer) {
  return {{"schema", "turnout/explain/1"},
          {"game", game_json(answer.paper.scenario)},
          {"regime", game::to_string(answer.equilibrium.regime)},
          {"optimum", candidate_json(answer.equilibrium.best())},
          {"rule", answer.rule.name},
          {"comparisons", comparisons_json(answer.rule.comparisons)},
          {"boundaries", reaches_json(answer.reaches, "route_beyond", route_words)},
          {"assumptions", answer.assumptions},
          {"notes", answer.paper.notes}};
}

}  // namespace turnout::report
