#include "turnout/analysis/paper_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "turnout/game/paper_policy.h"
#include "turnout/game/promised_utility.h"

namespace turnout::analysis {
namespace {

/// A note on a table that the verb does without.
std::string left_out_note(const std::string& table, const scenario::Scenario& scenario) {
  return fmt::format("{} is left out: the paper's game has none{}", table,
                     scenario::takes_plans(scenario) ? "; see turnout plan" : "");
}

}  // namespace

base::Result<std::vector<std::string>> take_means(scenario::Scenario& scenario) {
  TURNOUT_CHECK(scenario::check_has_no_ranges(scenario));
  if (scenario.uncertain.empty()) return std::vector<std::string>();
  const std::size_t count = std::exchange(scenario.uncertain, {}).size();
  return std::vector<std::string>{
      fmt::format("{} numbers have intervals and are taken at their means{}", count,
                  scenario::takes_posteriors(scenario) ? "; see turnout robust" : "")};
}

namespace {

/// The two models of the best policy (i, s), in the order in which they are offered. Where one model
/// alone is best, beside it the one that is cheapest alone.
std::array<std::size_t, 2> best_pair(const game::RoutingGame& game) {
  const auto best = game::best_paper_policy(game);
  std::size_t first = best ? best->first : 0;
  std::size_t second = best ? best->second : 1;
  if (first == second) {
    second = first == 0 ? 1 : 0;
    const auto cost = [&](std::size_t k) {
      return game::static_plan(game, k).payoffs.provider_cost;
    };
    for (std::size_t k = 0; k < game.size(); ++k) {
      if (k != first && cost(k) < cost(second)) second = k;
    }
  }
  return {std::min(first, second), std::max(first, second)};
}

/// Leaves out all models but two. @returns the note that says so.
base::Result<std::string> take_best_pair(scenario::Scenario& scenario) {
  const game::RoutingGame& game = scenario.game;
  const std::size_t models = game.size();
  const auto [first, second] = best_pair(game);
  TURNOUT_TRY(auto pair, game::RoutingGame::make(game.user(), game.provider(),
                                                 {game.model(first), game.model(second)}, {},
                                                 game.participates())
                             .within(scenario.source));
  scenario.game = std::move(pair);
  scenario.names = {scenario.names[first], scenario.names[second]};
  return fmt::format(
      "of {} models {} and {} are taken, those of the best policy (i,s); the others are left out{}",
      models, scenario.names[0], scenario.names[1],
      scenario::takes_plans(scenario) ? "; see turnout plan" : "");
}

}  // namespace

base::Result<PolicyScenario> policy_scenario(scenario::Scenario scenario, const std::string& verb) {
  TURNOUT_CHECK(scenario::check_for_one_patience(scenario, verb));
  TURNOUT_TRY(auto notes, take_means(scenario));
  TURNOUT_TRY(const auto left_out, scenario::leave_out_what_the_paper_lacks(scenario));
  for (const auto& table : left_out) notes.push_back(left_out_note(table, scenario));
  const game::RoutingGame& game = scenario.game;
  TURNOUT_TRY(auto others, game::RoutingGame::make(game.user(), game.provider(), game.models()));
  scenario::Scenario who_come = scenario;
  who_come.game = others;
  TURNOUT_CHECK(scenario::check_for_policies(who_come, verb));
  return PolicyScenario{std::move(scenario), std::move(others), std::move(notes)};
}

base::Result<PaperScenario> paper_scenario(scenario::Scenario scenario, const std::string& verb,
                                           scenario::Besides besides) {
  TURNOUT_CHECK(scenario::check_for_one_patience(scenario, verb));
  TURNOUT_TRY(auto notes, take_means(scenario));
  TURNOUT_TRY(const auto left_out, scenario::leave_out_what_the_paper_lacks(scenario));
  for (const auto& table : left_out) notes.push_back(left_out_note(table, scenario));
  const bool alike = scenario.segments.empty();
  if (scenario.game.size() > game::Game::kModels && !scenario.outcomes && alike) {
    TURNOUT_TRY(auto note, take_best_pair(scenario));
    notes.push_back(std::move(note));
  }
  TURNOUT_TRY(auto paper, scenario::paper_game(scenario, verb, besides));
  return PaperScenario{std::move(paper), std::move(notes), scenario.game.participates()};
}

}  // namespace turnout::analysis
