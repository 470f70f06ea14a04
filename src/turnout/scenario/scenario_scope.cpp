#include "turnout/scenario/scenario_scope.h"

#include <fmt/format.h>

#include <utility>

namespace turnout::scenario {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

/// A provider or users that only one verb understands. Numbers with an interval are at their means.
Status check_plain(const Scenario& scenario, const std::string& verb) {
  const auto refuse = [&](const std::string& key, const char* what) {
    return Error{ErrorCode::kUnsupported, fmt::format(fmt::runtime(what), verb),
                 fmt::format("{}: {}", scenario.source, key)};
  };
  if (!scenario.commits)
    return refuse("provider.commits", "{} needs a provider that commits; see turnout transparency");
  if (!scenario.segments.empty())
    return refuse("segment", "{} is for users who are alike; see turnout solve");
  return base::Done{};
}

}  // namespace

Status check_for_plans(const Scenario& scenario, const std::string& verb) {
  if (scenario.knows && *scenario.knows != Knows::kAttempt) {
    return Error{
        ErrorCode::kUnsupported,
        fmt::format("{} is for a user who knows the plan and the attempt, must be \"attempt\"",
                    verb),
        scenario.source + ": user.knows"};
  }
  return check_plain(scenario, verb);
}

Result<std::vector<std::string>> leave_out_what_the_paper_lacks(Scenario& scenario) {
  std::vector<std::string> left_out;
  if (scenario.difficulty) {
    left_out.emplace_back("[difficulty]");
    scenario.difficulty.reset();
  }
  if (!scenario.game.has_switching()) return left_out;
  left_out.emplace_back("[switching]");
  std::vector<game::Model> models;
  for (std::size_t k = 0; k < scenario.game.size(); ++k) models.push_back(scenario.game.model(k));
  TURNOUT_TRY(auto without,
              game::RoutingGame::make(scenario.game.user(), scenario.game.provider(),
                                      std::move(models), {}, scenario.game.participates())
                  .within(scenario.source));
  scenario.game = std::move(without);
  return left_out;
}

Result<TwoModelScenario> paper_game(const Scenario& scenario, const std::string& verb) {
  const auto beyond = [&](const std::string& key, const char* what) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{} goes beyond the paper's game, which {} solves; see turnout plan",
                             what, verb),
                 fmt::format("{}: {}", scenario.source, key)};
  };
  const game::RoutingGame& game = scenario.game;
  if (game.size() != game::Game::kModels) {
    return Error{
        ErrorCode::kUnsupported,
        fmt::format("has {} [[model]] tables, {} needs 2; see turnout plan", game.size(), verb),
        scenario.source};
  }
  if (game.has_switching()) return beyond("switching", "a switching cost");
  if (game.has_prices()) return beyond("model.price", "a price other than 0");
  if (game.participates()) return beyond("user.participates", "participation");
  if (scenario.difficulty) return beyond("difficulty", "difficulty");
  if (scenario.outcomes) return beyond("difficulty.outcomes", "a table of outcomes");
  if (scenario.knows && *scenario.knows != Knows::kPolicy)
    return beyond("user.knows", "a user who knows more than the policy");
  TURNOUT_CHECK(check_plain(scenario, verb));
  TURNOUT_TRY(auto pair,
              game::Game::make(game.user(), game.provider(), {game.model(0), game.model(1)})
                  .within(scenario.source));
  return TwoModelScenario{pair, {scenario.names[0], scenario.names[1]}};
}

}  // namespace turnout::scenario
