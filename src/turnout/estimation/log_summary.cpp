#include "turnout/estimation/log_summary.h"

#include <fmt/format.h>

#include <algorithm>

namespace turnout::estimation {
namespace {

std::optional<std::int64_t> earlier(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}
std::optional<std::int64_t> later(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  return a && b ? std::max(*a, *b) : a ? a : b;
}

void add(Contradictions& to, const Contradictions& more) {
  to.gaps += more.gaps;
  to.success_reprompted += more.success_reprompted;
  to.ended_reprompted += more.ended_reprompted;
  to.missing_next += more.missing_next;
  to.time_travel += more.time_travel;
  to.user_changed += more.user_changed;
}

/// The numbers that another one's names have here.
std::vector<std::size_t> numbers_here(Names& names, const Names& others) {
  std::vector<std::size_t> numbers(others.size());
  for (std::size_t i = 0; i < others.size(); ++i) numbers[i] = names.number_of(others.name(i));
  return numbers;
}

/// A path's id with other numbers.
LogSummary::PathId renumbered(LogSummary::PathId path, const std::vector<std::size_t>& models,
                              const std::vector<std::size_t>& policies) {
  constexpr LogSummary::PathId kModel = (1U << LogSummary::kModelBits) - 1;
  const auto attempt = path >> LogSummary::kAttemptShift & 7U;
  const std::uint64_t length = attempt > kDeepestPath ? 1 : attempt;
  LogSummary::PathId id = policies[path >> LogSummary::kPolicyShift] << LogSummary::kPolicyShift |
                          attempt << LogSummary::kAttemptShift;
  for (unsigned i = 0; i < length; ++i) {
    const unsigned shift = LogSummary::kModelBits * i;
    id |= (models[path >> shift & kModel] & kModel) << shift;
  }
  return id;
}

base::Status few_enough(std::size_t models, std::size_t policies) {
  const auto too_many = [](const char* what, std::size_t most, const char* advice) {
    return base::Error{base::ErrorCode::kUnsupported,
                       fmt::format("the log has more than {} {}, which cannot be told apart; {}",
                                   most, what, advice),
                       ""};
  };
  if (models > kMostModels)
    return too_many("models", kMostModels, "choose with --where model=NAME");
  if (policies > kMostPolicies)
    return too_many("policies", kMostPolicies, "choose with --where policy_id=ID");
  return base::Done{};
}

PathKey named(LogSummary::PathId path, const LogSummary& summary) {
  constexpr LogSummary::PathId kModel = (1U << LogSummary::kModelBits) - 1;
  const auto attempt = path >> LogSummary::kAttemptShift & 7U;
  PathKey key{summary.policies.name(path >> LogSummary::kPolicyShift), {}, attempt > kDeepestPath};
  for (std::size_t i = key.deep ? 1 : attempt; i-- > 0;)
    key.models.push_back(summary.models.name(path >> (LogSummary::kModelBits * i) & kModel));
  return key;
}

/// The tasks of as many users as are in the sample, and no fewer than those of them who did not return.
void scale(ReturnCounts& counts, unsigned halvings) {
  const std::int64_t part = std::int64_t{1} << halvings;
  for (std::size_t end = 0; end < kTaskEnds; ++end)
    counts.tasks.at(end) = std::max((counts.tasks.at(end) + part / 2) / part, counts.last.at(end));
}

}  // namespace

ExactMoments& ExactMoments::operator+=(const ExactMoments& other) {
  count += other.count;
  sum += other.sum;
  squares += other.squares;
  return *this;
}

PeriodSums& PeriodSums::operator+=(const PeriodSums& other) {
  first += other.first;
  latency += other.latency;
  timed += other.timed;
  y += other.y;
  yy += other.yy;
  x += other.x;
  xx += other.xx;
  xy += other.xy;
  return *this;
}

PeriodCounts PeriodSums::counts() const {
  return {first,      latency.moments(), timed,      y.value(),
          yy.value(), x.value(),         xx.value(), xy.value()};
}

void LogSummary::see_time(std::int64_t started_us) {
  first_us = std::min(first_us.value_or(started_us), started_us);
  last_us = std::max(last_us.value_or(started_us), started_us);
}

void LogSummary::take(const LogSummary& other, bool old_enough, std::int64_t days) {
  passes += other.passes;
  tasks += other.tasks;
  recent += other.recent;
  first_us = earlier(first_us, other.first_us);
  last_us = later(last_us, other.last_us);
  add(contradictions, other.contradictions);
  const auto model = numbers_here(models, other.models);
  const auto policy = numbers_here(policies, other.policies);
  if (models.size() > kMostModels || policies.size() > kMostPolicies)
    return;  // statistics() says so
  for (const auto& [path, sums] : other.paths) {
    PathSums& here = paths[renumbered(path, model, policy)];
    here.fates += sums.fates;
    here.latency += sums.latency;
    here.cost += sums.cost;
    for (std::size_t end = 0; end < kTaskEnds; ++end)
      here.ended.at(end) += old_enough ? sums.ended.at(end) : 0;
  }
  periods.resize(std::max(periods.size(), models.size()));
  latencies.resize(std::max(latencies.size(), models.size()));
  for (std::size_t k = 0; k < other.periods.size(); ++k) {
    for (const auto& [period, sums] : other.periods[k])
      periods[model[k]][floor_divide(period, days)] += sums;
  }
  for (std::size_t k = 0; k < other.latencies.size(); ++k) {
    for (const auto& [bin, count] : other.latencies[k]) latencies[model[k]][bin] += count;
  }
  returning.sample(other.returning.halvings());
  // All at once: filled in the order of another one's places, a map that must grow goes slow.
  returning.reserve(returning.size() + other.returning.size());
  other.returning.for_each([&](LatestTask task) {
    task.path = renumbered(task.path, model, policy);
    returning.see(task);
  });
  spread.sample(other.spread.halvings());
  spread.reserve(spread.size() + other.spread.size());
  other.spread.for_each([&](const UserSpreadGatherer::One& one) {
    spread.add(one.user, model[one.model], one.counts);
  });
  const auto& unknown = other.spread.unknown();
  for (std::size_t k = 0; k < unknown.size(); ++k) spread.add_unknown(model[k], unknown[k]);
}

base::Result<LogStatistics> LogSummary::statistics(std::int64_t newest_us) const {
  TURNOUT_CHECK(few_enough(models.size(), policies.size()));
  LogStatistics result;
  result.passes = passes;
  result.tasks = tasks;
  result.recent = recent;
  result.first_us = first_us;
  result.last_us = last_us;
  result.contradictions = contradictions;
  result.users_each = std::int64_t{1} << returning.halvings();
  std::unordered_map<PathId, ReturnCounts> returns;
  for (const auto& [path, sums] : paths) returns[path].tasks = sums.ended;
  returning.for_each([&](const LatestTask& task) {
    if (task.started_us <= newest_us)
      ++returns[task.path].last.at(static_cast<std::size_t>(task.end));
  });
  for (const auto& [path, sums] : paths) {
    ReturnCounts& counts = returns[path];
    scale(counts, returning.halvings());
    result.returns += counts;
    result.paths.emplace(named(path, *this), PathCounts{sums.fates, counts, sums.latency.moments(),
                                                        sums.cost.moments()});
  }
  for (std::size_t k = 0; k < periods.size(); ++k) {
    if (periods[k].empty()) continue;  // all its passes are recent
    auto& named_periods = result.periods[models.name(k)];
    for (const auto& [period, sums] : periods[k]) named_periods.emplace(period, sums.counts());
    result.latencies[models.name(k)].insert(latencies[k].begin(), latencies[k].end());
  }
  const auto spreads = spread.finish();
  for (std::size_t k = 0; k < spreads.size(); ++k) {
    if (spreads[k].users > 0) result.users[models.name(k)] = spreads[k];
  }
  return result;
}

}  // namespace turnout::estimation
