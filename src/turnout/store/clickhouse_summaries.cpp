#include "turnout/store/clickhouse_summaries.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "turnout/store/row_binary.h"

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// The latest days are told apart by the hour: a task of a closed day that ended in the first hours of an
/// open one has not changed because that day goes on.
constexpr std::int64_t kDaysByHours = 8;

std::int64_t hours_from(std::span<const Print> prints) {
  const std::int64_t last = prints.empty() ? 0 : day_of(prints.back().start_us);
  return std::max<std::int64_t>(0, last - kDaysByHours + 1) * kDayUs;
}

bool holds_one_of(const Days& days, const std::set<std::int64_t>& some) {
  const auto first = some.lower_bound(days.first);
  return first != some.end() && *first < days.end();
}

constexpr const char* kStateColumns =
    "made, end_day, hours_from_us, print_start_us, print_passes, print_hashes, kept_first_day, "
    "kept_days, kept_made, kept_summaries, kept_last_us";

/// Appends one number of each row as an array.
template <class Row, class Number>
void append_column(std::string& to, const std::vector<Row>& rows, Number Row::*number) {
  append_size(to, rows.size());
  for (const Row& row : rows) append_fixed(to, row.*number);
}

/// Takes such an array off the front of `from`. @returns false if it is not whole, or another number of
/// rows is there from an array before it.
template <class Row, class Number>
bool take_column(std::string_view& from, std::vector<Row>& rows, Number Row::*number) {
  std::size_t size = 0;
  if (!take_size(from, size) || size > from.size() || (!rows.empty() && rows.size() != size))
    return false;
  rows.resize(size);
  return std::all_of(rows.begin(), rows.end(),
                     [&](Row& row) { return take_fixed(from, row.*number); });
}

}  // namespace

/// Steps ascend with time, whatever another machine's clock says, and no two are the same.
std::uint64_t ClickHouseSummaries::next_step(std::uint64_t latest) {
  constexpr unsigned kRandomBits = 12;
  const auto now =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
  std::random_device random;
  return (std::max(now, (latest >> kRandomBits) + 1) << kRandomBits) |
         (random() & ((1U << kRandomBits) - 1));
}

Result<std::optional<ClickHouseSummaries::State>> ClickHouseSummaries::latest() {
  TURNOUT_TRY(const auto body, statements_.connection().query(fmt::format(
                                   "SELECT {} FROM summary_state ORDER BY made DESC LIMIT 1 FORMAT "
                                   "RowBinary",
                                   kStateColumns)));
  if (body.empty()) return std::optional<State>();
  State state;
  std::string_view rest = body;
  std::vector<Days> days;
  std::vector<Made> made;
  const bool whole =
      take_fixed(rest, state.made) && take_fixed(rest, state.end_day) &&
      take_fixed(rest, state.hours_from_us) && take_column(rest, state.prints, &Print::start_us) &&
      take_column(rest, state.prints, &Print::passes) &&
      take_column(rest, state.prints, &Print::hashes) && take_column(rest, days, &Days::first) &&
      take_column(rest, days, &Days::count) && take_column(rest, made, &Made::made) &&
      take_column(rest, made, &Made::summaries) && take_column(rest, made, &Made::last_us) &&
      days.size() == made.size();
  if (!whole) return statements_.cut_off();
  for (std::size_t i = 0; i < days.size(); ++i) state.kept[days[i]] = made[i];
  return std::optional(std::move(state));
}

Status ClickHouseSummaries::write(const State& state) {
  std::vector<Days> days;
  std::vector<Made> made;
  for (const auto& [these, of_them] : state.kept) {
    days.push_back(these);
    made.push_back(of_them);
  }
  std::string row;
  append_fixed(row, state.made);
  append_fixed(row, state.end_day);
  append_fixed(row, state.hours_from_us);
  append_column(row, state.prints, &Print::start_us);
  append_column(row, state.prints, &Print::passes);
  append_column(row, state.prints, &Print::hashes);
  append_column(row, days, &Days::first);
  append_column(row, days, &Days::count);
  append_column(row, made, &Made::made);
  append_column(row, made, &Made::summaries);
  append_column(row, made, &Made::last_us);
  return statements_.connection().insert(
      fmt::format("INSERT INTO summary_state ({}) FORMAT RowBinary", kStateColumns), row);
}

Status ClickHouseSummaries::begin(std::int64_t first_day) {
  TURNOUT_TRY(const auto before, latest());
  if (before) return base::Done{};
  State state;
  state.made = next_step(0);
  state.end_day = first_day;
  TURNOUT_TRY(const auto prints, prints_of(statements_, 0));
  state.hours_from_us = hours_from(prints);
  state.prints = by_days(prints, state.hours_from_us);
  return write(state);
}

/// @returns the days of which summaries are not there that should be: another has made them anew, and has
///   not come to write its state.
Result<std::vector<Days>> ClickHouseSummaries::merged_away(const State& state) {
  TURNOUT_TRY(const auto body,
              statements_.connection().query(
                  "SELECT first_day, days, made, toUInt64(count()) FROM "
                  "day_summaries GROUP BY first_day, days, made FORMAT RowBinary"));
  std::map<std::pair<Days, std::uint64_t>, std::uint64_t> there;
  std::string_view rest = body;
  while (!rest.empty()) {
    Days days;
    std::uint64_t made = 0;
    std::uint64_t count = 0;
    if (!take_fixed(rest, days.first) || !take_fixed(rest, days.count) || !take_fixed(rest, made) ||
        !take_fixed(rest, count))
      return statements_.cut_off();
    there[{days, made}] = count;
  }
  std::vector<Days> gone;
  for (const auto& [days, made] : state.kept) {
    if (made.summaries == 0) continue;
    const auto found = there.find({days, made.made});
    if (found == there.end() || found->second != made.summaries) gone.push_back(days);
  }
  return gone;
}

Result<KeptSummaries> ClickHouseSummaries::kept() {
  KeptSummaries kept;
  new_.clear();
  rows_.clear();
  not_sent_.clear();
  TURNOUT_TRY(auto state, latest());
  if (!state) return kept;
  state_ = *std::move(state);
  step_ = next_step(state_.made);
  TURNOUT_TRY(prints_, prints_of(statements_, state_.hours_from_us));
  TURNOUT_TRY(const auto touched,
              days_touched(statements_, changed_times(state_.prints, prints_, state_.hours_from_us),
                           state_.end_day));
  std::set<std::int64_t> changed(touched.begin(), touched.end());
  TURNOUT_TRY(const auto gone, merged_away(state_));
  for (const Days& days : gone) changed.insert(days.first);  // blocks that hold it are made anew
  for (const auto& [days, made] : state_.kept) {
    if (made.made == 0) changed.insert(days.first);
    if (made.summaries > 0) kept.blocks.push_back({days, made.last_us});
  }
  days_.assign(changed.begin(), changed.end());
  kept.end_day = state_.end_day;
  kept.changed = days_;
  return kept;
}

Status ClickHouseSummaries::for_each(const Days& days, const std::optional<std::string>& model,
                                     const std::optional<std::string>& policy,
                                     const std::function<Status(const DaySummary&)>& use) {
  const auto just_made = new_.find(days);
  const auto kept = state_.kept.find(days);
  if (just_made == new_.end() && kept == state_.kept.end()) return base::Done{};
  const Made& made = just_made != new_.end() ? just_made->second : kept->second;
  if (made.summaries == 0) return base::Done{};
  if (std::find(not_sent_.begin(), not_sent_.end(), days) != not_sent_.end()) TURNOUT_CHECK(send());
  TURNOUT_TRY(const auto body,
              statements_.connection().query(fmt::format(
                  "SELECT model, policy_id, last_us, content FROM day_summaries WHERE first_day = "
                  "{} AND days = {} AND made = {} FORMAT RowBinary",
                  days.first, days.count, made.made)));
  DaySummary summary;
  summary.days = days;
  std::string_view rest = body;
  std::uint64_t found = 0;
  for (; !rest.empty(); ++found) {
    if (!take_text(rest, summary.model) || !take_text(rest, summary.policy) ||
        !take_fixed(rest, summary.last_us) || !take_text(rest, summary.bytes))
      return statements_.cut_off();
    if (summary.model != model.value_or(summary.model) ||
        summary.policy != policy.value_or(summary.policy))
      continue;
    TURNOUT_CHECK(use(summary));
  }
  if (found == made.summaries) return base::Done{};
  replaced_ = true;
  return Error{ErrorCode::kUnreadable,
               "summaries were made anew while they were read; try once more", statements_.name()};
}

Status ClickHouseSummaries::replace(const Days& days, std::span<const DaySummary> summaries) {
  constexpr std::size_t kMost = std::size_t{1} << 24U;  // bytes: few large inserts suit the server
  Made& made = new_[days];
  made = {step_, summaries.size(), 0};
  for (const DaySummary& summary : summaries) {
    made.last_us = std::max(made.last_us, summary.last_us);
    append_fixed(rows_, days.first);
    append_fixed(rows_, days.count);
    append_text(rows_, summary.model);
    append_text(rows_, summary.policy);
    append_fixed(rows_, summary.last_us);
    append_text(rows_, summary.bytes);
    append_fixed(rows_, step_);
  }
  not_sent_.push_back(days);
  return rows_.size() < kMost ? base::Done{} : send();
}

Status ClickHouseSummaries::send() {
  not_sent_.clear();
  const std::string rows = std::exchange(rows_, "");
  if (rows.empty()) return base::Done{};
  return statements_.connection().insert(
      "INSERT INTO day_summaries (first_day, days, model, policy_id, last_us, content, made) "
      "FORMAT RowBinary",
      rows);
}

Status ClickHouseSummaries::end(std::int64_t end_day, std::span<const std::int64_t> done) {
  const std::set<std::int64_t> made_anew(done.begin(), done.end());
  std::set<std::int64_t> left(days_.begin(), days_.end());
  for (const std::int64_t day : done) left.erase(day);
  State state;
  state.made = step_;
  state.end_day = end_day;
  state.hours_from_us = std::max(state_.hours_from_us, hours_from(prints_));
  state.prints = by_days(prints_, state.hours_from_us);
  for (const auto& [days, made] : state_.kept) {
    if (!holds_one_of(days, left) && !holds_one_of(days, made_anew)) state.kept[days] = made;
  }
  for (const auto& [days, made] : new_) {
    if (!holds_one_of(days, left)) state.kept[days] = made;
  }
  for (const std::int64_t day : left) state.kept[{day, 1}] = {};
  TURNOUT_CHECK(send());
  TURNOUT_CHECK(write(state));
  state_ = std::move(state);
  return base::Done{};
}

Status ClickHouseSummaries::drop() {
  TURNOUT_CHECK(statements_.query("TRUNCATE TABLE summary_state", {}));
  TURNOUT_CHECK(statements_.query("TRUNCATE TABLE day_summaries", {}));
  return base::Done{};
}

Status ClickHouseSummaries::at_one_moment(const std::function<Status()>& use) {
  constexpr unsigned kMost = 6;
  std::random_device random;
  for (unsigned time = 1;; ++time) {
    replaced_ = false;
    auto used = use();
    if (used || !replaced_ || time == kMost) return used;
    // Two that make summaries anew at a time would go on to stand in each other's way.
    for (unsigned waits = random() % (1U << time); waits > 0; --waits) {
      TURNOUT_CHECK(statements_.connection().cancellation().check());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

}  // namespace turnout::store
