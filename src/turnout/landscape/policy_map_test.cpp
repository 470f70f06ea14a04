#include "turnout/landscape/policy_map.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>

#include "turnout/base/rng.h"
#include "turnout/game/plan_audit.h"

namespace turnout::landscape {
namespace {

using game::Model;
using game::Provider;
using game::RoutingGame;
using game::User;

struct Numbered {
  User user;
  Provider provider;
  std::vector<Model> models;
  bool participates = false;
  [[nodiscard]] RoutingGame game() const {
    return RoutingGame::make(user, provider, models, {}, participates).value();
  }
};

Numbered draw(base::Rng& rng, std::size_t models) {
  Numbered drawn{{rng.uniform(2, 12), 1, rng.uniform(0, 0.5)}, {rng.uniform(1, 8)}, {}, false};
  for (std::size_t k = 0; k < models; ++k) {
    drawn.models.push_back({rng.uniform(0.1, 0.9), rng.exponential(3), rng.exponential(1),
                            rng.uniform(0, 0.2), rng.uniform(0.7, 1)});
  }
  drawn.participates = rng.uniform() < 0.5;
  return drawn;
}

AxisPair axes(const std::string& x, const std::string& y, std::size_t models) {
  return AxisPair::make(Axis::parse("--x", x, models).value(),
                        Axis::parse("--y", y, models).value())
      .value();
}

/// What an axis moves, by hand.
struct Moved {
  const char* axis;
  std::function<void(Numbered&, double)> to;
};

const std::array<Moved, 7> kMoved = {
    {{"P=0:9", [](Numbered& g, double x) { g.provider.churn_penalty = x; }},
     {"t3=0:5", [](Numbered& g, double x) { g.models[2].latency = x; }},
     {"p1=0.1:0.9", [](Numbered& g, double x) { g.models[0].success = x; }},
     {"rho=0.5:1",
      [](Numbered& g, double x) {
        for (Model& model : g.models) model.patience = x;
      }},
     {"V=0.1:20", [](Numbered& g, double x) { g.user.value = x; }},
     {"r2=0:3", [](Numbered& g, double x) { g.models[1].price = x; }},
     {"c3/p3=0:4", [](Numbered& g, double x) { g.models[2].cost = x * g.models[2].success; }}}};

TEST(PolicyMap, has_at_every_point_the_best_policy_of_the_game_moved_by_hand) {
  constexpr std::array<Shown, 6> kShown = {Shown::kCost,         Shown::kUtility,
                                           Shown::kMisalignment, Shown::kSuccess,
                                           Shown::kPolicy,       Shown::kThrottlingGain};
  std::size_t nobody = 0;
  std::size_t on_third = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    base::Rng rng(5, seed);
    const Numbered drawn = draw(rng, 3 + seed % 2);
    const Moved& x = kMoved.at(seed % 7);
    const Moved& y = kMoved.at((seed + 1 + seed / 7 % 6) % 7);
    const Shown shown = kShown.at(seed % 6);
    const AxisPair pair = axes(x.axis, y.axis, drawn.models.size());
    const RegionMap map = policy_map(drawn.game(), pair, shown, {5, 4}).value();
    for (std::size_t j = 0; j < 4; ++j) {
      for (std::size_t i = 0; i < 5; ++i) {
        Numbered moved = drawn;
        x.to(moved, pair.x().at_cell(i, 5));
        y.to(moved, pair.y().at_cell(j, 4));
        const RoutingGame game = moved.game();
        const auto best = *best_paper_policy(game);
        const std::uint8_t way = map.routes[j * 5 + i];
        ASSERT_LT(way, map.ways.size());
        EXPECT_TRUE(same_way(map.ways[way], best)) << seed;
        nobody += best.submits ? 0 : 1;
        on_third += best.submits && (best.first == 2 || best.second == 2) ? 1 : 0;
        const double value = map.values[j * 5 + i];
        const auto expect = [&](double expected) {
          EXPECT_NEAR(value, expected, 1e-12 * (1 + std::abs(expected))) << seed << ' ' << x.axis;
        };
        if (shown == Shown::kCost) expect(best.payoffs.provider_cost);
        if (shown == Shown::kUtility) expect(game.user().outside + best.payoffs.user_utility);
        if (shown == Shown::kSuccess) expect(best.payoffs.success);
        if (shown == Shown::kMisalignment) expect(plan_audit(game).misalignment);
        if (shown == Shown::kThrottlingGain) expect(plan_audit(game).throttling.gain);
      }
    }
  }
  EXPECT_GT(nobody, 20U);
  EXPECT_GT(on_third, 100U);
}

TEST(PolicyMap, of_two_models_whose_users_come_is_the_map_of_regions) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    base::Rng rng(6, seed);
    Numbered drawn = draw(rng, 2);
    drawn.participates = false;
    const AxisPair pair = axes("P=0:9", "t2=0:6", 2);
    const RoutingGame game = drawn.game();
    const RegionMap by_policies = policy_map(game, pair, Shown::kCost, {40, 30}).value();
    const RegionMap by_kernel = region_map(game.pair(0, 1), pair, Shown::kCost, {40, 30}).value();
    for (std::size_t k = 0; k < by_kernel.values.size(); ++k)
      EXPECT_NEAR(by_policies.values[k], by_kernel.values[k], 1e-12 * (1 + by_kernel.values[k]));
  }
}

TEST(PolicyMap, has_lines_where_the_way_to_play_changes) {
  base::Rng rng(7, 3);
  Numbered drawn = draw(rng, 4);
  drawn.participates = true;
  const AxisPair pair = axes("P=0:9", "t4=0.1:8:log", 4);
  RegionMap map = policy_map(drawn.game(), pair, Shown::kPolicy, {30, 30}).value();
  const auto lines = trace_ways(drawn.game(), map, 24);
  EXPECT_GT(lines.size(), 20U);
  const auto way_at = [&](double x, double y) {
    Numbered moved = drawn;
    moved.provider.churn_penalty = pair.x().at(x);
    moved.models[3].latency = pair.y().at(y);
    return *best_paper_policy(moved.game());
  };
  for (const BoundaryPiece& piece : lines) {
    EXPECT_NE(piece.one_side, piece.other_side);
    const auto& [x, y] = piece.from;
    constexpr double kNear = 1e-7;
    const auto here = way_at(x - kNear, y - kNear);
    const bool changes = !same_way(here, way_at(x + kNear, y - kNear)) ||
                         !same_way(here, way_at(x - kNear, y + kNear)) ||
                         !same_way(here, way_at(x + kNear, y + kNear));
    EXPECT_TRUE(changes) << x << ' ' << y;
  }
}

TEST(PolicyMap, leaves_points_that_are_no_game_empty_and_stops_when_told) {
  base::Rng rng(8, 1);
  const Numbered drawn = draw(rng, 3);
  const RegionMap map =
      policy_map(drawn.game(), axes("p3=0.5:1.5", "P=0:4", 3), Shown::kCost, {4, 2}).value();
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(std::isnan(map.values[i]), i % 4 >= 2);
    EXPECT_EQ(map.routes[i] == RegionMap::kNoGame, i % 4 >= 2);
  }
  const auto nothing = policy_map(drawn.game(), axes("p3=2:3", "P=0:4", 3), Shown::kCost, {4, 2});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, base::ErrorCode::kInvalidValue);
  const base::Watch stopped{[](std::size_t) {},
                            base::Cancellation(base::Deadline::after(std::chrono::seconds(0)))};
  const auto cancelled =
      policy_map(drawn.game(), axes("p3=0:1", "P=0:4", 3), Shown::kCost, {4, 2}, stopped);
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, base::ErrorCode::kCancelled);
}

TEST(PolicyMap, names_the_numbers_of_every_model) {
  EXPECT_EQ(Measure::parse("latency3", 3)->name(), "t3");
  EXPECT_EQ(Measure::parse("xi3", 3)->name(), "xi3");
  EXPECT_EQ(Measure::parse("c3/p3-c1/p1", 3)->name(), "c3/p3-c1/p1");
  EXPECT_FALSE(Measure::parse("t3"));
  EXPECT_FALSE(Measure::parse("t4", 3));
  EXPECT_FALSE(Measure::parse("t2", 1));
  const auto moves_all = Measure::parse("rho", 4);
  EXPECT_EQ(moves_all->moved().size(), 4U);
}

}  // namespace
}  // namespace turnout::landscape
