// The audit of any number of models against the two-model one, and against games that are slowed down
// or have another P.
#include <gtest/gtest.h>

#include <cmath>

#include "any_games.h"
#include "turnout/game/plan_audit.h"
#include "turnout/game/promised_utility.h"
#include "turnout/game/remedies.h"

namespace turnout::game {
namespace {

std::vector<Model> models_of(const RoutingGame& game) {
  std::vector<Model> models;
  for (std::size_t k = 0; k < game.size(); ++k) models.push_back(game.model(k));
  return models;
}

RoutingGame with_penalty(const RoutingGame& game, double penalty) {
  Provider provider = game.provider();
  provider.churn_penalty = penalty;
  return RoutingGame::make(game.user(), provider, models_of(game), {}, game.participates()).value();
}

/// Every other game's users may stay away.
RoutingGame any_game_of(base::Rng& rng, std::size_t models, std::uint64_t number) {
  const RoutingGame game = any_game(rng, models);
  return RoutingGame::make(game.user(), game.provider(), models_of(game), {}, number % 2 == 1)
      .value();
}

double cost_of(const RoutingGame& game) { return best_plan(game).plan.payoffs.provider_cost; }

double scale_of(const RoutingGame& game) { return 1 + game.user().value + game.churn_penalty(); }

TEST(PlanAudit, is_the_papers_for_two_models_of_one_kind) {
  std::size_t compared = 0;
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    base::Rng rng(31, i);
    const RoutingGame game = random_game(rng, 2, 0.05, 0.95);
    if ((game.pass(0).net_value > 0) != (game.pass(1).net_value > 0)) continue;
    const Game pair =
        Game::make(game.user(), game.provider(), {game.model(0), game.model(1)}).value();
    const Equilibrium equilibrium = solve(pair);
    const PlanAudit audit = plan_audit(game);
    const double tolerance =
        1e-12 * scale_of(game) * (1 + game.pass(0).latency / game.pass(0).ends);
    EXPECT_NEAR(audit.misalignment, misalignment(pair, equilibrium).gap, tolerance) << i;
    EXPECT_NEAR(audit.saving, misalignment(pair, equilibrium).saving, tolerance) << i;
    const Throttling slow = throttling(pair, equilibrium);
    EXPECT_NEAR(audit.throttling.gain, slow.gain, tolerance) << i;
    EXPECT_NEAR(audit.throttling.user_loss, slow.user_loss, tolerance) << i;
    EXPECT_NEAR(audit.penalty_floor, penalty_floor(pair, equilibrium), tolerance) << i;
    EXPECT_NEAR(audit.gain_if_pins_are_slowed, opt_out(pair, equilibrium).gain_if_pins_are_slowed,
                tolerance)
        << i;
    const auto aligning = aligning_penalties(pair, equilibrium);
    EXPECT_EQ(audit.aligning_penalties.empty(), aligning.empty()) << i;
    if (!aligning.empty()) {
      EXPECT_NEAR(audit.aligning_penalties.low, aligning.low, tolerance * (1 + aligning.low)) << i;
    }
    ++compared;
  }
  EXPECT_GT(compared, 2'000U);
}

TEST(PlanAudit, no_latencies_above_the_models_own_are_cheaper_than_the_throttled_cost) {
  std::size_t paid = 0;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    base::Rng rng(32, i);
    const RoutingGame game = any_game_of(rng, 2 + i % 3, i);
    const PlanAudit audit = plan_audit(game);
    const auto slowed_cost = [&](auto latency) {
      std::vector<Model> models = models_of(game);
      for (std::size_t k = 0; k < models.size(); ++k) models[k].latency = latency(k);
      return cost_of(
          RoutingGame::make(game.user(), game.provider(), models, {}, game.participates()).value());
    };
    for (int trial = 0; trial < 30; ++trial) {
      const double cost = slowed_cost([&](std::size_t k) {
        const double worth = std::max(0.0, game.pass(k).net_value);
        return game.model(k).latency + (rng.uniform() < 0.5 ? 0 : worth * rng.uniform(0, 1.5));
      });
      EXPECT_GE(cost, audit.throttling.cost - 1e-9 * scale_of(game)) << i;
    }
    const double slowest = slowed_cost([&](std::size_t k) {
      return game.model(k).latency + 1.01 * std::max(0.0, game.pass(k).net_value) + 1e-9;
    });
    EXPECT_NEAR(std::min(slowest, audit.optimum.payoffs.provider_cost), audit.throttling.cost,
                1e-9 * scale_of(game))
        << i;
    paid += audit.throttling.gain > 0 ? 1U : 0U;
  }
  EXPECT_GT(paid, 100U);
}

TEST(PlanAudit, throttling_pays_below_the_floor_and_not_above_it) {
  std::size_t floors = 0;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    base::Rng rng(33, i);
    const RoutingGame game = any_game_of(rng, 1 + i % 4, i);
    const double floor = plan_audit(game).penalty_floor;
    EXPECT_EQ(plan_audit(with_penalty(game, floor * 1.001 + 1e-9)).throttling.gain, 0) << i;
    EXPECT_EQ(plan_audit(with_penalty(game, floor * 3 + 1)).throttling.gain, 0) << i;
    if (floor < 1e-6) continue;
    EXPECT_GT(plan_audit(with_penalty(game, floor * 0.999)).throttling.gain, 0) << i;
    ++floors;
  }
  EXPECT_GT(floors, 500U);
}

TEST(PlanAudit, the_users_plan_is_an_optimum_at_the_aligning_penalties_alone) {
  std::size_t aligned = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    base::Rng rng(34, i);
    const RoutingGame game = any_game_of(rng, 2 + i % 3, i);
    const auto range = plan_audit(game).aligning_penalties;
    for (int trial = 0; trial < 20; ++trial) {
      const double penalty = rng.exponential(5);
      const RoutingGame other = with_penalty(game, penalty);
      const PlanAudit audit = plan_audit(other);
      const double excess = audit.preferred.payoffs.provider_cost - cost_of(other);
      const double tolerance = 1e-9 * scale_of(other);
      if (range.contains(penalty)) {
        EXPECT_LE(excess, tolerance) << i << ' ' << penalty;
        ++aligned;
      } else if (std::abs(penalty - range.low) > 1e-3 && std::abs(penalty - range.high) > 1e-3) {
        EXPECT_GT(excess, 0) << i << ' ' << penalty << ' ' << range.low << ' ' << range.high;
      }
    }
  }
  EXPECT_GT(aligned, 2'000U);
}

TEST(PlanAudit, no_plan_is_worth_more_to_a_calibrated_user_than_the_preferred_one) {
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    base::Rng rng(35, i);
    const RoutingGame game = any_game_of(rng, 2 + i % 3, i);
    if (game.user().naive) continue;
    const PlanAudit audit = plan_audit(game);
    const double most = audit.preferred.payoffs.user_utility;
    EXPECT_LE(audit.optimum.payoffs.user_utility, most + 1e-9 * scale_of(game)) << i;
    for (const auto& plan : {best_plan(with_penalty(game, 0)), best_plan(with_penalty(game, 1e3))})
      EXPECT_LE(plan.plan.payoffs.user_utility, most + 1e-9 * scale_of(game)) << i;
  }
}

}  // namespace
}  // namespace turnout::game
