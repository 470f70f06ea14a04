#include "turnout/store/clickhouse_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

#include "turnout/store/clickhouse_deletion.h"
#include "turnout/store/clickhouse_keys.h"
#include "turnout/store/clickhouse_rows.h"
#include "turnout/store/embedded_texts.h"
#include "turnout/store/pass_key.h"
#include "turnout/store/row_binary.h"
#include "turnout/store/schema_version.h"
#include "turnout/store/sql_number.h"

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// One insert by this process: the first stored of two passes with one key is kept, so the number
/// falls with time.
std::uint64_t precedence() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return ~static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

Result<std::unique_ptr<ClickHouseStore>> ClickHouseStore::open(
    const std::string& source, Access access, const base::Cancellation& cancellation) {
  TURNOUT_TRY(auto address, ClickHouseAddress::parse(source));
  std::unique_ptr<ClickHouseStore> store(
      new ClickHouseStore(ClickHouseConnection(std::move(address), cancellation), access));
  TURNOUT_CHECK(access == Access::kRead ? store->prepare_to_read() : store->migrate(access));
  return store;
}

Result<std::int64_t> ClickHouseStore::version() {
  TURNOUT_TRY(const auto there, statements_.one_integer("EXISTS TABLE schema_version"));
  return there == 1 ? statements_.one_integer("SELECT max(version) FROM schema_version") : 0;
}

Status ClickHouseStore::prepare_to_read() {
  // A user with readonly = 1 may set nothing, not even for a statement.
  statements_.connection().use(ClickHouseConnection::Settings::kNone);
  TURNOUT_TRY(const auto readonly,
              statements_.one_integer(
                  "SELECT toUInt8(value) FROM system.settings WHERE name = 'readonly'"));
  if (readonly != 1) statements_.connection().use(ClickHouseConnection::Settings::kReading);
  TURNOUT_TRY(const auto stored, version());
  TURNOUT_CHECK(pending_migrations("clickhouse", stored, Access::kRead, name()));
  if (statements_.cluster().empty()) return base::Done{};
  TURNOUT_TRY(const auto there, statements_.one_integer("EXISTS TABLE {stored_passes}"));
  if (there == 1) return base::Done{};
  return Error{ErrorCode::kUnreadable,
               "has no tables of its cluster; turnout log create makes them", name()};
}

Status ClickHouseStore::migrate(Access access) {
  TURNOUT_TRY(const auto stored, version());
  TURNOUT_TRY(const auto pending, pending_migrations("clickhouse", stored, access, name()));
  for (const auto sql : pending) {
    TURNOUT_CHECK(statements_.run_all(sql));
  }
  if (statements_.cluster().empty()) return base::Done{};
  return statements_.run_all(base::find_text(embedded_texts(), "sql/clickhouse/cluster.sql"));
}

Status ClickHouseStore::read(const std::string& sql,
                             const std::function<bool(const traffic::Pass&)>& use) {
  ClickHouseRows rows(use);
  const auto streamed =
      statements_.connection().stream(statements_.fill(sql, {}) + " FORMAT RowBinary",
                                      [&](std::string_view piece) { return rows.take(piece); });
  // A server that says in the midst of rows why it fails may break off the answer besides.
  return streamed || rows.say_why() ? rows.done(name()) : streamed;
}

Result<InsertCounts> ClickHouseStore::insert(std::span<const traffic::Pass> passes) {
  TURNOUT_TRY(const auto held, held_of(statements_, passes));
  std::unordered_map<PassKey, const traffic::Pass*, HashPassKey> known;
  InsertCounts counts;
  std::string rows;
  const std::uint64_t kept = precedence();
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const traffic::Pass& pass = passes[i];
    if (held[i] != Held::kNothing) {
      ++(held[i] == Held::kSame ? counts.repeated : counts.conflicting);
      continue;
    }
    const auto [place, is_new] = known.try_emplace(key_of(pass), &pass);
    if (!is_new) {
      ++(*place->second == pass ? counts.repeated : counts.conflicting);
      continue;
    }
    ++counts.added;
    append_row_binary(rows, pass);
    append_fixed(rows, kept);
  }
  if (counts.added == 0) return counts;
  TURNOUT_CHECK(statements_.connection().insert(
      statements_.fill(
          fmt::format("INSERT INTO {{passes}} ({}, kept) FORMAT RowBinary", kStoredColumns), {}),
      rows));
  return counts;
}

/// Old servers merge the rows of a table FINAL in one thread, in the order of its key, and would sort
/// what is sorted. The order is checked all the same.
Result<bool> ClickHouseStore::gives_rows_in_order() {
  constexpr std::int64_t kFirstToMergeInParallel = 20;
  if (!statements_.cluster().empty()) return false;
  TURNOUT_TRY(const auto version,
              statements_.one_integer("SELECT toInt64OrZero(splitByChar('.', version())[1])"));
  return version > 0 && version < kFirstToMergeInParallel;
}

/// Each pass once, of the tasks of a condition, or of all. The table of a cluster gives none FINAL.
std::string ClickHouseStore::passes_of(const std::string& tasks) const {
  const bool one_server = statements_.cluster().empty();
  const char* passes = one_server ? "{passes} FINAL" : "{stored_passes}";
  if (tasks.empty()) return passes;
  return fmt::format("{} {} task_id GLOBAL IN (SELECT task_id FROM {{passes}} WHERE {})", passes,
                     one_server ? "PREWHERE" : "WHERE", tasks);
}

Status ClickHouseStore::give(const std::string& tasks,
                             const std::function<bool(const traffic::Pass&)>& use) {
  TURNOUT_TRY(const bool in_order, gives_rows_in_order());
  std::string sql = fmt::format("SELECT {} FROM {}", kStoredColumns, passes_of(tasks));
  if (!in_order) sql += " ORDER BY task_id, attempt";
  KeyOrder order(name());
  TURNOUT_CHECK(read(sql, [&](const traffic::Pass& pass) {
    switch (order.next(pass)) {
      case KeyOrder::Place::kNext:
        return use(pass);
      case KeyOrder::Place::kRepeated:
        return true;
      case KeyOrder::Place::kWrong:
        return false;
    }
    return false;
  }));
  return order.status();
}

Status ClickHouseStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  return give("", use);
}

Status ClickHouseStore::for_each_active(std::int64_t from_us, std::int64_t until_us,
                                        const std::function<bool(const traffic::Pass&)>& use) {
  return give(fmt::format("started_us >= {} AND started_us < {}", from_us, until_us), use);
}

/// The user of a connection may often write where the caller said that it would not.
Status ClickHouseStore::may_write() const {
  if (access_ != Access::kRead) return base::Done{};
  return Error{ErrorCode::kUnwritable, "was opened to be read", name()};
}

Status ClickHouseStore::begin_summaries() {
  TURNOUT_CHECK(may_write());
  TURNOUT_TRY(const auto all, span());
  if (!all.first_us) return base::Done{};
  return summaries_.begin(day_of(*all.first_us));
}

Status ClickHouseStore::replace_summaries(const Days& days, std::span<const DaySummary> summaries) {
  TURNOUT_CHECK(may_write());
  return summaries_.replace(days, summaries);
}

Status ClickHouseStore::end_summaries(std::int64_t end_day, std::span<const std::int64_t> done) {
  TURNOUT_CHECK(may_write());
  return summaries_.end(end_day, done);
}

Status ClickHouseStore::drop_summaries() {
  TURNOUT_CHECK(may_write());
  return summaries_.drop();
}

Result<std::vector<traffic::Pass>> ClickHouseStore::tail(std::size_t count) {
  std::vector<traffic::Pass> passes;
  TURNOUT_CHECK(
      read(fmt::format("SELECT {} FROM {{stored_passes}} ORDER BY started_us DESC, task_id "
                       "DESC, attempt DESC LIMIT {}",
                       kStoredColumns, count),
           [&](const traffic::Pass& pass) {
             passes.push_back(pass);
             return true;
           }));
  std::reverse(passes.begin(), passes.end());
  return passes;
}

/// @param sql  gives passes, tasks, the first start and the last
Result<StoreSize> ClickHouseStore::size_of(std::string_view sql, const SqlValues& values) {
  TURNOUT_TRY(const auto rows, statements_.query(sql, values));
  if (rows.size() != 1 || rows[0].size() != 4)
    return Error{ErrorCode::kUnreadable, "four numbers were expected, and did not come", name()};
  const SqlRow& row = rows[0];
  StoreSize size;
  TURNOUT_TRY(size.passes, sql_integer(row[0], "passes").within(name()));
  TURNOUT_TRY(size.tasks, sql_integer(row[1], "tasks").within(name()));
  if (size.passes == 0) return size;
  TURNOUT_TRY(size.first_us, sql_integer(row[2], "first start").within(name()));
  TURNOUT_TRY(size.last_us, sql_integer(row[3], "last start").within(name()));
  return size;
}

Result<StoreSize> ClickHouseStore::size() {
  return size_of(
      "SELECT count(), countIf(attempt = 1), min(started_us), max(started_us) FROM {stored_passes}",
      {});
}

Result<LogSpan> ClickHouseStore::span() {
  // Of all rows, of which some may be repeated passes with other values that are not read: whether the
  // extremes are those of passes is asked of the tasks that have them.
  TURNOUT_TRY(
      const auto rows,
      size_of("SELECT count(), count(), min(started_us), max(started_us) FROM {passes}", {}));
  if (rows.passes == 0) return LogSpan{};
  TURNOUT_TRY(const auto read,
              size_of("SELECT count(), count(), min(started_us), max(started_us) FROM " +
                          passes_of("started_us = {first} OR started_us = {last}"),
                      {{"first", *rows.first_us}, {"last", *rows.last_us}}));
  if (read.first_us == rows.first_us && read.last_us == rows.last_us)
    return LogSpan{rows.first_us, rows.last_us};
  TURNOUT_TRY(const auto all, size());
  return LogSpan{all.first_us, all.last_us};
}

Result<StoreSize> ClickHouseStore::older_than(std::int64_t before_us) {
  return size_of(
      "SELECT sum(passes), count(), min(first), max(last) FROM (SELECT count() AS passes, "
      "min(started_us) AS first, max(started_us) AS last FROM {stored_passes} GROUP BY task_id "
      "HAVING first < {before})",
      {{"before", before_us}});
}

Result<std::int64_t> ClickHouseStore::prune(std::int64_t before_us) {
  if (!statements_.cluster().empty()) {
    return Error{ErrorCode::kUnsupported,
                 "cannot delete from a cluster; prune each of its servers, without ?cluster",
                 name()};
  }
  TURNOUT_TRY(const auto before, size());
  TURNOUT_CHECK(delete_tasks(statements_, before_us, kLongestPrune));
  TURNOUT_TRY(const auto after, size());
  return before.passes - after.passes;
}

}  // namespace turnout::store
