// What a decision costs: decide() on a compiled policy, beside one that looks at the history of the
// task and fills a vector of weights. Items are decisions, in tasks of kAttempts attempts.
#include <benchmark/benchmark.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/policy/policy.h"

namespace {

using turnout::policy::Policy;

constexpr std::size_t kAttempts = 8;
constexpr std::size_t kTasks = 1024;
const std::vector<std::string> kModels = {"mini", "small", "large", "reasoning"};

const std::vector<double>& random_numbers() {
  static const std::vector<double> drawn = [] {
    turnout::base::Rng rng(1);
    std::vector<double> all(kTasks * kAttempts);
    for (double& x : all) x = rng.uniform();
    return all;
  }();
  return drawn;
}

void decide(benchmark::State& state, const char* text) {
  const Policy policy = *Policy::parse(text, kModels);
  const auto& random = random_numbers();
  for (auto _ : state) {
    for (std::size_t task = 0; task < kTasks; ++task) {
      turnout::policy::State at = 0;
      for (std::size_t j = 0; j < kAttempts; ++j) {
        const auto decision = turnout::policy::decide(policy, at, random[task * kAttempts + j]);
        benchmark::DoNotOptimize(decision.propensity);
        benchmark::DoNotOptimize(decision.model);
        at = decision.next;
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTasks * kAttempts));
}

using ByHistory = std::function<void(std::span<const std::size_t>, std::vector<double>&)>;

/// Five times mini, a lottery, then large.
void plan_by_history(std::span<const std::size_t> history, std::vector<double>& weights) {
  weights.assign(kModels.size(), 0);
  if (history.size() < 5) {
    weights[0] = 1;
  } else if (history.size() == 5) {
    weights[0] = 0.422363;
    weights[2] = 0.577637;
  } else {
    weights[2] = 1;
  }
}

void by_history(benchmark::State& state) {
  const ByHistory next = plan_by_history;
  const auto& random = random_numbers();
  std::vector<double> weights;
  std::vector<std::size_t> history;
  for (auto _ : state) {
    for (std::size_t task = 0; task < kTasks; ++task) {
      history.clear();
      for (std::size_t j = 0; j < kAttempts; ++j) {
        next(history, weights);
        double rest = random[task * kAttempts + j];
        std::size_t model = 0;
        while (model + 1 < weights.size() && rest >= weights[model]) rest -= weights[model++];
        benchmark::DoNotOptimize(weights[model]);
        history.push_back(model);
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTasks * kAttempts));
}

BENCHMARK_CAPTURE(decide, plan, "mini*5,mini=0.422363+large=0.577637,large")
    ->Name("decide/scalar/plan");
BENCHMARK_CAPTURE(decide, cascade, "cascade:mini,large,0.3")->Name("decide/scalar/cascade");
BENCHMARK_CAPTURE(decide, explore, "explore:0.1/cascade:mini,large,0.3")
    ->Name("decide/scalar/explore");
BENCHMARK(by_history)->Name("decide_by_history/scalar");

}  // namespace
