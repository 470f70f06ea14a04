#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/estimation/attempt_fit.h"
#include "turnout/estimation/log_statistics.h"
#include "turnout/game/path.h"

/// The paths of a log with models as numbers, and what their counts say of success. docs/theory.md,
/// section 19.
namespace turnout::estimation {

using game::Path;

/// Ends with feedback that a path must have before its success is more than bounded.
inline constexpr std::int64_t kLeastFeedback = 10;
/// Passes that a path must have to count in a fit or a test.
inline constexpr std::int64_t kLeastPasses = 30;

/// What follows from a path's counts: the share of passes that ended its task, and the share of
/// those ends that were solved. Equation (21).
struct EndShares {
  double ends = 0;
  double solved = 0;
  [[nodiscard]] double success() const { return ends * solved; }
};

/// @returns the solved share of ends, given that among ends with feedback, if feedback after
///   leaving is `odds` times as likely as after a success: alpha / (alpha + (1 - alpha) / odds).
///   docs/theory.md, section 19.
/// @param solved  alpha in [0, 1]
/// @param odds    gamma > 0; 1 gives alpha back
double with_odds(double solved, double odds);
/// @returns e and alpha of equation (21) as they were counted; alpha is 1/2 before odds where no
///   feedback is. Needs a pass.
EndShares observed(const Fates& fates, double odds);
/// @returns a draw from the posterior of both shares of equation (21): independent Betas under
///   Jeffreys' prior.
EndShares drawn(const Fates& fates, double odds, base::Rng& rng);
/// @returns whether alpha of equation (21) is told: kLeastFeedback ends with feedback or more.
bool has_feedback(const Fates& fates);

/// @returns the equal-tailed 95 % interval of draws, docs/theory.md, section 19: their 2.5 and 97.5
///   % quantiles, interpolated (Hyndman and Fan 1996, type 7). Needs at least one. Cost: a sort.
std::pair<double, double> interval_of(std::vector<double> draws);

/// The paths of a log, by policy and pooled over policies. Attempts beyond kDeepestPath count for
/// their model's means only.
class PathTable {
 public:
  struct Cell {  ///< a path under one policy
    Fates fates;
    ReturnCounts returns;
    Moments latency, cost;
  };
  explicit PathTable(const LogStatistics& statistics);
  /// The models in the order of their names.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::map<std::string, std::map<Path, Cell>>& cells() const { return cells_; }
  [[nodiscard]] const std::map<Path, Fates>& pooled() const { return pooled_; }
  /// All passes of a model.
  [[nodiscard]] const Moments& latency(std::size_t k) const { return latency_.at(k); }
  [[nodiscard]] const Moments& cost(std::size_t k) const { return cost_.at(k); }

 private:
  [[nodiscard]] std::size_t number_of(const std::string& name) const;
  std::vector<std::string> names_;
  std::map<std::string, std::map<Path, Cell>> cells_;
  std::map<Path, Fates> pooled_;
  std::map<std::size_t, Moments> latency_, cost_;
};

/// @returns the success rates of equation (21) of all paths with kLeastPasses and kLeastFeedback,
///   for fit_attempts().
/// @param odds  as in with_odds()
std::vector<AttemptRate> attempt_rates(const PathTable& table, double odds);

}  // namespace turnout::estimation
