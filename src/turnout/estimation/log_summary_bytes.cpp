#include <algorithm>
#include <utility>

#include "turnout/estimation/log_summary.h"
#include "turnout/estimation/summary_bytes.h"

namespace turnout::estimation {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kKeyBits = 62;  // a sample is halved less often
/// No log has so many passes; sums of what is read overflow nowhere.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 44U;
/// Nor do the squares of what its users did on a model.
constexpr std::uint64_t kMostOfUsers = std::uint64_t{1} << 30U;

std::uint64_t as_number(std::int64_t count) { return static_cast<std::uint64_t>(count); }
std::int64_t counted(SummaryReader& from) {
  return static_cast<std::int64_t>(from.below(kMostCounted));
}
using Paths = std::vector<LogSummary::PathId>;

template <class Map>
std::vector<typename Map::key_type> keys_of(const Map& map) {
  std::vector<typename Map::key_type> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

/// Calls back with each count of some fates.
template <class Counts, class Use>
void each(Counts& fates, const Use& use) {
  for (auto* count : {&fates.reprompted, &fates.solved, &fates.abandoned, &fates.silent})
    use(*count);
}
template <class Counts, class Use>
void each_contradiction(Counts& found, const Use& use) {
  for (auto* count : {&found.gaps, &found.success_reprompted, &found.ended_reprompted,
                      &found.missing_next, &found.time_travel, &found.user_changed})
    use(*count);
}
template <class Sums, class Use>
void each_sum(Sums& sums, const Use& use) {
  for (auto* sum : {&sums.y, &sums.yy, &sums.x, &sums.xx, &sums.xy}) use(*sum);
}

void write(SummaryWriter& to, const Fates& fates) {
  each(fates, [&](std::int64_t count) { to.number(as_number(count)); });
}
void read(SummaryReader& from, Fates& fates) {
  each(fates, [&](std::int64_t& count) { count = counted(from); });
}

void write(SummaryWriter& to, const ExactMoments& moments) {
  to.number(as_number(moments.count));
  to.sum(moments.sum);
  to.sum(moments.squares);
}
void read(SummaryReader& from, ExactMoments& moments) {
  moments.count = counted(from);
  moments.sum = from.sum();
  moments.squares = from.sum();
}

void write(SummaryWriter& to, const Names& names) {
  to.number(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) to.text(names.name(i));
}
void read(SummaryReader& from, Names& names) {
  for (auto left = from.count(); left > 0 && from.good(); --left) names.number_of(from.text());
}

void write_paths(SummaryWriter& to, const LogSummary& summary, const Paths& paths) {
  to.number(paths.size());
  for (const auto path : paths) {
    const PathSums& sums = summary.paths.at(path);
    to.number(path);
    write(to, sums.fates);
    for (const auto count : sums.ended) to.number(as_number(count));
    write(to, sums.latency);
    write(to, sums.cost);
  }
}

/// Whether a path's id has no numbers but of names that there are.
bool is_known(LogSummary::PathId path, const LogSummary& summary) {
  const auto attempt = path >> LogSummary::kAttemptShift & 7U;
  const std::uint64_t length = attempt > kDeepestPath ? 1 : attempt;
  if (attempt < 1 || attempt > kDeepestPath + 1) return false;
  if (path >> LogSummary::kPolicyShift >= summary.policies.size()) return false;
  for (unsigned i = 0; i < length; ++i) {
    if ((path >> (LogSummary::kModelBits * i) & 0xffU) >= summary.models.size()) return false;
  }
  return true;
}

Paths read_paths(SummaryReader& from, LogSummary& summary) {
  Paths paths;
  for (auto left = from.count(); left > 0 && from.good(); --left) {
    paths.push_back(from.number());
    if (!is_known(paths.back(), summary)) return {};
    PathSums& sums = summary.paths[paths.back()];
    read(from, sums.fates);
    for (auto& count : sums.ended) count = counted(from);
    read(from, sums.latency);
    read(from, sums.cost);
  }
  return paths;
}

void write_periods(SummaryWriter& to, const LogSummary& summary) {
  to.number(summary.periods.size());
  for (const auto& periods : summary.periods) {
    to.number(periods.size());
    for (const auto period : keys_of(periods)) {
      const PeriodSums& sums = periods.at(period);
      to.whole(period);
      write(to, sums.first);
      write(to, sums.latency);
      to.number(as_number(sums.timed));
      each_sum(sums, [&](const auto& sum) { to.sum(sum); });
    }
  }
  to.number(summary.latencies.size());
  for (const auto& bins : summary.latencies) {
    to.number(bins.size());
    for (const auto bin : keys_of(bins)) {
      to.whole(bin);
      to.number(as_number(bins.at(bin)));
    }
  }
}

void read_periods(SummaryReader& from, LogSummary& summary) {
  summary.periods.resize(from.below(summary.models.size() + 1));
  for (auto& periods : summary.periods) {
    for (auto left = from.count(); left > 0 && from.good(); --left) {
      PeriodSums& sums = periods[from.whole()];
      read(from, sums.first);
      read(from, sums.latency);
      sums.timed = counted(from);
      each_sum(sums, [&](auto& sum) { sum = from.sum(); });
    }
  }
  summary.latencies.resize(from.below(summary.periods.size() + 1));
  if (summary.latencies.size() != summary.periods.size()) from.fail();
  for (auto& bins : summary.latencies) {
    for (auto left = from.count(); left > 0 && from.good(); --left) {
      const std::int64_t bin = from.whole();
      bins[bin] = counted(from);
    }
  }
}

void write_users(SummaryWriter& to, const LogSummary& summary, const Paths& paths) {
  to.number(summary.returning.halvings());
  const auto tasks = summary.returning.ordered();
  to.number(tasks.size());
  std::uint64_t user = 0;
  std::int64_t started_us = 0;
  SummaryWriter users;
  for (const auto& task : tasks) {
    users.number(task.user - std::exchange(user, task.user));
    users.whole(static_cast<std::int64_t>(
        static_cast<std::uint64_t>(task.started_us) -
        static_cast<std::uint64_t>(std::exchange(started_us, task.started_us))));
    users.fixed(task.mark);
    const auto path = std::lower_bound(paths.begin(), paths.end(), task.path) - paths.begin();
    users.number(static_cast<std::uint64_t>(path) * kTaskEnds +
                 static_cast<std::uint64_t>(task.end));
  }
  to.text(users.take());
  to.number(summary.spread.halvings());
  const auto all = summary.spread.ordered();
  to.number(all.size());
  user = 0;
  for (const auto& one : all) {
    users.number(one.user - std::exchange(user, one.user));
    users.number(one.model);
    for (const auto count : one.counts) users.number(count);
  }
  to.text(users.take());
  to.number(summary.spread.unknown().size());
  for (const auto& sums : summary.spread.unknown()) {
    for (const auto sum : sums) to.number(as_number(sum));
  }
}

/// How many of a count are left when a sample is halved more often: a little more than to be expected.
std::uint64_t left_of(std::uint64_t count, unsigned more) {
  constexpr unsigned kNearlyNone = 60;
  if (more == 0) return count;
  return more > kNearlyNone ? 1 : (count >> more) + (count >> (more + 2)) + 1;
}

/// Reads the latest tasks of users, in the order of the users' keys: what a sample leaves out is at the end.
void read_returning(SummaryReader& from, LogSummary& summary, const Paths& paths,
                    unsigned halvings) {
  const auto own = static_cast<unsigned>(from.below(kKeyBits));
  summary.returning.sample(std::max(own, halvings));
  const std::uint64_t users = from.number();
  SummaryReader tasks(from.text());
  if (users > tasks.count_left()) from.fail();
  summary.returning.reserve(left_of(from.good() ? users : 0, summary.returning.halvings() - own));
  LatestTask task;
  task.started_us = 0;
  for (std::uint64_t i = 0; i < users && from.good(); ++i) {
    task.user += tasks.number();
    task.started_us = static_cast<std::int64_t>(static_cast<std::uint64_t>(task.started_us) +
                                                static_cast<std::uint64_t>(tasks.whole()));
    task.mark = tasks.fixed();
    const std::uint64_t place = tasks.below(paths.size() * kTaskEnds);
    if (!tasks.good()) from.fail();
    if (!from.good() || !summary.returning.takes(task.user)) return;
    task.path = paths[place / kTaskEnds];
    task.end = static_cast<TaskEnd>(place % kTaskEnds);
    summary.returning.see(task);
  }
  if (!tasks.at_end()) from.fail();
}

/// Reads the counts of users likewise.
void read_spread(SummaryReader& from, LogSummary& summary, unsigned halvings) {
  const auto own = static_cast<unsigned>(from.below(kKeyBits));
  summary.spread.sample(std::max(own, halvings));
  const std::uint64_t all = from.number();
  SummaryReader users(from.text());
  if (all > users.count_left()) from.fail();
  summary.spread.reserve(left_of(from.good() ? all : 0, summary.spread.halvings() - own));
  std::uint64_t user = 0;
  std::uint64_t passes = 0;
  for (std::uint64_t i = 0; i < all && from.good(); ++i) {
    user += users.number();
    const std::size_t model = users.below(summary.models.size());
    UserCounts counts{};
    for (auto& count : counts) count = static_cast<std::uint32_t>(users.below(kMostOfUsers));
    passes += counts[kUserPasses];
    const std::uint32_t most = *std::max_element(counts.begin(), counts.end());
    if (!users.good() || passes >= kMostOfUsers || most > counts[kUserPasses]) from.fail();
    if (!from.good() || !summary.spread.takes(user)) return;
    summary.spread.add(user, model, counts);
  }
  if (!users.at_end()) from.fail();
}

void read_users(SummaryReader& from, LogSummary& summary, const Paths& paths,
                const Halvings& halvings) {
  read_returning(from, summary, paths, halvings.returning);
  read_spread(from, summary, halvings.spread);
  const std::uint64_t models = from.below(summary.models.size() + 1);
  for (std::size_t k = 0; k < models && from.good(); ++k) {
    std::array<std::int64_t, kUserCounts> sums{};
    for (auto& sum : sums) sum = counted(from);
    summary.spread.add_unknown(k, sums);
  }
}

base::Error damaged() {
  return {
      base::ErrorCode::kUnreadable,
      "a summary of a closed day is damaged; turnout log summarise STORE --again makes all anew",
      ""};
}

}  // namespace

std::string LogSummary::bytes() const {
  SummaryWriter to;
  to.number(kVersion);
  for (const auto count : {passes, tasks, recent}) to.number(as_number(count));
  to.number(first_us ? 1 : 0);
  to.whole(first_us.value_or(0));
  to.whole(last_us.value_or(0));
  each_contradiction(contradictions, [&](std::int64_t count) { to.number(as_number(count)); });
  write(to, models);
  write(to, policies);
  const Paths ids = keys_of(paths);
  write_paths(to, *this, ids);
  write_periods(to, *this);
  write_users(to, *this, ids);
  return to.take();
}

base::Result<LogSummary> LogSummary::read(std::string_view bytes, const Halvings& halvings) {
  SummaryReader from(bytes);
  if (from.number() != kVersion) return damaged();
  LogSummary summary;
  for (auto* count : {&summary.passes, &summary.tasks, &summary.recent}) *count = counted(from);
  const bool timed = from.below(2) == 1;
  const std::int64_t first = from.whole();
  const std::int64_t last = from.whole();
  if (timed) {
    summary.first_us = first;
    summary.last_us = last;
  }
  each_contradiction(summary.contradictions, [&](std::int64_t& count) { count = counted(from); });
  estimation::read(from, summary.models);
  estimation::read(from, summary.policies);
  if (summary.models.size() > kMostModels || summary.policies.size() > kMostPolicies)
    return damaged();
  const Paths ids = read_paths(from, summary);
  if (ids.size() != summary.paths.size()) return damaged();
  read_periods(from, summary);
  read_users(from, summary, ids, halvings);
  if (!from.good() || !from.at_end()) return damaged();
  return summary;
}

}  // namespace turnout::estimation
