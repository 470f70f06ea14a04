#include "turnout/mock/user_mind.h"

#include <gtest/gtest.h>

#include <cmath>

namespace turnout::mock {
namespace {

/// mini solves 0.3 in 2 s, large 0.8 in 4 s; time is worth 1 a second.
simulation::Setting setting_of(double value,
                               std::vector<game::Model> models = {{0.3, 2, 1}, {0.8, 4, 2}}) {
  auto game = game::RoutingGame::make({value, 1}, {5}, std::move(models)).value();
  return {std::move(game), {"mini", "large"}, {}, {}, {}, {}};
}

UserTask user_of(const UserMind& mind) {
  base::Rng rng(1);
  return mind.draw(rng);
}

TEST(UserMind, goes_on_where_the_next_answer_is_worth_the_wait) {
  // Of mini for good: V 0.3 >= 2 from V = 6.67 on.
  for (const auto& [value, stays] : {std::pair{7.0, true}, {6.0, false}}) {
    const UserMind mind(setting_of(value));
    EXPECT_EQ(mind.goes_on(user_of(mind), {0}, "mini", 0), stays) << value;
    // He who knows of no policy believes that the last model goes on.
    EXPECT_EQ(mind.goes_on(user_of(mind), {0}, "", 0), stays);
    EXPECT_EQ(mind.goes_on(user_of(mind), {0}, "policy-12", 0), stays);
    // Of large: V 0.8 >= 4 from V = 5 on.
    EXPECT_TRUE(mind.goes_on(user_of(mind), {1}, "", 0));
    EXPECT_TRUE(mind.goes_on(user_of(mind), {0}, "mini,large", 0));
  }
}

TEST(UserMind, knows_where_in_the_policy_his_task_is) {
  const UserMind mind(setting_of(7));
  EXPECT_TRUE(mind.goes_on(user_of(mind), {0}, "mini,mini,end", 0));
  EXPECT_FALSE(mind.goes_on(user_of(mind), {0, 0}, "mini,mini,end", 0));
  // A cascade's step is told by who served.
  const UserMind poor(setting_of(5.5));
  EXPECT_TRUE(poor.goes_on(user_of(poor), {0, 1}, "cascade:mini,large,0.01", 0));
  EXPECT_FALSE(poor.goes_on(user_of(poor), {0, 0}, "cascade:mini,large,0.01", 0));
}

TEST(UserMind, a_model_that_the_policy_does_not_name_does_not_drive_him_away) {
  auto setting = setting_of(7);
  for (const double sigma : {0.0, 0.5}) {
    setting.difficulty.sigma = sigma;
    const UserMind mind(setting);
    EXPECT_TRUE(mind.goes_on(user_of(mind), {1}, "mini,mini,large", 0));
    EXPECT_FALSE(mind.goes_on(user_of(mind), {1}, "mini,end", 0));
  }
}

TEST(UserMind, leaves_for_reasons_of_his_own_with_the_probability_of_impatience) {
  auto setting = setting_of(100, {{0.3, 2, 1, 0, 0.9}, {0.8, 4, 2}});
  setting.behaviour.patience = 0.5;
  const UserMind mind(setting);
  EXPECT_TRUE(mind.goes_on(user_of(mind), {0}, "mini", 0.449));
  EXPECT_FALSE(mind.goes_on(user_of(mind), {0}, "mini", 0.451));
  EXPECT_TRUE(mind.goes_on(user_of(mind), {1}, "large", 0.499));
  EXPECT_FALSE(mind.goes_on(user_of(mind), {1}, "large", 0.501));
}

TEST(UserMind, takes_wrong_answers_for_right_ones_as_often_as_the_model_misleads) {
  const UserMind mind(setting_of(10, {{0.3, 2, 1, 0, 1, 0.2, 0.1}, {0.8, 4, 2}}));
  EXPECT_TRUE(mind.accepts({0}, true, 0.899));
  EXPECT_FALSE(mind.accepts({0}, true, 0.901));
  EXPECT_TRUE(mind.accepts({0}, false, 0.199));
  EXPECT_FALSE(mind.accepts({0}, false, 0.201));
  EXPECT_TRUE(mind.accepts({1}, true, 0.999));
  EXPECT_FALSE(mind.accepts({1}, false, 0));
}

TEST(UserMind, users_are_of_the_kinds_and_values_that_the_setting_says) {
  auto setting = setting_of(10);
  setting.behaviour.segments = {{0.3, {20, 1}}, {0.7, {6, 2}}};
  setting.behaviour.value_sigma = 0.5;
  const UserMind mind(setting);
  base::Rng rng(5);
  constexpr int kUsers = 20'000;
  int first = 0;
  double logs = 0;
  for (int i = 0; i < kUsers; ++i) {
    const UserTask task = mind.draw(rng);
    first += task.segment == 0 ? 1 : 0;
    EXPECT_EQ(task.user.value_of_time, task.segment == 0 ? 1 : 2);
    logs += std::log(task.user.value / (task.segment == 0 ? 20 : 6));
  }
  EXPECT_NEAR(first / double{kUsers}, 0.3, 4.5 * std::sqrt(0.21 / kUsers));
  EXPECT_NEAR(logs / kUsers, 0, 4.5 * 0.5 / std::sqrt(kUsers));
}

}  // namespace
}  // namespace turnout::mock
