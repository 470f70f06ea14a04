#include "turnout/analysis/log_audit_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace turnout::analysis {
namespace {

using estimation::Figure;
using estimation::LogEstimate;
using estimation::ModelEstimate;

/// Shares of successes below this are taken for it, so that quotients stay finite.
constexpr double kLeastShare = 1e-9;

base::Status check(const LogAuditOptions& options) {
  const auto within = [](double x, double low, double high) { return x >= low && x <= high; };
  const auto refuse = [](double x, double low, double high, const char* option) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       fmt::format("{} must be from {} to {}", x, low, high), option};
  };
  if (!within(options.alpha, LogAuditOptions::kLeastAlpha, LogAuditOptions::kMostAlpha)) {
    return refuse(options.alpha, LogAuditOptions::kLeastAlpha, LogAuditOptions::kMostAlpha,
                  "--alpha");
  }
  if (!within(options.lifetime_value.value_or(0), 0, LogAuditOptions::kMostLifetimeValue))
    return refuse(*options.lifetime_value, 0, LogAuditOptions::kMostLifetimeValue, "--ltv");
  return base::Done{};
}

const char* verdict(const ThrottlingEvidence& evidence, const Figure& penalty) {
  if (!evidence.known) return "cannot be told";
  if (penalty.high < evidence.least_cost_low) return "pays";
  return penalty.low > evidence.least_cost_high ? "does not pay" : "cannot be told";
}

ThrottlingEvidence throttling_of(const LogEstimate& e) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  ThrottlingEvidence result{e.churn_penalty.basis != estimation::Basis::kAssumed, "", kNone, kNone,
                            kNone};
  for (const auto& model : e.models) {
    if (model.cost.passes == 0 || model.success.high <= 0) {
      result.known = false;
      continue;
    }
    const auto lower = [](double& least, double cost, double success) {
      least = std::min(least, std::max(0.0, cost) / std::max(success, kLeastShare));
    };
    lower(result.least_cost, model.cost.value, model.success.value);
    lower(result.least_cost_low, model.cost.low, model.success.high);
    lower(result.least_cost_high, model.cost.high, model.success.low);
  }
  result.verdict = verdict(result, e.churn_penalty);
  return result;
}

/// The model with the least of `figure` for each success; the first of equals.
std::optional<Favourite> favourite(const LogEstimate& e, Figure ModelEstimate::*figure,
                                   bool measured_only) {
  std::optional<Favourite> best;
  for (const auto& model : e.models) {
    if (measured_only && (model.*figure).passes == 0) continue;
    const double each = (model.*figure).value / std::max(model.success.value, kLeastShare);
    if (!best || each < best->per_success) best = {model.model, each};
  }
  return best;
}

}  // namespace

base::Result<LogAuditAnswer> log_audit_answer(const std::string& source, LogReading reading,
                                              std::int64_t period_us,
                                              const LogAuditOptions& options,
                                              const base::Cancellation& cancellation) {
  TURNOUT_CHECK(check(options));
  estimation::EstimateOptions how;
  how.lifetime_value = options.lifetime_value;
  how.seed = options.seed;
  TURNOUT_TRY(auto log, estimate_answer(source, std::move(reading), how, cancellation));
  auto speed = estimation::find_speed_changes(log.reading.statistics, period_us, options.alpha,
                                              options.seed, cancellation);
  TURNOUT_CHECK(cancellation.check());
  const auto throttling = throttling_of(log.estimate);
  auto user = favourite(log.estimate, &ModelEstimate::latency, false);
  auto provider = favourite(log.estimate, &ModelEstimate::cost, true);
  return LogAuditAnswer{std::move(log), options.alpha,   std::move(speed),
                        throttling,     std::move(user), std::move(provider)};
}

base::Result<LogAuditAnswer> log_audit_answer(const std::string& source,
                                              const mapping::OpenLog& log,
                                              const estimation::LogSelection& selection,
                                              const LogAuditOptions& options,
                                              const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(auto selected, select_tasks(log, selection, periods_that_show_changes, watch));
  return log_audit_answer(source, {std::move(selected.statistics), log.import, log.taken},
                          selected.selection.period_us, options, watch.cancellation);
}

}  // namespace turnout::analysis
