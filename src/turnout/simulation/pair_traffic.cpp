#include "turnout/simulation/pair_traffic.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

namespace turnout::simulation {
namespace {

/// An event of a given probability, decided by 53 random bits as Rng::uniform() < p decides it.
class Chance {
 public:
  explicit Chance(double p)
      : below_(static_cast<std::uint64_t>(std::ceil(std::clamp(p, 0.0, 1.0) * 0x1p53))) {}
  [[nodiscard]] bool certain() const { return below_ == 0 || below_ == std::uint64_t{1} << 53U; }
  [[nodiscard]] bool happens(base::Rng& rng) const {
    return certain() ? below_ != 0 : (rng.next() >> 11U) < below_;
  }

 private:
  std::uint64_t below_;
};

PairCounts play_block(const game::Game& game, const game::Policy& policy, double abandon,
                      std::uint64_t tasks, base::Rng rng, const base::Cancellation& cancellation) {
  constexpr std::uint64_t kTasksPerLook = 256;
  const std::array<Chance, 2> success = {Chance(game.model(0).success),
                                         Chance(game.model(1).success)};
  const Chance leaves(abandon);
  const Chance escalates(policy.cascade);
  PairCounts counts;
  counts.tasks = tasks;
  for (std::uint64_t task = 0; task < tasks; ++task) {
    if (task % kTasksPerLook == 0 && cancellation.requested()) break;
    std::array<std::uint64_t, 2> n{};
    std::size_t model = policy.start;
    bool solved = false;
    for (std::uint64_t pass = 0;; ++pass) {
      if (pass == kMostPasses) {
        ++counts.cut_off;
        break;
      }
      ++n[model];
      solved = success[model].happens(rng);
      if (solved || leaves.happens(rng)) break;
      if (model == 0 && escalates.happens(rng)) model = 1;
    }
    counts.passes[0] += n[0];
    counts.passes[1] += n[1];
    counts.products[0] += n[0] * n[0];
    counts.products[1] += n[0] * n[1];
    counts.products[2] += n[1] * n[1];
    if (!solved) continue;
    ++counts.solved;
    counts.solved_passes[0] += n[0];
    counts.solved_passes[1] += n[1];
  }
  return counts;
}

/// Mean and variance of a1 n1 + a2 n2 + b solved over tasks.
numeric::Sample linear(const PairCounts& counts, double a1, double a2, double b) {
  const auto n = static_cast<double>(counts.tasks);
  const auto mean_of = [n](std::uint64_t sum) { return static_cast<double>(sum) / n; };
  const double m1 = mean_of(counts.passes[0]);
  const double m2 = mean_of(counts.passes[1]);
  const double s = mean_of(counts.solved);
  const double v11 = mean_of(counts.products[0]) - m1 * m1;
  const double v12 = mean_of(counts.products[1]) - m1 * m2;
  const double v22 = mean_of(counts.products[2]) - m2 * m2;
  const double c1 = mean_of(counts.solved_passes[0]) - m1 * s;
  const double c2 = mean_of(counts.solved_passes[1]) - m2 * s;
  const double variance = a1 * a1 * v11 + 2 * a1 * a2 * v12 + a2 * a2 * v22 +
                          2 * b * (a1 * c1 + a2 * c2) + b * b * (s - s * s);
  return numeric::Sample::of(counts.tasks, a1 * m1 + a2 * m2 + b * s,
                             std::max(0.0, variance) * n / std::max(1.0, n - 1));
}

}  // namespace

PairCounts& PairCounts::operator+=(const PairCounts& other) {
  const auto add = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to.at(i) += from.at(i);
  };
  tasks += other.tasks;
  solved += other.solved;
  add(passes, other.passes);
  add(products, other.products);
  add(solved_passes, other.solved_passes);
  cut_off += other.cut_off;
  return *this;
}

PairCounts play_pair(const game::Game& game, const game::Policy& policy, double abandon,
                     std::uint64_t tasks, std::uint64_t seed, unsigned threads,
                     const base::Cancellation& cancellation) {
  const std::uint64_t blocks = (tasks + kBlock - 1) / kBlock;
  std::atomic<std::uint64_t> next = 0;
  std::vector<PairCounts> parts(std::max(1U, threads));
  const auto work = [&](PairCounts& part) {
    PairCounts mine;  // not in `parts` while it is counted: neighbours there share a cache line
    for (std::uint64_t block = next++; block < blocks && !cancellation.requested();
         block = next++) {
      const std::uint64_t size = std::min(kBlock, tasks - block * kBlock);
      mine += play_block(game, policy, abandon, size, base::Rng(seed, block), cancellation);
    }
    part = mine;
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < parts.size(); ++i) others.emplace_back([&, i] { work(parts[i]); });
  work(parts[0]);
  for (auto& thread : others) thread.join();
  PairCounts total;
  for (const auto& part : parts) total += part;
  return total;
}

SimulatedPayoffs payoffs_of(const PairCounts& counts, const game::Game& game) {
  const auto& first = game.model(0);
  const auto& second = game.model(1);
  const double w = game.value_of_time();
  SimulatedPayoffs result;
  result.service_cost = linear(counts, first.cost, second.cost, 0);
  result.latency = linear(counts, first.latency, second.latency, 0);
  result.success = linear(counts, 0, 0, 1);
  result.passes = {linear(counts, 1, 0, 0), linear(counts, 0, 1, 0)};
  result.attempts = linear(counts, 1, 1, 0);
  result.user_utility = linear(counts, -w * first.latency, -w * second.latency, game.value());
  const auto unsolved = linear(counts, first.cost, second.cost, -game.churn_penalty());
  result.provider_cost = numeric::Sample::of(counts.tasks, unsolved.mean() + game.churn_penalty(),
                                             unsolved.variance());
  result.cut_off = counts.cut_off;
  return result;
}

}  // namespace turnout::simulation
