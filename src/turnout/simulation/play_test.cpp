#include "turnout/simulation/play.h"

#include <gtest/gtest.h>

#include "games.h"

namespace turnout::simulation {
namespace {

using turnout::testing::game_of;

const game::Game kGame = game_of(10, 4, {0.2, 3, 1}, {0.8, 6, 5});

TEST(Simulate, repeats_itself_bit_for_bit_for_a_seed) {
  const auto a = simulate(kGame, {0, 0.3}, 0.2, 1000, 5);
  const auto b = simulate(kGame, {0, 0.3}, 0.2, 1000, 5);
  const auto c = simulate(kGame, {0, 0.3}, 0.2, 1000, 6);
  EXPECT_EQ(a.provider_cost.mean(), b.provider_cost.mean());
  EXPECT_NE(a.provider_cost.mean(), c.provider_cost.mean());
}

TEST(Simulate, has_the_means_of_a_geometric_number_of_passes) {
  const auto seen = simulate(kGame, {1, 0}, 0, 20'000, 1);
  EXPECT_NEAR(seen.passes[1].mean(), 1 / 0.8, 5 * seen.passes[1].standard_error());
  EXPECT_EQ(seen.passes[0].mean(), 0);
  EXPECT_EQ(seen.success.mean(), 1);
}

TEST(Play, ends_a_task_that_would_not_end_and_says_so) {
  base::Rng rng(1);
  const auto task = play(game_of(1, 1, {1e-9, 1, 1}, {1e-9, 1, 1}), {0, 0}, 0, 100, rng);
  EXPECT_TRUE(task.cut_off);
  EXPECT_FALSE(task.solved);
  EXPECT_EQ(task.passes[0], 100U);
}

}  // namespace
}  // namespace turnout::simulation
