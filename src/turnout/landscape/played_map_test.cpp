#include "turnout/landscape/played_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "games.h"

namespace turnout::landscape {
namespace {

using turnout::testing::game_of;

const game::Game kOneThreshold = game_of(10, 4, {0.2, 3, 1}, {0.8, 6, 5});    // xi1 < 0 < xi2
const game::Game kThreePhases = game_of(10, 4, {0.6, 1, 0.4}, {0.62, 8, 2});  // xi1 > 0 > xi2

AxisPair axes(const std::string& x, const std::string& y) {
  return AxisPair::make(Axis::parse("--x", x).value(), Axis::parse("--y", y).value()).value();
}

game::Game moved(const game::Game& game, const AxisPair& pair, double x, double y) {
  Numbers numbers = numbers_of(game);
  EXPECT_TRUE(pair.move(numbers, x, y));
  return game_from(numbers).value();
}

/// Runs `check(value, x, y)` for each point of a map of 9 x 7 points.
template <class Check>
void at_each_point(const game::Game& game, const AxisPair& pair, Shown shown, const Check& check) {
  const auto map = played_map(game, pair, shown, {9, 7});
  ASSERT_TRUE(map);
  EXPECT_TRUE(map->routes.empty());
  for (std::size_t j = 0; j < 7; ++j) {
    for (std::size_t i = 0; i < 9; ++i)
      check(map->values[j * 9 + i], pair.x().at_cell(i, 9), pair.y().at_cell(j, 7));
  }
}

TEST(PlayedMap, over_s_and_q_evaluates_the_posted_policy_with_the_q_that_is_given) {
  const AxisPair pair = axes("q=0.1:1", "s=0:1");  // in either order
  at_each_point(kThreePhases, pair, Shown::kUtility, [](double value, double q, double s) {
    EXPECT_EQ(value, evaluate(kThreePhases, {0, s}, q).user_utility);
  });
  at_each_point(kThreePhases, axes("s=0:1", "q=0:1"), Shown::kCost,
                [](double value, double s, double q) {
                  EXPECT_EQ(value, evaluate(kThreePhases, {0, s}, q).provider_cost);
                });
}

TEST(PlayedMap, over_s_and_a_parameter_the_user_answers_with_his_best_response) {
  const AxisPair pair = axes("s=0:1", "t2=5:20");
  at_each_point(kThreePhases, pair, Shown::kSuccess, [&](double value, double s, double t2) {
    const game::Game game = moved(kThreePhases, pair, s, t2);
    EXPECT_EQ(value, evaluate(game, {0, s}, best_response(game, {0, s}).abandon).success);
  });
  at_each_point(kThreePhases, pair, Shown::kAbandon, [&](double value, double s, double t2) {
    EXPECT_EQ(value, best_response(moved(kThreePhases, pair, s, t2), {0, s}).abandon);
  });
}

TEST(PlayedMap, over_q_and_a_parameter_the_provider_posts_its_optimum) {
  const AxisPair pair = axes("P=0:20", "q=0:1");
  at_each_point(kOneThreshold, pair, Shown::kServiceCost, [&](double value, double P, double q) {
    const game::Game game = moved(kOneThreshold, pair, P, q);
    EXPECT_EQ(value, evaluate(game, solve(game).best().policy, q).service_cost);
  });
  at_each_point(kOneThreshold, pair, Shown::kCascade, [&](double value, double P, double q) {
    EXPECT_EQ(value, solve(moved(kOneThreshold, pair, P, q)).best().policy.cascade);
  });
}

TEST(PlayedMap, marks_what_is_no_game_and_ends_when_told_to) {
  const AxisPair pair = axes("p2=0.5:1.5", "s=0:1");
  const auto map = played_map(kOneThreshold, pair, Shown::kCost, {2, 2});
  ASSERT_TRUE(map);
  EXPECT_FALSE(std::isnan(map->values[0]));
  EXPECT_TRUE(std::isnan(map->values[1]));
  EXPECT_FALSE(played_map(kOneThreshold, axes("p2=2:3", "s=0:1"), Shown::kCost, {2, 2}));
  const base::Watch stopped{[](std::size_t) {},
                            base::Cancellation(base::Deadline::after(std::chrono::seconds(0)))};
  const auto none = played_map(kOneThreshold, pair, Shown::kCost, {2, 2}, stopped);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::ErrorCode::kCancelled);
}

TEST(PlayedMap, shows_payoffs_and_what_no_axis_says) {
  const auto meaningful = [](const AxisPair& pair) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < kShownNames.size(); ++k) {
      if (can_be_played(pair, static_cast<Shown>(k))) names.emplace_back(kShownNames.at(k));
    }
    return names;
  };
  std::vector<std::string> expected = {"cost", "utility", "success", "latency", "service-cost"};
  EXPECT_EQ(meaningful(axes("s=0:1", "q=0:1")), expected);
  expected.emplace_back("abandon");
  EXPECT_EQ(meaningful(axes("s=0:1", "P=0:1")), expected);
  expected.back() = "cascade";
  EXPECT_EQ(meaningful(axes("V=0:1", "q=0:1")), expected);
}

TEST(ResponseCurve, over_s_and_q_lies_where_no_other_q_is_better_and_is_cut_where_it_jumps) {
  for (const auto& [game, parts] : {std::pair{&kOneThreshold, 2U}, {&kThreePhases, 1U}}) {
    const auto curves = response_curves(*game, axes("s=0:1", "q=0:1"), 50);
    ASSERT_EQ(curves.size(), parts);
    for (const auto& curve : curves) {
      EXPECT_EQ(curve.name, "q*");
      for (const auto& [s, q] : curve.points) {
        const double utility = evaluate(*game, {0, s}, q).user_utility;
        for (const double other : {0.0, 0.25, 0.5, 0.75, 1.0})
          EXPECT_GE(utility, evaluate(*game, {0, s}, other).user_utility - 1e-12) << s;
      }
    }
  }
}

TEST(ResponseCurve, over_s_and_a_parameter_is_where_the_response_changes_its_form) {
  const AxisPair pair = axes("t2=5:20", "s=0:1");
  const auto curves = response_curves(kThreePhases, pair, 30);
  ASSERT_EQ(curves.size(), 2U);
  EXPECT_EQ(curves[0].name, "sL");
  EXPECT_EQ(curves[1].name, "sH");
  for (const auto& [t2, s] : curves[0].points) {
    EXPECT_NEAR(s, *thresholds(moved(kThreePhases, pair, t2, s)).patience, 1e-12);
  }
  EXPECT_TRUE(response_curves(kThreePhases, axes("P=0:1", "q=0:1"), 30).empty());
}

}  // namespace
}  // namespace turnout::landscape
