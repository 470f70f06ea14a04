#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "turnout/estimation/path_table.h"

/// What a log's users and models may be like, all numbers at once: how likely the log is in such a
/// world, and what a policy comes to there. docs/theory.md, section 25.
namespace turnout::estimation {

/// All numbers that decide what a policy costs. Models as PathTable numbers them.
struct LogWorld {
  std::vector<double> skills;     ///< logits: a first attempt succeeds with logistic(skill - theta)
  double sigma = 0;               ///< theta ~ N(0, sigma^2) over the tasks
  double feedback = 0;            ///< what each failure adds to the next attempt's logit
  std::vector<double> patience;   ///< rho, by the model that failed
  double log_value = 0;           ///< mean of ln V over the users, V in seconds of waiting
  double value_sigma = 0.02;      ///< of ln V, > 0
  double leaves_solved = 0;       ///< never comes back after a solved task
  double leaves_unsolved = 0;     ///< the same after an unsolved one
  std::vector<double> latencies;  ///< mean seconds of a pass
  std::vector<double> costs;      ///< mean dollars of a pass
  /// P for a customer of this lifetime value, >= 0.
  [[nodiscard]] double churn_penalty(double lifetime_value) const;
};

/// @returns the share of all tasks that model k solves on the first attempt. docs/theory.md, section 12.
double first_try(const LogWorld& world, std::size_t k);

/// What a task comes to, in expectation, under users' best responses. J = cost + P (1 - success).
struct WorldPayoffs {
  double cost = 0, success = 0, latency = 0;
};

/// Attempts at a task that are followed.
inline constexpr std::size_t kMostFollowed = 24;

/// Plays sequences in one world; the logistics are shared. The world must outlive it.
class SequencePlayer {
 public:
  explicit SequencePlayer(const LogWorld& world);
  /// @returns what the sequence comes to whose last model repeats: users know it and the number of the
  ///   attempt, and go on while that is worth their wait. docs/theory.md, sections 12 and 25. Attempts
  ///   beyond kMostFollowed are not made. Error: that of some 25 nodes of difficulty, below 1e-6 for
  ///   sigma <= 3. Cost: kMostFollowed x nodes x models, some 3 us.
  [[nodiscard]] WorldPayoffs play(const std::vector<std::size_t>& sequence) const;

 private:
  const LogWorld& world_;
  std::vector<double> success_;  // [attempt][model][node]
};

/// How likely a log's counts are. The counts of paths are those of PathTable; behind kDeepestPath
/// only which models served is known.
class LogModel {
 public:
  /// @param statistics  with a first attempt
  explicit LogModel(const LogStatistics& statistics);

  [[nodiscard]] const PathTable& table() const;
  [[nodiscard]] const std::vector<std::string>& names() const { return table().names(); }

  /// @returns ln of the probability of the log's counts in this world, up to a constant: of how the
  ///   passes of each path ended, and of who never came back. Equations (34) and (35). Cost: a
  ///   logistic for each attempt, model and node, and a product for each path and node: some 30 us.
  [[nodiscard]] double log_likelihood(const LogWorld& world) const;

  /// @returns what the log's own policies come to there, over all their tasks: models are drawn for
  ///   each attempt as often as in the log.
  [[nodiscard]] WorldPayoffs today(const LogWorld& world) const;

  /// @returns how often models served attempts 1, 2, ..., kDeepestPath + 1 and later ones: by attempt
  ///   and model, each attempt's sum is 1; attempts that nobody made are left out.
  [[nodiscard]] std::vector<std::vector<double>> shares() const;

  /// @returns the least and the greatest wait per success that users faced: outside of these bars V
  ///   is not told. Nothing without re-prompts.
  [[nodiscard]] std::optional<std::pair<double, double>> bars(const LogWorld& world) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace turnout::estimation
