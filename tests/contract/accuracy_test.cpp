// The engine against the 50-digit reference, where doubles lose digits if the formulas let them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "games.h"
#include "reference.h"
#include "turnout/base/rng.h"
#include "turnout/game/remedies.h"

namespace turnout::testing {
namespace {

using game::Game;
using game::Model;

constexpr double kRelative = 1e-12;

double power(base::Rng& rng, double low, double high) {
  return std::pow(10.0, rng.uniform(low, high));
}

/// p from 1e-9 to 1 - 1e-9, dense at both ends.
double success(base::Rng& rng) {
  const double p = power(rng, -9, 0);
  return rng.uniform() < 0.5 ? p : 1 - power(rng, -9, -0.001);
}

/// A latency that makes xi a share of V p between 1e-14 and 1, of either sign.
double latency_near(base::Rng& rng, double value, double p, double value_of_time) {
  const double share = power(rng, -14, 0) * (rng.uniform() < 0.5 ? 1 : -1);
  return std::abs(value * p * (1 - share)) / value_of_time;
}

Game extreme_game(base::Rng& rng) {
  const double value = power(rng, -12, 12);
  const double value_of_time = rng.uniform() < 0.5 ? 1 : power(rng, -6, 6);
  const auto model = [&] {
    const double p = success(rng);
    const double t =
        rng.uniform() < 0.8 ? latency_near(rng, value, p, value_of_time) : power(rng, -12, 12);
    return Model{p, t, power(rng, -12, 12)};
  };
  const Model first = model();
  Model second = model();
  if (rng.uniform() < 0.5) second.cost = first.cost * power(rng, -2, 2);
  // Penalties around the costs of pass, where the comparisons are close.
  const double penalty = first.cost / first.success * power(rng, -3, 3);
  return game_of(value, penalty, first, second, value_of_time);
}

/// The same with the numbers beyond the paper's, some near the ends of their ranges, and t or r such
/// that xi is anything from 1e-14 to 1 of what it is a difference of.
Game extreme_fuller_game(base::Rng& rng) {
  const Game plain = extreme_game(rng);
  const auto drawn = [&rng] { return rng.uniform() < 0.5; };
  const auto share = [&](double most) {
    return drawn() ? power(rng, -9, -0.5) : rng.uniform(0, most);
  };
  game::User user = plain.user();
  if (drawn()) user.outside = user.value * power(rng, -9, -0.5);
  if (drawn()) user.harm = user.value * power(rng, -3, 1);
  user.naive = rng.uniform() < 0.25;
  game::Provider provider = plain.provider();
  if (drawn()) provider.late_churn = plain.churn_penalty() * power(rng, -3, 1);
  std::array<Model, 2> models = {plain.model(0), plain.model(1)};
  for (Model& model : models) {
    if (drawn()) model.patience = drawn() ? 1 - power(rng, -9, -0.5) : rng.uniform();
    if (drawn()) model.false_accept = share(1);
    if (drawn()) model.false_reject = share(0.9);
    // What a pass gives him, less what the rest takes.
    const double wrong = (1 - model.success) * model.false_accept;
    const double solved = model.success * (1 - model.false_reject);
    const double gain = (user.value - user.outside) * (user.naive ? solved + wrong : solved) -
                        (user.naive ? 0 : (user.harm + user.outside) * wrong);
    if (drawn()) model.price = std::abs(gain) * power(rng, -3, -0.1);
    const double rest = gain - model.price;
    if (rest > 0 && drawn()) model.latency = latency_near(rng, rest, 1, user.value_of_time);
  }
  // c above r, so that costs are sums of terms of one sign.
  for (Model& model : models)
    model.cost = std::max(model.cost, model.price * (1 + power(rng, -2, 2)));
  return Game::make(user, provider, models).value();
}

std::string numbers_of(const Game& game) {
  std::string text = game.user().naive ? "\nnaive" : "\n";
  for (const auto parameter : varied_parameters(game))
    text += fmt::format(" {} {}", game::symbol(parameter), game.get(parameter));
  return text;
}

void expect_close(double actual, const Digits& expected, const char* what, const Game& game,
                  double scale = 0) {
  const Digits error = abs(Digits(actual) - expected);
  const Digits allowed = kRelative * abs(expected) + Digits(scale);
  EXPECT_LE(error, allowed) << what << " = " << actual << ", in 50 digits " << expected
                            << numbers_of(game);
}

/// How often each was compared.
struct Compared {
  int games = 0;
  std::array<int, 8> by_route{};
  int gaps = 0, gains = 0, floors = 0;
};

void compare_equilibrium(const Game& game, Compared& compared) {
  const ReferenceSolution expected = reference_solution(game);
  if (expected.near_tie) return;
  const game::Equilibrium e = game::solve(game);
  const auto& best = e.best();
  if (best.route == game::Route::kCascadeMixed)
    return;  // eps1 > eps2 only; held against brute force instead
  ++compared.games;
  ++compared.by_route.at(static_cast<std::size_t>(best.route));
  ASSERT_EQ(best.route, expected.best.route) << game::to_string(best.route) << numbers_of(game);
  expect_close(best.policy.cascade, expected.best.cascade, "cascade", game);
  expect_close(best.payoffs.provider_cost, expected.best.cost, "provider_cost", game);
  expect_close(best.payoffs.user_utility, expected.best.utility, "user_utility", game);
  expect_close(best.payoffs.success, expected.best.success, "success", game);
  expect_close(best.payoffs.latency, expected.best.latency, "latency", game);
  expect_close(best.payoffs.service_cost, expected.best.service_cost, "service_cost", game);
}

void compare_gaps(const Game& game, Compared& compared) {
  const ReferenceSolution expected = reference_solution(game);
  if (expected.near_tie) return;
  const game::Equilibrium e = game::solve(game);
  if (e.best().route == game::Route::kCascadeMixed) return;
  const auto misaligned = game::misalignment(game, e);
  const auto throttled = game::throttling(game, e);
  expect_close(misaligned.preferred.payoffs.user_utility, expected.preferred_utility,
               "user_preferred_utility", game);
  // A gap below four roundings of what it is a difference of is 0 by definition.
  const double waits =
      e.best().payoffs.spent + misaligned.preferred.payoffs.spent +
      game.value() * (misaligned.preferred.payoffs.unsolved + e.best().payoffs.unsolved);
  expect_close(misaligned.gap, expected.misalignment, "misalignment", game,
               misaligned.gap == 0 ? 1e-15 * waits : 0);
  expect_close(throttled.cost, expected.throttled_cost, "throttled_cost", game);
  const double costs = 2 * (e.best().payoffs.provider_cost + game.churn_penalty());
  expect_close(throttled.gain, expected.throttling_gain, "throttling_gain", game,
               throttled.gain == 0 ? 1e-15 * costs : 0);
  expect_close(game::penalty_floor(game, e), expected.penalty_floor, "penalty_floor", game);
  compared.gaps += misaligned.gap > 0 ? 1 : 0;
  compared.gains += throttled.gain > 0 ? 1 : 0;
  compared.floors += expected.penalty_floor > 0 ? 1 : 0;
}

void expect_all_routes(const Compared& compared) {
  for (const auto route : {game::Route::kFirstStay, game::Route::kFirstLeave, game::Route::kThreat,
                           game::Route::kSecondStay, game::Route::kSecondLeave,
                           game::Route::kCascadeStay, game::Route::kCascadePatience}) {
    EXPECT_GT(compared.by_route.at(static_cast<std::size_t>(route)), 100)
        << game::to_string(route) << " is hardly tested";
  }
}

TEST(Accuracy, equilibria_agree_with_fifty_digits_to_1e_12_over_24_orders_of_magnitude) {
  base::Rng rng(20261123);
  Compared compared;
  for (int i = 0; i < 200'000 && !HasFailure(); ++i)
    compare_equilibrium(extreme_game(rng), compared);
  EXPECT_GT(compared.games, 130'000);
  expect_all_routes(compared);
}

TEST(Accuracy, equilibria_of_fuller_games_agree_with_fifty_digits_to_1e_12) {
  base::Rng rng(20261124);
  Compared compared;
  for (int i = 0; i < 100'000 && !HasFailure(); ++i)
    compare_equilibrium(extreme_fuller_game(rng), compared);
  EXPECT_GT(compared.games, 60'000);
  expect_all_routes(compared);
}

TEST(Accuracy, gaps_gains_and_floors_agree_with_fifty_digits_to_1e_12) {
  base::Rng rng(7);
  Compared compared;
  for (int i = 0; i < 200'000 && !HasFailure(); ++i) compare_gaps(extreme_game(rng), compared);
  EXPECT_GT(compared.gaps, 1000);
  EXPECT_GT(compared.gains, 1000);
  EXPECT_GT(compared.floors, 1000);
}

TEST(Accuracy, gaps_gains_and_floors_of_fuller_games_agree_with_fifty_digits_to_1e_12) {
  base::Rng rng(8);
  Compared compared;
  for (int i = 0; i < 100'000 && !HasFailure(); ++i)
    compare_gaps(extreme_fuller_game(rng), compared);
  EXPECT_GT(compared.gaps, 1000);
  EXPECT_GT(compared.gains, 1000);
  EXPECT_GT(compared.floors, 1000);
}

TEST(Accuracy, a_gap_of_waits_survives_a_value_twenty_one_orders_larger) {
  // Found by random games: in V S - w L of each side even 31 digits left only 11 of the difference.
  const Game game = game_of(6170142447.315465, 18655.605451700798,
                            {0.18951700485676645, 1.5854909137206593e-11, 2443.7298350608289},
                            {0.917429416659994, 3.0009647370086973e-09, 8034.6417706343536},
                            0.0035260117214121543);
  const ReferenceSolution expected = reference_solution(game);
  ASSERT_FALSE(expected.near_tie);
  expect_close(game::misalignment(game, game::solve(game)).gap, expected.misalignment,
               "misalignment", game);
}

TEST(Accuracy, net_value_keeps_its_digits_where_value_and_latency_cancel) {
  base::Rng rng(3);
  for (int i = 0; i < 10'000; ++i) {
    const double value = power(rng, -12, 12);
    const double p = success(rng);
    const double w = power(rng, -6, 6);
    const double t = latency_near(rng, value, p, w);
    const Digits exact = Digits(value) * p - Digits(w) * t;
    const Digits error = abs(Digits(game::net_value(value, p, w, t)) - exact);
    ASSERT_LE(error, Digits(0x1p-52) * abs(exact)) << value << " " << p << " " << w << " " << t;
  }
}

}  // namespace
}  // namespace turnout::testing
