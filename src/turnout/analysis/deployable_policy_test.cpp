#include "turnout/analysis/deployable_policy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/number_text.h"
#include "turnout/base/rng.h"
#include "turnout/simulation/play.h"

namespace turnout::analysis {
namespace {

using game::Route;

const std::array<std::string, 2> kNames = {"mini", "large"};

/// What somebody who types the text gets.
game::Policy typed(const std::string& text) {
  if (text == "mini") return {0, 0};
  if (text == "large") return {1, 0};
  if (text == "mini,large") return {0, 1};
  const std::string form = "cascade:mini,large,";
  EXPECT_EQ(text.substr(0, form.size()), form);
  return {0, base::parse_number(text.substr(form.size())).value()};
}

/// Models in any order, so that every route of game::solve() occurs.
game::Game random_game(base::Rng& rng) {
  const auto model = [&] {
    return game::Model{rng.uniform(0.02, 0.98), rng.exponential(1), rng.exponential(1)};
  };
  const double value = rng.exponential(3);
  const double penalty = rng.exponential(3);
  return game::Game::make({value, 1}, {penalty}, {model(), model()}).value();
}

template <class Check>
void for_random_games(int games, Check check) {
  base::Rng rng(1);
  for (int i = 0; i < games; ++i) check(random_game(rng));
}

TEST(DeployablePolicy, who_types_it_gets_the_response_and_the_cost_that_are_printed) {
  int cascades = 0;
  for_random_games(20'000, [&](const game::Game& game) {
    const auto equilibrium = game::solve(game);
    for (const auto& candidate : equilibrium.candidates()) {
      const auto printed = deployable_policy(game, kNames, candidate);
      const auto policy = typed(printed.text);
      EXPECT_EQ(policy, printed.policy);
      const double q = game::best_response(game, policy).abandon;
      EXPECT_EQ(q, printed.abandon);
      EXPECT_EQ(game::evaluate(game, policy, q).provider_cost, printed.payoffs.provider_cost);
      if (!game::is_cascade(candidate.route) || candidate.route == Route::kCascadeMixed) continue;
      ++cascades;
      EXPECT_EQ(printed.abandon, 0) << "the user stays: " << printed.text;
      EXPECT_FALSE(printed.on_a_tie);
      // One unit in the sixth digit, and J is as smooth in s as its slope c2/p2 b1/p1^2.
      EXPECT_NEAR(policy.cascade, candidate.policy.cascade, 1e-5 * candidate.policy.cascade);
    }
  });
  EXPECT_GT(cascades, 1000);
}

TEST(DeployablePolicy, a_margin_moves_s_away_from_the_threshold) {
  for_random_games(5'000, [&](const game::Game& game) {
    const auto equilibrium = game::solve(game);
    for (const auto& candidate : equilibrium.candidates()) {
      const auto printed = deployable_policy(game, kNames, candidate, {0.1});
      const double s = candidate.policy.cascade;
      if (candidate.route == Route::kCascadeStay && s < 1) {
        EXPECT_GE(printed.policy.cascade, std::min(1.0, 1.1 * s));
        EXPECT_EQ(printed.abandon, 0);
      } else if (candidate.route == Route::kCascadePatience) {
        EXPECT_LE(printed.policy.cascade, 0.9 * s);
        EXPECT_EQ(printed.abandon, 0);
      } else if (!game::is_cascade(candidate.route)) {
        EXPECT_EQ(printed.cost_of_rounding, 0);
      }
    }
  });
}

TEST(DeployablePolicy, rounding_to_the_nearest_would_have_lost_the_user) {
  int lost = 0;
  for (int i = 0; i < 20; ++i) {
    const auto game =
        game::Game::make({1, 1}, {5}, {{{0.3, 0.45 + 0.001 * i, 0.01}, {0.9, 0.2, 0.1}}}).value();
    const auto e = game::solve(game);
    const auto* cascade = e.find(Route::kCascadeStay);
    ASSERT_NE(cascade, nullptr);
    const double as_solve_printed_it =
        base::parse_number(fmt::format("{:.6g}", cascade->policy.cascade)).value();
    lost += game::best_response(game, {0, as_solve_printed_it}).abandon == 1 ? 1 : 0;
    EXPECT_EQ(deployable_policy(game, kNames, *cascade).abandon, 0);
  }
  EXPECT_GT(lost, 4) << "half of all numbers are rounded down";
}

TEST(DeployablePolicy, played_by_users_it_costs_what_is_printed) {
  base::Rng rng(7);
  for (int played = 0; played < 20;) {
    const auto game = random_game(rng);
    const auto e = game::solve(game);
    for (const auto& candidate : e.candidates()) {
      const bool at_a_cliff =
          candidate.route == Route::kCascadeStay || candidate.route == Route::kCascadePatience;
      if (!at_a_cliff || candidate.policy.cascade >= 1) continue;
      const auto printed = deployable_policy(game, kNames, candidate);
      const auto policy = typed(printed.text);
      const auto seen =
          simulation::simulate(game, policy, game::best_response(game, policy).abandon, 20'000, 3);
      if (seen.cut_off > 0) continue;
      ++played;
      EXPECT_EQ(seen.success.mean(), 1) << "users stay until they are served";
      EXPECT_NEAR(seen.provider_cost.mean(), printed.payoffs.provider_cost,
                  4.5 * seen.provider_cost.standard_error());
    }
  }
}

TEST(DeployablePolicy, names_that_the_grammar_could_misread_are_quoted) {
  const auto game = game::Game::make({10, 1}, {5}, {{{0.3, 1, 0.01}, {0.9, 2, 0.1}}}).value();
  const auto best = game::solve(game).best();
  EXPECT_EQ(deployable_policy(game, {"openai/gpt-4.1:free", "b"}, best).text,
            "openai/gpt-4.1:free");
  EXPECT_EQ(deployable_policy(game, {"a,\"b\"", "b"}, best).text, "\"a,\"\"b\"\"\"");
}

}  // namespace
}  // namespace turnout::analysis
