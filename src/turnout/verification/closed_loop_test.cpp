#include "turnout/verification/closed_loop.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/verification/best_sequence.h"
#include "turnout/verification/lived_play.h"

namespace turnout::verification {
namespace {

/// Tasks that are alike, and users who stay for ever.
LivedWorld plain_world() {
  LivedWorld world;
  world.seed = 1;
  world.models = {{"m1", 0.5, 0, 3, 0.01}, {"m2", 0.8, std::log(4), 5, 0.1}};
  world.value = 1e9;
  world.patience = 1 - 1e-9;
  world.lifetime_value = 10;
  world.leaves_unsolved = 0.1;
  return world;
}

TEST(LivedPlay, OfPatientUsersAModelAloneCostsItsCostByItsSuccess) {
  const auto world = plain_world();
  // Attempts are geometric: their mean has a standard error of sqrt(1 - p) / p / sqrt(n).
  EXPECT_NEAR(true_cost(world, "m1", 5, 20'000), 0.01 / 0.5, 4 * 0.01 * std::sqrt(2 / 20'000.0));
  EXPECT_NEAR(true_cost(world, "m2", 5, 20'000), 0.1 / 0.8, 4 * 0.1 * 0.56 / std::sqrt(20'000));
}

TEST(LivedPlay, WhoWaitsForNothingTakesOneAnswer) {
  auto world = plain_world();
  world.value = 1e-9;
  const double unsolved = 0.5;
  EXPECT_NEAR(true_cost(world, "m1", 5, 20'000), 0.01 + unsolved * world.penalty(),
              4 * world.penalty() * 0.5 / std::sqrt(20'000));
}

TEST(LivedPlay, UsersReckonWithWhatIsPromised) {
  // Six seconds a solved task with m1, 100 with the slow one: who knows that it comes next leaves.
  auto world = plain_world();
  world.models.push_back({"slow", 0.5, 0, 50, 0.01});
  world.value = 20;
  const double stays = true_cost(world, "m1", 5, 4000);
  const double leaves = true_cost(world, "m1,slow", 5, 4000);
  EXPECT_NEAR(stays, 0.02, 0.002);
  EXPECT_NEAR(leaves, 0.01 + 0.5 * world.penalty(), 0.05);
}

TEST(BestSequence, IsFoundWhereItIsKnown) {
  auto world = plain_world();
  EXPECT_EQ(best_sequence(world, 9).policy, "m1");
  // Of two answers at most, with $1 at stake, the second ought to be the better one.
  world.patience = 0.5;
  EXPECT_EQ(best_sequence(world, 9).policy.substr(0, 2), "m2");
}

ClosedLoopOptions small() {
  ClosedLoopOptions options;
  options.tasks = 2000;
  return options;
}

TEST(ClosedLoop, WhoServesTheBestSequenceCostsTheOptimum) {
  const auto options = small();
  std::string best;
  const auto tell = [&](const LoopTurn&) -> base::Result<LoopStep> { return LoopStep{best, ""}; };
  best = "m1";
  best = play_closed_loop(options, 2, tell)->best;
  const auto world = play_closed_loop(options, 2, tell);
  ASSERT_TRUE(world);
  EXPECT_EQ(world->loop_last, world->best_last);  // the same tasks, the same luck
  EXPECT_GT(world->loop, world->best_cost);       // by what it drew before it knew
  EXPECT_EQ(world->policies.back().policy, best);
}

TEST(ClosedLoop, WhoNeverLearnsPaysForIt) {
  const auto stay = [](const LoopTurn& turn) -> base::Result<LoopStep> {
    return LoopStep{turn.models.back(), "dear"};
  };
  const auto world = play_closed_loop(small(), 2, stay);
  ASSERT_TRUE(world);
  EXPECT_GT(world->loop_last, 2 * world->best_last);
  for (const double rival : world->rivals) EXPECT_GE(rival, world->best_cost);
}

TEST(ClosedLoop, WhatLearningCostsIsCountedByWhatIsInForce) {
  auto options = small();
  options.worlds = 1;
  options.seed = 2;  // m1 is its optimum
  const auto stay = closed_loop_answer(options, [](const LoopTurn& turn) {
    return base::Result<LoopStep>(LoopStep{turn.in_force, ""});
  });
  ASSERT_TRUE(stay);
  const auto& never = stay->progress;
  EXPECT_GT(never.back().over_best, 1);
  EXPECT_NEAR(never[5].so_far, never.back().over_best / 2, 1e-12);  // at half of the tasks
  EXPECT_NEAR(never.back().so_far, never.back().over_best, 1e-12);
  const auto explore = closed_loop_answer(options, [](const LoopTurn& turn) {
    return base::Result<LoopStep>(LoopStep{turn.models.back(), "to find out", turn.models.front()});
  });
  ASSERT_TRUE(explore);
  EXPECT_GT(explore->progress.back().over_best, 1);
  EXPECT_NEAR(explore->progress.back().settled, 0, 1e-12);
}

TEST(ClosedLoop, EveryPassIsLoggedForWhoIsAsked) {
  std::size_t asked = 0;
  const auto look = [&](const LoopTurn& turn) -> base::Result<LoopStep> {
    ++asked;
    EXPECT_NE(turn.source.find("sqlite:"), std::string::npos);
    return LoopStep{turn.in_force, ""};
  };
  const auto world = play_closed_loop(small(), 3, look);
  ASSERT_TRUE(world);
  EXPECT_GE(asked, 3U);
  EXPECT_EQ(world->policies.size(), 1U);
}

TEST(ClosedLoop, RefusesOptionsOutOfRange) {
  const NextPolicy nobody = [](const LoopTurn& turn) -> base::Result<LoopStep> {
    return LoopStep{turn.in_force, ""};
  };
  auto options = small();
  options.worlds = 0;
  EXPECT_FALSE(closed_loop_answer(options, nobody));
  options.worlds = 1;
  options.tasks = 10;
  EXPECT_FALSE(closed_loop_answer(options, nobody));
}

}  // namespace
}  // namespace turnout::verification
