#include "turnout/estimation/off_policy.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/numeric/sample.h"

namespace turnout::estimation {
namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> all = {"a", "b"};
  return all;
}

/// What the users of a log and its policy do.
struct Habits {
  double draws_a = 0.6;
  double feedback = 1;       ///< share of ends that are told
  double user_patience = 0;  ///< users' patience is 0.7 and this more or less
  bool logs_propensities = true;
  int tasks_of_user = 1;
};

/// Tasks of users who go on after a failure with probability 0.7 whatever the policy; a solves 0.4,
/// b 0.8.
std::vector<traffic::Pass> log_of(int tasks, std::uint64_t seed, const Habits& habits = {}) {
  base::Rng rng(seed);
  std::vector<traffic::Pass> passes;
  double patience = 0.7;
  for (int task = 0; task < tasks; ++task) {
    if (task % habits.tasks_of_user == 0)
      patience = 0.7 + (rng.uniform() < 0.5 ? 1 : -1) * habits.user_patience;
    for (int attempt = 1;; ++attempt) {
      const bool a = rng.uniform() < habits.draws_a;
      traffic::Pass pass;
      pass.task_id = "t" + std::to_string(1'000'000 + task);
      pass.user_id = "u" + std::to_string(task / habits.tasks_of_user);
      pass.attempt = attempt;
      pass.model = names()[a ? 0 : 1];
      pass.latency_s = a ? 1 : 4;
      pass.cost_usd = a ? 0.1 : 1;
      if (habits.logs_propensities) pass.propensity = a ? habits.draws_a : 1 - habits.draws_a;
      const bool solved = rng.uniform() < (a ? 0.4 : 0.8);
      const bool stays = !solved && rng.uniform() < patience;
      if (!stays && rng.uniform() < habits.feedback)
        pass.outcome = solved ? traffic::Outcome::kSuccess : traffic::Outcome::kFailure;
      passes.push_back(pass);
      if (!stays) break;
    }
  }
  return passes;
}

base::Result<OffPolicyAnswer> evaluate(const std::vector<traffic::Pass>& passes,
                                       const std::string& policy,
                                       const std::optional<Figure>& penalty = {}) {
  LoggedTasks tasks(names());
  for (const auto& pass : passes) tasks.add(pass);
  tasks.finish();
  return evaluate_policy(tasks, policy::Policy::parse(policy, names()).value(), penalty);
}

/// What a policy comes to with these users, by going through all states and models.
std::array<double, 4> enumerated(const policy::Policy& policy, policy::State state = 0,
                                 int depth = 0) {
  constexpr int kDeep = 14;
  std::array<double, 4> total{};
  if (depth == kDeep) return total;
  for (const auto& draw : policy.draws(state)) {
    const bool a = draw.model == 0;
    const double solves = a ? 0.4 : 0.8;
    const auto later =
        enumerated(policy, state + static_cast<policy::State>(draw.advance), depth + 1);
    const std::array<double, 4> now = {a ? 0.1 : 1, a ? 1.0 : 4.0, 1, solves};
    for (std::size_t i = 0; i < 4; ++i)
      total.at(i) += draw.probability * (now.at(i) + (1 - solves) * 0.7 * later.at(i));
  }
  return total;
}

std::array<double, 4> truth_of(const std::string& policy) {
  return enumerated(policy::Policy::parse(policy, names()).value());
}

bool holds(const Evaluated& e, double truth) { return e.low <= truth && truth <= e.high; }

/// How many of some logs hold the truth of a policy, by quantity.
std::array<int, 4> held(int logs, int tasks, const std::string& policy, const Habits& habits) {
  std::array<int, 4> count{};
  const auto truth = truth_of(policy);
  for (int log = 0; log < logs; ++log) {
    const auto answer =
        evaluate(log_of(tasks, 100 + static_cast<std::uint64_t>(log), habits), policy).value();
    for (std::size_t i = 0; i < 4; ++i)
      count.at(i) += holds(answer.quantities.at(i).policy, truth.at(i)) ? 1 : 0;
  }
  return count;
}

// 95 % of 150 is 142; fewer than 132 has a probability of 2e-4 if the coverage is 95 %.
constexpr int kLogs = 150;
constexpr int kLeast = 132;

TEST(OffPolicy, intervals_hold_the_truth_if_few_ends_are_told) {
  for (const double feedback : {0.0, 0.1, 1.0}) {
    Habits habits;
    habits.feedback = feedback;
    for (const int count : held(kLogs, 1500, "a,b", habits)) EXPECT_GE(count, kLeast) << feedback;
  }
}

TEST(OffPolicy, intervals_hold_the_truth_if_users_with_many_tasks_differ) {
  // Thirty tasks a user, patience .4 or 1: by task the intervals would be half as wide.
  Habits habits;
  habits.user_patience = 0.3;
  habits.tasks_of_user = 30;
  // Attempts are not those of the mean patience: of half of the users each.
  const auto attempts_of = [](double patience) {
    return 1 + 0.6 * patience / (1 - 0.2 * patience);
  };
  const double truth = (attempts_of(0.4) + attempts_of(1)) / 2;
  int count = 0;
  for (int log = 0; log < kLogs; ++log) {
    const auto answer =
        evaluate(log_of(3000, 500 + static_cast<std::uint64_t>(log), habits), "a,b").value();
    count += holds(answer.quantities.at(2).policy, truth) ? 1 : 0;
  }
  EXPECT_GE(count, kLeast);
}

TEST(OffPolicy, propensities_that_are_not_logged_are_estimated) {
  Habits habits;
  habits.logs_propensities = false;
  EXPECT_TRUE(evaluate(log_of(500, 1, habits), "a,b")->propensities_estimated);
  for (const int count : held(kLogs, 1500, "a,b", habits)) EXPECT_GE(count, kLeast);
}

TEST(OffPolicy, a_few_tasks_without_propensities_are_left_out_and_the_others_keep_theirs) {
  auto passes = log_of(500, 1);
  for (auto& pass : passes) pass.policy_id = "p-1";
  const auto all = evaluate(passes, "a,b").value();
  traffic::Pass pinned;  // as the gateway records a model that was asked for by its name
  pinned.task_id = "t9";
  pinned.user_id = "somebody";
  pinned.policy_id = "pinned";
  pinned.model = "b";
  passes.push_back(pinned);
  const auto most = evaluate(passes, "a,b").value();
  EXPECT_FALSE(most.propensities_estimated);
  EXPECT_EQ(most.left_out, 1);
  EXPECT_EQ(most.tasks, all.tasks);
  for (auto& pass : passes) {
    if (pass.user_id < "u3") pass.policy_id = "p-2";
  }
  EXPECT_TRUE(evaluate(passes, "a,b")->propensities_estimated) << "two policies drew";
}

TEST(OffPolicy, the_difference_to_the_log_is_paired_by_user) {
  // What users have in common is in both, and not in the difference.
  Habits habits;
  habits.user_patience = 0.3;
  habits.tasks_of_user = 30;
  const auto near = evaluate(log_of(6000, 3, habits), "lottery:a=0.5,b=0.5").value();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& q = near.quantities[i];
    const auto width = [](const Evaluated& e) { return e.high - e.low; };
    EXPECT_LT(width(q.difference), 0.8 * std::hypot(width(q.policy), width(q.logged))) << q.name;
  }
}

TEST(OffPolicy, policies_with_hidden_states_lotteries_and_ends_are_evaluated) {
  // 12 logs a policy: the middle of 12 ranges within 4.5 of its standard errors of the truth, and half
  // of what the log leaves open.
  constexpr int kFew = 12;
  for (const char* text : {"explore:0.4/cascade:a,b,0.3", "cascade:a,b,0.5", "a,a=0.3+b=0.7,b",
                           "a,end", "b,a,end", "explore:0.2/a,b,end"}) {
    const auto expected = truth_of(text);
    std::array<numeric::Sample, 4> low;
    std::array<numeric::Sample, 4> high;
    for (int log = 0; log < kFew; ++log) {
      const auto answer =
          evaluate(log_of(4000, 900 + static_cast<std::uint64_t>(log)), text).value();
      for (std::size_t i = 0; i < 4; ++i) {
        low.at(i).add(answer.quantities[i].policy.low);
        high.at(i).add(answer.quantities[i].policy.high);
      }
    }
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_LT(low.at(i).mean(), expected.at(i) + 1e-9) << text << " " << i;
      EXPECT_GT(high.at(i).mean(), expected.at(i) - 1e-9) << text << " " << i;
      EXPECT_LT(high.at(i).mean() - low.at(i).mean(), 0.25 * expected.at(i)) << text << " " << i;
    }
  }
}

TEST(OffPolicy, attempts_that_the_log_does_not_support_bound_the_answer) {
  // The log draws b with probability 0.95: of a, a third time, it hardly knows.
  Habits habits;
  habits.draws_a = 0.05;
  const auto answer = evaluate(log_of(4000, 5, habits), "a").value();
  const auto truth = truth_of("a");
  ASSERT_GE(answer.support.size(), 2U);
  EXPECT_TRUE(answer.support[0].supported);
  EXPECT_FALSE(answer.support[1].supported);
  EXPECT_LT(answer.support[1].effective, kLeastEffective);
  EXPECT_NEAR(answer.beyond, 0.42, 0.1);  // who fails, and goes on
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_FALSE(answer.quantities[i].policy.value) << i;
    EXPECT_TRUE(holds(answer.quantities[i].policy, truth.at(i))) << i;
  }
}

TEST(OffPolicy, without_feedback_success_and_cost_are_ranges) {
  Habits habits;
  habits.feedback = 0;
  const auto answer = evaluate(log_of(2000, 5, habits), "a,b", Figure{{2, 1, 3}}).value();
  EXPECT_FALSE(answer.success_told);
  const auto& success = answer.quantities.at(3);
  EXPECT_FALSE(success.policy.value);
  EXPECT_EQ(success.policy.low, 0);
  EXPECT_EQ(success.policy.high, 1);
  EXPECT_FALSE(success.difference.value);
  EXPECT_FALSE(answer.provider_cost->policy.value);
  EXPECT_GE(answer.provider_cost->policy.high, truth_of("a,b")[0] + 3);
  EXPECT_TRUE(answer.quantities.at(0).policy.value);  // costs are told
}

TEST(OffPolicy, the_error_of_the_penalty_is_in_that_of_the_cost) {
  const auto passes = log_of(2000, 5);
  const auto width = [&](double low, double high) {
    const auto cost =
        evaluate(passes, "a,b", Figure{{2, low, high}, Basis::kIdentified, 100})->provider_cost;
    return cost->policy.high - cost->policy.low;
  };
  EXPECT_GT(width(1, 3), width(2, 2) + 0.1);  // by 2 x 15 % unsolved
}

TEST(OffPolicy, no_overlap_is_refused_with_the_reason) {
  Habits only_b;
  only_b.draws_a = 0;
  only_b.logs_propensities = false;
  EXPECT_EQ(evaluate(log_of(500, 3, only_b), "a,b").error().message,
            "no overlap: the policy uses 'a' on attempt 1, the log never does");
  Habits hardly_a;
  hardly_a.draws_a = 0.05;
  const auto few = evaluate(log_of(200, 3, hardly_a), "a");
  ASSERT_FALSE(few);
  EXPECT_TRUE(few.error().message.starts_with("too little overlap: the log's 'a' on attempt 1"));
  Habits alone;
  alone.tasks_of_user = 1000;
  EXPECT_EQ(evaluate(log_of(500, 3, alone), "a").error().message,
            "the log has one user only: nobody knows how much users differ");
  EXPECT_FALSE(evaluate({}, "a"));
}

}  // namespace
}  // namespace turnout::estimation
