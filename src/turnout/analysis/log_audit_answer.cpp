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
  if (!within(options.least, 0, LogAuditOptions::kMostLeast))
    return refuse(options.least, 0, LogAuditOptions::kMostLeast, "--least");
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
    if (model.success.basis != estimation::Basis::kIdentified) result.known = false;
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

/// The model with the least of `figure` for each success, if its interval is below all others'.
std::optional<Favourite> favourite(const LogEstimate& e, Figure ModelEstimate::*figure) {
  std::vector<Favourite> all;
  for (const auto& model : e.models) {
    const Figure& each = model.*figure;
    if (each.passes == 0) return std::nullopt;
    const auto quotient = [](double amount, double success) {
      return std::max(0.0, amount) / std::max(success, kLeastShare);
    };
    all.push_back(
        {model.model,
         {quotient(each.value, model.success.value), quotient(each.low, model.success.high),
          quotient(each.high, model.success.low)}});
  }
  if (all.size() < 2) return std::nullopt;
  std::sort(all.begin(), all.end(), [](const Favourite& a, const Favourite& b) {
    return a.per_success.value < b.per_success.value;
  });
  const bool alone = std::all_of(all.begin() + 1, all.end(), [&](const Favourite& other) {
    return all.front().per_success.high < other.per_success.low;
  });
  return alone ? std::optional(all.front()) : std::nullopt;
}

bool outcomes_of(const LogEstimate& e) {
  return std::all_of(e.models.begin(), e.models.end(), [](const ModelEstimate& model) {
    return model.success.basis == estimation::Basis::kIdentified;
  });
}

/// The passes of the selected tasks.
base::Result<estimation::SpeedLog> read_speed(store::PassStore& store,
                                              const estimation::LogSelection& selection,
                                              const base::Watch& watch) {
  estimation::SpeedLog log;
  estimation::TaskSelector selected(selection);
  TURNOUT_CHECK(store.for_each([&](const traffic::Pass& pass) {
    if (selected.takes(pass)) log.add(pass);
    return !watch.cancellation.requested();
  }));
  TURNOUT_CHECK(watch.cancellation.check());
  return log;
}

}  // namespace

base::Result<LogAuditAnswer> log_audit_answer(const std::string& source, LogReading reading,
                                              const estimation::SpeedLog& speed,
                                              const LogAuditOptions& options,
                                              const base::Cancellation& cancellation) {
  TURNOUT_CHECK(check(options));
  estimation::EstimateOptions how;
  how.lifetime_value = options.lifetime_value;
  how.seed = options.seed;
  LogAuditAnswer answer;
  TURNOUT_TRY(answer.log, estimate_answer(source, std::move(reading), how, cancellation));
  answer.alpha = options.alpha;
  answer.least = options.least;
  answer.period_us = estimation::periods_of(speed).length_us;
  answer.speed = estimation::find_speed_changes(speed, {options.alpha, options.least, options.seed},
                                                cancellation);
  TURNOUT_CHECK(cancellation.check());
  const LogEstimate& estimate = answer.log.estimate;
  answer.throttling = throttling_of(estimate);
  answer.outcomes = outcomes_of(estimate);
  if (!answer.outcomes) return answer;
  answer.user = favourite(estimate, &ModelEstimate::latency);
  answer.provider = favourite(estimate, &ModelEstimate::cost);
  return answer;
}

base::Result<LogAuditAnswer> log_audit_answer(const std::string& source,
                                              const mapping::OpenLog& log,
                                              const estimation::LogSelection& selection,
                                              const LogAuditOptions& options,
                                              const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(auto selected, select_tasks(log, selection, periods_that_show_changes, watch));
  TURNOUT_TRY(const auto speed, read_speed(*log.store, selected.selection, watch));
  return log_audit_answer(source, {std::move(selected.statistics), log.import, log.taken}, speed,
                          options, watch.cancellation);
}

}  // namespace turnout::analysis
