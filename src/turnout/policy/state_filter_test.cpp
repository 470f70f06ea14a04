#include "turnout/policy/state_filter.h"

#include <gtest/gtest.h>

namespace turnout::policy {
namespace {

const std::vector<std::string> kModels = {"mini", "large", "huge"};

/// Probability of a path, by going through all states that a task may be in on its way.
double enumerated(const Policy& policy, const std::vector<std::size_t>& path, State state = 0,
                  std::size_t from = 0) {
  if (from == path.size()) return 1;
  double sum = 0;
  for (const Draw& draw : policy.draws(state)) {
    if (draw.model != path[from]) continue;
    sum += draw.probability *
           enumerated(policy, path, state + static_cast<State>(draw.advance), from + 1);
  }
  return sum;
}

double filtered(const Policy& policy, const std::vector<std::size_t>& path) {
  StateFilter filter(policy);
  std::vector<double> weights;
  double product = 1;
  for (const std::size_t model : path) {
    filter.next(weights);
    product *= weights[model];
    filter.see(model);
  }
  return product;
}

TEST(StateFilter, the_probability_of_a_path_is_the_sum_over_all_states_behind_it) {
  constexpr std::size_t kDepth = 6;
  for (const char* text :
       {"mini,large", "cascade:mini,large,0.3", "explore:0.2/cascade:mini,large,0.3",
        "explore:0.4/mini,mini=0.3+large=0.7,(large,huge)", "mini,large,end",
        "explore:0.5/mini,large,end"}) {
    const auto policy = Policy::parse(text, kModels).value();
    for (std::size_t length = 0; length <= kDepth; ++length) {
      double all = 0;
      std::size_t paths = 1;
      for (std::size_t i = 0; i < length; ++i) paths *= kModels.size();
      for (std::size_t number = 0; number < paths; ++number) {
        std::vector<std::size_t> path;
        for (std::size_t i = 0, rest = number; i < length; ++i, rest /= kModels.size())
          path.push_back(rest % kModels.size());
        const double probability = filtered(policy, path);
        EXPECT_NEAR(probability, enumerated(policy, path), 1e-15) << text;
        all += probability;
      }
      const bool ended = std::string(text).ends_with("end") && length > 2;
      EXPECT_NEAR(all, ended ? 0 : 1, 1e-14) << text << " " << length;
    }
  }
}

TEST(StateFilter, a_large_that_may_have_been_explored_is_no_proof_of_a_switch) {
  const auto policy = Policy::parse("explore:0.3/cascade:mini,large,0.1", kModels).value();
  StateFilter filter(policy);
  filter.see(0);
  filter.see(1);
  std::vector<double> weights;
  filter.next(weights);
  // P(switched | large) = 0.1 * 0.8 / (0.1 * 0.8 + 0.9 * 0.1); large then serves by 0.8 or by the
  // cascade's 0.1 * 0.8 + 0.9 * 0.1.
  const double switched = 0.08 / 0.17;
  EXPECT_NEAR(weights[1], switched * 0.8 + (1 - switched) * 0.17, 1e-15);
}

TEST(StateFilter, knows_when_the_offer_has_ended) {
  const auto policy = Policy::parse("mini,end", kModels).value();
  StateFilter filter(policy);
  EXPECT_TRUE(filter.offers());
  filter.see(0);
  EXPECT_FALSE(filter.offers());
}

}  // namespace
}  // namespace turnout::policy
