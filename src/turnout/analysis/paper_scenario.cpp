#include "turnout/analysis/paper_scenario.h"

#include <fmt/format.h>

#include <utility>

namespace turnout::analysis {

std::vector<std::string> take_means(scenario::Scenario& scenario) {
  if (scenario.uncertain.empty()) return {};
  const std::size_t count = std::exchange(scenario.uncertain, {}).size();
  return {fmt::format("{} numbers have intervals and are taken at their means; see turnout robust",
                      count)};
}

base::Result<PaperScenario> paper_scenario(scenario::Scenario scenario, const std::string& verb) {
  std::vector<std::string> notes = take_means(scenario);
  TURNOUT_TRY(const auto left_out, scenario::leave_out_what_the_paper_lacks(scenario));
  for (const auto& table : left_out) {
    notes.push_back(
        fmt::format("{} is left out: the paper's game has none; see turnout plan", table));
  }
  TURNOUT_TRY(auto paper, scenario::paper_game(scenario, verb));
  return PaperScenario{std::move(paper), std::move(notes)};
}

}  // namespace turnout::analysis
