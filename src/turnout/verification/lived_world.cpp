#include "turnout/verification/lived_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "turnout/numeric/variates.h"

namespace turnout::verification {
namespace {

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// Uniform in the logarithm.
double between(base::Rng& rng, double low, double high) {
  return low * std::exp(rng.uniform() * std::log(high / low));
}

/// The skill with which a model solves a share of tasks of all kinds at the first try.
double skill_of(double success, double spread) {
  std::vector<double> tasks;
  base::Rng rng(7);
  for (int i = 0; i < 4000; ++i) tasks.push_back(spread * numeric::normal(rng));
  double low = -20;
  double high = 20;
  for (int i = 0; i < 50; ++i) {
    const double skill = (low + high) / 2;
    double mean = 0;
    for (const double task : tasks)
      mean += logistic(skill - task) / static_cast<double>(tasks.size());
    (mean < success ? low : high) = skill;
  }
  return low;
}

void draw_models(LivedWorld& world, base::Rng& rng) {
  const auto count = 2 + static_cast<std::size_t>(rng.uniform() * 3);
  std::vector<double> success;
  std::vector<double> cost;
  std::vector<double> latency;
  for (std::size_t k = 0; k < count; ++k) {
    success.push_back(rng.uniform(0.2, 0.9));
    cost.push_back(between(rng, 0.001, 0.3));
    latency.push_back(between(rng, 2, 30));
  }
  std::sort(cost.begin(), cost.end());
  std::sort(success.begin(), success.end());
  std::sort(latency.begin(), latency.end());
  // One of two neighbours at times is better, or faster, than its price says.
  for (std::size_t k = 0; k + 1 < count; ++k) {
    if (rng.uniform() < 0.15) std::swap(success[k], success[k + 1]);
    if (rng.uniform() < 0.3) std::swap(latency[k], latency[k + 1]);
  }
  for (std::size_t k = 0; k < count; ++k) {
    world.models.push_back({fmt::format("m{}", k + 1), success[k],
                            skill_of(success[k], std::hypot(world.sigma, world.tau)), latency[k],
                            cost[k]});
  }
}

}  // namespace

std::vector<std::string> LivedWorld::names() const {
  std::vector<std::string> all;
  for (const auto& model : models) all.push_back(model.name);
  return all;
}

LivedWorld random_world(std::uint64_t seed) {
  base::Rng rng(seed, 1);
  LivedWorld world;
  world.seed = seed;
  world.sigma = rng.uniform(0.5, 1.5);
  world.tau = rng.uniform() < 0.5 ? 0 : rng.uniform(0.3, 1);
  world.feedback = rng.uniform() < 0.5 ? 0 : rng.uniform(0.1, 0.6);
  draw_models(world, rng);
  double slowest = 0;
  double least_wait = INFINITY;  // per success, of one model alone
  for (const auto& model : world.models) {
    slowest = std::max(slowest, model.latency);
    least_wait = std::min(least_wait, model.latency / model.success);
  }
  world.value = between(rng, 1.5, 12) * least_wait;
  world.value_spread = rng.uniform(0.2, 0.8);
  world.patience = rng.uniform(0.75, 0.98);
  world.hasty = rng.uniform() < 0.5 ? 0 : rng.uniform(0, 0.4);
  world.budget = between(rng, 1, 5) * slowest;
  world.silent = rng.uniform(0.2, 0.7);
  world.says = rng.uniform(0.03, 0.12);
  world.lifetime_value = between(rng, 5, 40);
  world.leaves_solved = rng.uniform(0.005, 0.03);
  world.leaves_unsolved = world.leaves_solved + between(rng, 0.03, 0.25);
  return world;
}

Arrivals::Arrivals(const LivedWorld& world, std::uint64_t seed, std::size_t tasks) : seed_(seed) {
  struct Person {
    double value = 0, patience = 1, says = 0;
    bool hasty = false;
    std::size_t conversation = 0;
  };
  std::vector<Person> people(kSeats);
  for (std::size_t s = 0; s < kSeats; ++s) {
    base::Rng rng(world.seed ^ 0x5ea7, s);
    Person& person = people[s];
    person.value = numeric::normal(rng);
    // Beta-distributed about the mean: some nearly never leave at once, some often.
    person.patience = numeric::beta(20 * world.patience, 20 * (1 - world.patience), rng);
    person.hasty = rng.uniform() < world.hasty;
    person.says = rng.uniform() < world.silent ? 0 : world.says;
  }
  constexpr double kGoesOnTalking = 0.7;  // that a task belongs to the conversation of the last one
  const double share = std::sqrt(0.5);
  for (std::size_t i = 0; i < tasks; ++i) {
    base::Rng rng(seed, i);
    Arrival task;
    task.seat = static_cast<std::size_t>(rng.uniform() * kSeats);
    Person& person = people[task.seat];
    if (rng.uniform() >= kGoesOnTalking) ++person.conversation;
    task.conversation = person.conversation;
    task.when_s = 86'400.0 * static_cast<double>(i) / kTasksPerDay;
    task.hardness = world.sigma * numeric::normal(rng);
    for (std::size_t k = 0; k < world.models.size(); ++k)
      task.suits.push_back(world.tau * numeric::normal(rng));
    const double own = numeric::normal(rng);
    task.hasty = person.hasty;
    task.value = person.hasty
                     ? world.budget * std::exp(0.4 * own)
                     : world.value * std::exp(world.value_spread * share * (person.value + own));
    task.patience = person.patience;
    task.says = person.says;
    all_.push_back(std::move(task));
  }
}

Luck draw_luck(base::Rng& rng) {
  constexpr double kSpread = 0.4;  // of the logarithm of latency
  Luck luck{rng.uniform(), rng.uniform(), rng.uniform(), rng.uniform(), 1};
  luck.latency = std::exp(kSpread * numeric::normal(rng) - kSpread * kSpread / 2);
  return luck;
}

double solves(const LivedWorld& world, const Arrival& task, std::size_t model, std::size_t before) {
  return logistic(world.models[model].skill - task.hardness + task.suits[model] +
                  world.feedback * static_cast<double>(before));
}

}  // namespace turnout::verification
