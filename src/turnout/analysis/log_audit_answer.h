#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/estimate_answer.h"
#include "turnout/estimation/speed_change.h"

namespace turnout::analysis {

struct LogAuditOptions {
  static constexpr double kLeastAlpha = 0.001;
  static constexpr double kMostAlpha = 0.5;
  static constexpr double kMostLifetimeValue = 1e9;
  /// Dollars that a customer is worth; without it P is not known.
  std::optional<double> lifetime_value;
  static constexpr double kMostLeast = 10;
  double alpha = 0.05;     ///< probability of reporting any change of speed where there is none
  double least = 0.05;     ///< changes of latency by a smaller share are not reported
  std::uint64_t seed = 1;  ///< of intervals and bootstraps
};

/// Whether it would pay to slow models down: P against the least c/p of the models; with several
/// models any one will do. docs/theory.md, section 6.
struct ThrottlingEvidence {
  bool known = false;  ///< costs and successes of every model and P are in the log
  const char* verdict = "cannot be told";  ///< or "pays" or "does not pay"
  /// min c/p over the models that have costs, with the ends of its interval; infinite if none has.
  double least_cost = 0, least_cost_low = 0, least_cost_high = 0;
};

/// What a side would start with: the model whose interval is below those of all others.
struct Favourite {
  std::string model;
  numeric::Interval per_success;  ///< seconds, or dollars, for each solved task
};

/// Is my provider slowing me down, would it pay, and whose route is it? From a log. docs/theory.md,
/// section 23.
struct LogAuditAnswer {
  EstimateAnswer log;
  double alpha = 0.05;
  double least = 0.05;
  std::int64_t period_us = 0;                  ///< how time was cut
  std::vector<estimation::SpeedSeries> speed;  ///< a series for each model
  /// Whether the log says of every model how often it succeeds: without that neither favourite.
  bool outcomes = false;
  ThrottlingEvidence throttling;
  std::optional<Favourite> user;  ///< least t/p: the least waiting of a patient user; of two models
  std::optional<Favourite> provider;  ///< least c/p; nothing if the log has no costs
};

/// The audit of a log that has been read.
/// @param source  its name, without a password
/// @param speed  the same log's passes
/// @returns the same for the same seed; kInvalidValue for options out of range; errors of
///   estimation::estimate(); kCancelled. Cost: estimation::find_speed_changes().
base::Result<LogAuditAnswer> log_audit_answer(const std::string& source, LogReading reading,
                                              const estimation::SpeedLog& speed,
                                              const LogAuditOptions& options,
                                              const base::Cancellation& cancellation = {});

/// The same of a log that is open.
/// @param watch  its steps are passes read
/// @returns the same errors, and those of select_tasks(). Cost: reading the log twice besides; of a
///   server too, whose statistics do not hold what the search for a change needs.
base::Result<LogAuditAnswer> log_audit_answer(const std::string& source,
                                              const mapping::OpenLog& log,
                                              const estimation::LogSelection& selection,
                                              const LogAuditOptions& options,
                                              const base::Watch& watch = {});

}  // namespace turnout::analysis
