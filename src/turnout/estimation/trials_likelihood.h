#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "turnout/outcomes/retry_counts.h"

namespace turnout::estimation {

/// The likelihood of trials of several models on the same tasks, in Rasch's model with an effect of
/// task and model together (game/task_types.h). docs/theory.md, section 15. Immutable.
class TrialsLikelihood {
 public:
  /// @param counts  whole numbers of trials and successes
  explicit TrialsLikelihood(const outcomes::TrialCounts& counts);

  /// @returns the log likelihood: the sum over tasks of log E_theta prod_k E_phi p_k^s (1 - p_k)^(n -
  ///   s), skills such that each model's mean success is its rate. Error: below 1e-6 (trapezoidal
  ///   rules with steps of half the narrowest peak's width).
  /// @param sigma, tau  >= 0, in logits
  /// Cost: models x nodes of theta x nodes of phi, and tasks x models x nodes of theta: some 10 ms
  /// for 1,000 tasks of seven models.
  [[nodiscard]] double operator()(double sigma, double tau) const;

  /// Success rates by model, within [1e-9, 1].
  [[nodiscard]] const std::vector<double>& rates() const { return rates_; }
  /// Whether some model was tried more than once on a task, and whether some task was tried by more than
  /// one: sigma and tau are told apart if both hold.
  [[nodiscard]] bool has_second_trials() const { return most_trials_ > 1; }
  [[nodiscard]] bool has_second_models() const { return second_models_; }

 private:
  /// Distinct (trials, successes) of a model.
  using Results = std::vector<std::pair<std::size_t, std::size_t>>;
  [[nodiscard]] std::vector<std::vector<double>> logs_of_results(
      std::size_t k, const std::vector<double>& difficulties, double sigma, double tau) const;

  std::vector<double> rates_;
  std::vector<Results> results_;                 ///< by model
  std::vector<std::vector<std::size_t>> tasks_;  ///< [task][model]: which of the results
  double most_trials_ = 0;                       ///< of a model on a task
  double most_of_task_ = 0;                      ///< of all models on a task
  bool second_models_ = false;
};

}  // namespace turnout::estimation
