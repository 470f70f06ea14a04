#include "turnout/simulation/agents.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/game/belief_plan.h"
#include "turnout/game/equilibrium.h"

namespace turnout::simulation {
namespace {

const std::vector<std::string> kNames = {"mini", "large"};

Setting setting(const std::string& policy, const game::Difficulty& difficulty = {},
                double value = 12) {
  auto game = game::RoutingGame::make({value, 1}, {4}, {{0.45, 3, 0.4}, {0.8, 9, 2}}).value();
  return {game, kNames, difficulty, {policy::Policy::parse(policy, kNames).value()}, {}, {}};
}

void expect_close(const AgentPayoffs& seen, const ExpectedPayoffs& expected,
                  const std::string& what) {
  const auto check = [&](const numeric::Sample& sample, double truth, const char* name) {
    EXPECT_NEAR(sample.mean(), truth, 4.5 * sample.standard_error() + 1e-12) << what << " " << name;
  };
  check(seen.provider_cost, expected.provider_cost, "J");
  check(seen.user_utility, expected.user_utility, "U");
  check(seen.success, expected.success, "S");
  check(seen.latency, expected.latency, "L");
  check(seen.service_cost, expected.service_cost, "C");
  check(seen.attempts, expected.attempts, "n");
}

TEST(Agents, the_means_are_what_the_closed_form_says) {
  std::vector<Setting> settings;
  for (const char* policy : {"mini", "large", "mini,large", "mini,mini,large", "large,mini"}) {
    for (const auto& difficulty : {game::Difficulty{0, 0}, {1.5, 0}, {1, 0.6}}) {
      settings.push_back(setting(policy, difficulty));
      settings.back().behaviour.patience = 0.9;
      settings.push_back(setting(policy, difficulty, 14));
      settings.back().behaviour.value_sigma = 0.7;
      settings.back().behaviour.latency_sigma = 0.4;
      settings.back().behaviour.segments = {{0.3, {5, 1}}, {0.7, {30, 2}}};
    }
  }
  for (const auto& s : settings) {
    const Agents agents(s);
    expect_close(agents.play(40'000, 5), *agents.expected(), s.policies[0].text());
  }
}

/// Users who pay, misjudge answers and are hurt, and may have something better elsewhere.
game::RoutingGame everything(double w, bool naive, bool participates) {
  const game::User user{12, w, 0.7, 3, naive};
  return game::RoutingGame::make(user, {4, 2.5},
                                 {{0.45, 3, 0.4, 0.3, 0.95, 0.1, 0.05}, {0.8, 9, 2, 1.1, 0.9, 0.2}},
                                 {}, participates)
      .value();
}

TEST(Agents, a_sequence_comes_to_what_plans_say_of_it) {
  int left_early = 0;
  for (const auto& difficulty : {game::Difficulty{}, {1.5, 0, 0}, {1, 0, 0.9}, {1, 0.3, 0.9}}) {
    for (const char* text : {"mini,end", "mini,large,end", "large,mini,mini,large,end"}) {
      for (const double w : {0.3, 0.9, 1.4, 3.0}) {
        for (const bool naive : {false, true}) {
          for (const bool participates : {false, true}) {
            const auto game = everything(w, naive, participates);
            const auto policy = policy::Policy::parse(text, kNames).value();
            std::vector<std::size_t> sequence;
            for (policy::State state = 0; policy.offers(state);) {
              const auto decision = policy::decide(policy, state, 0);
              sequence.push_back(decision.model);
              state = decision.next;
            }
            const std::vector<game::Rejections> rejections = {{0.05, 0.9}, {0, 0.8}};
            const auto types = game::TaskTypes::rasch(std::vector{0.45, 0.8}, difficulty,
                                                      sequence.size(), rejections);
            // Its utility is counted from v0 on.
            const auto play = game::play_sequence(game, types, sequence);
            left_early += play.attempts < sequence.size() ? 1 : 0;
            const Agents agents({game, kNames, difficulty, {policy}, {}, {}});
            const auto expected = agents.expected().value();
            EXPECT_NEAR(expected.provider_cost, play.payoffs.provider_cost, 1e-9) << text << w;
            EXPECT_NEAR(expected.user_utility, 0.7 + play.payoffs.user_utility, 1e-9) << text << w;
            EXPECT_NEAR(expected.success, play.payoffs.success, 1e-9);
            EXPECT_NEAR(expected.latency, play.payoffs.latency, 1e-9);
            EXPECT_NEAR(expected.service_cost, play.payoffs.service_cost, 1e-9);
            expect_close(agents.play(4'000, 5), expected, text);
          }
        }
      }
    }
  }
  EXPECT_GT(left_early, 20);
}

TEST(Agents, a_log_tells_what_users_take_for_solved) {
  auto s = setting("mini,large,end");
  s.game = everything(0.3, true, false);
  s.behaviour.feedback_solved = s.behaviour.feedback_left = 1;
  double accepted = 0;
  Agents(s).write_log(20'000, 2, [&](const traffic::Pass& pass) {
    accepted += pass.outcome == traffic::Outcome::kSuccess ? 1 : 0;
    EXPECT_EQ(pass.cost_usd, pass.model == "mini" ? 0.4 : 2)
        << "what the provider pays, not the price";
    return true;
  });
  const auto takes = [](double p, double fa, double fr) { return p * (1 - fr) + (1 - p) * fa; };
  const double first = takes(0.45, 0.1, 0.05);
  const double share = first + (1 - first) * 0.95 * takes(0.8, 0.2, 0);
  EXPECT_NEAR(accepted / 20'000, share, 4.5 * std::sqrt(share * (1 - share) / 20'000));
}

TEST(Agents, independent_attempts_of_one_model_are_the_papers_game) {
  // V = 12 exceeds t/p of both models: nobody leaves, J = c/p and U = V - t/p.
  for (std::size_t k = 0; k < 2; ++k) {
    const auto s = setting(kNames[k]);
    const auto expected = Agents(s).expected().value();
    const auto& model = s.game.model(k);
    EXPECT_NEAR(expected.provider_cost, model.cost / model.success, 1e-9);
    EXPECT_NEAR(expected.user_utility, 12 - model.latency / model.success, 1e-9);
    EXPECT_NEAR(expected.success, 1, 1e-12);
  }
  // V = 5 is below both: one pass, then he leaves.
  const auto leaves = Agents(setting("mini", {}, 5)).expected().value();
  EXPECT_NEAR(leaves.provider_cost, 0.4 + 0.55 * 4, 1e-12);
  EXPECT_NEAR(leaves.attempts, 1, 1e-12);
}

TEST(Agents, the_result_is_the_same_for_any_number_of_threads) {
  const Agents agents(setting("cascade:mini,large,0.4", {1, 0}));
  const auto one = agents.play(30'000, 9, {1, {}});
  for (const unsigned threads : {2U, 3U, 7U}) {
    const auto many = agents.play(30'000, 9, {threads, {}});
    EXPECT_EQ(one.provider_cost.mean(), many.provider_cost.mean());
    EXPECT_EQ(one.user_utility.variance(), many.user_utility.variance());
  }
}

TEST(Agents, common_luck_makes_paired_differences_sharper) {
  const Agents a(setting("mini", {1, 0}));
  const Agents b(setting("mini,mini,large", {1, 0}));
  const auto both = compare(a, b, 20'000, 3, {2, {}});
  const auto& first = both.first.provider_cost;
  const auto& second = both.second.provider_cost;
  const auto& paired = both.difference.provider_cost;
  EXPECT_EQ(first.mean(), a.play(20'000, 3).provider_cost.mean());
  EXPECT_NEAR(paired.mean(), second.mean() - first.mean(), 1e-12);
  EXPECT_LT(paired.standard_error(),
            0.8 * std::hypot(first.standard_error(), second.standard_error()));
}

TEST(Agents, the_log_is_of_the_same_game) {
  auto s = setting("lottery:mini=0.5,large=0.5");
  s.behaviour.feedback_solved = 1;
  s.behaviour.feedback_left = 1;
  s.behaviour.patience = 0.8;
  const Agents agents(s);
  std::int64_t passes = 0;
  std::int64_t tasks = 0;
  std::int64_t solved = 0;
  std::string last;
  agents.write_log(20'000, 2, [&](const traffic::Pass& pass) {
    EXPECT_EQ(traffic::defect_of(pass), traffic::Defect::kNone);
    EXPECT_EQ(pass.propensity, 0.5);
    ++passes;
    tasks += pass.task_id != last ? 1 : 0;
    last = pass.task_id;
    solved += pass.outcome == traffic::Outcome::kSuccess ? 1 : 0;
    return true;
  });
  EXPECT_EQ(tasks, 20'000);
  const double p = (0.45 + 0.8) / 2;
  const double success = p / (1 - (1 - p) * 0.8);
  EXPECT_NEAR(static_cast<double>(solved) / 20'000, success,
              4.5 * std::sqrt(success * (1 - success) / 20'000));
  EXPECT_NEAR(static_cast<double>(passes) / 20'000, 1 / (1 - (1 - p) * 0.8), 0.03);
}

TEST(Agents, a_drift_changes_latency_and_success_from_its_time_on) {
  auto s = setting("mini");
  s.drifts = {{0, 0.5, 2, 0.5}};
  s.behaviour.span_s = 1000 * 86'400.0;
  const Agents agents(s);
  EXPECT_FALSE(agents.expected());
  double early = 0;
  double late = 0;
  agents.write_log(2000, 4, [&](const traffic::Pass& pass) {
    // 2026-01-01 and 500 days
    const bool before =
        pass.started_us < 1'767'225'600'000'000 + 500 * std::int64_t{86'400'000'000};
    (before ? early : late) = pass.latency_s;
    return true;
  });
  EXPECT_EQ(early, 3);
  EXPECT_EQ(late, 6);
}

}  // namespace
}  // namespace turnout::simulation
