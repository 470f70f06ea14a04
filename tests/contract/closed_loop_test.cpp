#include "turnout/verification/closed_loop.h"

#include <gtest/gtest.h>

#include <limits>

#include "turnout/control/next_policy.h"

/// The control loop on traffic that is known to the judge alone. `turnout verify --closed-loop` does
/// the same at length; docs/experiments.md shows it.
namespace turnout {
namespace {

base::Result<verification::LoopStep> ask(const verification::LoopTurn& turn) {
  control::Evidence evidence;
  evidence.source = turn.source;
  evidence.penalty = turn.penalty;
  evidence.draws = analysis::AdviseOptions::kLeastDraws;
  control::GuardRails rails;
  rails.largest_step = std::numeric_limits<double>::infinity();
  TURNOUT_TRY(const auto step,
              control::next_policy(evidence, turn.models, turn.in_force, rails, turn.watch));
  return verification::LoopStep{step.policy, ""};
}

TEST(ClosedLoop, FindsAPolicyNearTheOptimumAndCheaperThanReacting) {
  verification::ClosedLoopOptions options;
  options.tasks = 3000;
  options.first_turn = 2000;
  options.growth = 4;  // no other turn
  const auto world = verification::play_closed_loop(options, 2, ask);
  ASSERT_TRUE(world) << world.error().message;
  const auto& last = world->policies.back();
  EXPECT_EQ(last.from, 2000U);
  EXPECT_LE(last.cost, 1.1 * world->best_true) << last.policy;  // with what it explores
  EXPECT_GT(world->policies.front().cost, 2 * last.cost);       // what it began with
  for (const std::size_t reacting : {2U, 4U, 5U})               // ladder, latch, sticky random
    EXPECT_LT(world->loop_last, world->rivals_last[reacting])
        << verification::name_of_rival(reacting);
}

}  // namespace
}  // namespace turnout
