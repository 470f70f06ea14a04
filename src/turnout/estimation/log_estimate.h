#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/estimation/log_statistics.h"
#include "turnout/numeric/interval.h"

/// From the statistics of a log to the numbers of the game, each with what is known of it.
/// docs/theory.md, section 19.
namespace turnout::estimation {

enum class Basis {
  kIdentified,  ///< the log tells it: value and 95 % interval
  /// the log tells a range only: value is its middle, the range has sampling error added
  kBounded,
  kAssumed,  ///< the log does not tell it
};

/// A number of the game with its interval, and what both rest on.
struct Figure : numeric::Interval {
  Basis basis = Basis::kAssumed;
  std::int64_t passes = 0;  ///< behind it
};

struct ModelEstimate {
  std::string model;
  Figure success;  ///< p of a first attempt
  Figure latency;  ///< mean seconds, all attempts
  /// 50, 90 and 99 %, within 2.2 %: what a mean says little of where tails are heavy
  std::array<numeric::Interval, 3> latency_quantiles{};
  Figure cost;             ///< mean dollars
  Figure reprompts;        ///< share of first attempts that were re-prompted
  Figure silent;           ///< share of first attempts that ended in silence
  Figure leaves;           ///< q, share of failed first attempts after which the user left
  double user_effect = 1;  ///< how much less certain these shares are, users' tasks being alike
};

struct SwitchEstimate {
  std::size_t from = 0, to = 0;
  Figure cost,
      latency;  ///< what a pass on `to` takes more after one on `from` than after one on itself
};

/// A test of what the paper assumes.
struct AssumptionTest {
  std::string what;  ///< "success of retries is that of first attempts" and the like
  double chi_square = 0, degrees = 0;
  double p_value = 1;
  bool rejected = false;  ///< at 5 %, over all tests of its kind
};

struct LogEstimate {
  std::vector<ModelEstimate> models;
  std::optional<Figure> sigma, feedback;  ///< nothing: the log has no later attempts with feedback
  std::optional<Figure> tau;              ///< nothing: the log does not tell it from 0
  std::optional<AssumptionTest> independence;
  Figure value;        ///< median V in seconds of waiting
  Figure value_sigma;  ///< of ln V
  Figure patience;
  Figure
      /// probability of leaving for good after an unsolved task, beyond that after a solved one
      extra_leaving;
  Figure churn_penalty;  ///< that times the lifetime value
  std::vector<SwitchEstimate> switching;
  std::vector<AssumptionTest> stationarity;
  std::vector<std::string> notes;  ///< what was assumed or could not be told, in words
};

struct EstimateOptions {
  std::optional<double> lifetime_value;  ///< dollars; without it P is assumed to be 0
  /// Feedback after leaving may be this many times as likely, or as unlikely, as after a success: 1
  /// is missing at random.
  double feedback_odds = 1;
  std::uint64_t seed = 1;
  int draws = 1000;  ///< of the posterior, for the intervals
};

/// @returns kInvalidValue if there is no first attempt to learn from.
/// Intervals are equal-tailed from the Beta posteriors (Jeffreys' prior) of the shares that the
/// statistics count, so that they hold for products and ratios of shares too; the counts of first
/// attempts are divided by what users' resemblance makes them worth (user_spread.h). Deterministic for
/// a seed.
base::Result<LogEstimate> estimate(const LogStatistics& statistics, const EstimateOptions& options);

}  // namespace turnout::estimation
