#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "turnout/game/equilibrium.h"
#include "turnout/numeric/sample.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/stated.h"

namespace turnout::verification {
namespace {

using game::Game;
using game::Policy;

constexpr std::size_t kShares = 101;
constexpr double kTolerance = 1e-9;
// A searched q is known to about 1e-8 only, since utility is flat at its maximum; the cost of a
// mixed play feels it.
constexpr double kMixedTolerance = 1e-7;
constexpr std::size_t kRateGames =
    40;  // per game of the budget: rates need many, and a solve is cheap
constexpr std::size_t kCascadeGames = 400;

double theorem_deviation(const Game& game, base::Rng&) {
  const StatedOptimum o = stated_optimum(game);
  return optimum_deviation(game, o.policy, o.abandon, o.cost, kShares);
}

double engine_deviation(const Game& game, base::Rng&) {
  const game::Candidate best = game::solve(game).best();
  return optimum_deviation(game, best.policy, best.abandon, best.payoffs.provider_cost, kShares);
}

/// By how much a policy with a mixed response undercuts the static plays and the cascades at s0 and
/// sL.
double mixed_advantage(const Game& game, base::Rng&) {
  const Symbols x(game);
  const double sl = stated_sl(game);
  const double sh = stated_sh(game);
  const double best = std::min({x.r1, stated_staying_cost(game, sl),
                                game.model(0).cost + game.churn_penalty() * x.b1,
                                game.model(1).cost + game.churn_penalty() * x.b2});
  double advantage = 0;
  constexpr int kPoints = 33;
  for (int i = 1; i < kPoints; ++i) {
    const Policy policy{0, sl + (sh - sl) * i / kPoints};
    const FoundResponse response = search_response(game, policy);
    if (response.abandon == 0 || response.abandon == 1) continue;
    advantage = std::max(advantage, (best - response.payoffs.provider_cost) / cost_scale(game));
  }
  return advantage;
}

/// Five policies and pure responses are enough: nothing on the grid is cheaper than the best of
/// them.
double support_deviation(const Game& game, base::Rng&) {
  const Symbols x(game);
  std::vector<Policy> five = {{0, 0}, {0, 1}, {1, 0}};
  const Signs s = signs(game);
  if (s == Signs::kLatencyValue) five.push_back({0, std::nextafter(stated_s0(game), 2.0)});
  if (s == Signs::kValueLatency) five.push_back({0, stated_sl(game)});
  double best = std::numeric_limits<double>::infinity();
  for (const Policy& policy : five) {
    // Judged as if the user took the provider's side at a tie, which s0 rests on.
    for (const double q : {0.0, 1.0}) {
      if (response_deviation(game, policy, q) < kTolerance) {
        best = std::min(best, chain_payoffs(game, policy, q).provider_cost);
      }
    }
  }
  return std::max(0.0, best - search_optimum(game, kShares)->response.payoffs.provider_cost) /
         cost_scale(game);
}

/// J(s) with the user staying: between r1 and r2, and monotone.
double weighted_mean_deviation(const Game& game, base::Rng& rng) {
  const Symbols x(game);
  const double low = rng.uniform();
  const double high = rng.uniform(low, 1);
  const double at_low = chain_payoffs(game, {0, low}, 0).provider_cost;
  const double at_high = chain_payoffs(game, {0, high}, 0).provider_cost;
  const double direction = x.r2 >= x.r1 ? 1 : -1;
  const double weight = (1 - game.model(0).success) * low / (game.model(0).success + x.b1 * low);
  const double mean = (1 - weight) * x.r1 + weight * x.r2;
  return std::max(std::abs(mean - at_low), direction * (at_low - at_high)) / cost_scale(game);
}

/// Cascading between models that both keep the user never saves anything over the cheaper one
/// alone.
double undifferentiated_saving(const Game& game, base::Rng& rng) {
  const Symbols x(game);
  const double cascade = chain_payoffs(game, {0, rng.uniform(0.01, 0.99)}, 0).provider_cost;
  return std::max(0.0, std::min(x.r1, x.r2) - cascade) / cost_scale(game);
}

bool cascade_has_more_variance(const Game& game) {
  const Symbols x(game);
  const Policy best{x.r1 <= x.r2 ? std::size_t{0} : std::size_t{1}, 0};
  return chain_payoffs(game, {0, 0.5}, 0).cost_variance >
         chain_payoffs(game, best, 0).cost_variance;
}

bool cascade_is_optimal(const Game& game) {
  return game::is_cascade(game::solve(game).best().route);
}

bool mixes_at_optimum(const Game& game) {
  return game.model(0).success > game.model(1).success && signs(game) == Signs::kValueLatency &&
         game::solve(game).best().route == game::Route::kCascadeMixed;
}

/// The rate at which an interior cascade is strictly optimal, and what it saves where it is.
Finding cascade_rate(const Claim& claim, const Budget& budget) {
  numeric::Sample saving;
  double most = 0;
  Finding finding = measure_rate(
      claim, budget, budget.games * kCascadeGames, {draw_in_paper_order},
      [&](const Game& game) {
        const game::Equilibrium e = game::solve(game);
        if (!game::is_cascade(e.best().route)) return false;
        const double saved = 1 - e.best().payoffs.provider_cost / game::best_static_cost(game);
        saving.add(saved);
        most = std::max(most, saved);
        return true;
      },
      "");
  finding.detail = fmt::format(
      "share of games; saves {:.1f} % of the best static cost on average, {:.0f} % at most",
      100 * saving.mean(), 100 * most);
  return finding;
}

Finding mixed_interval(const Claim& claim, const Budget& budget) {
  numeric::Sample width;
  Finding finding = measure_rate(
      claim, budget, budget.games * kRateGames / 4,
      {draw_in_paper_order, has(Signs::kValueLatency)},
      [&](const Game& game) {
        width.add(stated_sh(game) - stated_sl(game));
        return !cascade_is_optimal(game);
      },
      "");
  finding.detail = fmt::format(
      "share of these games with a static optimum; the mixed interval (sL, sH) is {:.2f} wide "
      "on average and never optimal (P6)",
      width.mean());
  return finding;
}

std::vector<Statement> theorems() {
  constexpr const char* kOptimal =
      "cost saved by a searched policy, utility by another q, error of J; relative";
  return {
      judged({"P1", "Theorem 3, as reconstructed",
              "Both xi > 0: the optimum is (1,0) if c1/p1 <= c2/p2, else (2,0)", Known::kHolds, ""},
             {draw_in_paper_order, has(Signs::kBothValue)}, theorem_deviation, kTolerance,
             kOptimal),
      judged({"P2", "Theorem 3, as reconstructed",
              "Both xi < 0: (2,0) if P (p2 - p1) > c2 - c1, else (1,0)", Known::kHolds, ""},
             {draw_in_paper_order, has(Signs::kBothLatency)}, theorem_deviation, kTolerance,
             kOptimal),
      judged({"P3", "Theorem 4, as reconstructed",
              "xi1 < 0 < xi2: (1,0) and the user leaves up to a penalty, above it (1,s0) if c1/p1 "
              "< c2/p2, else (2,0)",
              Known::kHolds, ""},
             {draw_in_paper_order, has(Signs::kLatencyValue)}, theorem_deviation, kTolerance,
             kOptimal),
      judged({"P4", "Theorem 5, as reconstructed",
              "xi1 > 0 > xi2: the cheapest of (1,0) or (1,sL) and the user stays, (1,1) or (2,0) "
              "and he leaves",
              Known::kHolds, ""},
             {draw_in_paper_order, has(Signs::kValueLatency)}, theorem_deviation, kTolerance,
             kOptimal),
      judged({"P5", "theory 4, support theorem",
              "The optimum is one of (1,0), (1,s0), (1,sL), (1,1), (2,0), the response pure",
              Known::kHoldsNarrower,
              "holds if p1 <= p2, as in the paper's ordering (P6); with p1 > p2 a policy (1,s), "
              "sL < s < sH, answered by a mixed response can be strictly cheaper"},
             {draw_larger_first, mixes_at_optimum}, support_deviation, kMixedTolerance,
             "cost saved by a searched policy over the best of the five; relative"),
      judged({"P6", "theory 4, support theorem",
              "With p1 <= p2 the mixed interval (sL, sH) never carries the optimum", Known::kHolds,
              ""},
             {draw_in_paper_order, has(Signs::kValueLatency)}, mixed_advantage, kMixedTolerance,
             "cost saved by a mixed response over the best pure one; relative"),
      judged({"P7", "engine", "solve() is optimal in the paper's ordering", Known::kHolds, ""},
             {draw_in_paper_order}, engine_deviation, kTolerance, kOptimal),
      judged({"P8", "engine", "solve() is optimal in any ordering", Known::kHolds, ""},
             {draw_in_any_order}, engine_deviation, kMixedTolerance, kOptimal),
      judged({"P9", "engine",
              "solve() is optimal where it says that the optimum is a mixed response (p1 > p2)",
              Known::kHolds, ""},
             {draw_larger_first, mixes_at_optimum}, engine_deviation, kMixedTolerance, kOptimal),
      judged(
          {"P10", "theory 4",
           "J of (1,s) with the user staying is a weighted mean of c1/p1 and c2/p2, monotone in s",
           Known::kHolds, ""},
          {draw_in_any_order}, weighted_mean_deviation, kTolerance,
          "relative, against the Markov chain"),
  };
}

std::vector<Statement> loose_claims() {
  return {
      {{"P11", "summary, design 2",
        "Cascading is optimal only in a narrow region: about 2.6 % of games, where it saves about "
        "14 % of the best static cost on average",
        Known::kHolds, "", Shares{0, 0.05}},
       kCascadeGames,
       1,
       cascade_rate},
      counted(
          {"P12", "summary, table 1",
           "xi1 < 0 < xi2: almost always routes to M1, unless the cost-of-pass gap is large",
           Known::kHoldsNarrower,
           "holds in a small majority of games: M1 serves if losing the user is cheap or a "
           "cascade keeps him, and (2,0) needs no large gap, only c1/p1 >= c2/p2 and "
           "P > (c2/p2 - c1)/b1",
           Shares{0.9, 1}},
          {draw_in_paper_order, has(Signs::kLatencyValue)},
          [](const Game& g) { return game::solve(g).best().policy.start == 0; },
          "share of these games with i = 1", kRateGames / 4),
      counted({"P13", "summary, table 1", "xi1 < 0 < xi2: cascading only under specific conditions",
               Known::kMeasured, ""},
              {draw_in_paper_order, has(Signs::kLatencyValue)}, cascade_is_optimal,
              "share of these games with an interior cascade", kRateGames / 4),
      {{"P14", "summary, table 1",
        "xi1 > 0 > xi2: primarily static; mixed strategy in a very narrow interval", Known::kHolds,
        "", Shares{0.8, 1}},
       kRateGames / 4,
       1,
       mixed_interval},
      judged({"P15", "summary, design 2",
              "Cascading between undifferentiated models (both xi > 0) has no benefit: it never "
              "lowers the cost",
              Known::kHolds, ""},
             {draw_in_any_order, has(Signs::kBothValue)}, undifferentiated_saving, kTolerance,
             "cost saved by (1,s) over the better static route; relative"),
      counted({"P16", "summary, design 2",
               "Cascading between undifferentiated models increases the variance of the cost",
               Known::kHoldsNarrower,
               "holds in about 95 % of these games; in the others the mix varies less than the "
               "cheaper route",
               Shares{1, 1}},
              {draw_in_paper_order, has(Signs::kBothValue)}, cascade_has_more_variance,
              "share of these games where (1, 1/2) has more cost variance than the optimum",
              kRateGames / 4),
  };
}

}  // namespace

std::vector<Statement> routing_statements() {
  std::vector<Statement> all = theorems();
  const std::vector<Statement> loose = loose_claims();
  all.insert(all.end(), loose.begin(), loose.end());
  return all;
}

}  // namespace turnout::verification
