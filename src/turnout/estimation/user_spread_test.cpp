#include "turnout/estimation/user_spread.h"

#include <gtest/gtest.h>

#include <array>

#include <string>

#include "turnout/base/rng.h"
#include "turnout/numeric/sample.h"

namespace turnout::estimation {
namespace {

/// First attempts of users with `tasks` tasks each; a user's tasks are solved with probability .5 and
/// this more or less; all end, and all are told.
UserSpread spread_of(int users, int tasks, double differs, std::uint64_t seed) {
  base::Rng rng(seed);
  UserSpreadGatherer gatherer;
  for (int user = 0; user < users; ++user) {
    const double p = 0.5 + (rng.uniform() < 0.5 ? differs : -differs);
    for (int task = 0; task < tasks; ++task)
      gatherer.add(user_key("u" + std::to_string(user)), 0, true, true, rng.uniform() < p);
  }
  return gatherer.finish().at(0);
}

TEST(UserSpread, design_effects_are_those_of_the_variance_between_logs) {
  // Var(share) = (.25 + (tasks - 1) differs^2) / (users tasks), .25 / (users tasks) if users are alike.
  const double expected = 1 + 19 * 0.3 * 0.3 / 0.25;
  numeric::Sample effects;
  numeric::Sample shares;
  for (std::uint64_t log = 0; log < 200; ++log) {
    const UserSpread spread = spread_of(300, 20, 0.3, log);
    effects.add(design_effects(spread).success);
    shares.add(static_cast<double>(spread.sums[kUserSolved]) / 6000);
  }
  EXPECT_NEAR(effects.mean(), expected, 0.02 * expected);
  const double variance = 200 * shares.standard_error() * shares.standard_error();
  EXPECT_NEAR(variance / (0.25 / 6000), expected,
              0.3 * expected);  // 3 standard errors of a variance
}

TEST(UserSpread, alike_users_and_single_tasks_have_none) {
  EXPECT_NEAR(design_effects(spread_of(2000, 10, 0, 1)).success, 1, 0.15);
  EXPECT_EQ(design_effects(spread_of(500, 1, 0.3, 1)).success, 1);
  EXPECT_EQ(design_effects({}).ends, 1);
}

TEST(UserSpread, tasks_that_all_end_alike_have_none) {
  for (int users = 3; users < 60; ++users) {
    UserSpreadGatherer gatherer;
    for (int pass = 0; pass < 3001; ++pass)
      gatherer.add(user_key("u" + std::to_string(pass % users)), 0, true, true, true);
    const DesignEffects effects = design_effects(gatherer.finish().at(0));
    EXPECT_EQ(effects.success, 1) << users;
    EXPECT_EQ(effects.ends, 1) << users;
  }
}

TEST(UserSpread, tasks_of_unknown_users_count_as_of_a_user_each) {
  UserSpreadGatherer known;
  UserSpreadGatherer unknown;
  for (int task = 0; task < 100; ++task) {
    known.add(user_key("task " + std::to_string(task)), 1, task % 2 == 0, task % 4 == 0,
              task % 8 == 0);
    unknown.add(std::nullopt, 1, task % 2 == 0, task % 4 == 0, task % 8 == 0);
  }
  EXPECT_EQ(known.finish().at(1), unknown.finish().at(1));
}

TEST(UserSpread, the_sample_is_the_same_in_any_order_and_grouping) {
  constexpr std::size_t kMost = 500;
  UserSpreadGatherer forward(kMost);
  UserSpreadGatherer backward(kMost);
  std::array<UserSpreadGatherer, 3> parts{UserSpreadGatherer(kMost), UserSpreadGatherer(kMost),
                                          UserSpreadGatherer(kMost)};
  constexpr int kPasses = 20'000;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto add = [](UserSpreadGatherer& to, int i) {
      to.add(user_key("u" + std::to_string(i % 4000)), static_cast<std::size_t>(i % 3), i % 2 == 0,
             true, i % 5 == 0);
    };
    add(forward, pass);
    add(backward, kPasses - 1 - pass);
    add(parts.at(static_cast<std::size_t>(pass * 3 / kPasses)), pass);
  }
  UserSpreadGatherer together(kMost);
  for (const auto& part : parts) {
    together.sample(part.halvings());
    part.for_each(
        [&](const UserSpreadGatherer::One& one) { together.add(one.user, one.model, one.counts); });
  }
  EXPECT_GT(forward.halvings(), 2U);
  EXPECT_EQ(forward.finish(), backward.finish());
  EXPECT_EQ(forward.finish(), together.finish());
}

TEST(UserSpread, two_users_say_little) {
  EXPECT_GE(design_effects(spread_of(3, 200, 0.3, 4)).success, 2);
}

}  // namespace
}  // namespace turnout::estimation
