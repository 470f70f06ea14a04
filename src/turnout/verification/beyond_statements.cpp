#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "turnout/game/opaque_lotteries.h"
#include "turnout/game/opaque_routing.h"
#include "turnout/game/plan_classes.h"
#include "turnout/game/population.h"
#include "turnout/game/remedies.h"
#include "turnout/numeric/sample.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/plan_judges.h"
#include "turnout/verification/stated.h"

namespace turnout::verification {
namespace {

using game::Game;
using game::RoutingGame;
using game::TaskTypes;

constexpr std::size_t kDepth = 5;
constexpr std::size_t kRateGames = 10;
constexpr double kExact = 1e-9;
constexpr double kHardTasks =
    1.5;  // sigma: between what Aider's boards and the tau-bench tables give

/// The paper's game as a game of any number of models.
std::vector<game::Model> models_of(const Game& game) { return {game.model(0), game.model(1)}; }

RoutingGame routing(const Game& game, std::vector<game::Model> all, bool participates = false,
                    game::Switching switching = {}) {
  return RoutingGame::make({game.value(), game.value_of_time()}, {game.churn_penalty()},
                           std::move(all), std::move(switching), participates)
      .value();
}

/// The game with up to two models more.
RoutingGame with_more_models(const Game& game, base::Rng& rng, bool participates = false) {
  auto all = models_of(game);
  for (auto more = rng.next() % 3; more > 0; --more) {
    all.push_back({rng.uniform(0.02, 0.98), rng.exponential(1), rng.exponential(1)});
  }
  return routing(game, std::move(all), participates);
}

TaskTypes rasch(const Game& game, const game::Difficulty& difficulty) {
  const std::vector<double> rates = {game.model(0).success, game.model(1).success};
  return TaskTypes::rasch(rates, difficulty, kDepth);
}

double plan_cost(const RoutingGame& game) {
  return game::best_plan(game).plan.payoffs.provider_cost;
}

double paper_cost(const Game& game) { return game::solve(game).best().payoffs.provider_cost; }

bool one_kind(const Game& game) {
  const Signs s = signs(game);
  return s == Signs::kBothValue || s == Signs::kBothLatency;
}

double plan_deviation(const Game& game, base::Rng& rng) {
  constexpr std::size_t kPoints = 65;
  const RoutingGame all = with_more_models(game, rng);
  return std::abs(plan_cost(all) - iterated_plan_cost(all, kPoints)) / cost_scale(game);
}

double participation_deviation(const Game& game, base::Rng& rng) {
  constexpr std::size_t kPoints = 65;
  const RoutingGame all = with_more_models(game, rng, true);
  const auto plan = game::best_plan(all).plan.payoffs;
  return std::max(
      std::abs(plan.provider_cost - iterated_plan_cost(all, kPoints)) / cost_scale(game),
      std::max(0.0, -plan.user_utility) / utility_scale(game));
}

double same_as_paper(const Game& game, base::Rng&) {
  return std::abs(plan_cost(routing(game, models_of(game))) - paper_cost(game)) / cost_scale(game);
}

double dearer_than_paper(const Game& game, base::Rng&) {
  return std::max(0.0, plan_cost(routing(game, models_of(game))) - paper_cost(game)) /
         cost_scale(game);
}

/// A rate with what is saved where the condition holds.
Finding rate_with_saving(const Claim& claim, const Budget& budget, std::size_t games,
                         const Domain& domain, const std::function<double(const Game&)>& saving,
                         double worth_having, const char* what) {
  numeric::Sample saved;
  double most = 0;
  Finding finding = measure_rate(
      claim, budget, games, domain,
      [&](const Game& game) {
        const double s = saving(game);
        if (s <= worth_having) return false;
        saved.add(s);
        most = std::max(most, s);
        return true;
      },
      "");
  finding.detail = fmt::format("{}; saves {:.1f} % on average there, {:.0f} % at most", what,
                               100 * saved.mean(), 100 * most);
  return finding;
}

/// What the plan saves of the cost of the paper's policy.
double plan_saving(const Game& game) {
  const double paper = paper_cost(game);
  return paper > 0 ? 1 - plan_cost(routing(game, models_of(game))) / paper : 0;
}

double lottery_saving(const Game& game) {
  const RoutingGame all = routing(game, models_of(game));
  const game::SearchLimits limits{5'000};
  const double deterministic = game::best_deterministic_plan(all, limits).certificate.bound;
  return deterministic > 0 ? 1 - plan_cost(all) / deterministic : 0;
}

/// What a deviation by either side would gain from a Nash equilibrium, on a grid; 1 if there is no
/// equilibrium.
double nash_deviation(const Game& game, base::Rng&) {
  constexpr int kPoints = 65;
  const auto equilibria = game::nash_equilibria(game);
  double worst = equilibria.empty() ? 1 : 0;
  for (const auto& e : equilibria) {
    const auto utility = [&](double q) {
      if (!e.mixes_start) return chain_payoffs(game, e.policy, q).user_utility;
      return e.first_share * chain_payoffs(game, {0, 0}, q).user_utility +
             (1 - e.first_share) * chain_payoffs(game, {1, 0}, q).user_utility;
    };
    const double cost = e.payoffs.provider_cost;
    for (int i = 0; i < kPoints; ++i) {
      const double x = i / (kPoints - 1.0);
      worst = std::max(
          {worst, (utility(x) - utility(e.abandon)) / utility_scale(game),
           (cost - chain_payoffs(game, {0, x}, e.abandon).provider_cost) / cost_scale(game)});
    }
    worst = std::max(
        worst, (cost - chain_payoffs(game, {1, 0}, e.abandon).provider_cost) / cost_scale(game));
  }
  return worst;
}

/// The same for the lotteries over (1,s) and (2,0), at the ends of each range and between them; and
/// how far U is outside the range that the ends span.
double lottery_deviation(const Game& game, base::Rng& rng) {
  constexpr int kPoints = 65;
  double worst = 0;
  for (const auto& range : game::lottery_equilibria(game)) {
    const double q = range.abandon;
    const double s = rng.uniform(range.from.cascade, range.to.cascade);
    const auto [low, high] =
        std::minmax(range.from.payoffs.user_utility, range.to.payoffs.user_utility);
    for (const auto& lottery : {range.from, game::stationary_lottery(game, q, s), range.to}) {
      const auto utility = [&](double leave) {
        return lottery.first_share * chain_payoffs(game, {0, lottery.cascade}, leave).user_utility +
               (1 - lottery.first_share) * chain_payoffs(game, {1, 0}, leave).user_utility;
      };
      const double now = utility(q);
      worst = std::max(worst, std::max(low - now, now - high) / utility_scale(game));
      for (int i = 0; i < kPoints; ++i) {
        const double x = i / (kPoints - 1.0);
        worst = std::max({worst, (utility(x) - now) / utility_scale(game),
                          std::abs(lottery.payoffs.provider_cost -
                                   chain_payoffs(game, {0, x}, q).provider_cost) /
                              cost_scale(game)});
      }
    }
  }
  return worst;
}

bool has_a_range_of_equilibria(const Game& game) {
  const auto ranges = game::lottery_equilibria(game);
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    return std::abs(range.from.payoffs.user_utility - range.to.payoffs.user_utility) >
           1e-6 * utility_scale(game);
  });
}

/// The provider's loss from publishing the policy, against the equilibria in one policy.
double loss_by_publishing(const Game& game, base::Rng&) {
  double loss = 0;
  for (const auto& e : game::nash_equilibria(game)) {
    if (!e.mixes_start) loss = std::max(loss, paper_cost(game) - e.payoffs.provider_cost);
  }
  return loss / cost_scale(game);
}

/// What publishing saves of the cheapest equilibrium's cost.
double gain_by_publishing(const Game& game) {
  double cheapest = std::numeric_limits<double>::infinity();
  for (const auto& e : game::nash_equilibria(game))
    cheapest = std::min(cheapest, e.payoffs.provider_cost);
  for (const auto& range : game::lottery_equilibria(game))
    cheapest = std::min(cheapest, range.from.payoffs.provider_cost);
  return cheapest > 0 && std::isfinite(cheapest) ? 1 - paper_cost(game) / cheapest : 0;
}

bool publishing_hurts_the_user(const Game& game) {
  const double committed = game::solve(game).best().payoffs.user_utility;
  const auto equilibria = game::nash_equilibria(game);
  const auto ranges = game::lottery_equilibria(game);
  const auto hurts = [&](const game::Payoffs<double>& payoffs) {
    return committed < payoffs.user_utility - kExact * utility_scale(game);
  };
  return !equilibria.empty() &&
         std::all_of(equilibria.begin(), equilibria.end(),
                     [&](const auto& e) { return hurts(e.payoffs); }) &&
         std::all_of(ranges.begin(), ranges.end(), [&](const auto& range) {
           return hurts(range.from.payoffs) && hurts(range.to.payoffs);
         });
}

double population_deviation(const Game& game, base::Rng& rng) {
  constexpr int kPoints = 400;
  constexpr std::size_t kSegments = 6;
  std::vector<game::PopulationPart> parts;
  for (std::size_t i = 0; i < kSegments; ++i) {
    parts.push_back(
        {1.0 / kSegments, game.with({game::Quantity::kValue, 0}, rng.exponential(3)).value()});
  }
  const auto best = game::best_for_population(parts);
  double least = game::evaluate_population(parts, {1, 0}).payoffs.provider_cost;
  for (int i = 0; i <= kPoints; ++i) {
    least = std::min(least, game::evaluate_population(parts, {0, static_cast<double>(i) / kPoints})
                                .payoffs.provider_cost);
  }
  return std::max(best.mean.payoffs.provider_cost - least, best.bound - least) / cost_scale(game);
}

double sequence_deviation(const Game& game, base::Rng& rng) {
  constexpr std::size_t kShort = 4;
  const RoutingGame all = with_more_models(game, rng);
  std::vector<double> rates;
  for (std::size_t k = 0; k < all.size(); ++k) rates.push_back(all.model(k).success);
  const TaskTypes types =
      TaskTypes::rasch(rates, {rng.uniform(0, 2), rng.uniform(-0.5, 1)}, kShort);
  const auto found = game::best_sequence(all, types, kShort);
  return std::max(std::abs(found.plan.payoffs.provider_cost -
                           exhaustive_sequence_cost(all, types, kShort)),
                  found.certificate.gap) /
         cost_scale(game);
}

/// What the best sequence saves of the best static one's cost, when tasks differ and failures tell.
double saving_over_static(const Game& game, const game::Difficulty& difficulty) {
  const RoutingGame all = routing(game, models_of(game));
  const TaskTypes types = rasch(game, difficulty);
  const double fixed = game::best_static_sequence(all, types, kDepth).payoffs.provider_cost;
  return fixed > 0 ? 1 - game::best_sequence(all, types, kDepth).plan.payoffs.provider_cost / fixed
                   : 0;
}

/// The paper's formula with mean rates, over what its policy costs when tasks are hard.
double predicted_over_real(const Game& game) {
  const RoutingGame all = routing(game, models_of(game));
  const game::Candidate paper = game::solve(game).best();
  const auto play = game::play_sequence(all, rasch(game, {kHardTasks, 0}),
                                        std::vector<std::size_t>(kDepth, paper.policy.start));
  return paper.payoffs.provider_cost / play.payoffs.provider_cost;
}

Finding formula_error(const Claim& claim, const Budget& budget) {
  std::vector<double> ratios;
  Finding finding = measure_rate(
      claim, budget, budget.games * kRateGames,
      {draw_in_paper_order,
       [](const Game& g) { return !game::is_cascade(game::solve(g).best().route); }},
      [&](const Game& game) {
        ratios.push_back(predicted_over_real(game));
        return std::abs(ratios.back() - 1) > 0.1;
      },
      "");
  std::sort(ratios.begin(), ratios.end());
  const auto at = [&](double share) {
    return ratios[static_cast<std::size_t>(share * static_cast<double>(ratios.size() - 1))];
  };
  finding.detail = fmt::format(
      "share of static optima whose cost the formula misses by over 10 %; predicted / real: median "
      "{:.2f}, "
      "tenth {:.2f}, at sigma = {}, {} attempts",
      at(0.5), at(0.1), kHardTasks, kDepth);
  return finding;
}

/// Whether P < min c/p tells right that losing the user after one failure is cheaper than serving
/// him as well as can be.
bool throttling_rule_is_right(const Game& game) {
  const Symbols x(game);
  const double leave = std::min(game.model(0).cost + game.churn_penalty() * x.b1,
                                game.model(1).cost + game.churn_penalty() * x.b2);
  const double serve =
      game::best_sequence(routing(game, models_of(game)), rasch(game, {kHardTasks, 0}), kDepth)
          .plan.payoffs.provider_cost;
  return (leave < serve - kExact * cost_scale(game)) ==
         (game.churn_penalty() < std::min(x.r1, x.r2));
}

/// What leaving saves over the best static service of a provider that earns on every call.
double leaving_pays_though_calls_earn(const Game& game, base::Rng& rng) {
  std::vector<game::Model> all = models_of(game);
  for (game::Model& model : all) model.price = model.cost * rng.uniform(1, 2);
  const RoutingGame priced = routing(game, all);
  double stays = std::numeric_limits<double>::infinity();
  double leaves = stays;
  for (std::size_t k = 0; k < 2; ++k) {
    const game::PassTerms& pass = priced.pass(k);
    stays = std::min(stays, pass.net_cost / pass.ends);
    leaves = std::min(leaves, pass.net_cost + pass.goes_on * game.churn_penalty());
  }
  return std::max(0.0, stays - leaves) / cost_scale(game);
}

double switching_deviation(const Game& game, base::Rng& rng) {
  const game::SearchLimits limits{5'000};
  const double d = rng.exponential(1);
  const double without =
      game::best_deterministic_plan(routing(game, models_of(game)), limits).certificate.bound;
  const auto with = game::best_deterministic_plan(
      routing(game, models_of(game), false, {{0, d, d, 0}, {}}), limits);
  const double fixed = game::best_static_plan(routing(game, models_of(game))).payoffs.provider_cost;
  return std::max({0.0, without - with.plan.payoffs.provider_cost,
                   with.plan.payoffs.provider_cost - fixed}) /
         cost_scale(game);
}

std::vector<Statement> exact_statements() {
  constexpr const char* kCost = "cost, relative";
  return {
      judged({"B1", "theory 11, theorem 11.2",
              "The best plan's cost is that of value iteration over promised utilities (2 to 4 "
              "models)",
              Known::kHolds, ""},
             {draw_in_any_order}, plan_deviation, kExact, kCost, 4),
      judged({"B2", "theory 11",
              "With xi1, xi2 of one sign the best plan costs what the paper's policy costs",
              Known::kHolds, ""},
             {draw_in_paper_order, one_kind}, same_as_paper, 1e-12, kCost),
      judged({"B3", "theory 11", "The best plan never costs more than the paper's policy",
              Known::kHolds, ""},
             {draw_in_any_order}, dearer_than_paper, 1e-12, kCost),
      judged({"B4", "theory 11",
              "With a user who need not submit the best plan costs what value iteration says, and "
              "he never "
              "expects a loss",
              Known::kHolds, ""},
             {draw_in_any_order}, participation_deviation, kExact, "cost or utility, relative", 4),
      judged({"B5", "theory 12",
              "The best sequence costs what trying all of them finds (2 to 4 models, 4 attempts), "
              "its gap is 0",
              Known::kHolds, ""},
             {draw_in_any_order}, sequence_deviation, kExact, kCost, 4),
      judged({"B6", "theory 16",
              "In the paper's order a Nash equilibrium exists, and from each one found nobody "
              "gains by deviating",
              Known::kHolds, ""},
             {draw_in_paper_order}, nash_deviation, kExact, "gain of a deviation, relative"),
      judged({"B7", "theory 16", "Publishing its policy never costs the provider anything",
              Known::kHolds, ""},
             {draw_in_any_order}, loss_by_publishing, 1e-12, kCost),
      judged({"B8", "theory 17",
              "The policy for a population of six costs no more than any of a grid of 400, its "
              "bound is below",
              Known::kHolds, ""},
             {draw_in_any_order}, population_deviation, 2e-7, kCost, 2),
      judged({"B9", "theory 11",
              "A provider that earns on every call never gains from users who leave", Known::kHolds,
              ""},
             {draw_in_any_order}, leaving_pays_though_calls_earn, 1e-12, kCost),
      judged({"B10", "theory 11", "Switching costs lie between no effect and the best static cost",
              Known::kHolds, ""},
             {draw_in_any_order}, switching_deviation, kExact, kCost, 4),
      judged({"B21", "theory 16",
              "In each range of lotteries over (1,s) and (2,0) nobody gains by deviating, all cost "
              "the same, and U is between that of the ends",
              Known::kHolds, ""},
             {draw_in_any_order}, lottery_deviation, kExact, "gain of a deviation, relative"),
  };
}

/// How often a static sequence is not enough: the best one saves more than a tenth of a percent.
/// The abstract says that "in nearly all cases" a static policy is optimal.
Statement static_is_not_enough(const char* id, const char* text, game::Difficulty difficulty) {
  return {{id, "against the abstract", text, Known::kMeasured, ""},
          kRateGames,
          1,
          [difficulty](const Claim& claim, const Budget& budget) {
            return rate_with_saving(
                claim, budget, budget.games * kRateGames, {draw_in_paper_order},
                [&](const Game& g) { return saving_over_static(g, difficulty); }, 1e-3,
                "share of games in which the best sequence saves more than 0.1 % of the best "
                "static cost");
          }};
}

std::vector<Statement> measured_statements() {
  return {
      {{"B11", "theory 11",
        "With xi1 xi2 < 0 the best plan is strictly cheaper than the paper's policy in about 10 % "
        "of games, by about 10 % on average and up to 45 %",
        Known::kMeasured, ""},
       kRateGames,
       1,
       [](const Claim& claim, const Budget& budget) {
         return rate_with_saving(claim, budget, budget.games * kRateGames,
                                 {draw_in_paper_order, [](const Game& g) { return !one_kind(g); }},
                                 plan_saving, kExact, "share of these games");
       }},
      {{"B12", "theory 11",
        "Lotteries are worth something: no sequence of models is as cheap as the best plan",
        Known::kMeasured, ""},
       1,
       1,
       [](const Claim& claim, const Budget& budget) {
         return rate_with_saving(claim, budget, budget.games, {draw_in_paper_order}, lottery_saving,
                                 1e-6, "share of games");
       }},
      {{"B13", "theory 16", "Publishing the policy saves the provider something", Known::kMeasured,
        ""},
       kRateGames,
       1,
       [](const Claim& claim, const Budget& budget) {
         return rate_with_saving(claim, budget, budget.games * kRateGames, {draw_in_paper_order},
                                 gain_by_publishing, kExact,
                                 "share of games, against the cheapest equilibrium");
       }},
      counted({"B14", "theory 16",
               "Publishing the policy leaves the user worse off than every equilibrium without it",
               Known::kMeasured, ""},
              {draw_in_paper_order}, publishing_hurts_the_user, "share of games", kRateGames),
      static_is_not_enough(
          "B15", "Static is not enough, with 5 independent attempts on offer (sigma = 0)", {0, 0}),
      static_is_not_enough(
          "B16", "Static is not enough when failures tell of hard tasks (sigma = 1)", {1, 0}),
      static_is_not_enough("B17", "Static is not enough at sigma = 2", {2, 0}),
      static_is_not_enough(
          "B18", "Static is not enough at sigma = 2 with feedback 1 from each failure", {2, 1}),
      {{"B19", "theory 12",
        "The paper's formula predicts the cost of its policy when failures tell of hard tasks",
        Known::kMeasured, ""},
       kRateGames,
       1,
       formula_error},
      counted({"B20", "summary, Proposition 2",
               "P < min c/p still says when losing the user after one failure pays, at sigma = "
               "1.5, 5 attempts",
               Known::kMeasured, ""},
              {draw_in_paper_order, has(Signs::kBothValue)}, throttling_rule_is_right,
              "share of games with both xi > 0 in which it does", kRateGames),
      counted({"B22", "theory 16",
               "Without a published policy there is a range of equilibria of different utility, in "
               "lotteries over (1,s) and (2,0)",
               Known::kMeasured, ""},
              {draw_in_any_order}, has_a_range_of_equilibria, "share of games", kRateGames),
  };
}

}  // namespace

std::vector<Statement> beyond_statements() {
  std::vector<Statement> all = exact_statements();
  const std::vector<Statement> measured = measured_statements();
  all.insert(all.end(), measured.begin(), measured.end());
  return all;
}

}  // namespace turnout::verification
