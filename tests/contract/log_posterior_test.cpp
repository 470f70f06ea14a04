// Which worlds a log may come from, judged by logs of worlds that are known: tasks are played here one
// by one, by users who weigh every horizon.
#include "turnout/estimation/log_posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "turnout/base/rng.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

constexpr std::size_t kLongest = 200;  // attempts

/// A policy: which model serves an attempt, but for a share that is drawn from all alike.
struct Exploring {
  std::vector<std::size_t> sequence;
  double explored = 0;
  [[nodiscard]] double share(std::size_t attempt, std::size_t k, std::size_t models) const {
    const auto last = sequence.size() - 1;
    const bool its = sequence[std::min(attempt, last)] == k;
    return (its ? 1 - explored : 0) + explored / static_cast<double>(models);
  }
};

double success(const LogWorld& w, std::size_t k, double theta, std::size_t attempt) {
  return numeric::logistic(w.skills[k] - theta + w.feedback * static_cast<double>(attempt));
}

/// By the number of failures, the least wait per success over all horizons.
std::vector<double> bars(const LogWorld& w, const Exploring& policy) {
  const std::size_t models = w.skills.size();
  std::vector<double> waits(kLongest);
  std::vector<double> solved(kLongest);
  for (const auto& node : numeric::normal_nodes(0.25)) {
    double open = node.weight;
    for (std::size_t m = 0; m < kLongest; ++m) {
      double still = 0;
      for (std::size_t k = 0; k < models; ++k) {
        const double here = open * policy.share(m, k, models);
        const double p = success(w, k, w.sigma * node.x, m);
        waits[m] += here * w.latencies[k];
        solved[m] += here * p;
        still += here * (1 - p) * w.patience[k];
      }
      open = still;
    }
  }
  std::vector<double> least(kLongest, std::numeric_limits<double>::infinity());
  for (std::size_t m = 0; m < kLongest; ++m) {
    double wait = 0;
    double gain = 0;
    for (std::size_t j = m; j < kLongest; ++j) {
      wait += waits[j];
      gain += solved[j];
      if (gain > 0) least[m] = std::min(least[m], wait / gain);
    }
  }
  return least;
}

/// Plays tasks and counts them as a log would.
class Log {
 public:
  Log(const LogWorld& world, Exploring policy, double told, std::uint64_t seed)
      : world_(world),
        policy_(std::move(policy)),
        told_(told),
        bars_(bars(world_, policy_)),
        rng_(seed) {}

  LogStatistics play(int tasks) {
    for (int i = 0; i < tasks; ++i) play_one();
    return std::move(log_);
  }

 private:
  void play_one() {
    const double theta = world_.sigma * numeric::normal(rng_);
    const double value = std::exp(world_.log_value + world_.value_sigma * numeric::normal(rng_));
    PathKey key;
    for (std::size_t m = 0;; ++m) {
      const std::size_t k = drawn(m);
      key = next(key, m, std::to_string(k));
      PathCounts& counts = log_.paths[key];
      counts.latency.add(world_.latencies[k]);
      counts.cost.add(world_.costs[k]);
      const bool solved = rng_.uniform() < success(world_, k, theta, m);
      const bool on = !solved && m + 1 < kLongest && value > bars_[m + 1] &&
                      rng_.uniform() < world_.patience[k];
      if (on) {
        ++counts.fates.reprompted;
        continue;
      }
      end(counts, solved);
      return;
    }
  }

  std::size_t drawn(std::size_t attempt) {
    double left = rng_.uniform();
    const std::size_t models = world_.skills.size();
    for (std::size_t k = 0; k + 1 < models; ++k) {
      left -= policy_.share(attempt, k, models);
      if (left < 0) return k;
    }
    return models - 1;
  }

  static PathKey next(PathKey key, std::size_t attempt, const std::string& model) {
    if (attempt >= kDeepestPath) return {"", {model}, true};
    key.models.push_back(model);
    return key;
  }

  void end(PathCounts& counts, bool solved) {
    TaskEnd how = TaskEnd::kSilent;
    if (rng_.uniform() < told_) how = solved ? TaskEnd::kSolved : TaskEnd::kAbandoned;
    ++(how == TaskEnd::kSilent ? counts.fates.silent
       : solved                ? counts.fates.solved
                               : counts.fates.abandoned);
    const auto i = static_cast<std::size_t>(how);
    ++counts.returns.tasks.at(i);
    if (rng_.uniform() < (solved ? world_.leaves_solved : world_.leaves_unsolved))
      ++counts.returns.last.at(i);
  }

  LogWorld world_;
  Exploring policy_;
  double told_;
  std::vector<double> bars_;
  base::Rng rng_;
  LogStatistics log_;
};

LogWorld two_models() {
  LogWorld w;
  w.skills = {-1.4, 0.9};
  w.patience = {0.94, 0.94};
  w.latencies = {1.5, 9.4};
  w.costs = {0.003, 0.04};
  w.log_value = 10;  // far beyond any wait
  w.leaves_solved = 0.05;
  w.leaves_unsolved = 0.2;
  return w;
}

double share_of(const LogPosterior& posterior, const std::function<bool(const LogWorld&)>& what) {
  const auto n = std::count_if(posterior.draws.begin(), posterior.draws.end(), what);
  return static_cast<double>(n) / static_cast<double>(posterior.draws.size());
}

TEST(LogPosterior, a_log_of_long_tasks_is_as_likely_in_its_world_as_in_the_draws) {
  // A quarter of the passes are attempts beyond the 24th.
  LogWorld world = two_models();
  world.patience = {0.98, 0.98};
  world.sigma = 2;
  const LogModel model(Log(world, {{0}, 0.1}, 0.5, 1).play(20'000));
  const auto posterior = log_posterior(model);
  ASSERT_TRUE(posterior);
  double mean = 0;
  for (const LogWorld& draw : posterior->draws)
    mean += model.log_likelihood(draw) / static_cast<double>(posterior->draws.size());
  // Half a chi-square of 12 degrees of freedom each: they differ by a standard deviation of 3.5.
  EXPECT_NEAR(model.log_likelihood(world), mean, 12);
}

TEST(LogPosterior, holds_models_alike_for_possible_and_sees_where_they_are_not) {
  LogWorld world = two_models();
  const auto alike = log_posterior(LogModel(Log(world, {{0}, 0.2}, 0.2, 2).play(12'000)));
  ASSERT_TRUE(alike);
  EXPECT_GT(share_of(*alike, [](const LogWorld& w) { return w.patience[0] == w.patience[1]; }),
            0.5);
  world.patience = {0.98, 0.8};
  const auto unlike = log_posterior(LogModel(Log(world, {{0}, 0.2}, 0.2, 3).play(12'000)));
  ASSERT_TRUE(unlike);
  EXPECT_GT(share_of(*unlike, [](const LogWorld& w) { return w.patience[0] > w.patience[1]; }),
            0.95);
}

TEST(LogPosterior, holds_for_possible_what_is_far_from_where_its_draws_begin) {
  // Patient users to many of whom the wait is not worth it; draws begin where it is, and users have
  // little patience.
  LogWorld world = two_models();
  world.sigma = 1.5;
  world.log_value = std::log(16.0);
  world.value_sigma = 0.6;
  const auto posterior = log_posterior(LogModel(Log(world, {{0, 1}, 0.1}, 0.05, 4).play(30'000)));
  ASSERT_TRUE(posterior);
  EXPECT_GT(share_of(*posterior, [](const LogWorld& w) { return w.log_value < std::log(30.0); }),
            0.5);
}

}  // namespace
}  // namespace turnout::estimation
