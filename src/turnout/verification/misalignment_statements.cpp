#include <algorithm>
#include <cmath>

#include "turnout/game/misalignment.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/stated.h"

namespace turnout::verification {
namespace {

using game::Game;

constexpr std::size_t kShares = 101;
constexpr double kTolerance = 1e-9;

/// The highest utility that any searched policy gives the user.
double searched_preference(const Game& game) {
  double best = search_response(game, {1, 0}).payoffs.user_utility;
  for (std::size_t i = 0; i < kShares; ++i) {
    const double s = static_cast<double>(i) / static_cast<double>(kShares - 1);
    best = std::max(best, search_response(game, {0, s}).payoffs.user_utility);
  }
  return best;
}

double preference_deviation(const Game& game, base::Rng&) {
  return std::abs(searched_preference(game) - stated_preferred_utility(game)) / utility_scale(game);
}

/// The gap between the searched preference and the utility at the provider's optimum, itself judged
/// by P7.
double searched_gap(const Game& game) {
  const game::Candidate best = game::solve(game).best();
  return searched_preference(game) - chain_payoffs(game, best.policy, best.abandon).user_utility;
}

double engine_gap_deviation(const Game& game, base::Rng&) {
  return std::abs(searched_gap(game) - game::misalignment(game, game::solve(game)).gap) /
         utility_scale(game);
}

bool rankings_disagree(const Game& game) {
  const Symbols x(game);
  const double first = x.xi1 > 0 ? x.xi1 / game.model(0).success : x.xi1;
  const double second = x.xi2 > 0 ? x.xi2 / game.model(1).success : x.xi2;
  return (x.r1 < x.r2 && first < second) || (x.r1 > x.r2 && first > second);
}

double value_gap_deviation(const Game& game, base::Rng&) {
  const double wait1 = game.model(0).latency / game.model(0).success;
  const double wait2 = game.model(1).latency / game.model(1).success;
  const double claimed =
      rankings_disagree(game) ? std::abs(wait1 - wait2) * game.value_of_time() : 0;
  return std::abs(searched_gap(game) - claimed) / utility_scale(game);
}

bool hurt(const Game& game) { return searched_gap(game) > kTolerance * utility_scale(game); }

bool both_value(const Game& game) { return signs(game) == Signs::kBothValue; }

bool disagree_and_not_both_latency(const Game& game) {
  return rankings_disagree(game) && signs(game) != Signs::kBothLatency;
}

}  // namespace

std::vector<Statement> misalignment_statements() {
  return {
      judged({"A1", "Proposition 1, as reconstructed",
              "U_pref = max xi_k/p_k if some xi_k > 0, else max xi_k, over all (i,s)",
              Known::kHolds, ""},
             {draw_in_any_order}, preference_deviation, kTolerance,
             "relative, against search over (i,s) and q"),
      judged({"A2", "Proposition 1, as reconstructed",
              "Both xi > 0: the gap is |t1/p1 - t2/p2| if the rankings by c/p and t/p disagree, "
              "else 0",
              Known::kHolds, ""},
             {draw_in_paper_order, both_value}, value_gap_deviation, kTolerance,
             "relative, against the searched gap"),
      judged({"A3", "summary, findings",
              "If the provider's cost-of-pass ranking and the user's ranking disagree, "
              "misalignment is inevitable",
              Known::kHoldsNarrower,
              "holds if at least one model is value-dominated (A4); with two latency-dominated "
              "models cost-of-pass does not decide"},
             {draw_in_paper_order, rankings_disagree}, unless(hurt), 0,
             "1 if the rankings disagree and the gap is 0"),
      judged({"A4", "theory 5",
              "Disagreeing rankings hurt the user unless both models are latency-dominated",
              Known::kHolds, ""},
             {draw_in_paper_order, disagree_and_not_both_latency}, unless(hurt), 0,
             "1 if the rankings disagree and the gap is 0"),
      counted({"A5", "theory 5", "Misalignment arises only if the rankings disagree",
               Known::kHoldsNarrower,
               "holds if both xi > 0; else the provider may gain by making the user leave",
               Shares{0, 0}},
              {draw_in_paper_order, [](const Game& g) { return !rankings_disagree(g); }}, hurt,
              "share of games with agreeing rankings where the user is hurt all the same: he is "
              "made to leave"),
      counted({"A6", "theory 5", "How often the provider's optimum is against its users",
               Known::kMeasured, ""},
              {draw_in_paper_order}, hurt, "share of games with a gap"),
      judged({"A7", "engine", "misalignment() gives the gap, in any ordering", Known::kHolds, ""},
             {draw_in_any_order}, engine_gap_deviation, kTolerance,
             "relative, against the searched gap"),
  };
}

}  // namespace turnout::verification
