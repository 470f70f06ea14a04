#include "turnout/estimation/task_counter.h"

#include <cmath>

#include "turnout/base/hash.h"

namespace turnout::estimation {

using traffic::Ending;
using traffic::Outcome;
using traffic::Pass;

TaskCounter::Fate TaskCounter::fate_of(const Row& row, bool has_next) {
  if (has_next || row.ending == Ending::kReprompted) return &Fates::reprompted;
  if (row.outcome == Outcome::kSuccess || row.ending == Ending::kResolved) return &Fates::solved;
  if (row.outcome == Outcome::kFailure || row.ending == Ending::kAbandoned)
    return &Fates::abandoned;
  return &Fates::silent;
}

TaskEnd TaskCounter::end_of(Fate fate) {
  if (fate == &Fates::solved) return TaskEnd::kSolved;
  return fate == &Fates::abandoned ? TaskEnd::kAbandoned : TaskEnd::kSilent;
}

void TaskCounter::begin(const Pass& first, LogSummary& sums, std::int64_t period_us) {
  finish();
  sums_ = &sums;
  period_us_ = period_us;
  user_before_ = first.user_id;
  user_ = first.user_id.empty() ? std::nullopt : std::optional(user_key(first.user_id));
  mark_ = base::hash(first.task_id);
  after_gap_ = false;
  expected_ = 1;
  task_started_us_ = first.started_us;
  row_.reset();
  path_ = 0;
  ++sums.tasks;
}

void TaskCounter::add(const Pass& pass) {
  LogSummary& sums = *sums_;
  ++sums.passes;
  sums.see_time(pass.started_us);
  after_gap_ = after_gap_ || pass.attempt != expected_;
  if (after_gap_) {
    ++sums.contradictions.gaps;
    return;
  }
  if (row_) {
    sums.contradictions.time_travel += pass.started_us < row_->started_us ? 1 : 0;
    sums.contradictions.user_changed += pass.user_id != user_before_ ? 1 : 0;
    count(true);
    user_before_ = pass.user_id;
  }
  row_ = Row{pass.attempt,
             sums.models.number_of(pass.model),
             sums.policies.number_of(pass.policy_id),
             pass.started_us,
             pass.latency_s,
             pass.cost_usd,
             pass.output_tokens.value_or(0),
             pass.outcome,
             pass.ending};
  ++expected_;
}

void TaskCounter::finish() {
  if (sums_ == nullptr) return;
  if (row_) {
    count(false);
    if (user_ && row_->started_us <= settled_us_) {
      const auto end = end_of(fate_of(*row_, false));
      const auto path = path_id();
      if (task_started_us_ <= newest_us_)
        ++sums_->paths[path].ended.at(static_cast<std::size_t>(end));
      sums_->returning.see({*user_, task_started_us_, mark_, path, end});
    }
  }
  sums_ = nullptr;
}

void TaskCounter::count_contradictions(bool has_next) {
  auto& found = sums_->contradictions;
  const Row& row = *row_;
  if (!has_next) {
    found.missing_next += row.ending == Ending::kReprompted ? 1 : 0;
    return;
  }
  found.success_reprompted += row.outcome == Outcome::kSuccess ? 1 : 0;
  found.ended_reprompted +=
      row.ending == Ending::kResolved || row.ending == Ending::kAbandoned ? 1 : 0;
}

void TaskCounter::count(bool has_next) {
  LogSummary& sums = *sums_;
  const Row& row = *row_;
  count_contradictions(has_next);
  path_ = path_ << LogSummary::kModelBits | (row.model & 0xffU);
  if (row.started_us > settled_us_) {
    ++sums.recent;
    return;
  }
  const Fate fate = fate_of(row, has_next);
  PathSums& path = sums.paths[path_id()];
  ++(path.fates.*fate);
  path.latency.add(row.latency);
  if (row.cost) path.cost.add(*row.cost);
  if (sums.latencies.size() < sums.models.size()) sums.latencies.resize(sums.models.size());
  ++sums.latencies[row.model][latency_bin(row.latency)];
  count_period(fate);
  if (row.attempt > 1) return;
  sums.spread.add(user_, row.model, fate != &Fates::reprompted,
                  fate == &Fates::solved || fate == &Fates::abandoned, fate == &Fates::solved);
}

LogSummary::PathId TaskCounter::path_id() const {
  const auto attempt = static_cast<std::uint64_t>(row_->attempt);
  const bool deep = attempt > kDeepestPath;
  return row_->policy << LogSummary::kPolicyShift |
         (deep ? kDeepestPath + 1 : attempt) << LogSummary::kAttemptShift |
         (path_ & (deep ? 0xffU : 0xffffffffU));
}

void TaskCounter::count_period(Fate fate) {
  LogSummary& sums = *sums_;
  const Row& row = *row_;
  if (sums.periods.size() < sums.models.size()) sums.periods.resize(sums.models.size());
  PeriodSums& counts = sums.periods[row.model][floor_divide(row.started_us, period_us_)];
  if (row.attempt == 1) ++(counts.first.*fate);
  counts.latency.add(row.latency);
  if (row.tokens <= 0 || !(row.latency > 0)) return;
  const double x = std::log(static_cast<double>(row.tokens));
  const double y = std::log(row.latency) - x;
  ++counts.timed;
  counts.x.add(x);
  counts.xx.add(x * x);
  counts.y.add(y);
  counts.yy.add(y * y);
  counts.xy.add(x * y);
}

}  // namespace turnout::estimation
