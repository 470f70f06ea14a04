#include "turnout/game/task_types.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "turnout/game/own_failures.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::game {
namespace {

using numeric::logistic;
using numeric::logistic_nodes;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Rows by which of the attempts made a model made, a bit each: those after m attempts follow those
/// after m - 1.
std::size_t row_of(std::size_t made, std::size_t own) { return (std::size_t{1} << made) - 1 + own; }

/// The skills that models have by the share that they solve at first, for one spread of difficulty.
class Skills {
 public:
  explicit Skills(double sigma) : sigma_(sigma) {
    constexpr double kFar = 600;  // no product of two such powers is 0 times infinity
    for (const auto& [x, weight] : logistic_nodes(sigma)) {
      weight_.push_back(weight);
      odds_.push_back(std::exp(std::clamp(sigma * x, -kFar, kFar)));
    }
    while (weight_.size() % kLanes != 0) {
      weight_.push_back(0);
      odds_.push_back(1);
    }
  }

  /// @returns skill_of(first_try, sigma): Newton's method on the logit of the mean, which is nearly
  ///   linear in the skill; bisection where a step leaves the bracket.
  [[nodiscard]] double of(double first_try) const {
    if (first_try >= 1) return kInfinity;
    const double plain = std::log(first_try) - std::log1p(-first_try);
    if (sigma_ == 0) return plain;
    double low = -kInfinity;
    double high = kInfinity;
    double skill = plain * std::sqrt(1 + sigma_ * sigma_ / 3);
    constexpr int kSteps = 200;
    for (int step = 0; step < kSteps; ++step) {
      const auto [mean, slope] = mean_at(skill);
      (mean < first_try ? low : high) = skill;
      const double off = std::log(mean) - std::log1p(-mean) - plain;
      double next = skill - off * mean * (1 - mean) / slope;
      if (!(next > low && next < high))
        next = std::isinf(low) || std::isinf(high) ? skill - off : low + (high - low) / 2;
      if (std::abs(next - skill) <= 4e-16 * std::max(1.0, std::abs(skill))) return next;
      skill = next;
    }
    return skill;
  }

 private:
  static constexpr std::size_t kLanes = 4;  // sums at once, so that they do not wait for each other

  struct Mean {
    double mean, slope;
  };
  [[nodiscard]] Mean mean_at(double skill) const {
    const double odds = std::exp(-skill);
    std::array<double, kLanes> mean{};
    std::array<double, kLanes> slope{};
    for (std::size_t i = 0; i < weight_.size(); i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double p = 1 / (1 + odds * odds_[i + lane]);
        mean[lane] += weight_[i + lane] * p;
        slope[lane] += weight_[i + lane] * p * (1 - p);
      }
    }
    return {(mean[0] + mean[1]) + (mean[2] + mean[3]),
            (slope[0] + slope[1]) + (slope[2] + slope[3])};
  }

  double sigma_;
  std::vector<double> weight_;
  std::vector<double> odds_;  ///< exp(sigma x)
};

}  // namespace

double mean_success(double skill, double sigma) {
  double mean = 0;
  for (const auto& [x, weight] : logistic_nodes(sigma))
    mean += weight * logistic(skill - sigma * x);
  return mean;
}

double skill_of(double first_try, double sigma) { return Skills(sigma).of(first_try); }

TaskTypes::TaskTypes(std::vector<double> weights, std::size_t models, Memory memory,
                     std::size_t depth)
    : weights_(std::move(weights)), models_(models), memory_(memory) {
  const std::size_t rows = memory == Memory::kNone          ? 1
                           : memory == Memory::kOwnAttempts ? (std::size_t{1} << depth) - 1
                                                            : depth;
  success_.resize(weights_.size() * models * rows);
}

std::size_t TaskTypes::row_after(std::span<const std::size_t> before, std::size_t k) const {
  switch (memory_) {
    case Memory::kNone:
      return 0;
    case Memory::kAttempts:
      return before.size();
    case Memory::kOwnCount:
      return static_cast<std::size_t>(std::count(before.begin(), before.end(), k));
    case Memory::kOwnAttempts:
      break;
  }
  std::size_t own = 0;
  for (std::size_t j = 0; j < before.size(); ++j) own |= std::size_t{before[j] == k} << j;
  return row_of(before.size(), own);
}

TaskTypes::Ends TaskTypes::success_ends(std::size_t k, std::size_t made) const {
  switch (memory_) {
    case Memory::kNone:
      return {row(0, k), row(0, k)};
    case Memory::kAttempts:
      return {row(made, k), row(made, k)};
    case Memory::kOwnCount:
      return {row(0, k), row(made, k)};
    case Memory::kOwnAttempts:
      break;
  }
  return {row(row_of(made, 0), k), row(row_of(made, (std::size_t{1} << made) - 1), k)};
}

TaskTypes TaskTypes::empirical(const std::vector<std::vector<double>>& success,
                               std::vector<double> weights) {
  TaskTypes types(std::move(weights), success.empty() ? 0 : success.front().size(), Memory::kNone,
                  1);
  for (std::size_t type = 0; type < success.size(); ++type) {
    for (std::size_t k = 0; k < types.models_; ++k) types.row(0, k)[type] = success[type][k];
  }
  return types;
}

TaskTypes TaskTypes::empirical(const std::vector<std::vector<double>>& success) {
  return empirical(success,
                   std::vector<double>(success.size(), 1 / static_cast<double>(success.size())));
}

std::size_t TaskTypes::deepest(std::size_t models, const Difficulty& difficulty, std::size_t rows) {
  constexpr std::size_t kDeepest = 64;
  if (difficulty.tau == 0 || difficulty.feedback == 0) return kDeepest;
  std::size_t depth = 1;
  while (models << (depth + 1) <= rows) ++depth;
  return depth;
}

/// What a model's own failures tell about its effect on the task, for each difficulty.
class TaskTypes::Effects {
 public:
  /// @param chances  a row for each attempt: success by effect, for each type
  Effects(std::vector<std::vector<double>> chances,
          const std::vector<numeric::WeightedNode>& effects, const Rejections& rejected)
      : chances_(std::move(chances)), effects_(effects.size()), rejected_(rejected) {
    for (std::size_t i = 0; i < chances_.front().size(); ++i)
      prior_.push_back(effects[i % effects_].weight);
  }
  /// The weights of the effects, for each type.
  using Belief = std::vector<double>;
  [[nodiscard]] const Belief& prior() const { return prior_; }

  [[nodiscard]] double success(const Belief& belief, std::size_t attempt, std::size_t type) const {
    const double* weight = belief.data() + type * effects_;
    const double* chance = chances_[attempt].data() + type * effects_;
    return std::min(1.0, std::inner_product(weight, weight + effects_, chance, 0.0));
  }

  /// @returns what is believed once the attempt's answer was rejected. Where that cannot happen,
  ///   what was believed before.
  [[nodiscard]] Belief after_rejection(Belief belief, std::size_t attempt) const {
    for (std::size_t from = 0; from < belief.size(); from += effects_) {
      double total = 0;
      for (std::size_t i = from; i < from + effects_; ++i)
        total += belief[i] * rejection(attempt, i);
      if (total <= 0) continue;
      for (std::size_t i = from; i < from + effects_; ++i)
        belief[i] *= rejection(attempt, i) / total;
    }
    return belief;
  }

 private:
  [[nodiscard]] double rejection(std::size_t attempt, std::size_t i) const {
    const double right = chances_[attempt][i];
    return rejected_.right * right + rejected_.wrong * (1 - right);
  }

  std::vector<std::vector<double>> chances_;
  std::size_t effects_;
  Rejections rejected_;
  Belief prior_;
};

/// @param success  by type and number of the model's attempts
void TaskTypes::fill_by_count(std::span<const double> success, std::size_t k) {
  const std::size_t depth = rows();
  for (std::size_t own = 0; own < depth; ++own) {
    for (std::size_t type = 0; type < size(); ++type)
      row(own, k)[type] = success[type * depth + own];
  }
}

void TaskTypes::fill_by_attempts(const Effects& effects, const std::vector<double>& belief,
                                 const OwnAttempts& own, std::size_t depth) {
  for (std::size_t type = 0; type < size(); ++type)
    row(row_of(own.made, own.set), own.model)[type] = effects.success(belief, own.made, type);
  if (own.made + 1 == depth) return;
  fill_by_attempts(effects, belief, {own.model, own.made + 1, own.set}, depth);
  fill_by_attempts(effects, effects.after_rejection(belief, own.made),
                   {own.model, own.made + 1, own.set | std::size_t{1} << own.made}, depth);
}

void TaskTypes::fill(std::size_t k, double skill, const Difficulty& difficulty, std::size_t depth,
                     const Rejections& rejected, std::span<const OwnFailureTable> tables) {
  const auto [sigma, feedback, tau] = difficulty;
  const auto nodes = logistic_nodes(sigma);
  if (memory_ == Memory::kOwnCount) {
    std::vector<double> logits;
    for (const auto& node : nodes) logits.push_back(skill - sigma * node.x);
    const auto fits = [&, tau = tau](const OwnFailureTable& table) {
      return table.fits(tau, rejected, depth, logits);
    };
    const auto table = std::find_if(tables.begin(), tables.end(), fits);
    return fill_by_count(table != tables.end()
                             ? table->at(logits)
                             : success_after_own_failures(logits, tau, rejected, depth),
                         k);
  }
  const auto effects = logistic_nodes(tau);
  std::vector<std::vector<double>> chances(feedback == 0 ? 1 : depth);
  for (std::size_t m = 0; m < chances.size(); ++m) {
    for (const auto& node : nodes) {
      for (const auto& effect : effects)
        chances[m].push_back(
            logistic(skill - sigma * node.x + tau * effect.x + feedback * static_cast<double>(m)));
    }
  }
  if (memory_ == Memory::kOwnAttempts) {
    const Effects of_model(std::move(chances), effects, rejected);
    return fill_by_attempts(of_model, of_model.prior(), {k, 0, 0}, depth);
  }
  for (std::size_t m = 0; m < chances.size(); ++m)
    std::copy(chances[m].begin(), chances[m].end(), row(m, k).begin());
}

TaskTypes TaskTypes::rasch(std::span<const double> first_try, const Difficulty& difficulty,
                           std::size_t depth, std::span<const Rejections> rejections,
                           std::span<const OwnFailureTable> tables) {
  const auto [sigma, feedback, tau] = difficulty;
  std::vector<double> weights;
  for (const auto& node : logistic_nodes(sigma)) weights.push_back(node.weight);
  const Memory memory = tau > 0 ? (feedback == 0 ? Memory::kOwnCount : Memory::kOwnAttempts)
                                : (feedback == 0 ? Memory::kNone : Memory::kAttempts);
  depth = std::max<std::size_t>(depth, 1);
  TaskTypes types(std::move(weights), first_try.size(), memory, depth);
  const Skills skills(difficulty.spread());
  for (std::size_t k = 0; k < first_try.size(); ++k) {
    const double skill = skills.of(first_try[k]);
    if (tau > 0 && std::isinf(skill)) {  // never fails, whatever suits it
      for (std::size_t at = 0; at < types.rows(); ++at) {
        const auto all = types.row(at, k);
        std::fill(all.begin(), all.end(), 1);
      }
      continue;
    }
    types.fill(k, skill, difficulty, depth, rejections.empty() ? Rejections{} : rejections[k],
               tables);
    // Without any spread the first-try rate is passed on as it is.
    if (difficulty.spread() == 0) types.row(0, k)[0] = first_try[k];
  }
  return types;
}

double TaskTypes::success_after(std::span<const std::size_t> before, std::size_t k) const {
  std::vector<double> open = weights_;
  for (std::size_t j = 0; j < before.size(); ++j) {
    const auto solved = success(before[j], before.first(j));
    for (std::size_t type = 0; type < size(); ++type) open[type] *= 1 - solved[type];
  }
  const double left = std::accumulate(open.begin(), open.end(), 0.0);
  if (left <= 0) return 0;
  const auto solved = success(k, before);
  return std::inner_product(open.begin(), open.end(), solved.begin(), 0.0) / left;
}

}  // namespace turnout::game
