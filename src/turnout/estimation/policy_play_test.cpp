#include "turnout/estimation/policy_play.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/estimation/world_play.h"
#include "turnout/numeric/sample.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

const std::vector<std::string> kModels = {"mini", "large", "huge"};

policy::Policy policy_of(const std::string& text) {
  return policy::Policy::parse(text, kModels).value();
}

LogWorld world() {
  LogWorld world;
  world.skills = {-0.3, 0.6, 1.4};
  world.sigma = 0.9;
  world.feedback = 0.4;
  world.patience = {0.9, 0.85, 0.8};
  world.log_value = std::log(60.0);
  world.value_sigma = 0.7;
  world.latencies = {3, 9, 20};
  world.costs = {0.004, 0.02, 0.09};
  return world;
}

TEST(PlayPolicy, a_sequence_comes_to_what_the_player_of_sequences_says) {
  const LogWorld here = world();
  SequencePlayer player(here);
  const std::vector<std::pair<std::string, std::vector<std::size_t>>> sequences = {
      {"mini", {0}}, {"mini,large", {0, 1}}, {"large,mini,mini,huge", {1, 0, 0, 2}}};
  for (const auto& [text, sequence] : sequences) {
    const WorldPayoffs expected = player.play(sequence);
    const WorldPayoffs got = play_policy(policy_of(text), here);
    EXPECT_NEAR(got.cost, expected.cost, 1e-12) << text;
    EXPECT_NEAR(got.success, expected.success, 1e-12) << text;
    EXPECT_NEAR(got.latency, expected.latency, 1e-12) << text;
  }
}

/// One user after the other, who never leaves for the wait: each draw is made.
TEST(PlayPolicy, lotteries_cascades_and_offers_that_end_come_to_what_tasks_of_patient_users_do) {
  LogWorld patient = world();
  patient.log_value = 50;  // any wait is worth it
  for (const char* text :
       {"explore:0.3/mini,large", "cascade:mini,huge,0.4", "mini=0.5+huge=0.5,large,end"}) {
    const policy::Policy policy = policy_of(text);
    base::Rng rng(7);
    numeric::Sample cost;
    numeric::Sample success;
    for (int task = 0; task < 200'000; ++task) {
      const double difficulty = patient.sigma * numeric::normal(rng);
      double spent = 0;
      bool solved = false;
      policy::State state = 0;
      for (int failures = 0; failures < 100; ++failures) {
        const auto decision = policy::decide(policy, state, rng.uniform());
        if (decision.model == policy::kNoModel) break;
        state = decision.next;
        spent += patient.costs[decision.model];
        const double logit = patient.skills[decision.model] - difficulty +
                             patient.feedback * static_cast<double>(failures);
        solved = rng.uniform() < 1 / (1 + std::exp(-logit));
        if (solved || rng.uniform() >= patient.patience[decision.model]) break;
      }
      cost.add(spent);
      success.add(solved ? 1 : 0);
    }
    const WorldPayoffs got = play_policy(policy, patient);
    EXPECT_NEAR(got.cost, cost.mean(), 4 * cost.standard_error()) << text;
    EXPECT_NEAR(got.success, success.mean(), 4 * success.standard_error()) << text;
  }
}

}  // namespace
}  // namespace turnout::estimation
