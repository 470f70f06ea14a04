#include "turnout/drawing/rules_figure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "games.h"
#include "turnout/game/equilibrium.h"

namespace turnout::drawing {
namespace {

TEST(Rules, of_the_guideline_figure_lead_to_the_optimum_of_every_game_in_the_papers_order) {
  std::mt19937_64 draw(7);
  std::uniform_real_distribution<double> share(0.02, 0.98);
  std::exponential_distribution<double> one(1);
  std::map<game::Route, int> met;
  for (int i = 0; i < 20'000; ++i) {
    const auto [p1, p2] = std::minmax({share(draw), share(draw)});
    const auto [t1, t2] = std::minmax({one(draw), one(draw)});
    const auto [c1, c2] = std::minmax({one(draw), one(draw)});
    const game::Game game =
        testing::game_of(3 * one(draw), 3 * one(draw), {p1, t1, c1}, {p2, t2, c2});
    const auto route = solve(game).best().route;
    ++met[route];
    ASSERT_TRUE(rules_lead_to_optimum(game)) << to_string(route);
  }
  EXPECT_EQ(met.size(), 7U) << "every way to play but the mixed one, which the paper has not";
}

TEST(Rules, say_where_an_optimum_is_none_of_theirs) {
  // The mixed response, with p1 > p2: docs/theory.md, section 4.
  const game::Game game = testing::game_of(5, 2, {0.5, 1, 0.8}, {0.02, 0.12, 0.004});
  EXPECT_FALSE(rules_lead_to_optimum(game));
}

}  // namespace
}  // namespace turnout::drawing
