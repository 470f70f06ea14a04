#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/base/result.h"

/// What a failed attempt tells about the task: tasks have a type that nobody sees. docs/theory.md,
/// section 12.
namespace turnout::game {

/// Rasch's model of difficulty with feedback: logit p_k(theta, m) = skill_k - theta + feedback (m -
/// 1), theta ~ N(0, sigma^2). sigma = feedback = 0 are independent attempts.
struct Difficulty {
  double sigma = 0;     ///< spread of the tasks' difficulty, in logits, >= 0
  double feedback = 0;  ///< what each failed attempt adds to the next one's logit
};

/// The success probabilities of every type of task, model and attempt. Immutable.
class TaskTypes {
 public:
  /// One type for each entry of `weights`; success[type][model] on every attempt, in [0, 1].
  static TaskTypes empirical(const std::vector<std::vector<double>>& success,
                             std::vector<double> weights);
  /// Types of equal weight, such as the tasks of a table.
  static TaskTypes empirical(const std::vector<std::vector<double>>& success);
  /// Rasch types for models with the given first-try rates (in (0, 1]) and plans of at most `depth`
  /// attempts. Sums over the types have a relative error below 1e-10 for sigma <= 3 (trapezoidal
  /// rule, which converges exponentially for functions that are analytic near the real line; ~70
  /// types), 1e-6 for sigma <= 10.
  static TaskTypes rasch(std::span<const double> first_try, const Difficulty& difficulty,
                         std::size_t depth);

  [[nodiscard]] std::size_t size() const { return weights_.size(); }
  [[nodiscard]] std::size_t models() const { return models_; }
  [[nodiscard]] std::span<const double> weights() const { return weights_; }
  /// Whether a model's success does not depend on how many attempts were made before, so that
  /// failures commute.
  [[nodiscard]] bool same_on_every_attempt() const { return attempts_ == 1; }
  /// Success probability by type, of model k on the attempt with this number (from 0).
  [[nodiscard]] std::span<const double> success(std::size_t k, std::size_t attempt) const {
    return {success_.data() + ((attempts_ == 1 ? 0 : attempt) * models_ + k) * size(), size()};
  }
  /// @returns the share of all tasks that model k solves on the first attempt.
  [[nodiscard]] double first_try(std::size_t k) const;

 private:
  TaskTypes(std::vector<double> weights, std::size_t models, std::size_t attempts)
      : weights_(std::move(weights)),
        models_(models),
        attempts_(attempts),
        success_(weights_.size() * models * attempts) {}
  double& at(std::size_t attempt, std::size_t k, std::size_t type) {
    return success_[(attempt * models_ + k) * size() + type];
  }
  std::vector<double> weights_;  // sum to 1
  std::size_t models_;
  std::size_t attempts_;  // 1, or the greatest depth
  std::vector<double> success_;
};

/// @returns the skill with which a model solves the share `first_try` of tasks: E[1 / (1 +
///   exp(theta - skill))] = first_try. Infinite for 1. Error: 1e-12 in the share.
double skill_of(double first_try, double sigma);

/// @returns E[1 / (1 + exp(theta - skill))] for theta ~ N(0, sigma^2), with the accuracy of
///   TaskTypes::rasch().
double mean_success(double skill, double sigma);

}  // namespace turnout::game
