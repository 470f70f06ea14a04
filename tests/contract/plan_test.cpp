// The promised-utility plan against linear programming, a grid, the two-model equilibrium and its
// own schedule.
#include <glpk.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/game/equilibrium.h"
#include "turnout/game/plan_classes.h"
#include "turnout/numeric/lower_hull.h"
#include "turnout/verification/plan_judges.h"

namespace turnout::game {
namespace {

RoutingGame random_game(base::Rng& rng, std::size_t models, double least_success = 0.1,
                        double most_success = 0.9) {
  std::vector<Model> all;
  for (std::size_t k = 0; k < models; ++k) {
    all.push_back(
        {rng.uniform(least_success, most_success), rng.exponential(1), rng.exponential(1)});
  }
  return RoutingGame::make({rng.exponential(3), 1}, {rng.exponential(3)}, all).value();
}

/// The least cost of going on after a failure, over all plans that stop being clever after `depth`
/// attempts (then one model until solved, or the user leaves), as a linear program in realisation
/// probabilities of histories: an independent judge.
class HistoryProgram {
 public:
  HistoryProgram(const RoutingGame& game, std::size_t depth)
      : game_(game), depth_(depth), lp_(glp_create_prob()) {
    glp_term_out(GLP_OFF);
    glp_set_obj_dir(lp_, GLP_MIN);
    const Slot root = add_history({}, 1);
    const int start = add_row(GLP_FX, 1);
    entries_.push_back({start, root.played, 1});
  }
  ~HistoryProgram() { glp_delete_prob(lp_); }
  HistoryProgram(const HistoryProgram&) = delete;
  HistoryProgram& operator=(const HistoryProgram&) = delete;

  std::optional<double> solve() {
    std::vector<int> rows = {0}, columns = {0};
    std::vector<double> values = {0};
    for (const auto& [row, column, value] : entries_) {
      rows.push_back(row);
      columns.push_back(column);
      values.push_back(value);
    }
    glp_load_matrix(lp_, static_cast<int>(rows.size()) - 1, rows.data(), columns.data(),
                    values.data());
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.tol_bnd = options.tol_dj = 1e-10;
    if (glp_simplex(lp_, &options) != 0 || glp_get_status(lp_) != GLP_OPT) return std::nullopt;
    return glp_get_obj_val(lp_);
  }

 private:
  struct Entry {
    int row, column;
    double value;
  };
  struct Slot {
    int played;  // column: probability that the lotteries lead here
    // what follows is worth, as columns and coefficients
    std::vector<std::pair<int, double>> worth;
  };

  int add_column(double cost) {
    const int column = glp_add_cols(lp_, 1);
    glp_set_col_bnds(lp_, column, GLP_LO, 0, 0);
    glp_set_obj_coef(lp_, column, cost);
    return column;
  }
  int add_row(int kind, double bound) {
    const int row = glp_add_rows(lp_, 1);
    glp_set_row_bnds(lp_, row, kind, bound, bound);
    return row;
  }

  Slot add_history(const std::vector<std::size_t>& models, double reach) {
    Slot slot{add_column(0), {}};
    const int flow = add_row(GLP_FX, 0);  // what comes here goes somewhere
    entries_.push_back({flow, slot.played, -1});
    bool can_leave = false;
    for (std::size_t k = 0; k < game_.size(); ++k)
      can_leave = can_leave || game_.pass(k).net_value <= 0;
    if (can_leave) entries_.push_back({flow, add_column(reach * game_.churn_penalty()), 1});
    for (std::size_t k = 0; k < game_.size(); ++k) {
      const PassTerms& pass = game_.pass(k);
      if (pass.net_value >= 0) {
        const int stays = add_column(reach * pass.net_cost / pass.ends);
        entries_.push_back({flow, stays, 1});
        slot.worth.emplace_back(stays, reach * pass.net_value / pass.ends);
      }
      if (models.size() == depth_) continue;
      std::vector<std::size_t> longer = models;
      longer.push_back(k);
      const Slot next = add_history(longer, reach * pass.goes_on);
      glp_set_obj_coef(lp_, next.played, reach * pass.net_cost);
      entries_.push_back({flow, next.played, 1});
      slot.worth.emplace_back(next.played, reach * pass.net_value);
      slot.worth.insert(slot.worth.end(), next.worth.begin(), next.worth.end());
    }
    const int stays =
        add_row(GLP_LO, 0);  // the user goes on if what follows is worth at least nothing
    for (const auto& [column, value] : slot.worth) entries_.push_back({stays, column, value});
    return slot;
  }

  const RoutingGame& game_;
  std::size_t depth_;
  glp_prob* lp_;
  std::vector<Entry> entries_;
};

double first_then(const RoutingGame& game, double after_failure) {
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < game.size(); ++k) {
    best = std::min(best, game.pass(k).net_cost + game.pass(k).goes_on * after_failure);
  }
  return best;
}

TEST(Plan, costs_what_linear_programming_over_histories_finds) {
  constexpr std::size_t kDepth = 7;
  std::size_t compared = 0;
  for (std::uint64_t i = 0; i < 150; ++i) {
    base::Rng rng(11, i);
    const RoutingGame game = random_game(rng, 2);
    const CertifiedPlan plan = best_plan(game);
    if (plan.plan.attempts.size() > kDepth) continue;  // its schedule does not fit in the program
    const auto after_failure = HistoryProgram(game, kDepth).solve();
    ASSERT_TRUE(after_failure);
    EXPECT_NEAR(plan.plan.payoffs.provider_cost, first_then(game, *after_failure), 1e-9) << i;
    ++compared;
  }
  EXPECT_GT(compared, 130U);
}

TEST(Plan, is_no_dearer_than_any_plan_of_three_models_and_four_attempts_and_equal_where_it_fits) {
  std::size_t equal = 0;
  for (std::uint64_t i = 0; i < 60; ++i) {
    base::Rng rng(12, i);
    const RoutingGame game = random_game(rng, 3);
    const double program = first_then(game, HistoryProgram(game, 4).solve().value());
    const CertifiedPlan plan = best_plan(game);
    EXPECT_LE(plan.plan.payoffs.provider_cost, program + 1e-9) << i;
    if (plan.plan.attempts.size() > 4) continue;
    EXPECT_NEAR(plan.plan.payoffs.provider_cost, program, 1e-9) << i;
    ++equal;
  }
  EXPECT_GT(equal, 50U);
}

TEST(Plan, agrees_with_value_iteration_on_a_fine_grid) {
  for (std::uint64_t i = 0; i < 40; ++i) {
    base::Rng rng(13, i);
    const RoutingGame game = random_game(rng, 2 + i % 3, 0.3);
    EXPECT_NEAR(best_plan(game).plan.payoffs.provider_cost,
                verification::iterated_plan_cost(game, 2001), 1e-9)
        << i;
  }
}

TEST(Plan, frontier_is_what_value_iteration_finds_at_every_promise) {
  std::size_t mixtures = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    base::Rng rng(20, i);
    const RoutingGame game = random_game(rng, 1 + i % 5, 0.3);
    std::vector<numeric::LabelledPoint> corners;
    for (const Continuation& c : utility_frontier(game)) {
      corners.push_back({c.utility, c.cost, 0});
      mixtures += c.model == game.size() ? 1U : 0U;
    }
    const numeric::LowerHull exact(corners);
    EXPECT_EQ(exact.vertices().size(), corners.size())
        << i;  // convex: every breakpoint is a corner
    const auto iterated = verification::iterated_frontier(game, 101);
    for (std::size_t j = 0; j + 1 < iterated.promise.size(); ++j) {
      if (std::isinf(iterated.cost[j])) {
        EXPECT_TRUE(std::isinf(exact.least_from(iterated.promise[j]))) << i;
      } else {
        EXPECT_NEAR(exact.least_from(iterated.promise[j]), iterated.cost[j], 1e-9) << i << ' ' << j;
      }
    }
  }
  EXPECT_GT(mixtures, 20U);
}

TEST(Plan, is_the_two_model_equilibrium_where_both_models_are_of_one_kind_and_never_dearer) {
  std::size_t one_kind = 0;
  std::size_t cheaper = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    base::Rng rng(14, i);
    const RoutingGame game = random_game(rng, 2, 0.02, 0.98);
    const double paper = solve(game.pair(0, 1)).best().payoffs.provider_cost;
    const double plan = best_plan(game).plan.payoffs.provider_cost;
    EXPECT_LE(plan, paper * (1 + 1e-12)) << i;
    cheaper += plan < paper * (1 - 1e-9) ? 1U : 0U;
    if ((game.pass(0).net_value > 0) != (game.pass(1).net_value > 0)) continue;
    EXPECT_NEAR(plan, paper, 1e-12 * paper) << i;
    ++one_kind;
  }
  EXPECT_GT(one_kind, 5000U);
  EXPECT_GT(cheaper, 100U);
}

/// What a listed plan comes to, attempt by attempt: the only thing trusted is the list.
struct Played {
  double cost = 0, utility = 0, least_promise = std::numeric_limits<double>::infinity();
};
Played play(const RoutingGame& game, const EscalationPlan& plan) {
  struct State {
    double cost, worth;
  };
  // Backwards: what follows the list, then each attempt.
  State next{game.churn_penalty(), 0};
  Played played;
  std::size_t made = plan.leaves_after.value_or(plan.attempts.size());
  for (std::size_t j = made; j-- > 0;) {
    State now{0, 0};
    for (const auto& [k, share] : plan.attempts[j].models) {
      const PassTerms& pass = game.pass(k);
      State after = next;
      if (plan.until_solved && j + 1 == plan.attempts.size()) {
        now.cost += share * pass.net_cost / pass.ends;
        now.worth += share * pass.net_value / pass.ends;
        continue;
      }
      now.cost += share * (pass.net_cost + pass.goes_on * after.cost);
      now.worth += share * (pass.net_value + pass.goes_on * after.worth);
    }
    if (j > 0) played.least_promise = std::min(played.least_promise, now.worth);
    next = now;
  }
  played.cost = next.cost;
  played.utility = next.worth;
  return played;
}

TEST(Plan, schedules_deliver_the_cost_and_never_promise_less_than_leaving) {
  std::size_t lotteries = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    base::Rng rng(15, i);
    const RoutingGame game = random_game(rng, 1 + i % 6, 0.02, 0.98);
    const EscalationPlan plan = best_plan(game).plan;
    if (plan.truncated) continue;
    const Played played = play(game, plan);
    const double scale = 1 + game.user().value + game.churn_penalty();
    EXPECT_NEAR(played.cost, plan.payoffs.provider_cost, 1e-9 * scale) << i;
    EXPECT_NEAR(played.utility, plan.payoffs.user_utility, 1e-9 * scale) << i;
    EXPECT_GE(played.least_promise, -1e-9 * scale) << i;
    for (const auto& attempt : plan.attempts) lotteries += attempt.models.size() > 1 ? 1U : 0U;
  }
  EXPECT_GT(lotteries, 500U);
}

TEST(Plan, classes_never_get_dearer_as_they_grow) {
  constexpr std::size_t kNodes = 20'000;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    base::Rng rng(16, i);
    const RoutingGame game = random_game(rng, 1 + i % 5, 0.1, 0.95);
    const PlanClasses c = compare_plans(game, {kNodes});
    const double tolerance = 1e-9 * (1 + c.best_static.payoffs.provider_cost);
    EXPECT_LE(c.deterministic.plan.payoffs.provider_cost,
              c.best_static.payoffs.provider_cost + tolerance)
        << i;
    EXPECT_LE(c.plan.plan.payoffs.provider_cost,
              c.deterministic.plan.payoffs.provider_cost + tolerance)
        << i;
    EXPECT_LE(c.plan.plan.payoffs.provider_cost, *c.cascade_cost() + tolerance) << i;
    if (c.deterministic.certificate.nodes >= kNodes) continue;  // cut short: the bound is weaker
    EXPECT_GE(c.deterministic.certificate.bound, c.plan.plan.payoffs.provider_cost - tolerance)
        << i;
  }
}

/// The cheapest sequence of `depth` models and then one until solved or left, by trying all of
/// them.
double enumerate(const RoutingGame& game, std::size_t depth) {
  double best = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> sequence(depth, 0);
  for (;;) {
    for (std::size_t tail = 0; tail <= game.size(); ++tail) {
      for (std::size_t made = 1; made <= depth; ++made) {
        EscalationPlan plan;
        for (std::size_t j = 0; j < made; ++j) plan.attempts.push_back({{{sequence[j], 1.0}}, 0});
        if (tail < game.size()) {
          if (game.pass(tail).net_value < 0) continue;
          plan.attempts.push_back({{{tail, 1.0}}, 0});
          plan.until_solved = true;
        } else {
          if (!deterrent(game, 0)) continue;
          plan.leaves_after = made;
        }
        const Played played = play(game, plan);
        if (played.least_promise >= -1e-12) best = std::min(best, played.cost);
      }
    }
    std::size_t j = 0;
    while (j < depth && ++sequence[j] == game.size()) sequence[j++] = 0;
    if (j == depth) return best;
  }
}

TEST(Plan, deterministic_search_is_no_dearer_than_enumeration_and_its_bound_no_higher) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    base::Rng rng(17, i);
    const RoutingGame game = random_game(rng, 2, 0.3, 0.95);
    const CertifiedPlan found = best_deterministic_plan(game, {50'000});
    const double tried = enumerate(game, 9);
    EXPECT_LE(found.plan.payoffs.provider_cost, tried + 1e-9) << i;
    EXPECT_LE(found.certificate.bound, tried + 1e-12) << i;
    const Played played = play(game, found.plan);
    EXPECT_NEAR(played.cost, found.plan.payoffs.provider_cost, 1e-9) << i;
    EXPECT_GE(played.least_promise, -1e-7) << i;
  }
}

TEST(Plan, a_user_who_may_stay_away_is_promised_something_at_the_start) {
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    base::Rng rng(18, i);
    std::vector<Model> all;
    for (std::size_t k = 0; k < 3; ++k)
      all.push_back({rng.uniform(0.1, 0.9), rng.exponential(1), rng.exponential(1), rng.uniform()});
    const RoutingGame game =
        RoutingGame::make({rng.exponential(3), 1}, {rng.exponential(3)}, all, {}, true).value();
    const PlanClasses c = compare_plans(game, {20'000});
    for (const EscalationPlan* plan : {&c.plan.plan, &c.deterministic.plan, &c.best_static}) {
      EXPECT_GE(plan->payoffs.user_utility, -1e-12) << i;
      EXPECT_NEAR(play(game, *plan).cost, plan->payoffs.provider_cost,
                  1e-9 * (1 + game.churn_penalty()))
          << i;
    }
    EXPECT_GE(c.cascade->payoffs.user_utility, -1e-12) << i;
    EXPECT_LE(c.plan.plan.payoffs.provider_cost, *c.cascade_cost() + 1e-9) << i;
  }
}

TEST(Plan, free_switching_costs_change_nothing_and_dear_ones_leave_only_static_plans) {
  for (std::uint64_t i = 0; i < 300; ++i) {
    base::Rng rng(19, i);
    const RoutingGame plain = random_game(rng, 3, 0.3, 0.95);
    std::vector<Model> all;
    for (std::size_t k = 0; k < 3; ++k) all.push_back(plain.model(k));
    const auto with = [&](double d) {
      std::vector<double> cost(9, d);
      for (std::size_t k = 0; k < 3; ++k) cost[4 * k] = 0;
      return RoutingGame::make(plain.user(), {plain.churn_penalty()}, all, {cost, {}}).value();
    };
    const double none = best_deterministic_plan(plain, {50'000}).plan.payoffs.provider_cost;
    EXPECT_NEAR(best_deterministic_plan(with(0), {50'000}).plan.payoffs.provider_cost, none, 1e-12)
        << i;
    const double dear = best_deterministic_plan(with(1e6), {50'000}).plan.payoffs.provider_cost;
    // A threat costs nothing, since nobody follows it.
    double unswitched = best_static_plan(plain).payoffs.provider_cost;
    for (std::size_t k = 0; k < 3; ++k) {
      const PassTerms& pass = plain.pass(k);
      if (deterrent(plain, k))
        unswitched = std::min(unswitched, pass.net_cost + pass.goes_on * plain.churn_penalty());
    }
    double allowed = unswitched;
    EXPECT_LE(dear, allowed + 1e-9) << i;
    EXPECT_GE(dear, none - 1e-9) << i;
  }
}

}  // namespace
}  // namespace turnout::game
