#include "turnout/simulation/stay_rule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace turnout::simulation {
namespace {

game::RoutingGame game_of(std::size_t models) {
  std::vector<game::Model> all;
  for (std::size_t k = 0; k < models; ++k) {
    const auto i = static_cast<double>(k);
    all.push_back({0.3 + 0.5 * i / static_cast<double>(models), 1 + i, 0.1 * (1 + i)});
  }
  return game::RoutingGame::make({10, 1}, {5}, all).value();
}

/// After some failures, all served as the policy has it; `draws` decides between models.
double waiting(const std::string& policy, std::size_t failures,
               const game::Difficulty& difficulty = {}, double draws = 0) {
  const std::vector<std::string> names = {"a", "b"};
  const PassRule passes(game_of(2), difficulty);  // a: p 0.3, t 1; b: p 0.55, t 2
  const auto read = policy::Policy::parse(policy, names).value();
  Path path;
  policy::State state = 0;
  for (std::size_t j = 0; j < failures; ++j) {
    const auto decision = policy::decide(read, state, draws);
    path.push_back(decision.model);
    state = decision.next;
  }
  return StayRule(passes, read, passes.game().user()).least_value(path, state);
}

TEST(StayRule, independent_attempts_on_one_model_promise_t_over_p) {
  EXPECT_NEAR(waiting("a", 1), 1 / 0.3, 1e-12);
  EXPECT_NEAR(waiting("a", 20), 1 / 0.3, 1e-12) << "however often";
  EXPECT_NEAR(waiting("a,b", 1), 2 / 0.55, 1e-12);
}

TEST(StayRule, a_better_model_later_is_worth_waiting_for) {
  // b waits less per success only if t2/p2 < t1/p1: here it does not, and one more attempt on a is
  // best.
  EXPECT_NEAR(waiting("a,a,b", 1), 1 / 0.3, 1e-12);
  // In the other order the promise of a after b counts: t = 2 + 0.45, p = 0.55 + 0.45 * 0.3, and
  // on.
  const double long_run = (2 + 0.45 / 0.3) / 1;
  EXPECT_LT(waiting("b,b,a", 1), 2 / 0.55);
  EXPECT_NEAR(waiting("b,b,a", 1), long_run, 1e-12);
}

TEST(StayRule, failures_at_hard_tasks_raise_the_waiting_and_feedback_lowers_it) {
  EXPECT_GT(waiting("a", 2, {1.5, 0}), waiting("a", 1, {1.5, 0}));
  EXPECT_LT(waiting("a", 1, {1.5, 1}), waiting("a", 1, {1.5, 0}));
}

TEST(StayRule, a_lottery_and_a_cascade_promise_what_their_chains_do) {
  // In turn with equal chances for ever: t = 1.5 and p = 0.425 an attempt.
  EXPECT_NEAR(waiting("lottery:a=0.5,b=0.5", 3), 1.5 / 0.425, 1e-12);
  // From a after a failure of the cascade, the whole chain: n_a = 0.75 / D, n_b = (0.25 + 0.7 * 0.25
  // n_a's) ... by visits: a with 0.75 again and again, b from there or at once for good.
  const double on_a = 0.75 / (1 - 0.7 * 0.75);
  const double to_b = 0.25 * (1 + 0.7 * on_a);
  const double chain = (on_a * 1 + to_b * 2 / 0.55) / (on_a * 0.3 + to_b);
  EXPECT_NEAR(waiting("cascade:a,b,0.25", 1), std::min(chain, 1.25 / (0.75 * 0.3 + 0.25 * 0.55)),
              1e-12);
  EXPECT_NEAR(waiting("cascade:a,b,0.25", 2, {}, 0.9), 2 / 0.55, 1e-12) << "switched";
}

TEST(StayRule, a_long_list_is_followed_to_its_end) {
  // 40 attempts on b, then a for good, whose wait per success is less.
  EXPECT_NEAR(waiting("b*40,a", 1), 2 / 0.55, 1e-9);
  EXPECT_NEAR(waiting("b*40,a", 39), (2 + 0.45 / 0.3) / 1, 1e-12);
  EXPECT_NEAR(waiting("b*40,a", 40), 1 / 0.3, 1e-12);
}

TEST(StayRule, nobody_waits_where_the_offer_has_ended) {
  EXPECT_EQ(waiting("a,b,end", 2), INFINITY);
  EXPECT_NEAR(waiting("a,b,end", 1), 2 / 0.55, 1e-12);
}

TEST(StayRule, what_failures_tell_is_followed_through_the_whole_list) {
  const double late = waiting("a*20,end", 19, {1.5, 0});
  EXPECT_GT(late, waiting("a*20,end", 18, {1.5, 0}));
}

TEST(StayRule, many_models_at_random_are_looked_at_less_deeply) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("m" + std::to_string(i));
  const PassRule passes(game_of(40), {1, 0});
  const StayRule rule(passes, policy::Policy::parse("explore:1/m0", names).value(),
                      passes.game().user());
  EXPECT_TRUE(std::isfinite(rule.least_value({3, 39, 7, 7, 0}, 0)));
}

}  // namespace
}  // namespace turnout::simulation
