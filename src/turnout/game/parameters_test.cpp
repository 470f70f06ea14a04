#include "turnout/game/parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace turnout::game {
namespace {

const Model kFirst{0.4, 3, 1};
const Model kSecond{0.8, 9, 2};

TEST(Game, refuses_what_is_out_of_range_and_says_what_is_allowed) {
  EXPECT_EQ(Game::make({-1, 1}, {1}, {kFirst, kSecond}).error().to_string(),
            "V: -1 must be >= 0 and at most 1e100");
  EXPECT_EQ(Game::make({1, 0}, {1}, {kFirst, kSecond}).error().context, "w");
  EXPECT_EQ(Game::make({1, 1}, {-0.5}, {kFirst, kSecond}).error().context, "P");
  for (const double p : {0.0, -0.1, 1.0000001, std::nan("")}) {
    EXPECT_EQ(Game::make({1, 1}, {1}, {kFirst, {p, 9, 2}}).error().context, "p2") << p;
  }
  EXPECT_EQ(Game::make({1, 1}, {1}, {Model{0.4, -1, 1}, kSecond}).error().context, "t1");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Game::make({1, 1}, {1}, {Model{0.4, 1, infinity}, kSecond}).error().context, "c1");
}

TEST(Game, accepts_the_ends_of_every_range) {
  EXPECT_TRUE(Game::make({0, 1e-100}, {0}, {Model{1, 0, 0}, Model{1e-100, 1e100, -1e100}}));
}

TEST(Game, gives_and_replaces_each_parameter) {
  const Game game = Game::make({12, 2}, {4}, {kFirst, kSecond}).value();
  double expected = 100;
  for (const Parameter parameter : parameters()) {
    const double value = parameter.quantity == Quantity::kSuccess ? 0.123 : ++expected;
    const Game moved = game.with(parameter, value).value();
    for (const Parameter other : parameters()) {
      EXPECT_EQ(moved.get(other), other == parameter ? value : game.get(other))
          << symbol(parameter) << symbol(other);
    }
  }
  EXPECT_FALSE(game.with({Quantity::kSuccess, 1}, 2));
}

TEST(BrokenAssumptions, are_named_with_their_numbers) {
  EXPECT_TRUE(broken_assumptions(Game::make({12, 1}, {4}, {kFirst, kSecond}).value()).empty());
  const auto swapped =
      broken_assumptions(Game::make({0, 1}, {4}, {Model{1, 9, 2}, Model{1, 3, 2}}).value());
  EXPECT_EQ(swapped, (std::vector<std::string>{
                         "t1 < t2, but t1 = 9, t2 = 3", "c1 < c2, but c1 = 2, c2 = 2",
                         "p1 < p2, but p1 = 1, p2 = 1", "p2 < 1, but p2 = 1", "V > 0, but V = 0"}));
}

TEST(VariedParameters, are_the_papers_and_those_beyond_it_that_a_game_has) {
  const Game plain = Game::make({12, 1}, {4}, {kFirst, kSecond}).value();
  EXPECT_TRUE(plain.is_papers());
  EXPECT_EQ(varied_parameters(plain), parameters());
  const auto added = [&](const Game& game) {
    std::string symbols;
    const auto all = varied_parameters(game);
    for (std::size_t i = parameters().size(); i < all.size(); ++i)
      symbols += (symbols.empty() ? "" : " ") + symbol(all[i]);
    return symbols;
  };
  const Game impatient = plain.with({Quantity::kPatience, 1}, 0.9).value();
  EXPECT_FALSE(impatient.is_papers());
  EXPECT_EQ(added(impatient), "rho2");
  EXPECT_EQ(added(plain.with({Quantity::kHarm, 0}, 1).value()), "") << "nobody errs";
  const Game errs = plain.with({Quantity::kFalseAccept, 0}, 0.1).value();
  EXPECT_EQ(added(errs), "fa1 H");
  EXPECT_EQ(added(errs.with({Quantity::kLateChurn, 0}, 9).value()), "fa1 H Pw");
  EXPECT_EQ(added(plain.with({Quantity::kOutside, 0}, 2).value()), "v0");
  EXPECT_EQ(added(plain.with({Quantity::kPrice, 0}, 2).value()), "r1");
}

}  // namespace
}  // namespace turnout::game
