#include "turnout/analysis/map_answer.h"

#include <gtest/gtest.h>

#include "games.h"

namespace turnout::analysis {
namespace {

using turnout::testing::game_of;

const PaperScenario kCascade = {{game_of(10, 4, {0.2, 3, 1}, {0.8, 6, 5}), {"a", "b"}}, {}};

std::string error_of(const MapOptions& options) {
  // A watch that ends all work at once: what is refused is refused before any.
  const base::Watch stopped{[](std::size_t) {},
                            base::Cancellation(base::Deadline::after(std::chrono::seconds(0)))};
  const auto answer = map_answer(kCascade, options, stopped);
  return answer ? "" : answer.error().to_string();
}

TEST(MapAnswer, what_is_asked_for_is_checked_before_anything_is_solved) {
  const MapOptions good{"P=0:20", "c2=1:10", "", "10x10", "x.json"};
  const auto with = [&](auto member, const char* text) {
    MapOptions options = good;
    options.*member = text;
    return error_of(options);
  };
  EXPECT_EQ(with(&MapOptions::output, "x.gif").rfind("--output: 'x.gif' must end in .svg", 0), 0U);
  EXPECT_EQ(with(&MapOptions::x, "Q=1:2").rfind("--x: ", 0), 0U);
  EXPECT_EQ(with(&MapOptions::y, "P=1:2").rfind("--x and --y: ", 0), 0U);
  EXPECT_EQ(with(&MapOptions::show, "colour").rfind("--show: 'colour' must be one of policy", 0),
            0U);
  EXPECT_EQ(with(&MapOptions::size, "0x5").rfind("--size: ", 0), 0U);
  EXPECT_EQ(with(&MapOptions::size, "10x10001").rfind("--size: ", 0), 0U);
  EXPECT_EQ(map_answer(kCascade, good)->boundaries.empty(), false);
}

TEST(MapAnswer, ends_when_it_is_told_to) {
  const base::Watch stopped{[](std::size_t) {},
                            base::Cancellation(base::Deadline::after(std::chrono::seconds(0)))};
  for (const char* y : {"c2=1:10", "s=0:1"}) {
    const auto answer = map_answer(kCascade, {"P=0:20", y, "", "10x10", ""}, stopped);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, base::ErrorCode::kCancelled);
  }
}

TEST(MapAnswer, over_s_and_q_shows_utility_if_nothing_is_asked_for_and_refuses_what_is_optimised) {
  const auto answer = map_answer(kCascade, {"s=0:1", "q=0:1", "", "4x4", ""});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->map.shown, landscape::Shown::kUtility);
  EXPECT_FALSE(answer->curves.empty());
  EXPECT_TRUE(answer->boundaries.empty());
  for (const char* show : {"policy", "misalignment", "throttles", "cascade", "abandon"}) {
    EXPECT_EQ(error_of({"s=0:1", "q=0:1", show, "4x4", ""}),
              std::string("--show: '") + show +
                  "' has no meaning over s and q, must be one of cost, utility, success, latency, "
                  "service-cost");
  }
}

TEST(MapAnswer, counts_in_what_users_get_elsewhere) {
  constexpr double kMore = 3;
  const game::Game& game = kCascade.scenario.game;
  game::User user = game.user();
  user.value += kMore;
  user.outside = kMore;
  const PaperScenario with = {
      {game::Game::make(user, game.provider(), {game.model(0), game.model(1)}).value(), {"a", "b"}},
      {}};
  for (const MapOptions& options : {MapOptions{"P=0:20", "c2=1:10", "utility", "5x5", ""},
                                    MapOptions{"P=0:20", "c2=1:10", "preferred-utility", "5x5", ""},
                                    MapOptions{"s=0:1", "q=0:1", "utility", "5x5", ""}}) {
    const auto plain = map_answer(kCascade, options).value().map.values;
    const auto raised = map_answer(with, options).value().map.values;
    ASSERT_EQ(plain.size(), raised.size());
    for (std::size_t i = 0; i < plain.size(); ++i)
      EXPECT_NEAR(raised[i], plain[i] + kMore, 1e-9) << options.show << ' ' << options.x;
  }
}

TEST(MapAnswer, says_where_the_scenario_itself_is) {
  const auto optimum = solve(kCascade.scenario.game).best();
  const auto played = map_answer(kCascade, {"s=0:1", "q=0:1", "", "4x4", ""});
  EXPECT_EQ(*played->own, (std::array{optimum.policy.cascade, optimum.abandon}));
  const auto solved = map_answer(kCascade, {"xi1=-3:1", "P=0:20", "", "4x4", ""});
  EXPECT_EQ((*solved->own)[1], 4);
  EXPECT_NEAR((*solved->own)[0], -1, 1e-12);
  const PaperScenario second = {{game_of(10, 20, {0.2, 3, 5}, {0.8, 6, 1}), {"a", "b"}}, {}};
  EXPECT_FALSE(map_answer(second, {"s=0:1", "q=0:1", "", "4x4", ""})->own)
      << "its optimum starts on model 2";
}

}  // namespace
}  // namespace turnout::analysis
