#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "scenarios.h"
#include "turnout/analysis/audit_answer.h"
#include "turnout/analysis/explain_answer.h"
#include "turnout/analysis/plan_answer.h"
#include "turnout/analysis/population_answer.h"
#include "turnout/analysis/regret_answer.h"
#include "turnout/analysis/response_answer.h"
#include "turnout/analysis/robust_answer.h"
#include "turnout/analysis/solve_answer.h"
#include "turnout/analysis/transparency_answer.h"

namespace turnout::analysis {
namespace {

using turnout::testing::scenario_of;

const scenario::Scenario kCascade = scenario_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5});
const scenario::Scenario kThrottled = scenario_of(20, 1, {0.5, 5, 1}, {0.8, 4, 2}, 0.5);

game::Game game_of(const scenario::Scenario& scenario) {
  return scenario::paper_game(scenario, "test").value().game;
}

/// The same game for users who have so much elsewhere, and so much more from a solved task.
scenario::Scenario with_outside(scenario::Scenario scenario, double outside) {
  game::User user = scenario.game.user();
  user.value += outside;
  user.outside = outside;
  scenario.game = game::RoutingGame::make(user, scenario.game.provider(),
                                          {scenario.game.model(0), scenario.game.model(1)})
                      .value();
  for (scenario::Segment& segment : scenario.segments) {
    segment.user.value += outside;
    segment.user.outside = outside;
  }
  return scenario;
}

TEST(PaperAnswers, count_in_what_users_get_elsewhere) {
  constexpr double kMore = 3;
  const auto utilities = [](const scenario::Scenario& s) {
    const auto solved = solve_answer(s).value();
    const auto audit = audit_answer(s, {}).value();
    const auto response = response_answer(s, {}).value();
    const auto explained = explain_answer(s).value();
    const auto unpublished = transparency_answer(s).value();
    scenario::Scenario differ = s;
    game::User other = s.game.user();
    other.value += 2;
    differ.segments = {{0.4, s.game.user()}, {0.6, other}};
    const auto population = population_answer(differ).value();
    const auto robust = robust_answer(s, {}).value();
    std::vector<double> all = {solved.equilibrium.best().payoffs.user_utility,
                               solved.deployed.payoffs.user_utility,
                               solved.misalignment.preferred.payoffs.user_utility,
                               audit.disagreement.provider.payoffs.user_utility,
                               audit.disagreement.user.payoffs.user_utility,
                               audit.opt_out.best.payoffs.user_utility,
                               explained.equilibrium.best().payoffs.user_utility,
                               unpublished.commitment.payoffs.user_utility,
                               response.knowledge->policy.payoffs.user_utility,
                               response.knowledge->model.payoffs.user_utility,
                               response.knowledge->attempt.payoffs.user_utility,
                               population.best.mean.payoffs.user_utility,
                               population.deployed.payoffs.user_utility,
                               robust.paper->policies.robust.mean.payoffs.user_utility,
                               robust.paper->policies.at_mean_over_draws.payoffs.user_utility,
                               robust.plan->plan.payoffs.user_utility,
                               robust.plan->at_mean.payoffs.user_utility};
    for (const auto& point : robust.paper->cliff) all.push_back(point.mean.payoffs.user_utility);
    for (const auto& point : response.curve) all.push_back(point.payoffs.user_utility);
    for (const auto& e : unpublished.equilibria) all.push_back(e.equilibrium.payoffs.user_utility);
    for (const auto& part : population.segments) all.push_back(part.payoffs.user_utility);
    return all;
  };
  for (const auto& scenario : {kCascade, kThrottled}) {
    const auto without = utilities(scenario);
    const auto with = utilities(with_outside(scenario, kMore));
    ASSERT_EQ(without.size(), with.size());
    for (std::size_t i = 0; i < with.size(); ++i)
      EXPECT_NEAR(with[i], without[i] + kMore, 1e-9) << i;
  }
}

TEST(AuditAnswer, has_the_numbers_of_the_engine) {
  for (const auto& scenario : {kCascade, kThrottled}) {
    const auto answer = audit_answer(scenario, {0.05}).value();
    const game::Game game = game_of(scenario);
    const auto equilibrium = game::solve(game);
    const auto misaligned = game::misalignment(game, equilibrium);
    EXPECT_EQ(answer.disagreement.misalignment, misaligned.gap);
    EXPECT_EQ(answer.disagreement.in_latency, misaligned.gap / game.value_of_time());
    EXPECT_EQ(answer.throttling.latencies, game::throttling(game, equilibrium, 0.05).latencies);
    EXPECT_EQ(answer.opt_out.price, game::opt_out(game, equilibrium).price);
    EXPECT_EQ(answer.aligning_penalties.low, game::aligning_penalties(game, equilibrium).low);
  }
}

TEST(AuditAnswer, refuses_a_margin_below_0) {
  const auto refused = audit_answer(kCascade, {-1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().to_string(), "--margin: -1 must be from 0 to 1000");
}

TEST(ExplainAnswer, finds_the_nearest_of_all_changes) {
  const auto answer = explain_answer(kCascade).value();
  ASSERT_TRUE(answer.nearest);
  EXPECT_EQ(answer.reaches.size(), game::parameters().size());
  const game::Game game = game_of(kCascade);
  for (const auto& reach : answer.reaches) {
    EXPECT_EQ(reach.value, game.get(reach.parameter));
    for (const auto& change : {reach.below, reach.above}) {
      if (!change) continue;
      EXPECT_GE(*change->distance, answer.nearest->distance);
      EXPECT_NE(change->boundary.beyond, answer.equilibrium.best().route);
    }
  }
}

TEST(ExplainAnswer, has_no_relative_distance_from_0) {
  const auto answer = explain_answer(scenario_of(10, 0, {0.2, 3, 1}, {0.8, 6, 5})).value();
  const auto penalty = std::find_if(
      answer.reaches.begin(), answer.reaches.end(),
      [](const auto& r) { return r.parameter.quantity == game::Quantity::kChurnPenalty; });
  ASSERT_NE(penalty, answer.reaches.end());
  ASSERT_TRUE(penalty->above);
  EXPECT_FALSE(penalty->above->distance);
}

TEST(ResponseAnswer, marks_thresholds_and_the_optimum) {
  const auto curve = response_answer(kCascade, {11}).value().curve;
  const auto marked = std::find_if(curve.begin(), curve.end(),
                                   [](const auto& p) { return p.mark == "s0 optimum"; });
  ASSERT_NE(marked, curve.end());
  EXPECT_DOUBLE_EQ(marked->policy.cascade, 2.0 / 7);
  EXPECT_TRUE(marked->response.indifferent);
  EXPECT_EQ(curve.size(), 13U);  // 11 shares, s0, (2,0)
  EXPECT_TRUE(std::is_sorted(curve.begin(), curve.end() - 1, [](const auto& a, const auto& b) {
    return a.policy.cascade < b.policy.cascade;
  }));
}

TEST(ResponseAnswer, has_the_numbers_of_the_engine_whatever_users_know) {
  scenario::Scenario scenario = kThrottled;
  scenario.knows = scenario::Knows::kAttempt;
  const auto answer = response_answer(scenario, {}).value();
  const game::Game game = game_of(kThrottled);
  for (const auto& point : answer.curve) {
    const double q = game::best_response(game, point.policy).abandon;
    EXPECT_EQ(point.response.abandon, q);
    EXPECT_EQ(point.payoffs.user_utility, game::evaluate(game, point.policy, q).user_utility);
  }
  EXPECT_EQ(answer.knowledge->policy.payoffs.provider_cost,
            game::solve(game).best().payoffs.provider_cost);
}

TEST(ResponseAnswer, refuses_fewer_than_two_points) {
  for (const std::size_t points : {std::size_t{1}, std::size_t{1'000'001}}) {
    const auto refused = response_answer(kCascade, {points});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().to_string().find("--points"), std::string::npos);
  }
}

scenario::Scenario uncertain() {
  scenario::Scenario scenario = kCascade;
  scenario.uncertain = {
      {{game::Quantity::kValue, 0}, scenario::Uncertainty::Kind::kInterval, 10, 9, 11, 0, 0}};
  return scenario;
}

TEST(RobustAnswer, keeps_a_margin_from_the_cliff) {
  const auto answer = robust_answer(uncertain(), {500, 1}).value();
  EXPECT_EQ(answer.draws, 500U);
  EXPECT_TRUE(answer.notes.empty());
  ASSERT_TRUE(answer.paper);
  const RobustPaperPolicy& paper = *answer.paper;
  ASSERT_TRUE(paper.safety_margin);
  EXPECT_GT(*paper.safety_margin, 0);
  EXPECT_GT(paper.saving, 0);
  EXPECT_TRUE(std::is_sorted(paper.cliff.begin(), paper.cliff.end(),
                             [](const auto& a, const auto& b) { return a.cascade < b.cascade; }));
  for (const auto& point : paper.cliff)
    EXPECT_GE(point.mean.payoffs.provider_cost, paper.policies.robust.bound * (1 - 1e-9));
  const auto again = robust_answer(uncertain(), {500, 1}).value();
  EXPECT_EQ(again.paper->policies.robust.policy, paper.policies.robust.policy);
}

TEST(RobustAnswer, refuses_too_few_draws_and_stops_when_it_is_told_to) {
  const auto refused = robust_answer(uncertain(), {99, 1});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().to_string().find("--draws"), std::string::npos);
  const std::atomic<bool> stop = true;
  const auto stopped = robust_answer(uncertain(), {100'000, 1}, {{}, base::Cancellation(stop)});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::ErrorCode::kCancelled);
}

/// Four models, users who are impatient, and a price: nothing that a policy (i, s) could do.
scenario::Scenario uncertain_plan() {
  scenario::Scenario scenario = uncertain();
  scenario.names = {"a", "b", "c"};
  scenario.game =
      game::RoutingGame::make({10, 1}, {5},
                              {{0.4, 2, 0.2, 0.1, 0.9}, {0.6, 4, 1, 0, 0.9}, {0.8, 9, 3, 0, 0.95}})
          .value();
  scenario.uncertain.push_back(
      {{game::Quantity::kSuccess, 0}, scenario::Uncertainty::Kind::kCounts, 0.4, 0, 0, 39, 98});
  return scenario;
}

TEST(RobustAnswer, has_a_plan_for_any_number_of_models_and_says_what_it_costs) {
  RobustOptions options;
  options.draws = 3000;
  const RobustAnswer answer = robust_answer(uncertain_plan(), options).value();
  EXPECT_FALSE(answer.paper);
  ASSERT_TRUE(answer.plan);
  const RobustPlanAnswer& plan = *answer.plan;
  EXPECT_EQ(plan.searched, 2000U);
  EXPECT_LE(plan.certificate.gap, 1.1e-4 * plan.searched_cost);
  EXPECT_NEAR(plan.cost.value, plan.searched_cost, 4.5 * plan.cost.standard_error);
  EXPECT_NEAR(plan.cost.value, plan.plan.payoffs.provider_cost, 1e-12);
  EXPECT_LE(plan.quantiles[0], plan.quantiles[1]);
  EXPECT_LE(plan.quantiles[1], plan.quantiles[2]);
  EXPECT_GE(plan.saving.value, -4.5 * plan.saving.standard_error);
  EXPECT_GE(plan.perfect_information.value, 0);
  ASSERT_EQ(plan.information.size(), 2U);
  EXPECT_GE(plan.information[0].gain, plan.information[1].gain);
  EXPECT_EQ(robust_answer(uncertain_plan(), options).value().plan->cost.value, plan.cost.value);
}

TEST(RobustAnswer, of_a_game_that_is_known_is_the_plan_and_its_error_is_nothing) {
  scenario::Scenario known = uncertain_plan();
  known.uncertain.clear();
  RobustOptions options;
  options.depth = 4;
  options.draws = 100;
  const RobustPlanAnswer plan = robust_answer(known, options).value().plan.value();
  const double best = plan_answer(known, {4, {}}).value().classes.plan.plan.payoffs.provider_cost;
  EXPECT_NEAR(plan.cost.value, best, 1.1e-4 * best);
  EXPECT_NEAR(plan.cost.standard_error, 0, 1e-12);
  EXPECT_EQ(plan.best_share, 1);
}

TEST(RobustAnswer, is_the_policy_only_where_users_know_no_more_than_that) {
  scenario::Scenario scenario = uncertain();
  scenario.knows = scenario::Knows::kPolicy;
  EXPECT_FALSE(robust_answer(scenario, {100, 1}).value().plan);
  EXPECT_TRUE(robust_answer(scenario, {100, 1}).value().paper);
  scenario.knows = scenario::Knows::kAttempt;
  EXPECT_TRUE(robust_answer(scenario, {100, 1}).value().plan);
  EXPECT_FALSE(robust_answer(scenario, {100, 1}).value().paper);
  scenario.knows = scenario::Knows::kModel;
  const auto refused = robust_answer(scenario, {100, 1});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().to_string().find("user.knows"), std::string::npos);
}

TEST(RegretAnswer, stops_when_it_is_told_to_and_needs_a_range) {
  const std::atomic<bool> stop = true;
  base::Watch watch;
  watch.cancellation = base::Cancellation(stop);
  const auto stopped = regret_answer(uncertain_plan(), {}, watch);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::ErrorCode::kCancelled);
  scenario::Scenario known = uncertain_plan();
  known.uncertain.clear();
  EXPECT_NE(regret_answer(known, {}).error().to_string().find("see turnout plan"),
            std::string::npos);
}

}  // namespace
}  // namespace turnout::analysis
