// The game beyond the paper's two models: impatience, errors of judgement, prices, an outside
// option, late churn; the engine against searches on the Markov chain, which share no formula with
// it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "turnout/game/opaque_routing.h"
#include "turnout/game/remedies.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/random_games.h"

namespace turnout::testing {
namespace {

using game::Candidate;
using game::Equilibrium;
using game::Game;
using game::Policy;
using game::Quantity;
using game::Route;
using verification::chain_payoffs;
using verification::cost_scale;
using verification::utility_scale;

constexpr double kSearched = 1e-9;

/// Game number i of a test; most of any order, the rest of the paper's with one extension.
Game game_number(std::uint64_t stream, std::uint64_t i) {
  base::Rng rng(stream, i);
  if (i % 4 == 0) return verification::draw_impatient(rng);
  if (i % 4 == 1) return verification::draw_erring(rng);
  return verification::draw_fuller(rng);
}

Policy policy_number(base::Rng& rng) {
  const std::size_t start = rng.next() % 2;
  return {start, start == 0 ? rng.uniform() : 0};
}

TEST(FullerGame, payoffs_are_those_of_the_markov_chain) {
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const Game game = game_number(101, i);
    base::Rng rng(102, i);
    const Policy policy = policy_number(rng);
    const double q = rng.uniform();
    const auto chain = chain_payoffs(game, policy, q);
    const auto formula = evaluate(game, policy, q);
    ASSERT_NEAR(formula.provider_cost, chain.provider_cost, 1e-12 * cost_scale(game)) << i;
    ASSERT_NEAR(formula.user_utility, chain.user_utility, 1e-12 * utility_scale(game)) << i;
    ASSERT_NEAR(formula.success, chain.success, 1e-12) << i;
    ASSERT_NEAR(formula.success + formula.unsolved, 1, 1e-12) << i;
    const double gain = game.value() - game.user().outside;
    ASSERT_NEAR(formula.user_utility, gain * formula.success - formula.spent,
                1e-12 * utility_scale(game))
        << i;
  }
}

TEST(FullerGame, no_other_response_is_better_as_the_user_sees_it) {
  std::size_t mixed = 0;
  for (std::uint64_t i = 0; i < 8'000; ++i) {
    const Game game = game_number(103, i);
    base::Rng rng(104, i);
    const Policy policy = policy_number(rng);
    const double q = game::best_response(game, policy).abandon;
    ASSERT_LE(verification::response_deviation(game, policy, q), 1e-11) << i;
    mixed += q > 0 && q < 1 ? 1U : 0U;
  }
  EXPECT_GT(mixed, 50U);
}

TEST(FullerGame, no_policy_of_a_search_is_cheaper_than_the_equilibrium) {
  std::array<std::size_t, 8> by_route{};
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    const Game game = game_number(105, i);
    const Candidate best = game::solve(game).best();
    ASSERT_LE(verification::optimum_deviation(game, best.policy, best.abandon,
                                              best.payoffs.provider_cost, 41),
              kSearched)
        << i << " " << to_string(best.route);
    const auto chain = chain_payoffs(game, best.policy, best.abandon);
    ASSERT_NEAR(best.payoffs.user_utility, chain.user_utility, 1e-11 * utility_scale(game)) << i;
    ++by_route.at(static_cast<std::size_t>(best.route));
  }
  for (std::size_t route = 0; route < 7; ++route) EXPECT_GT(by_route.at(route), 20U) << route;
}

TEST(FullerGame, a_mixed_response_is_optimal_only_where_the_first_model_ends_more_tasks) {
  std::size_t mixed = 0;
  for (std::uint64_t i = 0; i < 40'000; ++i) {
    base::Rng rng(106, i);
    Game game = verification::draw_larger_first(rng);
    // Users who leave after M2: M1 then ends fewer tasks, and nothing mixed is ever best.
    const bool reversed = i % 2 == 0;
    game = game.with({Quantity::kPatience, 0}, reversed ? 1 : rng.uniform(0.8, 1)).value();
    if (reversed) game = game.with({Quantity::kPatience, 1}, 0.01).value();
    const game::Primitives<double> numbers(game);
    const Candidate best = game::solve(game).best();
    if (best.route != Route::kCascadeMixed) continue;
    ASSERT_GT(numbers.model[0].ends, numbers.model[1].ends);
    ++mixed;
    if (mixed > 40) continue;
    ASSERT_LE(verification::optimum_deviation(game, best.policy, best.abandon,
                                              best.payoffs.provider_cost, 401),
              1e-7)
        << i;
  }
  EXPECT_GT(mixed, 10U);
}

TEST(FullerGame, nothing_serves_the_user_better_than_the_preferred_route) {
  std::size_t naive = 0;
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    const Game game = game_number(107, i);
    const Equilibrium e = game::solve(game);
    const auto found = game::misalignment(game, e);
    const double preferred = found.preferred.payoffs.user_utility;
    const double scale = utility_scale(game);
    double most = -std::numeric_limits<double>::infinity();
    for (int s = 0; s <= 10; ++s) {
      for (int q = 0; q <= 10; ++q) {
        most = std::max(most, chain_payoffs(game, {0, s / 10.0}, q / 10.0).user_utility);
        most = std::max(most, chain_payoffs(game, {1, 0}, q / 10.0).user_utility);
      }
    }
    ASSERT_NEAR(preferred, most, 1e-11 * scale) << i;
    ASSERT_NEAR(found.gap, preferred - e.best().payoffs.user_utility, 1e-12 * scale) << i;
    ASSERT_GE(found.gap, 0);
    naive += game.user().naive && e.find(found.preferred.route) == nullptr ? 1U : 0U;
  }
  EXPECT_GT(naive, 20U) << "naive users who do not do what is best for them";
}

TEST(FullerGame, throttling_is_worth_what_a_search_over_latencies_finds) {
  std::size_t pays = 0;
  for (std::uint64_t i = 0; i < 1'500; ++i) {
    const Game game = game_number(108, i);
    const Equilibrium e = game::solve(game);
    const auto throttled = game::throttling(game, e);
    ASSERT_GE(verification::search_throttled_cost(game, 11),
              throttled.cost - kSearched * cost_scale(game))
        << i;
    if (throttled.gain == 0) continue;
    // The latencies do what is said of them.
    Game slow = game;
    for (std::size_t k = 0; k < Game::kModels; ++k)
      slow = slow.with({Quantity::kLatency, k}, throttled.latencies[k]).value();
    const auto served = verification::search_response(slow, {throttled.model, 0});
    ASSERT_NEAR(served.payoffs.provider_cost, throttled.cost, kSearched * cost_scale(game)) << i;
    ASSERT_NEAR(served.payoffs.user_utility, e.best().payoffs.user_utility - throttled.user_loss,
                1e-8 * utility_scale(game))
        << i;
    ++pays;
  }
  EXPECT_GT(pays, 100U);
}

/// What the provider saves at P by making the user leave after the first pass.
double throttling_gain_at(const Game& game, double penalty) {
  const Game moved = game.with({Quantity::kChurnPenalty, 0}, penalty).value();
  const double best = verification::search_optimum(moved, 3)->response.payoffs.provider_cost;
  const double equilibrium = std::min(best, game::solve(moved).best().payoffs.provider_cost);
  const double leave = std::min(chain_payoffs(moved, {0, 0}, 1).provider_cost,
                                chain_payoffs(moved, {1, 0}, 1).provider_cost);
  return (equilibrium - leave) / cost_scale(moved);
}

TEST(FullerGame, throttling_pays_just_below_the_penalty_floor_and_nowhere_above_it) {
  std::size_t floors = 0;
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    const Game game = game_number(109, i);
    const double floor = game::penalty_floor(game);
    ASSERT_EQ(floor, game::penalty_floor(game, game::solve(game))) << i;
    for (const double factor : {1.0, 1.01, 1.5, 10.0, 1000.0})
      ASSERT_LE(throttling_gain_at(game, floor * factor + (factor - 1)), kSearched) << i;
    if (floor == 0) continue;
    ASSERT_GT(throttling_gain_at(game, floor * (1 - 1e-6)), 0) << i;
    ++floors;
  }
  EXPECT_GT(floors, 500U);
}

TEST(FullerGame, aligning_penalties_are_where_the_preferred_route_is_an_optimum) {
  std::size_t inside = 0;
  std::size_t outside = 0;
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    const Game game = game_number(110, i);
    const Equilibrium e = game::solve(game);
    if (e.find(Route::kCascadeMixed) != nullptr) continue;
    const auto range = game::aligning_penalties(game, e);
    const Route preferred = game::misalignment(game, e).preferred.route;
    for (const double penalty : {0.0, 0.3, 1.0, 3.0, 10.0, 100.0}) {
      const Equilibrium moved =
          game::solve(game.with({Quantity::kChurnPenalty, 0}, penalty).value());
      const Candidate* c = moved.find(preferred);
      const double lead = c == nullptr
                              ? 1
                              : (c->payoffs.provider_cost - moved.best().payoffs.provider_cost) /
                                    (cost_scale(game) + penalty);
      if (range.contains(penalty)) {
        ASSERT_LE(lead, 1e-12) << i;
      } else {
        ASSERT_GT(lead, 0) << i;
      }
      ++(range.contains(penalty) ? inside : outside);
    }
  }
  EXPECT_GT(inside, 1000U);
  EXPECT_GT(outside, 1000U);
}

TEST(FullerGame, a_user_who_may_opt_out_pins_what_he_believes_to_be_best) {
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    const Game game = game_number(111, i);
    const Equilibrium e = game::solve(game);
    const auto pinned = game::opt_out(game, e);
    const auto& best = pinned.best;
    const double expected = chain_payoffs(game, best.policy, best.abandon).expected_utility;
    for (const Policy& policy : {Policy{0, 0}, Policy{1, 0}}) {
      const auto other = verification::search_response(game, policy).payoffs;
      ASSERT_GE(expected, other.expected_utility - 1e-11 * utility_scale(game)) << i;
    }
    ASSERT_NEAR(pinned.price, best.payoffs.provider_cost - e.best().payoffs.provider_cost,
                1e-11 * cost_scale(game))
        << i;
    ASSERT_NEAR(
        pinned.remaining_gap,
        game::misalignment(game, e).preferred.payoffs.user_utility - best.payoffs.user_utility,
        1e-11 * utility_scale(game))
        << i;
  }
}

TEST(FullerGame, nobody_gains_by_deviating_from_a_nash_equilibrium) {
  constexpr int kPoints = 101;
  std::size_t found = 0;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    const Game game = game_number(112, i);
    for (const game::NashEquilibrium& e : game::nash_equilibria(game)) {
      ++found;
      const double cost = 1e-9 * cost_scale(game);
      const auto expects = [&](double q) {
        if (!e.mixes_start) return chain_payoffs(game, e.policy, q).expected_utility;
        return e.first_share * chain_payoffs(game, {0, 0}, q).expected_utility +
               (1 - e.first_share) * chain_payoffs(game, {1, 0}, q).expected_utility;
      };
      const double now = expects(e.abandon);
      for (int j = 0; j < kPoints; ++j) {
        const double x = j / (kPoints - 1.0);
        ASSERT_GE(now, expects(x) - 1e-9 * utility_scale(game)) << i;
        ASSERT_LE(e.payoffs.provider_cost,
                  chain_payoffs(game, {0, x}, e.abandon).provider_cost + cost)
            << i;
      }
      ASSERT_LE(e.payoffs.provider_cost,
                chain_payoffs(game, {1, 0}, e.abandon).provider_cost + cost)
          << i;
    }
  }
  EXPECT_GT(found, 2'500U);
}

TEST(FullerGame, a_naive_user_plays_the_game_in_which_each_answer_that_he_accepts_is_right) {
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    base::Rng rng(113, i);
    const Game game = verification::draw_erring(rng);
    game::User user = game.user();
    user.naive = true;
    std::array<game::Model, 2> models = {game.model(0), game.model(1)};
    const Game naive = Game::make(user, game.provider(), models).value();
    for (game::Model& model : models) {
      model.success = game::accepted_share(model);
      model.false_accept = 0;
      model.false_reject = 0;
    }
    const Game seen = Game::make(user, game.provider(), models).value();
    const Policy policy = policy_number(rng);
    ASSERT_NEAR(game::best_response(naive, policy).abandon,
                game::best_response(seen, policy).abandon, 1e-9)
        << i;
  }
}

TEST(FullerGame, impatience_decides_between_models_of_which_the_paper_picks_the_wrong_one) {
  // docs/theory.md, section 1: cents a call, dollars a lost user.
  const auto game = [](double patience) {
    return Game::make(
               {5, 0.001}, {5},
               {game::Model{0.45, 1, 0.0005, 0, patience}, game::Model{0.82, 1, 0.03, 0, patience}})
        .value();
  };
  EXPECT_EQ(game::solve(game(1)).best().route, Route::kFirstStay);
  EXPECT_NEAR(game::solve(game(1)).best().payoffs.provider_cost, 0.0011, 5e-5);
  const Equilibrium impatient = game::solve(game(0.9));
  EXPECT_EQ(impatient.best().route, Route::kSecondStay);
  EXPECT_NEAR(impatient.best().payoffs.provider_cost, 0.1432, 5e-5);
  EXPECT_NEAR(impatient.find(Route::kFirstStay)->payoffs.provider_cost, 0.5455, 5e-5);
}

std::string numbers_of(const Game& game) {
  std::string text = game.user().naive ? " naive" : "";
  for (const auto parameter : varied_parameters(game))
    text += fmt::format(" {} {}", game::symbol(parameter), game.get(parameter));
  return text;
}

/// A number at an end of its range, at 0, 1, or of common size.
double corner(base::Rng& rng, Quantity quantity) {
  const game::Range range = range_of(quantity);
  const std::array<double, 6> tried = {
      range.low, range.high, 0, 1, rng.uniform(), std::pow(10.0, rng.uniform(-100, 100))};
  return std::clamp(tried.at(rng.next() % tried.size()), range.low, range.high);
}

Game corner_game(base::Rng& rng) {
  std::array<game::Model, 2> models{};
  for (game::Model& m : models) {
    m = {corner(rng, Quantity::kSuccess),    corner(rng, Quantity::kLatency),
         corner(rng, Quantity::kCost),       corner(rng, Quantity::kPrice),
         corner(rng, Quantity::kPatience),   corner(rng, Quantity::kFalseAccept),
         corner(rng, Quantity::kFalseReject)};
  }
  const game::User user{corner(rng, Quantity::kValue), corner(rng, Quantity::kValueOfTime),
                        corner(rng, Quantity::kOutside), corner(rng, Quantity::kHarm),
                        rng.next() % 2 == 0};
  game::Provider provider{corner(rng, Quantity::kChurnPenalty)};
  if (rng.next() % 2 == 0) provider.late_churn = corner(rng, Quantity::kLateChurn);
  return Game::make(user, provider, models).value();
}

bool is_finite(const game::Payoffs<double>& p) {
  const auto all = {p.provider_cost, p.user_utility, p.success, p.unsolved,
                    p.latency,       p.service_cost, p.spent};
  return std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); });
}

TEST(FullerGame, has_a_finite_answer_at_every_corner_of_its_ranges) {
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    base::Rng rng(114, i);
    const Game game = corner_game(rng);
    const Equilibrium e = game::solve(game);
    for (const Candidate& c : e.candidates()) {
      ASSERT_TRUE(is_finite(c.payoffs) && c.policy.cascade >= 0 && c.policy.cascade <= 1 &&
                  c.payoffs.success >= 0 && c.payoffs.success <= 1 + 1e-12)
          << i << to_string(c.route) << " s " << c.policy.cascade << numbers_of(game);
    }
    const auto misaligned = game::misalignment(game, e);
    const auto throttled = game::throttling(game, e);
    const auto pinned = game::opt_out(game, e);
    const double q = game::best_response(game, {0, 0.5}).abandon;
    ASSERT_TRUE(q >= 0 && q <= 1) << i << numbers_of(game);
    int answer = 0;
    for (const double x :
         {misaligned.gap, misaligned.saving, throttled.cost, throttled.gain, throttled.user_loss,
          pinned.price, pinned.remaining_gap, game::penalty_floor(game)})
      ASSERT_TRUE(std::isfinite(x)) << i << " answer " << answer++ << numbers_of(game);
    const auto range = game::aligning_penalties(game, e);
    ASSERT_FALSE(std::isnan(range.low) || std::isnan(range.high)) << i;
  }
}

}  // namespace
}  // namespace turnout::testing
