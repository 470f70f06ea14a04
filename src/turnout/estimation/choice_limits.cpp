#include "turnout/estimation/choice_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "turnout/estimation/world_play.h"
#include "turnout/numeric/normal.h"

namespace turnout::estimation {
namespace {

constexpr std::size_t kDraws = 30;
constexpr std::size_t kSequences = 40;

/// A world with what a lost user costs there.
struct Priced {
  LogWorld world;
  double penalty = 0;
};

/// The coordinate in which a number is shifted: logits of shares, logarithms of amounts.
double coordinate(const Assumption& assumption, const Priced& at) {
  const double x = number_of(assumption, at.world, at.penalty);
  switch (assumption.quantity) {
    case Quantity::kPatience:
    case Quantity::kSuccess: {
      const double share = std::clamp(x, 1e-6, 1 - 1e-6);
      return std::log(share / (1 - share));
    }
    case Quantity::kDifficulty:
      return x;
    default:
      return std::log(std::max(x, 1e-12));
  }
}

Priced shifted(const Assumption& assumption, Priced at, double by) {
  LogWorld& w = at.world;
  switch (assumption.quantity) {
    case Quantity::kPenalty:
      at.penalty *= std::exp(by);
      break;
    case Quantity::kPatience:
      for (double& rho : w.patience) {
        const double share = std::clamp(rho, 1e-6, 1 - 1e-6);
        rho = numeric::logistic(std::log(share / (1 - share)) + by);
      }
      break;
    case Quantity::kValue:
      w.log_value += by;
      break;
    case Quantity::kDifficulty:
      w.sigma = std::max(0.0, w.sigma + by);
      break;
    case Quantity::kSuccess:
      w.skills[assumption.model] += by;
      break;
    case Quantity::kLatency:
      w.latencies[assumption.model] *= std::exp(by);
      break;
    case Quantity::kCost:
      w.costs[assumption.model] *= std::exp(by);
      break;
  }
  return at;
}

/// The least mean cost of a few sequences in a few worlds.
class Few {
 public:
  Few(const LogPosterior& posterior, const PlayedSequences& played,
      const std::vector<double>& penalties, std::size_t chosen)
      : chosen_(played.tried[chosen]) {
    const std::size_t draws = posterior.draws.size();
    const std::size_t kept = std::min(kDraws, draws);
    for (std::size_t i = 0; i < kept; ++i) {
      const std::size_t d = i * draws / kept;
      worlds_.push_back({posterior.draws[d], penalties[d]});
    }
    for (const std::size_t i : promising(played, penalties)) sequences_.push_back(played.tried[i]);
  }

  /// The sequence that costs kWorthChanging less than the chosen one where all worlds are shifted.
  [[nodiscard]] std::optional<Sequence> better(const Assumption& assumption, double by) const {
    std::vector<double> costs(sequences_.size(), 0);
    double chosen = 0;
    for (const Priced& world : worlds_) {
      const Priced there = shifted(assumption, world, by);
      SequencePlayer player(there.world);
      chosen += provider_cost(player.play(chosen_), there.penalty);
      for (std::size_t i = 0; i < sequences_.size(); ++i)
        costs[i] += provider_cost(player.play(sequences_[i]), there.penalty);
    }
    const auto least = std::min_element(costs.begin(), costs.end());
    if (*least >= chosen - kWorthChanging * std::abs(chosen)) return std::nullopt;
    return sequences_[static_cast<std::size_t>(least - costs.begin())];
  }

  [[nodiscard]] double mean(const Assumption& assumption, double by) const {
    double sum = 0;
    for (const Priced& world : worlds_) {
      const Priced there = shifted(assumption, world, by);
      sum += number_of(assumption, there.world, there.penalty);
    }
    return sum / static_cast<double>(worlds_.size());
  }

  [[nodiscard]] double deviation(const Assumption& assumption) const {
    double sum = 0;
    double squares = 0;
    const auto n = static_cast<double>(worlds_.size());
    for (const Priced& world : worlds_) {
      const double x = coordinate(assumption, world);
      sum += x;
      squares += x * x;
    }
    return std::sqrt(std::max(squares / n - sum * sum / (n * n), 1e-12));
  }

 private:
  /// The sequences of one or two models, and then the cheapest by the mean.
  static std::vector<std::size_t> promising(const PlayedSequences& played,
                                            const std::vector<double>& penalties) {
    std::vector<std::pair<double, std::size_t>> ranked;
    for (std::size_t i = 0; i < played.tried.size(); ++i) {
      double cost = 0;
      for (std::size_t d = 0; d < penalties.size(); ++d)
        cost += provider_cost(played.plays[i][d], penalties[d]);
      const bool short_enough = played.tried[i].size() <= 2;
      ranked.emplace_back(short_enough ? -std::numeric_limits<double>::infinity() : cost, i);
    }
    std::sort(ranked.begin(), ranked.end());
    ranked.resize(std::min(ranked.size(), kSequences));
    std::vector<std::size_t> kept;
    for (const auto& one : ranked) kept.push_back(one.second);
    std::sort(kept.begin(), kept.end());
    return kept;
  }

  std::vector<Priced> worlds_;
  std::vector<Sequence> sequences_;
  Sequence chosen_;
};

/// The nearest shift in one direction at which another sequence is better.
std::optional<double> nearest_flip(const Few& few, const Assumption& assumption, double range) {
  constexpr int kSteps = 12;
  constexpr int kHalvings = 7;
  double before = 0;
  for (int i = 1; i <= kSteps; ++i) {
    const double part = static_cast<double>(i) / kSteps;
    double here = range * part * part;  // small steps first
    if (!few.better(assumption, here)) {
      before = here;
      continue;
    }
    for (int h = 0; h < kHalvings; ++h) {
      const double middle = std::midpoint(before, here);
      (few.better(assumption, middle) ? here : before) = middle;
    }
    return here;
  }
  return std::nullopt;
}

ChoiceLimit limit_of(const Few& few, const Assumption& assumption) {
  ChoiceLimit limit{
      assumption, few.mean(assumption, 0), {}, {}, std::numeric_limits<double>::infinity()};
  const double range = 3;
  for (const double direction : {range, -range}) {
    const auto flip = nearest_flip(few, assumption, direction);
    if (!flip) continue;
    const double deviations = std::abs(*flip) / few.deviation(assumption);
    if (deviations >= limit.deviations) continue;
    limit.deviations = deviations;
    limit.flips_at = few.mean(assumption, *flip);
    limit.then = *few.better(assumption, *flip);
  }
  return limit;
}

}  // namespace

std::vector<Assumption> assumptions_of(std::size_t models) {
  std::vector<Assumption> all = {{Quantity::kPenalty, 0},
                                 {Quantity::kPatience, 0},
                                 {Quantity::kValue, 0},
                                 {Quantity::kDifficulty, 0}};
  for (const Quantity quantity : {Quantity::kSuccess, Quantity::kLatency, Quantity::kCost})
    for (std::size_t k = 0; k < models; ++k) all.push_back({quantity, k});
  return all;
}

double number_of(const Assumption& assumption, const LogWorld& world, double penalty) {
  switch (assumption.quantity) {
    case Quantity::kPenalty:
      return penalty;
    case Quantity::kPatience:
      return std::accumulate(world.patience.begin(), world.patience.end(), 0.0) /
             static_cast<double>(world.patience.size());
    case Quantity::kValue:
      return std::exp(world.log_value);
    case Quantity::kDifficulty:
      return world.sigma;
    case Quantity::kSuccess:
      return first_try(world, assumption.model);
    case Quantity::kLatency:
      return world.latencies[assumption.model];
    case Quantity::kCost:
      return world.costs[assumption.model];
  }
  return 0;
}

std::vector<ChoiceLimit> choice_limits(const LogPosterior& posterior, const PlayedSequences& played,
                                       const std::vector<double>& penalties, std::size_t chosen,
                                       const base::Cancellation& cancellation) {
  const Few few(posterior, played, penalties, chosen);
  std::vector<ChoiceLimit> limits;
  for (const Assumption& assumption : assumptions_of(posterior.models())) {
    if (cancellation.requested()) break;
    limits.push_back(limit_of(few, assumption));
  }
  std::stable_sort(limits.begin(), limits.end(), [](const ChoiceLimit& a, const ChoiceLimit& b) {
    return a.deviations < b.deviations;
  });
  return limits;
}

}  // namespace turnout::estimation
