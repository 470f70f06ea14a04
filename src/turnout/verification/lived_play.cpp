#include "turnout/verification/lived_play.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "turnout/numeric/variates.h"

namespace turnout::verification {
namespace {

constexpr std::size_t kSample = 256;
constexpr std::size_t kFarthest = 24;  // attempts that are looked ahead
constexpr std::size_t kLongestTask = 40;
constexpr std::size_t kTold = 16;  // attempts that are remembered each

double expected_latency(const LivedWorld& world, const policy::Lottery& lottery) {
  double latency = 0;
  for (const auto& [model, probability] : lottery)
    latency += probability * world.models[model].latency;
  return latency;
}

/// A path as a number; models are few.
std::uint64_t number_of(std::span<const std::size_t> path) {
  std::uint64_t number = 1;
  for (const std::size_t model : path.first(std::min(path.size(), kTold)))
    number = number * 8 + model;
  return number;
}

}  // namespace

Minds::Minds(const LivedWorld& world) : world_(world) {
  const Arrivals sample(world, world.seed ^ 0x5a3b1e, kSample);
  for (std::size_t before = 0; before < kTold + kFarthest; ++before) {
    for (std::size_t k = 0; k < world.models.size(); ++k) {
      for (std::size_t i = 0; i < kSample; ++i)
        chances_.push_back(solves(world, sample[i], k, before));
    }
  }
}

const double* Minds::chances(std::size_t before, std::size_t model) const {
  return &chances_[(before * world_.models.size() + model) * kSample];
}

double Minds::least_value(std::span<const std::size_t> path, const Router& router) const {
  const auto promise = router.promise();
  std::vector<double> open(kSample, 1);
  const std::size_t told = std::min(path.size(), kTold);
  for (std::size_t m = 0; m < told; ++m) {
    const double* p = chances(m, path[m]);
    for (std::size_t i = 0; i < kSample; ++i) open[i] *= 1 - p[i];
  }
  double least = INFINITY;
  double waiting = 0;
  double solved = 0;
  std::vector<double> p(kSample);
  for (std::size_t h = 0; h < kFarthest && !promise.empty(); ++h) {
    const auto& lottery = promise[std::min(h, promise.size() - 1)];
    if (lottery.empty()) break;
    std::fill(p.begin(), p.end(), 0);
    for (const auto& [model, probability] : lottery) {
      const double* its = chances(told + h, model);
      for (std::size_t i = 0; i < kSample; ++i) p[i] += probability * its[i];
    }
    double mass = 0;
    for (std::size_t i = 0; i < kSample; ++i) {
      mass += open[i];
      solved += open[i] * p[i];
      open[i] *= (1 - p[i]) * world_.patience;
    }
    waiting += mass * expected_latency(world_, lottery);
    least = std::min(least, waiting / solved);
  }
  return least;
}

bool Minds::goes_on(const Arrival& task, std::span<const std::size_t> path, double waited,
                    const Router& router) {
  if (path.size() >= kLongestTask) return false;
  if (task.hasty) {
    const auto promise = router.promise();
    if (promise.empty() || promise.front().empty()) return false;
    return waited + expected_latency(world_, promise.front()) <= task.value;
  }
  const auto [known, fresh] = known_.try_emplace({number_of(path), router.promise_key()}, 0);
  if (fresh) known->second = least_value(path, router);
  return task.value >= known->second;
}

LivedTask play_task(const LivedWorld& world, const Arrivals& arrivals, std::size_t number,
                    Router& router, Minds& minds, LivedLog* log) {
  constexpr std::int64_t kStart = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
  constexpr double kMicro = 1e6;
  const Arrival& task = arrivals[number];
  base::Rng rng = arrivals.luck(number);
  const double comes_back = rng.uniform();
  const bool says = rng.uniform() < task.says;
  LivedTask played;
  std::vector<std::size_t> path;
  double waited = 0;
  router.begin({task.seat, task.conversation});
  for (bool open = true; open;) {
    const Luck luck = draw_luck(rng);
    const auto decision = router.serve(luck.choice);
    if (decision.model == policy::kNoModel) break;
    const LivedModel& model = world.models[decision.model];
    const double latency = model.latency * luck.latency;
    path.push_back(decision.model);
    played.solved = luck.success < solves(world, task, decision.model, played.attempts);
    played.service += model.cost;
    ++played.attempts;
    waited += latency;
    open =
        !played.solved && luck.stays < task.patience && minds.goes_on(task, path, waited, router);
    const Seen seen = open            ? Seen::kAskedAgain
                      : !says         ? Seen::kNothing
                      : played.solved ? Seen::kSaidSolved
                                      : Seen::kSaidFailed;
    router.see(seen);
    if (log == nullptr) continue;
    traffic::Pass pass;
    pass.task_id = fmt::format("t{:07}", number);
    pass.user_id = fmt::format("u{}.{}", task.seat, log->generations[task.seat]);
    pass.attempt = static_cast<std::int64_t>(played.attempts);
    pass.model = model.name;
    pass.started_us = kStart + static_cast<std::int64_t>((task.when_s + waited - latency) * kMicro);
    pass.latency_s = latency;
    pass.cost_usd = model.cost;
    pass.policy_id = log->policy;
    pass.propensity = decision.propensity;
    if (seen == Seen::kAskedAgain) pass.ending = traffic::Ending::kReprompted;
    if (seen == Seen::kSaidSolved) {
      pass.outcome = traffic::Outcome::kSuccess;
      pass.ending = traffic::Ending::kResolved;
    }
    if (seen == Seen::kSaidFailed) {
      pass.outcome = traffic::Outcome::kFailure;
      pass.ending = traffic::Ending::kAbandoned;
    }
    log->passes.push_back(std::move(pass));
  }
  const double leaves = played.solved ? world.leaves_solved : world.leaves_unsolved;
  if (log != nullptr && comes_back < leaves) ++log->generations[task.seat];
  return played;
}

double mean_cost(const LivedWorld& world, const Arrivals& arrivals, std::size_t from,
                 std::size_t to, Router& router, Minds& minds) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i)
    sum += play_task(world, arrivals, i, router, minds, nullptr).cost(world);
  return sum / static_cast<double>(to - from);
}

}  // namespace turnout::verification
