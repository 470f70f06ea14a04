#include "turnout/estimation/store_statistics.h"

#include <algorithm>
#include <utility>

#include "turnout/estimation/day_summaries.h"

namespace turnout::estimation {
namespace {

using base::Status;
using store::Days;

std::optional<std::string> wanted(const LogSelection& selection, const char* column) {
  const auto found = selection.where.find(column);
  return found == selection.where.end() ? std::nullopt : std::optional(found->second);
}

/// Gives a gatherer the passes of the tasks that began in some days, and tells how many it reads.
class RawReader {
 public:
  RawReader(StatisticsGatherer& gatherer, const base::Watch& watch)
      : gatherer_(gatherer), watch_(watch) {}
  /// All tasks of the store that began in one of the days.
  Status scan(store::PassStore& store, const std::vector<Days>& days) {
    task_.reset();
    return store.for_each([&](const traffic::Pass& pass) { return add(pass, days); });
  }
  /// Likewise, by the index of starts.
  Status look_up(store::PassStore& store, const Days& days) {
    if (!wanted_) return base::Done{};
    task_.reset();
    const std::vector<Days> one = {days};
    return store.for_each_active(days.first * store::kDayUs, days.end() * store::kDayUs,
                                 [&](const traffic::Pass& pass) { return add(pass, one); });
  }

 private:
  bool add(const traffic::Pass& pass, const std::vector<Days>& days) {
    constexpr std::size_t kEvery = 4096;
    if (!task_ || *task_ != pass.task_id) {
      task_ = pass.task_id;
      const std::int64_t day = store::day_of(pass.started_us);
      const auto after =
          std::upper_bound(days.begin(), days.end(), day,
                           [](std::int64_t at, const Days& run) { return at < run.first; });
      counts_ = after != days.begin() && day < std::prev(after)->end();
    }
    wanted_ = !counts_ || gatherer_.add(pass);
    if (!wanted_) return false;
    if (++since_ < kEvery) return true;
    watch_.on_steps(std::exchange(since_, 0));
    return !watch_.cancellation.requested();
  }

  StatisticsGatherer& gatherer_;
  const base::Watch& watch_;
  std::optional<std::string> task_;
  bool counts_ = false;
  bool wanted_ = true;  // more passes, by the gatherer
  std::size_t since_ = 0;
};

Status read_blocks(store::PassStore& store, const ReadingPlan& plan, const LogSelection& selection,
                   const base::Watch& watch, StatisticsGatherer& gatherer) {
  const auto model = wanted(selection, "model");
  const auto policy = wanted(selection, "policy_id");
  const std::int64_t days = selection.period_us / store::kDayUs;
  // The longest first: of whom they have left out nothing is read in the others.
  auto blocks = plan.blocks;
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const auto& a, const auto& b) { return a.days.count > b.days.count; });
  for (const auto& block : blocks) {
    TURNOUT_CHECK(watch.cancellation.check());
    TURNOUT_CHECK(store.for_each_summary(
        block.days, model, policy, [&](const store::DaySummary& summary) -> Status {
          TURNOUT_TRY(const auto sums,
                      LogSummary::read(summary.bytes, gatherer.halvings()).within(store.name()));
          gatherer.take(sums, block.old_enough, days);
          watch.on_steps(static_cast<std::size_t>(sums.passes));
          return base::Done{};
        }));
  }
  return base::Done{};
}

/// Whether reading all passes is quicker than looking up those of some days.
bool scans(const ReadingPlan& plan, const store::LogSpan& span) {
  constexpr std::int64_t kMuch = 2;
  std::int64_t days = 0;
  for (const Days& run : plan.raw) days += run.count;
  const std::int64_t all =
      store::day_of(span.last_us.value_or(0)) - store::day_of(span.first_us.value_or(0)) + 1;
  return kMuch * days > all;
}

}  // namespace

base::Result<LogStatistics> store_statistics(store::PassStore& store, const LogSelection& selection,
                                             const base::Watch& watch) {
  std::optional<base::Result<LogStatistics>> statistics;
  TURNOUT_CHECK(store.at_one_moment(store::Moment::kRead, [&]() -> Status {
    TURNOUT_TRY(const auto span, store.span());
    TURNOUT_TRY(const auto kept, store.kept_summaries());
    const ReadingPlan plan = reading_plan(kept, span, selection);
    StatisticsGatherer gatherer(selection, span.last_us.value_or(0));
    TURNOUT_CHECK(read_blocks(store, plan, selection, watch, gatherer));
    RawReader raw(gatherer, watch);
    if (!kept.end_day || scans(plan, span)) {
      if (!plan.raw.empty()) TURNOUT_CHECK(raw.scan(store, plan.raw));
    } else {
      for (const Days& run : plan.raw) TURNOUT_CHECK(raw.look_up(store, run));
    }
    TURNOUT_CHECK(watch.cancellation.check());
    statistics = gatherer.finish();
    return base::Done{};
  }));
  return *std::move(statistics);
}

}  // namespace turnout::estimation
