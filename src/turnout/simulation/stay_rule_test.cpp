#include "turnout/simulation/stay_rule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace turnout::simulation {
namespace {

game::RoutingGame game_of(std::size_t models) {
  std::vector<game::Offer> offers;
  for (std::size_t k = 0; k < models; ++k) {
    const auto i = static_cast<double>(k);
    offers.push_back({{0.3 + 0.5 * i / static_cast<double>(models), 1 + i, 0.1 * (1 + i)}});
  }
  return game::RoutingGame::make({10, 1}, {5}, offers).value();
}

double waiting(const std::string& policy, const Path& path,
               const game::Difficulty& difficulty = {}) {
  const std::vector<std::string> names = {"a", "b"};
  const auto game = game_of(2);  // a: p 0.3, t 1; b: p 0.55, t 2
  return StayRule(PassRule(game, difficulty), policy::RoutingPolicy::parse(policy, names).value())
      .waiting_per_success(path);
}

TEST(StayRule, independent_attempts_on_one_model_promise_t_over_p) {
  EXPECT_NEAR(waiting("a", {0}), 1 / 0.3, 1e-12);
  EXPECT_NEAR(waiting("a", Path(20, 0)), 1 / 0.3, 1e-12) << "beyond the deepest path";
  EXPECT_NEAR(waiting("a,b", {0}), 2 / 0.55, 1e-12);
}

TEST(StayRule, a_better_model_later_is_worth_waiting_for) {
  // b waits less per success only if t2/p2 < t1/p1: here it does not, and one more attempt on a is
  // best.
  EXPECT_NEAR(waiting("a,a,b", {0}), 1 / 0.3, 1e-12);
  // In the other order the promise of a after b counts: t = 2 + 0.45, p = 0.55 + 0.45 * 0.3, and
  // on.
  const double long_run = (2 + 0.45 / 0.3) / 1;
  EXPECT_LT(waiting("b,b,a", {1}), 2 / 0.55);
  EXPECT_NEAR(waiting("b,b,a", {1}), long_run, 1e-4);
}

TEST(StayRule, failures_at_hard_tasks_raise_the_waiting_and_feedback_lowers_it) {
  EXPECT_GT(waiting("a", {0, 0}, {1.5, 0}), waiting("a", {0}, {1.5, 0}));
  EXPECT_LT(waiting("a", {0}, {1.5, 1}), waiting("a", {0}, {1.5, 0}));
}

TEST(StayRule, many_models_at_random_are_looked_at_less_deeply) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("m" + std::to_string(i));
  const PassRule passes(game_of(40), {1, 0});
  const StayRule rule(passes, policy::RoutingPolicy::parse("explore:1/m0", names).value());
  EXPECT_TRUE(std::isfinite(rule.waiting_per_success({3, 39, 7, 7, 0})));
}

}  // namespace
}  // namespace turnout::simulation
