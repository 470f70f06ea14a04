#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/estimation/log_world.h"

/// Tasks followed attempt by attempt in a world, by nodes of difficulty: what the payoffs of a
/// policy and the likelihood of a log are sums of. docs/theory.md, section 25.
namespace turnout::estimation {

/// Attempts at a task that are followed, at most: until fewer than kFewOpen of all tasks are open.
inline constexpr std::size_t kMostFollowed = 100;
inline constexpr double kFewOpen = 1e-5;

/// The success of every model on every attempt, by node of difficulty: one node where tasks are
/// alike, else some 25.
class SuccessTable {
 public:
  /// The world must outlive it. Cost: an exponential for each node.
  explicit SuccessTable(const LogWorld& world);
  /// By node; attempt from 0. Good until it is asked of a later attempt. Cost: what an attempt
  /// asked for the first time takes, an exponential for each model and a division for each node
  /// besides.
  const double* at(std::size_t attempt, std::size_t k);
  /// All tasks, as shares by node; in number a multiple of four, or one.
  [[nodiscard]] const std::vector<double>& all_tasks() const { return *weights_; }

 private:
  const LogWorld& world_;
  const std::vector<double>* weights_;
  std::vector<double> harder_;  // by node: what its difficulty multiplies the odds of failing by
  std::vector<double> success_;
};

/// An attempt of a policy whose users never leave of their own will, per task submitted.
struct AttemptRow {
  double open = 0, solved = 0, wait = 0, cost = 0;
};

/// Makes one attempt on `open` tasks, by node, with a model that serves the share `drawn` of them.
/// Adds to the row what it makes and solves, and to `still` those who may go on, both as many as
/// the nodes of a SuccessTable.
void make_attempt(std::span<const double> open, double drawn, const double* success,
                  double patience, AttemptRow& row, std::span<double> still);

/// Users whom the wait keeps: by the number of failures the share of all who go on then, if they
/// are still there. They go on if some horizon's waiting is worth its success. Cost: O(rows).
class Keeping {
 public:
  Keeping(const std::vector<AttemptRow>& rows, const LogWorld& world);
  /// Of all users, who would make attempt m + 1 (0: all).
  [[nodiscard]] double at(std::size_t m) const { return kept_[m]; }
  /// Of those who would make attempt m, who make the next one. m >= 1
  [[nodiscard]] double after(std::size_t m) const;
  /// By failure, the least waiting per success that a user's V must exceed for him to go on.
  [[nodiscard]] const std::vector<double>& bars() const { return bars_; }

 private:
  std::vector<double> kept_;
  std::vector<double> bars_;
};

/// @returns what the attempts come to of users who leave where the wait is not worth it.
WorldPayoffs sum_of(const std::vector<AttemptRow>& rows, const LogWorld& world);

/// Plays sequences in one world; the logistics are shared. The world must outlive it.
class SequencePlayer {
 public:
  explicit SequencePlayer(const LogWorld& world);
  /// @returns what the sequence comes to whose last model repeats: users know it and the number of
  ///   the attempt, and go on while that is worth their wait. docs/theory.md, sections 12 and 25.
  ///   Attempts beyond kMostFollowed are not made. Error: that of some 25 nodes of difficulty,
  ///   below 1e-6 for sigma <= 3. Cost: attempts x nodes, some 2 us.
  [[nodiscard]] WorldPayoffs play(const std::vector<std::size_t>& sequence);

 private:
  const LogWorld& world_;
  SuccessTable success_;
};

}  // namespace turnout::estimation
