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
  auto statement = database.prepare(sql);
  if (!statement) return statement.error();
  SqliteStatement query = *std::move(statement);
  auto row = query.step();
  if (!row) return row.error();
  return *row ? query.integer(0) : 0;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Create create) {
  const auto mode =
      create == Create::kYes ? SqliteDatabase::Mode::kCreate : SqliteDatabase::Mode::kWrite;
  auto database = SqliteDatabase::open(path, mode);
  if (!database) return database.error();
  std::unique_ptr<SqliteStore> store(new SqliteStore(*std::move(database), "sqlite:" + path));
  if (auto done = store->migrate(create); !done) return done.error();
  if (auto done = store->prepare(); !done) return done.error();
  return store;
}

Status SqliteStore::migrate(Create create) {
  // NORMAL under WAL loses no committed transaction to a killed process; a power cut may take the
  // last ones.
  constexpr const char* kSettings =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA "
      "temp_store = FILE";
  if (auto done = database_.run(kSettings); !done) return done;
  if (auto done = database_.run("BEGIN IMMEDIATE"); !done)
    return done;  // one process at a time makes the tables
  auto has_table =
      one_integer(database_, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'");
  if (!has_table) return has_table.error();
  auto stored = *has_table == 0 ? Result<std::int64_t>(0)
                                : one_integer(database_, "SELECT version FROM schema_version");
  if (!stored) return stored.error();
  const auto pending = pending_migrations("sqlite", *stored, create, database_.path());
  if (!pending) return pending.error();
  for (const auto sql : *pending) {
    if (auto done = database_.run(std::string(sql)); !done) return done;
  }
  return database_.run("COMMIT");
}

Status SqliteStore::prepare() {
  auto insert = database_.prepare(fmt::format(
      "INSERT INTO passes ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
      kStoredColumns));
  if (!insert) return insert.error();
  insert_ = *std::move(insert);
  auto find = database_.prepare(
      fmt::format("SELECT {} FROM passes WHERE task_id = ? AND attempt = ?", kStoredColumns));
  if (!find) return find.error();
  find_ = *std::move(find);
  return base::Done{};
}

Result<InsertCounts> SqliteStore::insert(std::span<const traffic::Pass> passes) {
  if (auto done = database_.run("BEGIN IMMEDIATE"); !done) return done.error();
  auto counts = insert_all(passes);
  const auto done = database_.run(counts ? "COMMIT" : "ROLLBACK");
  if (!counts || done) return counts;
  return done.error();
}

Result<InsertCounts> SqliteStore::insert_all(std::span<const traffic::Pass> passes) {
  InsertCounts counts;
  for (const traffic::Pass& pass : passes) {
    bind_pass(*insert_, pass);
    auto done = insert_->step();
    if (!done) return done.error();
    if (database_.changes() == 1) {
      ++counts.added;
      continue;
    }
    auto same = same_as_stored(pass);
    if (!same) return same.error();
    ++(*same ? counts.repeated : counts.conflicting);
  }
  return counts;
}

Result<bool> SqliteStore::same_as_stored(const traffic::Pass& pass) {
  find_->bind(0, std::string_view(pass.task_id));
  find_->bind(1, pass.attempt);
  auto row = find_->step();
  if (!row) return row.error();
  traffic::Pass stored;
  if (*row) read_pass(*find_, stored);
  find_->reset();
  return stored == pass;
}

Status SqliteStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  auto prepared = database_.prepare(
      fmt::format("SELECT {} FROM passes ORDER BY task_id, attempt", kStoredColumns));
  if (!prepared) return prepared.error();
  SqliteStatement rows = *std::move(prepared);
  traffic::Pass pass;
  for (;;) {
    auto row = rows.step();
    if (!row) return row.error();
    if (!*row) return base::Done{};
    read_pass(rows, pass);
    if (!use(pass)) return base::Done{};
  }
}

Result<std::vector<traffic::Pass>> SqliteStore::tail(std::size_t count) {
  auto prepared = database_.prepare(fmt::format(
      "SELECT {} FROM passes ORDER BY started_us DESC, task_id DESC, attempt DESC LIMIT ?",
      kStoredColumns));
  if (!prepared) return prepared.error();
  SqliteStatement rows = *std::move(prepared);
  rows.bind(0, static_cast<std::int64_t>(count));
  std::vector<traffic::Pass> passes;
  for (;;) {
    auto row = rows.step();
    if (!row) return row.error();
    if (!*row) break;
    read_pass(rows, passes.emplace_back());
  }
  std::reverse(passes.begin(), passes.end());
  return passes;
}

Result<StoreSize> SqliteStore::size() {
  auto prepared = database_.prepare(
      "SELECT count(*), count(*) FILTER (WHERE attempt = 1), min(started_us), max(started_us) FROM "
      "passes");
  if (!prepared) return prepared.error();
  SqliteStatement row = *std::move(prepared);
  auto found = row.step();
  if (!found) return found.error();
  return StoreSize{row.integer(0), row.integer(1), integer_or_none(row, 2),
                   integer_or_none(row, 3)};
}

Result<std::int64_t> SqliteStore::prune(std::int64_t before_us) {
  auto prepared = database_.prepare(
      "DELETE FROM passes WHERE task_id IN (SELECT task_id FROM passes GROUP BY task_id HAVING "
      "min(started_us) < ?)");
  if (!prepared) return prepared.error();
  SqliteStatement statement = *std::move(prepared);
  statement.bind(0, before_us);
  auto done = statement.step();
  if (!done) return done.error();
  return database_.changes();
}

}  // namespace turnout::store
