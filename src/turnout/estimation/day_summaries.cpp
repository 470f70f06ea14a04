#include "turnout/estimation/day_summaries.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

namespace turnout::estimation {
namespace {

using base::Result;
using base::Status;
using store::Days;
using store::kDayUs;
using store::PassStore;

/// Days in runs that follow each other.
std::vector<Days> runs_of(const std::set<std::int64_t>& days) {
  std::vector<Days> runs;
  for (const std::int64_t day : days) {
    if (runs.empty() || runs.back().end() != day) runs.push_back({day, 0});
    ++runs.back().count;
  }
  return runs;
}

/// The latest pass of what is not summarised: no reading is so late that it takes the block.
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

bool is_too_much(const DayGatherer::ByModelAndPolicy& sums) {
  return sums.size() > kMostSummaries || std::any_of(sums.begin(), sums.end(), [](const auto& one) {
           return one.second.models.size() > kMostModels ||
                  one.second.policies.size() > kMostPolicies;
         });
}

Status replace(PassStore& store, const Days& days, const DayGatherer::ByModelAndPolicy& sums) {
  std::vector<store::DaySummary> summaries;
  if (is_too_much(sums)) {
    summaries.push_back({days, "", "", kNever, ""});
    return store.replace_summaries(days, summaries);
  }
  for (const auto& [key, one] : sums) {
    const auto& [model, policy] = key;
    summaries.push_back({days, model, policy, one.last_us.value_or(0), one.bytes()});
  }
  return store.replace_summaries(days, summaries);
}

/// Summarises days that follow each other from their passes.
Status make_days(PassStore& store, const Days& days, const store::LogSpan& span) {
  DayGatherer gatherer(days);
  const auto add = [&](const traffic::Pass& pass) {
    gatherer.add(pass);
    return true;
  };
  constexpr std::int64_t kMuch = 2;  // of so large a part of the log a scan is quicker
  const std::int64_t all =
      store::day_of(span.last_us.value_or(0)) - store::day_of(span.first_us.value_or(0)) + 1;
  TURNOUT_CHECK(kMuch * days.count > all
                    ? store.for_each(add)
                    : store.for_each_active(days.first * kDayUs, days.end() * kDayUs, add));
  auto sums = gatherer.take();
  for (std::int64_t day = days.first; day < days.end(); ++day)
    TURNOUT_CHECK(replace(store, {day, 1}, sums[day]));
  return base::Done{};
}

/// Puts a block together from the blocks of a quarter of its length.
Status make_block(PassStore& store, const Days& block) {
  DayGatherer::ByModelAndPolicy sums;
  bool whole = true;
  const std::int64_t part = block.count / kBlockGrowth;
  for (std::int64_t first = block.first; first < block.end() && whole; first += part) {
    TURNOUT_CHECK(store.for_each_summary(
        {first, part}, {}, {}, [&](const store::DaySummary& summary) -> Status {
          whole = whole && summary.last_us != kNever && !is_too_much(sums);
          if (!whole) return base::Done{};
          LogSummary& sum = sums[{summary.model, summary.policy}];
          TURNOUT_TRY(const auto read,
                      LogSummary::read(summary.bytes, sum.halvings()).within(store.name()));
          sum.take(read, true);
          return base::Done{};
        }));
  }
  if (whole) return replace(store, block, sums);
  const store::DaySummary none{block, "", "", kNever, ""};
  return store.replace_summaries(block, {&none, 1});
}

/// Makes all blocks that hold one of the days and end by `end_day`.
Status make_blocks(PassStore& store, const std::set<std::int64_t>& days, std::int64_t end_day) {
  for (std::int64_t size = kBlockGrowth; size <= kLongestBlock; size *= kBlockGrowth) {
    std::set<std::int64_t> firsts;
    for (const std::int64_t day : days) firsts.insert(floor_divide(day, size) * size);
    for (const std::int64_t first : firsts) {
      if (first + size <= end_day) TURNOUT_CHECK(make_block(store, {first, size}));
    }
  }
  return base::Done{};
}

/// What a run of summarise() has to do: what was to be done when it began, however much others change
/// meanwhile.
struct ToDo {
  std::int64_t end_day = 0;
  std::vector<std::int64_t> changed;  // the last one first
};

/// @returns nothing for a store that holds no pass.
Result<std::optional<ToDo>> to_do(PassStore& store, std::int64_t window_us) {
  TURNOUT_TRY(auto kept, store.kept_summaries());
  TURNOUT_TRY(const auto span, store.span());
  if (!kept.end_day || !span.last_us) return std::optional<ToDo>();
  std::reverse(kept.changed.begin(), kept.changed.end());
  return std::optional(ToDo{std::max(*kept.end_day, store::day_of(*span.last_us - window_us)),
                            std::move(kept.changed)});
}

/// One transaction's work. @returns how many days it did: none if nothing is left.
Result<std::int64_t> step(PassStore& store, ToDo& rest) {
  TURNOUT_TRY(const auto kept, store.kept_summaries());
  TURNOUT_TRY(const auto span, store.span());
  if (!kept.end_day) return 0;
  const std::int64_t end =
      std::max(*kept.end_day, std::min(rest.end_day, *kept.end_day + kStepDays));
  std::set<std::int64_t> days;
  for (std::int64_t day = *kept.end_day; day < end; ++day) days.insert(day);
  for (std::int64_t taken = 0;
       taken < kStepDays && !rest.changed.empty() && rest.changed.back() < end; ++taken) {
    days.insert(rest.changed.back());
    rest.changed.pop_back();
  }
  if (days.empty()) return 0;
  for (const Days& run : runs_of(days)) TURNOUT_CHECK(make_days(store, run, span));
  TURNOUT_CHECK(make_blocks(store, days, end));
  TURNOUT_CHECK(store.end_summaries(end, std::vector<std::int64_t>(days.begin(), days.end())));
  return static_cast<std::int64_t>(days.size());
}

/// Whether a block's summaries say what its passes would.
class Usable {
 public:
  Usable(const store::KeptSummaries& kept, const store::LogSpan& span,
         const LogSelection& selection)
      : kept_(kept),
        settled_us_(span.last_us.value_or(0) - selection.window_us),
        newest_us_(span.last_us.value_or(0) - selection.return_us),
        since_us_(selection.since_us),
        until_us_(selection.until_us),
        any_(kept.end_day && !selection.where.contains("user_id") &&
             selection.period_us % kDayUs == 0) {}

  [[nodiscard]] bool old_enough(const Days& days) const {
    return days.end() * kDayUs - 1 <= newest_us_;
  }
  bool operator()(const Days& days) const {
    if (!any_ || days.end() > *kept_.end_day) return false;
    if (since_us_ && days.first * kDayUs < *since_us_) return false;
    if (until_us_ && days.end() * kDayUs > *until_us_) return false;
    if (!old_enough(days) && days.first * kDayUs <= newest_us_) return false;
    const auto changed = std::lower_bound(kept_.changed.begin(), kept_.changed.end(), days.first);
    if (changed != kept_.changed.end() && *changed < days.end()) return false;
    const auto block =
        std::lower_bound(kept_.blocks.begin(), kept_.blocks.end(), days,
                         [](const auto& one, const Days& at) { return one.days < at; });
    return block == kept_.blocks.end() || block->days != days || block->last_us <= settled_us_;
  }

 private:
  const store::KeptSummaries& kept_;
  std::int64_t settled_us_, newest_us_;
  std::optional<std::int64_t> since_us_, until_us_;
  bool any_;
};

}  // namespace

void DayGatherer::add(const traffic::Pass& pass) {
  if (!task_ || *task_ != pass.task_id) {
    task_ = pass.task_id;
    const std::int64_t day = store::day_of(pass.started_us);
    counts_ = day >= days_.first && day < days_.end();
    if (counts_) counter_.begin(pass, sums_[day][{pass.model, pass.policy_id}], kDayUs);
  }
  if (counts_) counter_.add(pass);
}

std::map<std::int64_t, DayGatherer::ByModelAndPolicy> DayGatherer::take() {
  counter_.finish();
  return std::move(sums_);
}

Result<SummariesMade> summarise(PassStore& store, std::int64_t window_us,
                                const base::Watch& watch) {
  TURNOUT_TRY(const auto kept, store.kept_summaries());
  if (!kept.end_day) TURNOUT_CHECK(store.begin_summaries());
  SummariesMade made;
  TURNOUT_TRY(auto rest, to_do(store, window_us));
  if (!rest) return made;
  made.has_passes = true;
  made.end_day = rest->end_day;
  for (;;) {
    TURNOUT_CHECK(watch.cancellation.check());
    std::int64_t days = 0;
    ToDo left;
    TURNOUT_CHECK(store.at_one_moment(store::Moment::kWrite, [&]() -> Status {
      left = *rest;
      TURNOUT_TRY(days, step(store, left));
      return base::Done{};
    }));
    rest = std::move(left);
    if (days == 0) return made;
    made.days += days;
    watch.on_steps(static_cast<std::size_t>(days));
  }
}

ReadingPlan reading_plan(const store::KeptSummaries& kept, const store::LogSpan& span,
                         const LogSelection& selection) {
  ReadingPlan plan;
  if (!span.first_us || !span.last_us) return plan;
  const Usable usable(kept, span, selection);
  const std::int64_t first = std::max(*span.first_us, selection.since_us.value_or(*span.first_us));
  const std::int64_t last =
      std::min(*span.last_us, selection.until_us.value_or(*span.last_us + 1) - 1);
  const std::int64_t end = store::day_of(last) + 1;
  for (std::int64_t day = store::day_of(first); day < end;) {
    std::int64_t size = kLongestBlock;
    while (size > 0 && (floor_divide(day, size) * size != day || !usable({day, size})))
      size /= kBlockGrowth;
    if (size > 0) {
      plan.blocks.push_back({{day, size}, usable.old_enough({day, size})});
    } else {
      if (plan.raw.empty() || plan.raw.back().end() != day) plan.raw.push_back({day, 0});
      ++plan.raw.back().count;
      size = 1;
    }
    day += size;
  }
  return plan;
}

}  // namespace turnout::estimation
