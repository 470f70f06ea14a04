#include "turnout/estimation/sequence_choice.h"

#include <gtest/gtest.h>

namespace turnout::estimation {
namespace {

/// What costs `cost` and always solves.
WorldPayoffs costing(double cost) {
  WorldPayoffs play;
  play.cost = cost;
  play.success = 1;
  return play;
}

TEST(BestModels, are_as_likely_as_the_draws_say) {
  // Three draws: {0} is best, {0, 1} is best, {1} is best; a fourth in which {0} and {1} cost alike.
  PlayedSequences played;
  played.tried = {{0}, {1}, {0, 1}};
  played.plays = {{costing(1), costing(3), costing(3), costing(1)},
                  {costing(2), costing(2), costing(1), costing(1)},
                  {costing(3), costing(1), costing(2), costing(2)}};
  const auto shares = best_models(played, {5, 5, 5, 5});
  ASSERT_EQ(shares.size(), kLongestTried);
  EXPECT_DOUBLE_EQ(shares[0][0], 0.75);
  EXPECT_DOUBLE_EQ(shares[0][1], 0.25);
  for (std::size_t m = 1; m < kLongestTried; ++m) {
    EXPECT_DOUBLE_EQ(shares[m][0], 0.5);
    EXPECT_DOUBLE_EQ(shares[m][1], 0.5);
  }
}

TEST(BestModels, count_what_unsolved_tasks_cost) {
  PlayedSequences played;
  played.tried = {{0}, {1}};
  WorldPayoffs unsolved = costing(1);
  unsolved.success = 0.5;
  played.plays = {{unsolved}, {costing(2)}};
  EXPECT_DOUBLE_EQ(best_models(played, {1})[0][0], 1);
  EXPECT_DOUBLE_EQ(best_models(played, {4})[0][1], 1);
}

}  // namespace
}  // namespace turnout::estimation
