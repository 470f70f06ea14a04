#include "turnout/scenario/scenario_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace turnout::scenario {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

/// What keeps a scenario from a verb: the key that says it, and what it says. Numbers with an
/// interval keep it from none: they are at their means.
struct Obstacle {
  std::string key;
  std::string what;
};

std::vector<Uncertainty>::const_iterator first_range(const Scenario& scenario) {
  return std::find_if(scenario.uncertain.begin(), scenario.uncertain.end(),
                      [](const Uncertainty& u) { return u.kind == Uncertainty::Kind::kRange; });
}

std::optional<Obstacle> beyond_all_but(Besides allowed, const Scenario& scenario) {
  if (!scenario.commits && allowed != Besides::kNoCommitment)
    return Obstacle{"provider.commits", "a provider that does not commit"};
  if (!scenario.segments.empty() && allowed != Besides::kSegments)
    return Obstacle{"segment", "users who differ"};
  return std::nullopt;
}

std::optional<Obstacle> beyond_plans(const Scenario& scenario) {
  if (scenario.knows && *scenario.knows != Knows::kAttempt)
    return Obstacle{"user.knows", "a user who does not know plan and attempt"};
  return beyond_all_but(Besides::kSegments, scenario);
}

/// What the models and users of the paper's game have not, but for the number of models.
std::optional<Obstacle> beyond_the_paper(Besides allowed, const Scenario& scenario) {
  const game::RoutingGame& game = scenario.game;
  if (game.has_switching()) return Obstacle{"switching", "a switching cost"};
  const bool may_stay_away = allowed == Besides::kNoCommitment || allowed == Besides::kKnowledge;
  if (game.participates() && !may_stay_away) return Obstacle{"user.participates", "participation"};
  if (game.has_patience_by_attempt()) return Obstacle{"user.patience", "patience by attempt"};
  if (scenario.difficulty) return Obstacle{"difficulty", "difficulty"};
  if (scenario.outcomes) return Obstacle{"difficulty.outcomes", "a table of outcomes"};
  const bool told = scenario.knows && *scenario.knows != Knows::kPolicy;
  if (told && allowed != Besides::kKnowledge)
    return Obstacle{"user.knows", "a user who knows more than the policy"};
  return std::nullopt;
}

/// The same for a verb that leaves out what leave_out_what_the_paper_lacks() does.
std::optional<Obstacle> beyond_pairs(Besides allowed, Scenario scenario) {
  if (scenario.game.size() < game::Game::kModels) return Obstacle{"model", "one model"};
  if (scenario.game.size() > game::Game::kModels && !scenario.segments.empty())
    return Obstacle{"model", fmt::format("{} models and users who differ", scenario.game.size())};
  if (const auto left_out = leave_out_what_the_paper_lacks(scenario); !left_out)
    return Obstacle{"switching", "a switching cost"};
  if (auto beyond = beyond_the_paper(allowed, scenario)) return beyond;
  if (const auto range = first_range(scenario); range != scenario.uncertain.end())
    return Obstacle{symbol(*range), "a number that is a range"};
  return beyond_all_but(allowed, scenario);
}

/// What keeps a scenario from `solve`, which hands users who differ to plans where (i, s) is not for them.
std::optional<Obstacle> beyond_solve(const Scenario& scenario) {
  const bool plans = scenario.game.size() != game::Game::kModels || scenario.game.participates();
  if (!scenario.segments.empty() && plans) return beyond_plans(scenario);
  return beyond_pairs(Besides::kSegments, scenario);
}

/// The end of a refusal: a verb that takes the scenario as it is, or why the one that is for this
/// does not either. So no verb sends the user to another that sends him back.
std::string advice(const char* verb, const std::optional<Obstacle>& its_obstacle) {
  if (!its_obstacle) return fmt::format("; see turnout {}", verb);
  return fmt::format("; turnout {} can, but not with {} ({})", verb, its_obstacle->what,
                     its_obstacle->key);
}

Status check_users_and_provider(const Scenario& scenario, const std::string& verb,
                                Besides allowed) {
  const auto refuse = [&](const Obstacle& obstacle, const char* what, const std::string& then) {
    return Error{ErrorCode::kUnsupported, fmt::format("{} {}{}", verb, what, then),
                 fmt::format("{}: {}", scenario.source, obstacle.key)};
  };
  const auto obstacle = beyond_all_but(allowed, scenario);
  if (!obstacle) return base::Done{};
  if (obstacle->key == "provider.commits") {
    return refuse(*obstacle, "needs a provider that commits",
                  advice("transparency", beyond_pairs(Besides::kNoCommitment, scenario)));
  }
  return refuse(*obstacle, "is for users who are alike", advice("solve", beyond_solve(scenario)));
}

}  // namespace

bool takes_plans(const Scenario& scenario) { return !beyond_plans(scenario); }

bool takes_posteriors(const Scenario& scenario) {
  return takes_plans(scenario) || paper_game(scenario, "robust").has_value();
}

Status check_has_no_ranges(const Scenario& scenario) {
  const auto range = first_range(scenario);
  if (range == scenario.uncertain.end()) return base::Done{};
  return Error{
      ErrorCode::kUnsupported,
      "is a range, {lo, hi} without a mean" + advice("robust --regret", beyond_plans(scenario)),
      range->place.empty() ? fmt::format("{}: {}", scenario.source, symbol(*range)) : range->place};
}

Status check_for_plans(const Scenario& scenario, const std::string& verb, Besides besides) {
  if (scenario.knows && *scenario.knows != Knows::kAttempt) {
    return Error{
        ErrorCode::kUnsupported,
        fmt::format("{} is for a user who knows the plan and the attempt, must be \"attempt\"",
                    verb),
        scenario.source + ": user.knows"};
  }
  return check_users_and_provider(scenario, verb, besides);
}

Status check_for_policies(const Scenario& scenario, const std::string& verb, Besides besides) {
  if (const auto beyond = beyond_the_paper(besides, scenario)) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{} goes beyond the paper's game, which {} solves{}", beyond->what,
                             verb, advice("plan", beyond_plans(scenario))),
                 fmt::format("{}: {}", scenario.source, beyond->key)};
  }
  return check_users_and_provider(scenario, verb, besides);
}

Status check_for_one_patience(const Scenario& scenario, const std::string& verb) {
  if (!scenario.game.has_patience_by_attempt()) return base::Done{};
  return Error{ErrorCode::kUnsupported,
               fmt::format("patience by attempt has no closed form, which {} needs{}", verb,
                           advice("plan", beyond_plans(scenario))),
               scenario.source + ": user.patience"};
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
  TURNOUT_TRY(
      auto without,
      game::RoutingGame::make(scenario.game.user(), scenario.game.provider(), std::move(models), {},
                              scenario.game.participates(), scenario.game.patience_by_attempt())
          .within(scenario.source));
  scenario.game = std::move(without);
  return left_out;
}

Result<TwoModelScenario> paper_game(const Scenario& scenario, const std::string& verb,
                                    Besides besides) {
  const game::RoutingGame& game = scenario.game;
  if (game.size() != game::Game::kModels) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("has {} [[model]] tables, {} needs 2{}", game.size(), verb,
                             advice("plan", beyond_plans(scenario))),
                 scenario.source};
  }
  TURNOUT_CHECK(check_for_policies(scenario, verb, besides));
  TURNOUT_TRY(auto pair,
              game::Game::make(game.user(), game.provider(), {game.model(0), game.model(1)})
                  .within(scenario.source));
  return TwoModelScenario{pair, {scenario.names[0], scenario.names[1]}};
}

}  // namespace turnout::scenario
