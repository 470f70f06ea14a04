#include "turnout/analysis/paper_scenario.h"

#include <fmt/format.h>

#include <utility>

namespace turnout::analysis {
namespace {

/// A note on a table that the verb does without.
std::string left_out_note(const std::string& table, const scenario::Scenario& scenario) {
  return fmt::format("{} is left out: the paper's game has none{}", table,
                     scenario::takes_plans(scenario) ? "; see turnout plan" : "");
}

}  // namespace

std::vector<std::string> take_means(scenario::Scenario& scenario) {
  if (scenario.uncertain.empty()) return {};
  const std::size_t count = std::exchange(scenario.uncertain, {}).size();
  // robust would leave these two out, with a note that sends the reader back here.
  const bool all = !scenario.difficulty && !scenario.game.has_switching();
  return {fmt::format("{} numbers have intervals and are taken at their means{}", count,
                      all && scenario::takes_pairs(scenario) ? "; see turnout robust" : "")};
}

base::Result<PaperScenario> paper_scenario(scenario::Scenario scenario, const std::string& verb,
                                           scenario::Besides besides) {
  std::vector<std::string> notes = take_means(scenario);
  TURNOUT_TRY(const auto left_out, scenario::leave_out_what_the_paper_lacks(scenario));
  for (const auto& table : left_out) notes.push_back(left_out_note(table, scenario));
  TURNOUT_TRY(auto paper, scenario::paper_game(scenario, verb, besides));
  return PaperScenario{std::move(paper), std::move(notes)};
}

}  // namespace turnout::analysis
