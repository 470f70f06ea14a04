#include "turnout/mock/truth.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "turnout/base/hash.h"
#include "turnout/base/rng.h"
#include "turnout/numeric/variates.h"

namespace turnout::mock {
namespace {

/// What a random number is drawn for: each has a seed of its own.
enum class Purpose : std::uint64_t { kTask = 1, kSuccess, kLength };

std::uint64_t seed_for(std::uint64_t seed, Purpose purpose) {
  return base::Rng(seed, static_cast<std::uint64_t>(purpose)).next();
}

std::uint64_t key_of(const Try& made) {
  return base::hash(fmt::format("{}\n{}\n{}", made.task, made.model, made.own));
}

/// A factor of mean 1.
double lognormal_factor(double sigma, double z) { return std::exp(sigma * z - sigma * sigma / 2); }

}  // namespace

Truth::Truth(const scenario::Scenario& scenario, std::uint64_t seed)
    : seed_(seed),
      difficulty_(scenario.difficulty.value_or(game::Difficulty{})),
      passes_(scenario.game, difficulty_, 1) {
  if (!scenario.outcomes) return;
  rates_ = scenario.outcomes->rate;
  for (std::size_t i = 0; i < scenario.outcomes->tasks.size(); ++i)
    rows_.emplace(scenario.outcomes->tasks[i], i);
}

std::size_t Truth::row(std::string_view task) const {
  const auto found = rows_.find(std::string(task));
  if (found != rows_.end()) return found->second;
  base::Rng rng(seed_for(seed_, Purpose::kTask), base::hash(task));
  return static_cast<std::size_t>(rng.uniform() * static_cast<double>(rates_.size()));
}

double Truth::success(const Try& made) const {
  if (!rates_.empty()) return rates_[row(made.task)][made.model];
  base::Rng rng(seed_for(seed_, Purpose::kTask), base::hash(made.task));
  double hard = difficulty_.sigma * numeric::normal(rng);
  for (std::size_t k = 0; k <= made.model; ++k) {
    const double suits = difficulty_.tau * numeric::normal(rng);
    if (k == made.model) hard -= suits;
  }
  return passes_.success(made.model, hard, made.before);
}

bool Truth::solves(const Try& made) const {
  return base::Rng(seed_for(seed_, Purpose::kSuccess), key_of(made)).uniform() < success(made);
}

Luck Truth::luck(const Try& made, double latency_sigma, double tokens_sigma) const {
  base::Rng rng(seed_for(seed_, Purpose::kLength), key_of(made));
  const double latency = lognormal_factor(latency_sigma, numeric::normal(rng));
  return {latency, lognormal_factor(tokens_sigma, numeric::normal(rng))};
}

}  // namespace turnout::mock
