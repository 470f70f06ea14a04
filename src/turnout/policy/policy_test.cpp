#include "turnout/policy/policy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"

namespace turnout::policy {
namespace {

const std::vector<std::string> kModels = {"mini", "large", "huge"};

Policy read(const std::string& text) { return Policy::parse(text, kModels).value(); }

/// Probability of each model in a state.
std::vector<double> weights(const Policy& policy, State state) {
  std::vector<double> all(kModels.size(), 0);
  for (const Draw& draw : policy.draws(state)) all[draw.model] = draw.propensity;
  return all;
}

/// The state after some attempts of a policy whose next state does not depend on what is drawn.
State after(const Policy& policy, std::size_t attempts) {
  State state = 0;
  for (std::size_t j = 0; j < attempts; ++j) state = decide(policy, state, 0.5).next;
  return state;
}

std::vector<double> attempt(const std::string& text, std::size_t number) {
  const auto policy = read(text);
  return weights(policy, after(policy, number - 1));
}

TEST(Policy, a_sequence_repeats_its_last_model) {
  EXPECT_EQ(attempt("mini,mini,huge", 1), (std::vector<double>{1, 0, 0}));
  EXPECT_EQ(attempt("mini,mini,huge", 3), (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(attempt("mini,mini,huge", 99), (std::vector<double>{0, 0, 1}));
  EXPECT_TRUE(read("mini,huge").is_deterministic());
}

TEST(Policy, a_plan_with_a_lottery_is_held_attempt_by_attempt) {
  const char* plan = "mini*5,mini=0.422+large=0.578,large";
  EXPECT_EQ(attempt(plan, 5), (std::vector<double>{1, 0, 0}));
  EXPECT_EQ(attempt(plan, 6), (std::vector<double>{0.422, 0.578, 0}));
  EXPECT_EQ(attempt(plan, 7), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(attempt(plan, 1000), (std::vector<double>{0, 1, 0}));
  EXPECT_FALSE(read(plan).is_deterministic());
}

TEST(Policy, an_offer_ends_and_stays_ended) {
  const auto policy = read("mini,large,end");
  EXPECT_TRUE(policy.offers(after(policy, 1)));
  EXPECT_FALSE(policy.offers(after(policy, 2)));
  const auto decision = decide(policy, after(policy, 2), 0.5);
  EXPECT_EQ(decision.model, kNoModel);
  EXPECT_EQ(decision.propensity, 0);
  EXPECT_EQ(decision.next, after(policy, 2));
  EXPECT_EQ(decide(policy, 0xffff'ffff, 0.5).model, kNoModel);
}

TEST(Policy, what_is_in_brackets_comes_again_and_again) {
  const auto policy = read("mini,(large,huge*2)");
  std::string models;
  State state = 0;
  for (int j = 0; j < 9; ++j) {
    const auto decision = decide(policy, state, 0.1);
    models += std::to_string(decision.model);
    state = decision.next;
  }
  EXPECT_EQ(models, "012212212");
}

TEST(Policy, a_list_of_a_hundred_thousand_attempts_is_held) {
  const auto policy = read("mini*99999,large");
  EXPECT_EQ(policy.states(), 100'000U);
  EXPECT_EQ(decide(policy, 99'998, 0).model, 0U);
  EXPECT_EQ(decide(policy, 99'999, 0).model, 1U);
  EXPECT_FALSE(Policy::parse("mini*100000,large", kModels));
}

TEST(Policy, a_cascade_switches_once_and_for_good) {
  const auto policy = read("cascade:mini,large,0.25");
  EXPECT_EQ(weights(policy, 0), (std::vector<double>{1, 0, 0}));
  const State first = decide(policy, 0, 0.9).next;
  EXPECT_EQ(weights(policy, first), (std::vector<double>{0.75, 0.25, 0}));
  const auto stayed = decide(policy, first, 0.74);
  EXPECT_EQ(stayed.model, 0U);
  EXPECT_EQ(stayed.next, first);
  const auto switched = decide(policy, first, 0.76);
  EXPECT_EQ(switched.model, 1U);
  EXPECT_EQ(switched.propensity, 0.25);
  EXPECT_EQ(weights(policy, switched.next), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(decide(policy, switched.next, 0.99).next, switched.next);
}

TEST(Policy, exploration_gives_every_model_its_share) {
  EXPECT_NEAR(attempt("explore:0.3/mini", 1)[0], 0.8, 1e-15);
  EXPECT_NEAR(attempt("explore:0.3/mini", 7)[2], 0.1, 1e-15);
  EXPECT_EQ(attempt("lottery:mini=0.25,huge=0.75", 2), (std::vector<double>{0.25, 0, 0.75}));
}

TEST(Policy, an_explored_model_does_not_change_what_comes_next) {
  // Of a cascade that never switches, one explored "large" used to make it stay on large, with a
  // propensity of 0.867.
  const auto never = read("explore:0.2/cascade:mini,large,0");
  for (const double random : {0.1, 0.88, 0.95}) {
    State state = 0;
    for (int j = 0; j < 3; ++j) state = decide(never, state, random).next;
    EXPECT_NEAR(weights(never, state)[1], 0.2 / 3, 1e-15) << random;
  }
  // And of one that has switched, an explored "mini" used to take it back.
  const auto policy = read("explore:0.5/cascade:mini,large,0.5");
  base::Rng rng(1);
  constexpr int kTasks = 100'000;
  constexpr int kAttempts = 6;
  int large = 0;
  for (int task = 0; task < kTasks; ++task) {
    State state = 0;
    Decision decision;
    for (int j = 0; j < kAttempts; ++j) {
      decision = decide(policy, state, rng.uniform());
      state = decision.next;
    }
    large += decision.model == 1 ? 1 : 0;
  }
  // The cascade is on large at attempt 6 with probability 1 - 0.5^5, served half of the time.
  const double expected = 0.5 * (1 - std::pow(0.5, 5)) + 0.5 / 3;
  EXPECT_NEAR(large / static_cast<double>(kTasks), expected,
              4.5 * std::sqrt(expected * (1 - expected) / kTasks));
}

TEST(Policy, a_states_draws_sum_to_one_and_to_the_propensities_and_are_drawn_as_often) {
  base::Rng rng(2);
  for (const char* text :
       {"mini", "lottery:mini=0.3,large=0.3,huge=0.4", "explore:0.3/mini=0.3+large=0.7,huge",
        "explore:0.25/cascade:mini,large,0.5", "explore:1/mini"}) {
    const auto policy = read(text);
    for (State state = 0; state < policy.states(); ++state) {
      double sum = 0;
      std::vector<double> by_model(kModels.size(), 0);
      for (const Draw& draw : policy.draws(state)) {
        sum += draw.probability;
        by_model[draw.model] += draw.probability;
      }
      EXPECT_NEAR(sum, 1, 1e-15) << text;
      const auto propensities = weights(policy, state);
      for (std::size_t k = 0; k < kModels.size(); ++k)
        EXPECT_NEAR(by_model[k], propensities[k], 1e-15) << text;
      constexpr int kDraws = 20'000;
      std::vector<int> seen(kModels.size(), 0);
      for (int i = 0; i < kDraws; ++i) ++seen[decide(policy, state, rng.uniform()).model];
      for (std::size_t k = 0; k < kModels.size(); ++k) {
        const double p = propensities[k];
        EXPECT_NEAR(seen[k], p * kDraws, 4.5 * std::sqrt(p * (1 - p) * kDraws) + 1e-9) << text;
      }
    }
  }
}

}  // namespace
}  // namespace turnout::policy
