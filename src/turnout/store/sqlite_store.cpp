#include "turnout/store/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "turnout/store/schema_version.h"

namespace turnout::store {
namespace {

using base::Result;
using base::Status;

void bind_text(SqliteStatement& statement, int parameter, const std::string& text) {
  if (text.empty()) {
    statement.bind_null(parameter);
  } else {
    statement.bind(parameter, std::string_view(text));
  }
}

void bind_pass(SqliteStatement& statement, const traffic::Pass& pass) {
  int at = 0;
  statement.bind(at++, std::string_view(pass.task_id));
  statement.bind(at++, pass.attempt);
  bind_text(statement, at++, pass.user_id);
  statement.bind(at++, std::string_view(pass.model));
  statement.bind(at++, pass.started_us);
  statement.bind(at++, pass.latency_s);
  statement.bind(at++, pass.ttft_s);
  statement.bind(at++, pass.input_tokens);
  statement.bind(at++, pass.output_tokens);
  statement.bind(at++, pass.cost_usd);
  statement.bind(at++, name_of(pass.outcome));
  statement.bind(at++, name_of(pass.ending));
  bind_text(statement, at++, pass.policy_id);
  statement.bind(at++, pass.propensity);
}

std::optional<double> real_or_none(const SqliteStatement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.real(column);
}
std::optional<std::int64_t> integer_or_none(const SqliteStatement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

void read_pass(const SqliteStatement& row, traffic::Pass& pass) {
  int at = 0;
  pass.task_id = row.text(at++);
  pass.attempt = row.integer(at++);
  pass.user_id = row.text(at++);
  pass.model = row.text(at++);
  pass.started_us = row.integer(at++);
  pass.latency_s = row.real(at++);
  pass.ttft_s = real_or_none(row, at++);
  pass.input_tokens = integer_or_none(row, at++);
  pass.output_tokens = integer_or_none(row, at++);
  pass.cost_usd = real_or_none(row, at++);
  pass.outcome = traffic::outcome_of(row.text(at++)).value_or(traffic::Outcome::kUnknown);
  pass.ending = traffic::ending_of(row.text(at++)).value_or(traffic::Ending::kOpen);
  pass.policy_id = row.text(at++);
  pass.propensity = real_or_none(row, at++);
}

Result<std::int64_t> one_integer(SqliteDatabase& database, const std::string& sql) {
  TURNOUT_TRY(SqliteStatement query, database.prepare(sql));
  TURNOUT_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Create create) {
  const auto mode =
      create == Create::kYes ? SqliteDatabase::Mode::kCreate : SqliteDatabase::Mode::kWrite;
  TURNOUT_TRY(auto database, SqliteDatabase::open(path, mode));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(database), "sqlite:" + path));
  TURNOUT_CHECK(store->migrate(create));
  TURNOUT_CHECK(store->prepare());
  return store;
}

Status SqliteStore::migrate(Create create) {
  // NORMAL under WAL loses no committed transaction to a killed process; a power cut may take the
  // last ones.
  constexpr const char* kSettings =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA "
      "temp_store = FILE";
  TURNOUT_CHECK(database_.run(kSettings));
  TURNOUT_CHECK(database_.run("BEGIN IMMEDIATE"));  // one process at a time makes the tables
  TURNOUT_TRY(
      auto has_table,
      one_integer(database_, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'"));
  TURNOUT_TRY(auto stored, has_table == 0
                               ? Result<std::int64_t>(0)
                               : one_integer(database_, "SELECT version FROM schema_version"));
  TURNOUT_TRY(const auto pending, pending_migrations("sqlite", stored, create, database_.path()));
  for (const auto sql : pending) {
    TURNOUT_CHECK(database_.run(std::string(sql)));
  }
  return database_.run("COMMIT");
}

Status SqliteStore::prepare() {
  TURNOUT_TRY(
      insert_,
      database_.prepare(fmt::format(
          "INSERT INTO passes ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
          kStoredColumns)));
  TURNOUT_TRY(find_,
              database_.prepare(fmt::format(
                  "SELECT {} FROM passes WHERE task_id = ? AND attempt = ?", kStoredColumns)));
  return base::Done{};
}

Result<InsertCounts> SqliteStore::insert(std::span<const traffic::Pass> passes) {
  TURNOUT_CHECK(database_.run("BEGIN IMMEDIATE"));
  auto counts = insert_all(passes);
  const auto done = database_.run(counts ? "COMMIT" : "ROLLBACK");
  if (!counts || done) return counts;
  return done.error();
}

Result<InsertCounts> SqliteStore::insert_all(std::span<const traffic::Pass> passes) {
  InsertCounts counts;
  for (const traffic::Pass& pass : passes) {
    bind_pass(*insert_, pass);
    TURNOUT_CHECK(insert_->step());
    if (database_.changes() == 1) {
      ++counts.added;
      continue;
    }
    TURNOUT_TRY(auto same, same_as_stored(pass));
    ++(same ? counts.repeated : counts.conflicting);
  }
  return counts;
}

Result<bool> SqliteStore::same_as_stored(const traffic::Pass& pass) {
  find_->bind(0, std::string_view(pass.task_id));
  find_->bind(1, pass.attempt);
  TURNOUT_TRY(auto row, find_->step());
  traffic::Pass stored;
  if (row) read_pass(*find_, stored);
  find_->reset();
  return stored == pass;
}

Status SqliteStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  TURNOUT_TRY(SqliteStatement rows,
              database_.prepare(
                  fmt::format("SELECT {} FROM passes ORDER BY task_id, attempt", kStoredColumns)));
  traffic::Pass pass;
  for (;;) {
    TURNOUT_TRY(auto row, rows.step());
    if (!row) return base::Done{};
    read_pass(rows, pass);
    if (!use(pass)) return base::Done{};
  }
}

Result<std::vector<traffic::Pass>> SqliteStore::tail(std::size_t count) {
  TURNOUT_TRY(
      SqliteStatement rows,
      database_.prepare(fmt::format(
          "SELECT {} FROM passes ORDER BY started_us DESC, task_id DESC, attempt DESC LIMIT ?",
          kStoredColumns)));
  rows.bind(0, static_cast<std::int64_t>(count));
  std::vector<traffic::Pass> passes;
  for (;;) {
    TURNOUT_TRY(auto row, rows.step());
    if (!row) break;
    read_pass(rows, passes.emplace_back());
  }
  std::reverse(passes.begin(), passes.end());
  return passes;
}

Result<StoreSize> SqliteStore::size() {
  TURNOUT_TRY(SqliteStatement row,
              database_.prepare("SELECT count(*), count(*) FILTER (WHERE attempt = 1), "
                                "min(started_us), max(started_us) FROM "
                                "passes"));
  TURNOUT_CHECK(row.step());
  return StoreSize{row.integer(0), row.integer(1), integer_or_none(row, 2),
                   integer_or_none(row, 3)};
}

Result<std::int64_t> SqliteStore::prune(std::int64_t before_us) {
  TURNOUT_TRY(
      SqliteStatement statement,
      database_.prepare(
          "DELETE FROM passes WHERE task_id IN (SELECT task_id FROM passes GROUP BY task_id HAVING "
          "min(started_us) < ?)"));
  statement.bind(0, before_us);
  TURNOUT_CHECK(statement.step());
  return database_.changes();
}

}  // namespace turnout::store
