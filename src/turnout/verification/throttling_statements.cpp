#include <algorithm>
#include <cmath>

#include "turnout/game/remedies.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/stated.h"

namespace turnout::verification {
namespace {

using game::Game;
using game::Quantity;

constexpr double kTolerance = 1e-9;
constexpr std::size_t kShares = 21;  // of a search at each of the latencies tried

double leaving_cost(const Game& game, std::size_t k) {
  return game.model(k).cost + game.churn_penalty() * (1 - game.model(k).success);
}

/// J* by the engine, which P7 to P9 judge.
double unthrottled_cost(const Game& game) { return game::solve(game).best().payoffs.provider_cost; }

double stated_throttled_cost(const Game& game) {
  return std::min({unthrottled_cost(game), leaving_cost(game, 0), leaving_cost(game, 1)});
}

/// Both ways: nothing searched undercuts the formula, and the formula's cost is reached by slowing
/// one model down.
double throttled_cost_deviation(const Game& game, base::Rng&) {
  const double claimed = stated_throttled_cost(game);
  const double searched = std::min(search_throttled_cost(game, kShares), unthrottled_cost(game));
  return std::abs(claimed - searched) / cost_scale(game);
}

/// Whether any searched latencies pay.
bool searched_gain(const Game& game) {
  return search_throttled_cost(game, kShares) <
         unthrottled_cost(game) - kTolerance * cost_scale(game);
}

double least_cost_of_pass(const Game& game) {
  const Symbols x(game);
  return std::min(x.r1, x.r2);
}

bool both_value(const Game& game) { return signs(game) == Signs::kBothValue; }

bool low_penalty(const Game& game) {
  return both_value(game) && game.churn_penalty() < least_cost_of_pass(game) * (1 - 1e-6);
}

bool high_penalty(const Game& game) {
  return both_value(game) && game.churn_penalty() > least_cost_of_pass(game) * (1 + 1e-6);
}

/// At P above the floor every way to make the user leave costs more than J*.
double saving_above_floor(const Game& game, base::Rng&) {
  return std::max(0.0,
                  unthrottled_cost(game) - std::min(leaving_cost(game, 0), leaving_cost(game, 1))) /
         cost_scale(game);
}

double gain_at(const Game& game, double penalty) {
  const Game moved = game.with({Quantity::kChurnPenalty, 0}, penalty).value();
  return std::max(
      0.0, unthrottled_cost(moved) - std::min(leaving_cost(moved, 0), leaving_cost(moved, 1)));
}

/// The gain through the cheaper model is r* - c_k - P b_k, so linear in P where that model is the
/// throttled one.
double gain_formula_deviation(const Game& game, base::Rng&) {
  const std::size_t k = leaving_cost(game, 0) <= leaving_cost(game, 1) ? 0 : 1;
  const double claimed = least_cost_of_pass(game) - game.model(k).cost -
                         game.churn_penalty() * (1 - game.model(k).success);
  const double searched = unthrottled_cost(game) - search_throttled_cost(game, kShares);
  return std::abs(claimed - searched) / cost_scale(game);
}

bool never_pays(const Game& game) {
  return signs(game) == Signs::kValueLatency || signs(game) == Signs::kBothLatency;
}

/// What is left to the user at the smallest latency that works, against what any policy gives him
/// without throttling.
double utility_left_over(const Game& game, base::Rng&) {
  const auto throttled = game::throttling(game, game::solve(game), 0.0);
  Game slow = game;
  for (std::size_t k = 0; k < Game::kModels; ++k)
    slow = slow.with({Quantity::kLatency, k}, throttled.latencies[k]).value();
  const double left = chain_payoffs(slow, {throttled.model, 0}, 1).user_utility;
  double least = search_response(game, {1, 0}).payoffs.user_utility;
  for (const double s : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    least = std::min(least, search_response(game, {0, s}).payoffs.user_utility);
  }
  return std::max(0.0, left - least) / utility_scale(game);
}

/// Just below the floor throttling pays, from the floor on it never does.
double floor_deviation(const Game& game, base::Rng&) {
  const double floor = game::penalty_floor(game, game::solve(game));
  double worst = 0;
  for (const double factor : {1.0, 1.001, 1.5, 10.0, 1000.0})
    worst = std::max(worst, gain_at(game, floor * factor + (factor - 1)));
  if (floor > 0 && gain_at(game, floor * (1 - 1e-6)) <= 0) worst = 1;
  return worst / cost_scale(game);
}

double engine_deviation(const Game& game, base::Rng&) {
  const game::Equilibrium e = game::solve(game);
  const auto t = game::throttling(game, e, 0.01);
  if (t.gain == 0)
    return std::max(0.0, unthrottled_cost(game) - search_throttled_cost(game, kShares)) /
           cost_scale(game);
  // The served latencies must do what is said of them: make the user leave, at that cost, with that
  // loss.
  Game slow = game;
  for (std::size_t k = 0; k < Game::kModels; ++k)
    slow = slow.with({Quantity::kLatency, k}, t.latencies[k]).value();
  const FoundResponse served = search_response(slow, {t.model, 0});
  const double loss = e.best().payoffs.user_utility - served.payoffs.user_utility;
  return std::max({std::abs(served.payoffs.provider_cost - t.cost) / cost_scale(game),
                   std::abs(e.best().payoffs.provider_cost - t.cost - t.gain) / cost_scale(game),
                   std::abs(loss - t.user_loss) / utility_scale(game)});
}

}  // namespace

std::vector<Statement> throttling_statements() {
  constexpr std::size_t kSlow = 5;  // a search over latencies too costs 49 searches
  constexpr const char* kCost = "cost, relative";
  return {
      judged({"T1", "theory 6", "The best throttled cost is min(J*, c1 + P b1, c2 + P b2)",
              Known::kHolds, ""},
             {draw_in_paper_order}, throttled_cost_deviation, kTolerance,
             "cost, relative, against search over latencies, (i,s) and q", kSlow),
      judged({"T2", "summary, Proposition 2", "Both xi > 0, P < min c/p: throttling pays",
              Known::kHolds, ""},
             {draw_in_paper_order, low_penalty}, unless(searched_gain), 0,
             "1 if no searched latencies pay", kSlow),
      judged({"T3", "theory 6; summary, table 2", "Both xi > 0, P > min c/p: throttling never pays",
              Known::kHolds, ""},
             {draw_in_paper_order, high_penalty},
             unless([](const Game& g) { return !searched_gain(g); }), 0,
             "1 if some searched latencies pay", kSlow),
      judged(
          {"T4", "theory 6", "Both xi > 0, P > min c/p: making the user leave costs more than J*",
           Known::kHolds, ""},
          {draw_in_paper_order, high_penalty}, saving_above_floor, 0, kCost),
      judged(
          {"T5", "summary, table 2",
           "The gain is r* - c_k - P b_k: linear in P for the throttled model", Known::kHolds, ""},
          {draw_in_paper_order, low_penalty}, gain_formula_deviation, kTolerance,
          "gain, relative, against search over latencies", kSlow),
      judged({"T6", "summary, Proposition 2",
              "Under that condition the user's utility is damaged most: below that of every policy "
              "without throttling",
              Known::kHolds, ""},
             {draw_in_paper_order, low_penalty}, utility_left_over, kTolerance,
             "utility left above the worst policy, relative"),
      judged({"T7", "theory 6", "With xi1 > 0 > xi2 or both xi < 0 throttling never pays",
              Known::kHolds, ""},
             {draw_in_paper_order, never_pays},
             unless([](const Game& g) { return !searched_gain(g); }), 0,
             "1 if some searched latencies pay", kSlow),
      counted(
          {"T8", "theory 6", "With xi1 < 0 < xi2 throttling can pay, through c2 + P b2",
           Known::kMeasured, ""},
          {draw_in_paper_order, has(Signs::kLatencyValue)},
          [](const Game& g) { return leaving_cost(g, 1) < unthrottled_cost(g) * (1 - kTolerance); },
          "share of these games where it pays"),
      judged({"T9", "summary, findings",
              "A high enough churn penalty prevents throttling: penalty_floor() is where it stops, "
              "in every regime",
              Known::kHolds, ""},
             {draw_in_any_order}, floor_deviation, kTolerance,
             "gain left at or above the floor, relative; 1e0 or more if none is left just below"),
      judged({"T10", "engine", "throttling() names latencies that do what it says, in any ordering",
              Known::kHolds, ""},
             {draw_in_any_order}, engine_deviation, 1e-8, "cost, gain and loss, relative", kSlow),
  };
}

}  // namespace turnout::verification
