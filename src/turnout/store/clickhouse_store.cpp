#include "turnout/store/clickhouse_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <unordered_map>
#include <utility>

#include "turnout/store/embedded_texts.h"
#include "turnout/store/row_binary.h"
#include "turnout/store/schema_version.h"

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

std::int64_t integer_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
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

Result<std::unique_ptr<ClickHouseStore>> ClickHouseStore::open(const std::string& source,
                                                               Create create) {
  TURNOUT_TRY(auto address, ClickHouseAddress::parse(source));
  std::unique_ptr<ClickHouseStore> store(
      new ClickHouseStore(ClickHouseConnection(std::move(address))));
  TURNOUT_CHECK(store->migrate(create));
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

Status ClickHouseStore::migrate(Create create) {
  TURNOUT_TRY(auto there, connection_.query("EXISTS TABLE schema_version"));
  std::int64_t version = 0;
  if (integer_of(there) == 1) {
    TURNOUT_TRY(auto stored, connection_.query("SELECT max(version) FROM schema_version"));
    version = integer_of(stored);
  }
  TURNOUT_TRY(const auto pending, pending_migrations("clickhouse", version, create, name()));
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

Status ClickHouseStore::in_snapshot(const std::function<Status()>& use) { return use(); }

Status ClickHouseStore::read(const std::string& sql,
                             const std::function<bool(const traffic::Pass&)>& use) {
  std::string pending;
  traffic::Pass pass;
  TURNOUT_CHECK(
      connection_.stream(fill(sql, {}) + " FORMAT RowBinary", [&](std::string_view piece) {
        pending += piece;
        std::string_view rest = pending;
        while (!rest.empty() && take_row_binary(rest, pass)) {
          if (!use(pass)) return false;
        }
        pending.erase(0, pending.size() - rest.size());
        return true;
      }));
  if (!pending.empty())
    return Error{ErrorCode::kUnreadable, "the server's answer ends within a row", name()};
  return base::Done{};
}

/// The passes of the store that have the keys of these; of two with one key the one that is kept
/// comes first.
Result<std::vector<traffic::Pass>> ClickHouseStore::stored_like(
    std::span<const traffic::Pass> passes) {
  std::string keys;
  for (const traffic::Pass& pass : passes) append_key(keys, pass);
  const ClickHouseConnection::Attached incoming{"incoming", "task_id String, attempt UInt32", keys};
  TURNOUT_TRY(auto body,
              connection_.query(
                  fill(fmt::format("SELECT {} FROM {{passes}} WHERE (task_id, attempt) GLOBAL IN "
                                   "incoming ORDER BY kept DESC FORMAT RowBinary",
                                   kStoredColumns),
                       {}),
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

Status ClickHouseStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  return read(
      fmt::format("SELECT {} FROM {{stored_passes}} ORDER BY task_id, attempt", kStoredColumns),
      use);
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

Result<StoreSize> ClickHouseStore::size() {
  TURNOUT_TRY(auto rows, query("SELECT count(), countIf(attempt = 1), min(started_us), "
                               "max(started_us) FROM {stored_passes}",
                               {}));
  const SqlRow& row = rows.at(0);
  StoreSize size{integer_of(row[0]), integer_of(row[1]), {}, {}};
  if (size.passes > 0) {
    size.first_us = integer_of(row[2]);
    size.last_us = integer_of(row[3]);
  }
  return size;
}

Result<std::int64_t> ClickHouseStore::prune(std::int64_t before_us) {
  if (!connection_.address().cluster.empty()) {
    return Error{ErrorCode::kUnsupported,
                 "cannot delete from a cluster; prune each of its servers, without ?cluster",
                 name()};
  }
  TURNOUT_TRY(const auto before, size());
  TURNOUT_TRY(
      auto started,
      query(
          "ALTER TABLE passes DELETE WHERE task_id IN (SELECT task_id FROM passes GROUP BY task_id "
          "HAVING min(started_us) "
          "< "
          "{before})",
          {{"before", before_us}}));
  for (;;) {  // the server deletes in the background
    TURNOUT_TRY(
        auto pending,
        query("SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = "
              "'passes' AND is_done = 0",
              {}));
    if (pending.at(0)[0] == "0") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  TURNOUT_TRY(const auto after, size());
  return before.passes - after.passes;
}

}  // namespace turnout::store
