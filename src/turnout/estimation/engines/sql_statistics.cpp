#include "turnout/estimation/engines/sql_statistics.h"

#include <fmt/format.h>

#include <cassert>
#include <charconv>
#include <limits>
#include <utility>

#include "turnout/estimation/embedded_texts.h"

namespace turnout::estimation {
namespace {

using base::Result;
using base::Status;
using store::SqlRow;

/// The columns of a row, one after the other.
class Columns {
 public:
  explicit Columns(const SqlRow& row) : row_(row) {}
  const std::string& text() { return row_.at(next_++); }
  std::int64_t integer() { return number<std::int64_t>(); }
  double real() { return number<double>(); }
  Fates fates() {
    Fates fates;
    fates.reprompted = integer();
    fates.solved = integer();
    fates.abandoned = integer();
    fates.silent = integer();
    return fates;
  }

 private:
  template <class Number>
  Number number() {
    const std::string& column = text();
    Number value{};
    std::from_chars(column.data(), column.data() + column.size(), value);
    return value;
  }
  const SqlRow& row_;
  std::size_t next_ = 0;
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

/// @returns how many models and policies there are.
std::pair<std::size_t, std::size_t> read_totals(const SqlRow& row, LogStatistics& to) {
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
  return {models, static_cast<std::size_t>(columns.integer())};
}

void read_path(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  PathKey key;
  key.policy = columns.text();
  const auto attempt = static_cast<std::size_t>(columns.integer());
  key.deep = attempt > kDeepestPath;
  for (std::size_t before = kDeepestPath;
       before-- > 0;) {  // three models before, and the pass's own
    const std::string& model = columns.text();
    if (before == 0 || (!key.deep && before < attempt)) key.models.push_back(model);
  }
  PathCounts& counts = to.paths[key];
  counts.fates = columns.fates();
  counts.latency = {counts.fates.passes(), columns.real(), 0};
  counts.latency.squares = columns.real();
  counts.cost.count = columns.integer();
  counts.cost.sum = columns.real();
  counts.cost.squares = columns.real();
}

void read_period(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  const std::string& model = columns.text();
  PeriodCounts& counts = to.periods[model][columns.integer()];
  counts.first = columns.fates();
  counts.latency.count = columns.integer();
  counts.latency.sum = columns.real();
  counts.latency.squares = columns.real();
  counts.timed = columns.integer();
  for (auto* sum : {&counts.y, &counts.yy, &counts.x, &counts.xx, &counts.xy})
    *sum = columns.real();
}

void read_latency(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  const std::string& model = columns.text();
  const std::int64_t bin = columns.integer();
  to.latencies[model][bin] = columns.integer();
}

void read_return(const SqlRow& row, LogStatistics& to) {
  Columns columns(row);
  const std::string& fate = columns.text();
  const TaskEnd end = fate == "solved"      ? TaskEnd::kSolved
                      : fate == "abandoned" ? TaskEnd::kAbandoned
                                            : TaskEnd::kSilent;
  to.returns.tasks.at(static_cast<std::size_t>(end)) += columns.integer();
  to.returns.last.at(static_cast<std::size_t>(end)) += columns.integer();
}

}  // namespace

Result<LogStatistics> sql_statistics(store::SqlStore& store, const LogSelection& selection,
                                     const std::function<void(std::size_t)>& on_passes) {
  const auto text = [&](const char* name) {
    return std::string(
        base::find_text(embedded_texts(), fmt::format("sql/{}/{}.sql", store.engine(), name)));
  };
  const std::string chosen = text("chosen");
  LogStatistics result;
  store::SqlValues values;
  const auto ask = [&](const char* name) {
    std::string sql = text(name);
    assert(!sql.empty());
    constexpr std::string_view kChosen = "{chosen}";
    for (auto at = sql.find(kChosen); at != std::string::npos; at = sql.find(kChosen)) {
      sql.replace(at, kChosen.size(), chosen);
    }
    return store.query(sql, values);
  };
  TURNOUT_CHECK(store.in_snapshot([&]() -> Status {
    TURNOUT_TRY(const auto size, store.size());
    values = values_of(selection, size.last_us.value_or(0));
    TURNOUT_TRY(const auto totals, ask("totals"));
    const auto [models, policies] = read_totals(totals.at(0), result);
    TURNOUT_CHECK(few_enough(models, policies));
    constexpr std::array<std::pair<const char*, void (*)(const SqlRow&, LogStatistics&)>, 4>
        kStatistics = {{{"paths", read_path},
                        {"periods", read_period},
                        {"latencies", read_latency},
                        {"returns", read_return}}};
    for (const auto& [name, read] : kStatistics) {
      TURNOUT_TRY(const auto rows, ask(name));
      for (const SqlRow& row : rows) read(row, result);
      on_passes(static_cast<std::size_t>(size.passes) / kStatistics.size());
    }
    return base::Done{};
  }));
  return result;
}

}  // namespace turnout::estimation
