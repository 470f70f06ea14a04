#include "turnout/store/clickhouse_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <unordered_map>
#include <utility>

#include "turnout/store/clickhouse_rows.h"
#include "turnout/store/embedded_texts.h"
#include "turnout/store/row_binary.h"
#include "turnout/store/schema_version.h"
#include "turnout/store/sql_number.h"

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// Text as a literal of SQL.
std::string quoted(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') literal += '\\';
    literal += c;
  }
  return literal + "'";
}

/// What text in ClickHouse's TabSeparated format says.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    constexpr std::string_view kCodes = "bfnrt0";
    constexpr std::string_view kMeant("\b\f\n\r\t\0", 6);
    const char code = text[++i];
    if (code == 'N') continue;  // NULL
    const auto place = kCodes.find(code);
    plain += place == std::string_view::npos ? code : kMeant[place];
  }
  return plain;
}

std::vector<SqlRow> rows_of(std::string_view body) {
  std::vector<SqlRow> rows;
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    SqlRow& row = rows.emplace_back();
    for (;;) {
      const auto tab = std::min(line.find('\t'), line.size());
      row.push_back(unescaped(line.substr(0, tab)));
      if (tab == line.size()) break;
      line.remove_prefix(tab + 1);
    }
  }
  return rows;
}

/// One insert by this process: the first stored of two passes with one key is kept, so the number
/// falls with time.
std::uint64_t precedence() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return ~static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

using Key = std::pair<std::string_view, std::int64_t>;
struct HashKey {
  std::size_t operator()(const Key& key) const {
    return std::hash<std::string_view>{}(key.first) ^
           (static_cast<std::size_t>(key.second) * 0x9e3779b97f4a7c15ULL);
  }
};
Key key_of(const traffic::Pass& pass) { return {pass.task_id, pass.attempt}; }

}  // namespace

Result<std::unique_ptr<ClickHouseStore>> ClickHouseStore::open(
    const std::string& source, Access access, const base::Cancellation& cancellation) {
  TURNOUT_TRY(auto address, ClickHouseAddress::parse(source));
  std::unique_ptr<ClickHouseStore> store(
      new ClickHouseStore(ClickHouseConnection(std::move(address), cancellation)));
  TURNOUT_CHECK(access == Access::kRead ? store->prepare_to_read() : store->migrate(access));
  return store;
}

/// Statements end with a semicolon at the end of a line: the server takes one at a time.
Status ClickHouseStore::run_all(std::string_view statements) {
  while (statements.find_first_not_of(" \n") != std::string_view::npos) {
    const auto end = std::min(statements.find(";\n"), statements.size());
    TURNOUT_TRY(auto done, connection_.query(fill(statements.substr(0, end), {})));
    statements.remove_prefix(std::min(end + 2, statements.size()));
  }
  return base::Done{};
}

/// @returns the one number that a question has for an answer.
Result<std::int64_t> ClickHouseStore::one_integer(std::string_view sql) {
  TURNOUT_TRY(const auto rows, query(sql, {}));
  if (rows.size() == 1 && rows[0].size() == 1) {
    return sql_integer(rows[0][0], fmt::format("{}: {}", name(), sql));
  }
  return Error{ErrorCode::kUnreadable, "one number was expected, and did not come",
               fmt::format("{}: {}", name(), sql)};
}

Result<std::int64_t> ClickHouseStore::version() {
  TURNOUT_TRY(const auto there, one_integer("EXISTS TABLE schema_version"));
  return there == 1 ? one_integer("SELECT max(version) FROM schema_version") : 0;
}

Status ClickHouseStore::prepare_to_read() {
  // A user with readonly = 1 may set nothing, not even for a statement.
  connection_.use(ClickHouseConnection::Settings::kNone);
  TURNOUT_TRY(const auto readonly,
              one_integer("SELECT toUInt8(value) FROM system.settings WHERE name = 'readonly'"));
  if (readonly != 1) connection_.use(ClickHouseConnection::Settings::kReading);
  TURNOUT_TRY(const auto stored, version());
  TURNOUT_CHECK(pending_migrations("clickhouse", stored, Access::kRead, name()));
  if (connection_.address().cluster.empty()) return base::Done{};
  TURNOUT_TRY(const auto there, one_integer(fill("EXISTS TABLE {stored_passes}", {})));
  if (there == 1) return base::Done{};
  return Error{ErrorCode::kUnreadable,
               "has no tables of its cluster; turnout log create makes them", name()};
}

Status ClickHouseStore::migrate(Access access) {
  TURNOUT_TRY(const auto stored, version());
  TURNOUT_TRY(const auto pending, pending_migrations("clickhouse", stored, access, name()));
  for (const auto sql : pending) {
    TURNOUT_CHECK(run_all(sql));
  }
  if (connection_.address().cluster.empty()) return base::Done{};
  return run_all(base::find_text(embedded_texts(), "sql/clickhouse/cluster.sql"));
}

std::string ClickHouseStore::fill(std::string_view sql, const SqlValues& values) const {
  const std::string& cluster = connection_.address().cluster;
  return fill_names(sql, [&](std::string_view name) {
    if (name == "cluster") return cluster;
    if (name.ends_with("passes")) {
      return std::string(name) + (cluster.empty() ? "" : "_on_" + cluster);
    }
    const auto value = values.find(name);
    assert(value != values.end());
    const auto* number = std::get_if<std::int64_t>(&value->second);
    return number != nullptr ? fmt::format("toInt64({})", *number)
                             : quoted(std::get<std::string>(value->second));
  });
}

Result<std::vector<SqlRow>> ClickHouseStore::query(std::string_view sql, const SqlValues& values) {
  TURNOUT_TRY(auto body, connection_.query(fill(sql, values)));
  return rows_of(body);
}

Status ClickHouseStore::read(const std::string& sql,
                             const std::function<bool(const traffic::Pass&)>& use) {
  ClickHouseRows rows(use);
  const auto streamed =
      connection_.stream(fill(sql, {}) + " FORMAT RowBinary",
                         [&](std::string_view piece) { return rows.take(piece); });
  // A server that says in the midst of rows why it fails may break off the answer besides.
  return streamed || rows.say_why() ? rows.done(name()) : streamed;
}

/// The passes of the store that have the keys of these; of two with one key the one that is kept
/// comes first. The table is in the order of its tasks: between the first task and the last of a batch
/// lies little of it, if ids rise with time. Of what lies there the ids alone are read, but for rows
/// of these tasks. (A set of keys uses no index in old servers.)
Result<std::vector<traffic::Pass>> ClickHouseStore::stored_like(
    std::span<const traffic::Pass> passes) {
  if (passes.empty()) return std::vector<traffic::Pass>();
  std::string keys;
  for (const traffic::Pass& pass : passes) append_key(keys, pass);
  const auto [first, last] =
      std::minmax_element(passes.begin(), passes.end(),
                          [](const auto& a, const auto& b) { return a.task_id < b.task_id; });
  const ClickHouseConnection::Attached incoming{"incoming", "task_id String, attempt UInt32", keys};
  TURNOUT_TRY(
      auto body,
      connection_.query(
          fill(fmt::format("SELECT {} FROM {{passes}} PREWHERE task_id >= {{first}} AND task_id <= "
                           "{{last}} AND task_id GLOBAL IN (SELECT task_id FROM incoming) WHERE "
                           "(task_id, attempt) GLOBAL IN incoming ORDER BY kept DESC FORMAT "
                           "RowBinary",
                           kStoredColumns),
               {{"first", first->task_id}, {"last", last->task_id}}),
          incoming));
  std::vector<traffic::Pass> stored;
  std::string_view rest = body;
  traffic::Pass pass;
  while (!rest.empty() && take_row_binary(rest, pass)) stored.push_back(pass);
  if (!rest.empty())
    return Error{ErrorCode::kUnreadable, "the server's answer ends within a row", name()};
  return stored;
}

Result<InsertCounts> ClickHouseStore::insert(std::span<const traffic::Pass> passes) {
  TURNOUT_TRY(const auto stored, stored_like(passes));
  std::unordered_map<Key, const traffic::Pass*, HashKey> known;
  for (const traffic::Pass& pass : stored) known.emplace(key_of(pass), &pass);
  InsertCounts counts;
  std::string rows;
  const std::uint64_t kept = precedence();
  for (const traffic::Pass& pass : passes) {
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
  TURNOUT_CHECK(connection_.insert(
      fill(fmt::format("INSERT INTO {{passes}} ({}, kept) FORMAT RowBinary", kStoredColumns), {}),
      rows));
  return counts;
}

/// Old servers merge the rows of a table FINAL in one thread, in the order of its key, and would sort
/// what is sorted. The order is checked all the same.
Result<bool> ClickHouseStore::gives_rows_in_order() {
  constexpr std::int64_t kFirstToMergeInParallel = 20;
  if (!connection_.address().cluster.empty()) return false;
  TURNOUT_TRY(const auto version,
              one_integer("SELECT toInt64OrZero(splitByChar('.', version())[1])"));
  return version > 0 && version < kFirstToMergeInParallel;
}

Status ClickHouseStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  TURNOUT_TRY(const bool in_order, gives_rows_in_order());
  const std::string sql =
      in_order ? fmt::format("SELECT {} FROM {{passes}} FINAL", kStoredColumns)
               : fmt::format("SELECT {} FROM {{stored_passes}} ORDER BY task_id, attempt",
                             kStoredColumns);
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
  TURNOUT_TRY(const auto rows, query(sql, values));
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

Result<StoreSize> ClickHouseStore::older_than(std::int64_t before_us) {
  return size_of(
      "SELECT sum(passes), count(), min(first), max(last) FROM (SELECT count() AS passes, "
      "min(started_us) AS first, max(started_us) AS last FROM {stored_passes} GROUP BY task_id "
      "HAVING first < {before})",
      {{"before", before_us}});
}

/// @param marker  text that stands in the order and in no other
Result<ClickHouseStore::Deletion> ClickHouseStore::deletion(const std::string& marker) {
  TURNOUT_TRY(const auto rows,
              query("SELECT mutation_id, is_done, position(command, {marker}) > 0 AS is_ours FROM "
                    "system.mutations WHERE database = currentDatabase() AND table = 'passes' AND "
                    "(is_done = 0 OR is_ours) ORDER BY create_time, mutation_id",
                    {{"marker", marker}}));
  Deletion found;
  for (const SqlRow& row : rows) {
    if (row.size() != 3) break;
    if (row[2] == "1") {
      found.id = row[0];
      found.done = row[1] == "1";
    } else if (found.id.empty() && found.behind.empty()) {
      found.behind = row[0];
    }
  }
  if (!found.id.empty()) return found;
  return Error{ErrorCode::kUnreadable, "the server does not know of the deletion it was given",
               name()};
}

Status ClickHouseStore::wait_for_deletion(const std::string& marker) {
  constexpr auto kBetween = std::chrono::milliseconds(50);
  const auto patience = connection_.cancellation().until(base::Deadline::after(kLongestPrune));
  Deletion last;
  for (;;) {
    const auto found = deletion(marker);
    // The time may be up while the server is asked, too.
    if (!found && (found.error().code != ErrorCode::kCancelled || last.id.empty()))
      return found.error();
    if (found) last = *found;
    if (found && last.done) return base::Done{};
    if (found) std::this_thread::sleep_for(kBetween);
    if (found && !patience.requested()) continue;
    return Error{ErrorCode::kCancelled,
                 fmt::format("the deletion is not done yet, the server goes on with it as {}{}",
                             last.id, last.behind.empty() ? "" : ", behind " + last.behind),
                 name()};
  }
}

Result<std::int64_t> ClickHouseStore::prune(std::int64_t before_us) {
  if (!connection_.address().cluster.empty()) {
    return Error{ErrorCode::kUnsupported,
                 "cannot delete from a cluster; prune each of its servers, without ?cluster",
                 name()};
  }
  TURNOUT_TRY(const auto before, size());
  std::random_device random;
  const std::string marker = fmt::format("turnout prune {:08x}{:08x}", random(), random());
  TURNOUT_CHECK(
      query("ALTER TABLE passes DELETE WHERE {marker} != '' AND task_id IN (SELECT "
            "task_id FROM passes GROUP BY task_id HAVING min(started_us) < {before})",
            {{"before", before_us}, {"marker", marker}}));
  TURNOUT_CHECK(wait_for_deletion(marker));
  TURNOUT_TRY(const auto after, size());
  return before.passes - after.passes;
}

}  // namespace turnout::store
