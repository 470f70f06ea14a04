#include "turnout/simulation/pair_traffic.h"

#include <gtest/gtest.h>

#include "turnout/game/payoffs.h"

namespace turnout::simulation {
namespace {

game::Game example() {
  return game::Game::make({12, 1}, {4}, {{{0.45, 3, 0.4}, {0.8, 9, 2}}}).value();
}

/// The same by play(), task by task.
PairCounts by_play(const game::Game& game, const game::Policy& policy, double abandon,
                   std::uint64_t tasks, std::uint64_t seed) {
  PairCounts counts;
  for (std::uint64_t block = 0; block * kBlock < tasks; ++block) {
    base::Rng rng(seed, block);
    for (std::uint64_t i = block * kBlock; i < std::min(tasks, (block + 1) * kBlock); ++i) {
      const PlayedTask task = play(game, policy, abandon, kMostPasses, rng);
      const auto [n1, n2] = task.passes;
      const std::uint64_t solved = task.solved ? 1 : 0;
      counts += {1,
                 solved,
                 {n1, n2},
                 {n1 * n1, n1 * n2, n2 * n2},
                 {solved * n1, solved * n2},
                 task.cut_off ? 1U : 0U};
    }
  }
  return counts;
}

TEST(PairTraffic, is_what_play_does_pass_by_pass) {
  for (const game::Policy policy : {game::Policy{0, 0}, {0, 1}, {0, 0.3}, {1, 0}}) {
    for (const double abandon : {0.0, 0.37, 1.0}) {
      EXPECT_EQ(play_pair(example(), policy, abandon, 150'000, 11),
                by_play(example(), policy, abandon, 150'000, 11));
    }
  }
}

TEST(PairTraffic, is_the_same_for_any_number_of_threads) {
  const auto one = play_pair(example(), {0, 0.3}, 0.2, 1'000'000, 3, 1);
  for (const unsigned threads : {2U, 3U, 8U})
    EXPECT_EQ(one, play_pair(example(), {0, 0.3}, 0.2, 1'000'000, 3, threads));
}

TEST(PairTraffic, means_and_errors_are_those_of_the_tasks) {
  const auto counts = play_pair(example(), {0, 0.3}, 0.2, 40'000, 5);
  const auto payoffs = payoffs_of(counts, example());
  numeric::Sample cost;
  numeric::Sample utility;
  base::Rng rng(5, 0);
  for (int i = 0; i < 40'000; ++i) {
    const auto task = play(example(), {0, 0.3}, 0.2, kMostPasses, rng);
    const auto n1 = static_cast<double>(task.passes[0]);
    const auto n2 = static_cast<double>(task.passes[1]);
    cost.add(0.4 * n1 + 2 * n2 + (task.solved ? 0 : 4));
    utility.add((task.solved ? 12 : 0) - 3 * n1 - 9 * n2);
  }
  EXPECT_NEAR(payoffs.provider_cost.mean(), cost.mean(), 1e-10);
  EXPECT_NEAR(payoffs.provider_cost.standard_error(), cost.standard_error(), 1e-10);
  EXPECT_NEAR(payoffs.user_utility.mean(), utility.mean(), 1e-10);
  EXPECT_NEAR(payoffs.user_utility.standard_error(), utility.standard_error(), 1e-10);
}

}  // namespace
}  // namespace turnout::simulation
