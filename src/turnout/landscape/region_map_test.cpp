#include "turnout/landscape/region_map.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "games.h"
#include "turnout/game/misalignment.h"

namespace turnout::landscape {
namespace {

using turnout::testing::game_of;

const game::Game kGame = game_of(10, 4, {0.2, 3, 1}, {0.8, 6, 5});

Axis axis(const std::string& text) {
  const auto parsed = Axis::parse("--x", text);
  EXPECT_TRUE(parsed) << parsed.error().to_string();
  return *parsed;
}

AxisPair axes(const std::string& x, const std::string& y) {
  const auto pair = AxisPair::make(axis(x), axis(y));
  EXPECT_TRUE(pair) << pair.error().to_string();
  return *pair;
}

TEST(Axis, moves_its_first_parameter_such_that_the_quantity_has_the_value) {
  for (const char* text :
       {"P=1:9", "w=0.5:2", "t2/t1=0.5:5", "c2-c1=0:3", "c2/p2-c1/p1=-2:3", "V=0.1:10:log",
        "p1/p2=0.1:0.5", "c1-c2/p2=1:2", "xi1=-3:1", "xi2=-3:4"}) {
    const Axis a = axis(text);
    Numbers numbers = numbers_of(kGame);
    const Numbers before = numbers;
    const double value = a.at(0.3);
    ASSERT_TRUE(a.measure().move(numbers, value)) << text;
    EXPECT_NEAR(a.measure().value_in(numbers), value, 1e-12 * (1 + std::abs(value))) << text;
    EXPECT_NEAR(a.share_of(value), 0.3, 1e-12) << text;
    for (std::size_t k = 0; k < kNumbers; ++k) {
      EXPECT_TRUE(a.measure().moves(k) || numbers.at(k) == before.at(k));
    }
  }
  EXPECT_DOUBLE_EQ(axis("V=0.01:100:log").at(0.5), 1);
}

TEST(Axis, errors_name_the_option_the_text_and_what_is_allowed) {
  for (const char* text :
       {"P", "P=1", "P=2:1", "P=1:1", "Q=1:2", "P=a:b", "P=0:1:log", "c1/p=1:2", "P=1:nan",
        "c1-c1=0:1", "=1:2", "c1/p1/p2=1:2", "xi3=0:1", "s=0:1.1", "q=-0.1:1", "q=0:1:log"}) {
    const auto parsed = Axis::parse("--y", text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().to_string().rfind("--y: '", 0), 0U);
    EXPECT_NE(parsed.error().to_string().find("must be like P"), std::string::npos);
  }
}

TEST(AxisPair, two_that_cannot_be_moved_apart_are_refused) {
  for (const auto& [x, y] : {std::pair{"P=0:1", "P=0:2"},
                             {"t1/t2=1:2", "t2/t1=1:2"},
                             {"xi1=0:1", "xi1=0:1"},
                             {"s=0:1", "s=0:0.5"},
                             {"q=0:1", "q=0:1"}}) {
    EXPECT_FALSE(AxisPair::make(axis(x), axis(y))) << x << " " << y;
  }
}

TEST(AxisPair, moves_each_quantity_to_its_value_whatever_the_other_does) {
  for (const auto& [x, y] : {std::pair{"t2/t1=1:2", "t1=1:2"},
                             {"t1=1:2", "t2/t1=1:2"},
                             {"xi1=-1:1", "xi2=-2:3"},
                             {"xi1=-1:1", "t1=1:2"},
                             {"t2=1:2", "xi2=-1:1"},
                             {"t2/t1=1:2", "xi1=-1:1"},
                             {"xi2=-1:1", "V=8:12"},
                             {"P=1:2", "xi1=-1:1"}}) {
    const AxisPair pair = axes(x, y);
    Numbers numbers = numbers_of(kGame);
    ASSERT_TRUE(pair.move(numbers, pair.x().at(0.3), pair.y().at(0.9))) << x << " " << y;
    EXPECT_NEAR(pair.x().measure().value_in(numbers), pair.x().at(0.3), 1e-12) << x << " " << y;
    EXPECT_NEAR(pair.y().measure().value_in(numbers), pair.y().at(0.9), 1e-12) << x << " " << y;
  }
}

TEST(AxisPair, a_net_value_moves_the_latency_and_the_value_where_that_is_moved_already) {
  EXPECT_EQ(axes("xi1=-1:1", "P=0:1").x().measure().moved().front(), 4U);
  EXPECT_EQ(axes("xi1=-1:1", "t1=0:1").x().measure().moved().front(), 0U);
  Numbers numbers = numbers_of(kGame);
  EXPECT_FALSE(axis("xi1=0:9").measure().move(numbers, 2.1)) << "an attempt takes no less than 0";
}

TEST(RegionMap, every_point_is_the_solution_of_its_game) {
  for (std::size_t which = 0; which < kShownNames.size(); ++which) {
    const AxisPair pair = axes("P=0:20", "t2/t1=0.1:10:log");
    const Axis& x = pair.x();
    const Axis& y = pair.y();
    const auto map = region_map(kGame, pair, static_cast<Shown>(which), {17, 13});
    ASSERT_TRUE(map);
    for (std::size_t j = 0; j < 13; ++j) {
      for (std::size_t i = 0; i < 17; ++i) {
        Numbers numbers = numbers_of(kGame);
        EXPECT_TRUE(x.measure().move(numbers, x.at((static_cast<double>(i) + 0.5) / 17)));
        EXPECT_TRUE(y.measure().move(numbers, y.at((static_cast<double>(j) + 0.5) / 13)));
        const auto e = game::solve(*game_from(numbers));
        const double value = map->values[j * 17 + i];
        EXPECT_EQ(map->routes[j * 17 + i], static_cast<std::uint8_t>(e.best().route));
        const double expected =
            static_cast<Shown>(which) == Shown::kCost      ? e.best().payoffs.provider_cost
            : static_cast<Shown>(which) == Shown::kCascade ? e.best().policy.cascade
            : static_cast<Shown>(which) == Shown::kMisalignment
                ? game::misalignment(*game_from(numbers), e).gap
                : value;
        EXPECT_NEAR(value, expected, 1e-11);
        EXPECT_FALSE(std::isnan(value));
      }
    }
  }
}

TEST(RegionMap, points_that_are_no_games_are_marked_and_a_map_without_games_is_refused) {
  const auto map = region_map(kGame, axes("p2=0.5:1.5", "P=0:1"), Shown::kCost, {10, 2});
  ASSERT_TRUE(map);
  EXPECT_FALSE(std::isnan(map->values[4]));
  EXPECT_TRUE(std::isnan(map->values[5]));
  EXPECT_EQ(map->routes[9], RegionMap::kNoGame);
  EXPECT_FALSE(region_map(kGame, axes("p2=2:3", "P=0:1"), Shown::kCost, {10, 2}));
}

TEST(RegionMap, ends_at_the_row_at_which_it_is_told_to) {
  const std::atomic<bool> stop = true;
  const base::Watch watch{[](std::size_t) { FAIL() << "a row was solved"; },
                          base::Cancellation(stop)};
  const auto map = region_map(kGame, axes("p2=0.5:1", "P=0:1"), Shown::kCost, {10, 2}, watch);
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().code, base::ErrorCode::kCancelled);
  EXPECT_TRUE(trace_boundaries(kGame, axes("P=0:20", "c2=0.1:10"), 64, watch.cancellation).empty());
}

TEST(Boundaries, lie_where_the_closed_form_has_them) {
  // Both models value-dominated: the route changes where c1/p1 = c2/p2, whatever P is.
  const game::Game game = game_of(20, 1, {0.5, 1, 1}, {0.8, 2, 5});
  const Axis x = axis("c2=0.5:4");
  const Axis y = axis("P=0:3");
  const auto pieces = trace_boundaries(game, *AxisPair::make(x, y), 16);
  ASSERT_EQ(pieces.size(), 16U);
  for (const auto& piece : pieces) {
    for (const auto& end : {piece.from, piece.to}) EXPECT_NEAR(x.at(end[0]), 1.6, 1e-10);
    EXPECT_NE(piece.one_side, piece.other_side);
  }
}

TEST(Boundaries, have_a_route_of_their_own_on_each_side) {
  const Axis x = axis("P=0:20");
  const Axis y = axis("c2=0.1:10");
  const auto pieces = trace_boundaries(kGame, *AxisPair::make(x, y), 64);
  EXPECT_GT(pieces.size(), 64U);
  int checked = 0;
  for (const auto& piece : pieces) {
    const double dx = piece.to[0] - piece.from[0];
    const double dy = piece.to[1] - piece.from[1];
    const double length = std::hypot(dx, dy);
    if (length < 1e-3) continue;
    const auto route_beside = [&](double off) {
      Numbers numbers = numbers_of(kGame);
      EXPECT_TRUE(
          x.measure().move(numbers, x.at((piece.from[0] + piece.to[0]) / 2 - off * dy / length)));
      EXPECT_TRUE(
          y.measure().move(numbers, y.at((piece.from[1] + piece.to[1]) / 2 + off * dx / length)));
      return game::solve(*game_from(numbers)).best().route;
    };
    checked += route_beside(1e-3) != route_beside(-1e-3) ? 1 : 0;
  }
  EXPECT_GT(checked, static_cast<int>(pieces.size()) * 9 / 10)
      << "but near the points where three regions meet";
}

}  // namespace
}  // namespace turnout::landscape
