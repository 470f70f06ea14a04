#include "turnout/estimation/path_worth.h"

#include <algorithm>

namespace turnout::estimation {
namespace {

/// Counts and sums of passes, of one path or one model.
struct Counts {
  double passes = 0, went_on = 0, ends = 0, solved = 0, failed = 0, cost = 0, latency = 0;
  Counts& operator+=(const Counts& other) {
    passes += other.passes;
    went_on += other.went_on;
    ends += other.ends;
    solved += other.solved;
    failed += other.failed;
    cost += other.cost;
    latency += other.latency;
    return *this;
  }
};

/// What is believed of a pass.
struct Belief {
  double goes_on = 0.3, ends = 0.7, solved = 0.5;
  double known = 0, maybe = 0.7, cost = 0, latency = 0;
  [[nodiscard]] Rewards now() const { return {cost, latency, 1, ends * solved, known, maybe}; }
};

/// Means of the counts, drawn towards what is believed already.
Belief drawn(const Counts& c, const Belief& prior, double strength) {
  constexpr double kOfEnds = 3;
  const double passes = c.passes + strength;
  const auto mean = [&](double sum, double before) { return (sum + strength * before) / passes; };
  Belief b;
  b.goes_on = mean(c.went_on, prior.goes_on);
  b.ends = mean(c.ends, prior.ends);
  b.solved = (c.solved + kOfEnds * prior.solved) / (c.solved + c.failed + kOfEnds);
  b.known = mean(c.solved, prior.known);
  b.maybe = mean(c.ends - c.failed, prior.maybe);
  b.cost = mean(c.cost, prior.cost);
  b.latency = mean(c.latency, prior.latency);
  return b;
}

void add(Rewards& to, double share, const Rewards& part) {
  for (std::size_t i = 0; i < kRewards; ++i) to.at(i) += share * part.at(i);
}

std::vector<Counts> counts_of(const LoggedTasks& tasks, std::size_t half) {
  std::vector<Counts> counts(tasks.nodes().size());
  for (const LoggedTask& task : tasks.tasks()) {
    if (task.user % 2 == half) continue;
    for (std::size_t i = task.first; i < task.end; ++i) {
      const LoggedStep& step = tasks.steps()[i];
      Counts& c = counts[step.node];
      ++c.passes;
      c.cost += step.cost;
      c.latency += step.latency;
      if (i + 1 < task.end) ++c.went_on;
    }
    if (task.fate == TaskFate::kCut) continue;
    Counts& last = counts[tasks.steps()[task.end - 1].node];
    ++last.ends;
    if (task.fate == TaskFate::kSolved) ++last.solved;
    if (task.fate == TaskFate::kFailed) ++last.failed;
  }
  return counts;
}

}  // namespace

PathWorth::PathWorth(const LoggedTasks& tasks, const PolicyPaths& paths, std::size_t half)
    : of_pass_(tasks.nodes().size()),
      behind_(tasks.nodes().size()),
      solved_(tasks.nodes().size()),
      forever_(tasks.models().size()) {
  constexpr double kStrength = 5;
  constexpr double kMostGoOn = 0.98;
  const auto& nodes = tasks.nodes();
  const std::vector<Counts> counts = counts_of(tasks, half);
  Counts all;
  std::vector<Counts> of_model(tasks.models().size());
  for (std::size_t n = 1; n < nodes.size(); ++n) {
    of_model[nodes[n].model] += counts[n];
    all += counts[n];
  }
  const Belief overall = drawn(all, {}, 1);
  std::vector<Belief> beliefs;
  for (std::size_t k = 0; k < of_model.size(); ++k) {
    beliefs.push_back(drawn(of_model[k], overall, kStrength));
    add(forever_[k], 1 / (1 - std::min(kMostGoOn, beliefs[k].goes_on)), beliefs[k].now());
  }
  for (std::size_t n = nodes.size(); n-- > 0;) {  // children before parents
    for (const PolicyArm& arm : paths.arms(n)) add(behind_[n], arm.chance, of_arm(arm));
    if (n == 0) continue;
    const Belief here = drawn(counts[n], beliefs[nodes[n].model], kStrength);
    solved_[n] = here.solved;
    of_pass_[n] = here.now();
    add(of_pass_[n], here.goes_on, behind_[n]);
  }
}

}  // namespace turnout::estimation
