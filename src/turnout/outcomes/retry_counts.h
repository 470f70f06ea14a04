#pragma once

#include <string>
#include <vector>

/// What models did on tasks, as tables say it.
namespace turnout::outcomes {

/// First tries of a model, and second tries made after a failed first one.
struct RetryCounts {
  std::string model;
  double cases = 0;               ///< first tries
  double solved_first = 0;        ///< of them
  double solved_by_second = 0;    ///< solved by the first or the second try
  std::string second_model = {};  ///< that made the second tries; empty: the same one

  [[nodiscard]] bool by_another() const { return !second_model.empty() && second_model != model; }
};

/// For a model the probabilities that 1, 2, 3, ... independent tries all succeed.
struct PassPowers {
  std::string model;
  std::vector<double> all_succeed;  ///< pass^1, pass^2, ..., in [0, 1]
};

/// Trials and successes by task and model; no feedback between trials.
struct TrialCounts {
  std::vector<std::string> models;
  std::vector<std::vector<double>> trials;     ///< [task][model]
  std::vector<std::vector<double>> successes;  ///< [task][model]
};

}  // namespace turnout::outcomes
