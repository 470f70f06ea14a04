#include "turnout/estimation/engines/sql_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <optional>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/estimation/embedded_texts.h"
#include "turnout/store/sql_number.h"

namespace turnout::estimation {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using store::SqlRow;

/// The columns of a row, one after the other. What cannot be read gives 0, and done() says so.
class Columns {
 public:
  explicit Columns(const SqlRow& row) : row_(row) {}
  std::string text() {
    if (next_ < row_.size()) return row_[next_++];
    ++next_;
    if (!wrong_) wrong_ = Error{ErrorCode::kUnreadable, "is missing", name()};
    return {};
  }
  std::int64_t integer() {
    const std::string column = text();
    return number(store::sql_integer(column, name()));
  }
  double real() {
    const std::string column = text();
    return number(store::sql_real(column, name()));
  }
  Fates fates() {
    Fates fates;
    fates.reprompted = integer();
    fates.solved = integer();
    fates.abandoned = integer();
    fates.silent = integer();
    return fates;
  }
  /// @returns the first thing that was wrong: a column that is no number or is missing, or one too
  ///   many.
  [[nodiscard]] Status done() const {
    if (wrong_) return *wrong_;
    if (next_ == row_.size()) return base::Done{};
    return Error{ErrorCode::kUnreadable, "was not asked for", fmt::format("column {}", next_ + 1)};
  }

 private:
  /// Of the column that was read last, from 1.
  [[nodiscard]] std::string name() const { return fmt::format("column {}", next_); }
  template <class Number>
  Number number(const Result<Number>& read) {
    if (read) return *read;
    if (!wrong_) wrong_ = read.error();
    return 0;
  }
  const SqlRow& row_;
  std::size_t next_ = 0;
  std::optional<Error> wrong_;
};

store::SqlValues values_of(const LogSelection& selection, std::int64_t last_us) {
  using Limits = std::numeric_limits<std::int64_t>;
  store::SqlValues values = {{"since", selection.since_us.value_or(Limits::min() + 1)},
                             {"until", selection.until_us.value_or(Limits::max())},
                             {"settled", last_us - selection.window_us},
                             {"returned", last_us - selection.return_us},
                             {"period", selection.period_us}};
  for (const auto& [column, any] :
       {std::pair{"user_id", "any_user"}, {"model", "any_model"}, {"policy_id", "any_policy"}}) {
    const auto wanted = selection.where.find(column);
    const bool free = wanted == selection.where.end();
    values[any] = std::int64_t{free ? 1 : 0};
    values[column] = free ? std::string() : wanted->second;
  }
  return values;
}

/// @returns also kUnsupported for too many models or policies.
Status read_totals(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  to.passes = columns.integer();
  to.tasks = columns.integer();
  to.recent = columns.integer();
  const std::int64_t first = columns.integer();
  const std::int64_t last = columns.integer();
  if (to.passes > 0) {
    to.first_us = first;
    to.last_us = last;
  }
  Contradictions& found = to.contradictions;
  for (auto* count : {&found.gaps, &found.success_reprompted, &found.ended_reprompted,
                      &found.missing_next, &found.time_travel, &found.user_changed}) {
    *count = columns.integer();
  }
  const auto models = static_cast<std::size_t>(columns.integer());
  const auto policies = static_cast<std::size_t>(columns.integer());
  TURNOUT_CHECK(columns.done());
  return few_enough(models, policies);
}

/// The columns that name a path: policy, attempts, three models before, and the pass's own.
PathKey read_key(Columns& columns) {
  PathKey key;
  key.policy = columns.text();
  const auto attempt = static_cast<std::size_t>(columns.integer());
  key.deep = attempt > kDeepestPath;
  for (std::size_t before = kDeepestPath; before-- > 0;) {
    const std::string model = columns.text();
    if (before == 0 || (!key.deep && before < attempt)) key.models.push_back(model);
  }
  return key;
}

Status read_path(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  PathCounts& counts = to.paths[read_key(columns)];
  counts.fates = columns.fates();
  counts.latency = {counts.fates.passes(), columns.real(), 0};
  counts.latency.squares = columns.real();
  counts.cost.count = columns.integer();
  counts.cost.sum = columns.real();
  counts.cost.squares = columns.real();
  return columns.done();
}

Status read_period(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  const std::string model = columns.text();
  PeriodCounts& counts = to.periods[model][columns.integer()];
  counts.first = columns.fates();
  counts.latency.count = columns.integer();
  counts.latency.sum = columns.real();
  counts.latency.squares = columns.real();
  counts.timed = columns.integer();
  for (auto* sum : {&counts.y, &counts.yy, &counts.x, &counts.xx, &counts.xy})
    *sum = columns.real();
  return columns.done();
}

Status read_latency(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  const std::string model = columns.text();
  const std::int64_t bin = columns.integer();
  to.latencies[model][bin] = columns.integer();
  return columns.done();
}

Status read_return(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  const PathKey key = read_key(columns);
  const std::string fate = columns.text();
  // Re-prompted, says the last pass: what came then is not in the log.
  constexpr std::array<std::pair<std::string_view, TaskEnd>, 4> kEnds = {
      {{"solved", TaskEnd::kSolved},
       {"abandoned", TaskEnd::kAbandoned},
       {"silent", TaskEnd::kSilent},
       {"reprompted", TaskEnd::kSilent}}};
  const auto* const known =
      std::find_if(kEnds.begin(), kEnds.end(), [&](const auto& end) { return end.first == fate; });
  if (known == kEnds.end()) {
    return Error{ErrorCode::kUnreadable, base::in_quotes(fate) + " is no end of a task",
                 "column 7"};
  }
  const auto end = static_cast<std::size_t>(known->second);
  ReturnCounts counts;
  counts.tasks.at(end) = columns.integer();
  counts.last.at(end) = columns.integer();
  to.paths[key].returns += counts;
  to.returns += counts;
  return columns.done();
}

Status read_user_spread(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  UserSpread& spread = to.users[columns.text()];
  spread.users = columns.integer();
  for (auto& sum : spread.sums) sum = columns.integer();
  for (auto& product : spread.products) product = columns.integer();
  return columns.done();
}

/// The statement of this name, with {chosen} in its place.
std::string statement_of(std::string_view engine, const char* name) {
  const auto text = [&](const char* file) {
    return std::string(
        base::find_text(embedded_texts(), fmt::format("sql/{}/{}.sql", engine, file)));
  };
  const std::string chosen = text("chosen");
  std::string sql = text(name);
  assert(!sql.empty());
  constexpr std::string_view kChosen = "{chosen}";
  for (auto at = sql.find(kChosen); at != std::string::npos; at = sql.find(kChosen)) {
    sql.replace(at, kChosen.size(), chosen);
  }
  return sql;
}

using ReadRow = Status (*)(const SqlRow&, LogStatistics&);

/// Runs a statement and reads its rows.
/// @returns also kUnreadable naming store, statement and column.
Status ask(store::SqlStore& store, const store::SqlValues& values, const char* name, ReadRow read,
           LogStatistics& to) {
  TURNOUT_TRY(const auto rows, store.query(statement_of(store.engine(), name), values));
  const std::string where = fmt::format("{}: {}.sql", store.name(), name);
  if (read == read_totals && rows.size() != 1) {
    return Error{ErrorCode::kUnreadable, fmt::format("one row was expected, {} came", rows.size()),
                 where};
  }
  for (const SqlRow& row : rows) {
    TURNOUT_CHECK(read(row, to).within(where));
  }
  return base::Done{};
}

}  // namespace

Result<LogStatistics> sql_statistics(store::SqlStore& store, const LogSelection& selection,
                                     const base::Watch& watch) {
  constexpr std::array<std::pair<const char*, ReadRow>, 5> kStatistics = {
      {{"paths", read_path},
       {"periods", read_period},
       {"latencies", read_latency},
       {"returns", read_return},
       {"users", read_user_spread}}};
  LogStatistics result;
  TURNOUT_CHECK(store.in_snapshot([&]() -> Status {
    TURNOUT_TRY(const auto size, store.size());
    const auto values = values_of(selection, size.last_us.value_or(0));
    TURNOUT_CHECK(ask(store, values, "totals", read_totals, result));
    for (const auto& [name, read] : kStatistics) {
      TURNOUT_CHECK(watch.cancellation.check());
      TURNOUT_CHECK(ask(store, values, name, read, result));
      watch.on_steps(static_cast<std::size_t>(size.passes) / kStatistics.size());
    }
    return base::Done{};
  }));
  return result;
}

}  // namespace turnout::estimation
