#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "turnout/game/task_types.h"
#include "turnout/outcomes/retry_table.h"

/// Retries as they went, and how well types of task tell them beforehand. docs/theory.md, section 15.
namespace turnout::estimation {

/// Tries of one model after the same failures of one model.
struct Retries {
  std::size_t failed = 0;    ///< the model that failed ...
  std::size_t failures = 1;  ///< ... so many times in a row
  std::size_t model = 0;     ///< that tries next: the same or another one
  double tries = 0;
  double solved = 0;  ///< of them
};

/// What a table says of retries.
struct RetryEvidence {
  std::vector<std::string> models;
  std::vector<double> first_try;  ///< by model, in (0, 1]
  std::vector<Retries> retries;
  bool with_feedback = false;  ///< a try sees what came of the one before
  /// By model, how many first tries the rates are of; 0 where only shares are known.
  std::vector<double> cases = {};
};

/// @returns what reports call these tries: the model, or "model that failed, then model that tries"
std::string name_of(const RetryEvidence& evidence, const Retries& retries);

/// Retries are counted up to so many failures.
inline constexpr std::size_t kMostFailures = 4;

/// @returns the evidence of a table. Of trials of a task, n with s successes, any may have been the
///   first: m of them all fail with probability C(n - s, m) / C(n, m), then the next one succeeds with
///   s / (n - m); tries are sums of these over tasks, m = 1 to kMostFailures. Of pass^k the second
///   tries alone, shares instead of counts. Cost: tasks x models^2.
RetryEvidence evidence_of(const outcomes::RetryTable& table);

/// @returns whether another model than the one that failed makes some of the second tries. Rows are then
///   put together by model; without, each row is a model.
bool has_pairs(const std::vector<outcomes::RetryCounts>& rows);

/// Mean of -log of the probability that was given to what happened, in nats a try.
struct ForecastLoss {
  double same = 0;   ///< where the model that failed tries again
  double other = 0;  ///< where another one does
};

/// How many tries there are of each kind: weights of the means above, and 0 where there is nothing to
/// judge by.
struct ForecastTries {
  double same = 0, other = 0;
};
ForecastTries tries_of(const RetryEvidence& evidence);

/// @returns how well types forecast the retries; probabilities are kept within [1e-6, 1 - 1e-6].
/// @param types  of the evidence's models, for kMostFailures + 1 attempts at least
/// Cost: a sum over the types for each of the retries.
ForecastLoss loss_of_forecast(const game::TaskTypes& types, const RetryEvidence& evidence);

/// @returns the same of any forecast of success: a probability for each of the retries
ForecastLoss loss_of_forecast(const std::function<double(const Retries&)>& forecast,
                              const RetryEvidence& evidence);

}  // namespace turnout::estimation
