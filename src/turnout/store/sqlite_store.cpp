#include "turnout/store/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/store/schema_version.h"
#include "turnout/store/scratch_store.h"

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
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

/// The columns' types are those of the table, which is STRICT.
Status read_pass(const SqliteStatement& row, traffic::Pass& pass) {
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
  const auto outcome = traffic::outcome_of(row.text(at++));
  const auto ending = traffic::ending_of(row.text(at++));
  pass.policy_id = row.text(at++);
  pass.propensity = real_or_none(row, at++);
  if (!outcome || !ending) {
    return Error{ErrorCode::kUnreadable,
                 fmt::format("{} of a stored pass is no {}",
                             base::in_quotes(row.text(at - (outcome ? 3 : 4))),
                             outcome ? "ending" : "outcome"),
                 "passes"};
  }
  pass.outcome = *outcome;
  pass.ending = *ending;
  return base::Done{};
}

Result<std::int64_t> one_integer(SqliteDatabase& database, const std::string& sql) {
  TURNOUT_TRY(SqliteStatement query, database.prepare(sql));
  TURNOUT_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Access access,
                                                       const base::Cancellation& cancellation) {
  using Mode = SqliteDatabase::Mode;
  const auto mode = access == Access::kRead    ? Mode::kRead
                    : access == Access::kWrite ? Mode::kWrite
                                               : Mode::kCreate;
  TURNOUT_TRY(auto database, SqliteDatabase::open(path, mode, cancellation));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(database), "sqlite:" + path));
  // NORMAL under WAL loses no committed transaction to a killed process; a power cut may take the
  // last ones.
  if (access != Access::kRead)
    TURNOUT_CHECK(store->database_.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"));
  TURNOUT_CHECK(access == Access::kRead ? store->prepare_to_read() : store->migrate(access));
  return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::create_scratch(
    const std::string& path, const base::Cancellation& cancellation) {
  TURNOUT_TRY(auto database,
              SqliteDatabase::open(path, SqliteDatabase::Mode::kCreate, cancellation));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(database), "sqlite:" + path));
  TURNOUT_CHECK(store->database_.run(
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE"));
  TURNOUT_CHECK(store->migrate(Access::kCreate));
  return store;
}

Result<std::unique_ptr<PassStore>> create_scratch_store(const std::string& path,
                                                        const base::Cancellation& cancellation) {
  TURNOUT_TRY(auto store, SqliteStore::create_scratch(path, cancellation));
  return std::unique_ptr<PassStore>(std::move(store));
}

Result<std::int64_t> SqliteStore::version() {
  TURNOUT_TRY(
      const auto tables,
      one_integer(database_, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'"));
  if (tables == 0) return 0;
  return one_integer(database_, "SELECT version FROM schema_version");
}

constexpr const char* kMemory = "PRAGMA cache_size = -65536; PRAGMA temp_store = FILE";

Status SqliteStore::prepare_to_read() {
  TURNOUT_CHECK(database_.run(kMemory));
  TURNOUT_TRY(const auto stored, version());
  TURNOUT_CHECK(pending_migrations("sqlite", stored, Access::kRead, database_.path()));
  TURNOUT_TRY(const auto strict,
              one_integer(database_, "SELECT strict FROM pragma_table_list('passes')"));
  if (strict == 1) return base::Done{};
  return Error{ErrorCode::kUnsupported, "has a table of passes that this program did not make",
               database_.path()};
}

Status SqliteStore::migrate(Access access) {
  TURNOUT_CHECK(database_.run(kMemory));
  TURNOUT_CHECK(database_.run("BEGIN IMMEDIATE"));  // one process at a time makes the tables
  TURNOUT_TRY(const auto stored, version());
  TURNOUT_TRY(const auto pending, pending_migrations("sqlite", stored, access, database_.path()));
  for (const auto sql : pending) {
    TURNOUT_CHECK(database_.run(std::string(sql)));
  }
  TURNOUT_CHECK(database_.run("COMMIT"));
  return prepare_to_insert();
}

Status SqliteStore::prepare_to_insert() {
  TURNOUT_TRY(
      insert_,
      database_.prepare(fmt::format(
          "INSERT INTO passes ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
          kStoredColumns)));
  TURNOUT_TRY(put_, database_.prepare(fmt::format(
                        "INSERT OR REPLACE INTO passes ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                        kStoredColumns)));
  TURNOUT_TRY(find_,
              database_.prepare(fmt::format(
                  "SELECT {} FROM passes WHERE task_id = ? AND attempt = ?", kStoredColumns)));
  TURNOUT_TRY(days_, database_.prepare(fmt::format(
                         "SELECT started_us / {} FROM passes WHERE task_id = ?", kDayUs)));
  return base::Done{};
}

Status SqliteStore::write(const std::function<Status()>& use) {
  if (!insert_) return Error{ErrorCode::kUnwritable, "was opened to be read", name_};
  TURNOUT_CHECK(database_.run("BEGIN IMMEDIATE"));
  const auto written = [&]() -> Status {
    TURNOUT_TRY(auto state, database_.prepare("SELECT end_day FROM summary_state"));
    TURNOUT_TRY(const bool kept, state.step());
    summarised_ = kept ? std::optional(state.integer(0)) : std::nullopt;
    state.reset();
    changed_.clear();
    TURNOUT_CHECK(use());
    return write_notes();
  }();
  const auto done = database_.run(written ? "COMMIT" : "ROLLBACK");
  return written ? done : written;
}

Result<InsertCounts> SqliteStore::insert(std::span<const traffic::Pass> passes) {
  InsertCounts counts;
  TURNOUT_CHECK(write([&]() -> Status {
    TURNOUT_TRY(counts, insert_all(passes));
    return base::Done{};
  }));
  return counts;
}

Status SqliteStore::put(std::span<const traffic::Pass> passes) {
  auto written = write([&] { return put_all(passes); });
  // A gateway puts passes for months: what it wrote it does not read.
  TURNOUT_CHECK(database_.run("PRAGMA shrink_memory"));
  return written;
}

Status SqliteStore::put_all(std::span<const traffic::Pass> passes) {
  for (const traffic::Pass& pass : passes) {
    TURNOUT_CHECK(note(pass.task_id));  // the pass may get another start, too
    bind_pass(*put_, pass);
    TURNOUT_CHECK(put_->step());
    TURNOUT_CHECK(note(pass.task_id));
  }
  return base::Done{};
}

Result<std::size_t> SqliteStore::tell(std::span<const traffic::ToldOutcome> outcomes) {
  std::size_t told = 0;
  TURNOUT_CHECK(write([&]() -> Status {
    TURNOUT_TRY(told, tell_all(outcomes));
    return base::Done{};
  }));
  return told;
}

Result<std::size_t> SqliteStore::tell_all(std::span<const traffic::ToldOutcome> outcomes) {
  std::size_t told = 0;
  for (const auto& one : outcomes) {
    TURNOUT_TRY(auto update, database_.prepare(tell_sql(one.attempt.has_value())));
    update.bind(0, name_of(one.outcome));
    update.bind(1, std::string_view(one.task_id));
    if (one.attempt) update.bind(2, *one.attempt);
    TURNOUT_CHECK(update.step());
    told += static_cast<std::size_t>(database_.changes());
    TURNOUT_CHECK(note(one.task_id));
  }
  return told;
}

Result<InsertCounts> SqliteStore::insert_all(std::span<const traffic::Pass> passes) {
  InsertCounts counts;
  for (const traffic::Pass& pass : passes) {
    bind_pass(*insert_, pass);
    TURNOUT_CHECK(insert_->step());
    if (database_.changes() == 1) {
      ++counts.added;
      TURNOUT_CHECK(note(pass.task_id));
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
  if (row) {
    TURNOUT_CHECK(read_pass(*find_, stored).within(name_));
  }
  find_->reset();
  return stored == pass;
}

/// Calls back with the passes that a statement gives.
Status SqliteStore::give(SqliteStatement& rows,
                         const std::function<bool(const traffic::Pass&)>& use) {
  traffic::Pass pass;
  for (;;) {
    TURNOUT_TRY(auto row, rows.step());
    if (!row) return database_.unchanged();
    TURNOUT_CHECK(read_pass(rows, pass).within(name_));
    if (!use(pass)) return database_.unchanged();
  }
}

Status SqliteStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  TURNOUT_TRY(SqliteStatement rows,
              database_.prepare(
                  fmt::format("SELECT {} FROM passes ORDER BY task_id, attempt", kStoredColumns)));
  return give(rows, use);
}

Status SqliteStore::for_each_active(std::int64_t from_us, std::int64_t until_us,
                                    const std::function<bool(const traffic::Pass&)>& use) {
  TURNOUT_TRY(SqliteStatement rows,
              database_.prepare(fmt::format(
                  "SELECT {} FROM passes WHERE task_id IN (SELECT task_id FROM passes WHERE "
                  "started_us >= ? AND started_us < ?) ORDER BY task_id, attempt",
                  kStoredColumns)));
  rows.bind(0, from_us);
  rows.bind(1, until_us);
  return give(rows, use);
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
    TURNOUT_CHECK(read_pass(rows, passes.emplace_back()).within(name_));
  }
  std::reverse(passes.begin(), passes.end());
  return passes;
}

/// @param statement  gives passes, tasks, the first start and the last
Result<StoreSize> SqliteStore::size_of(SqliteStatement statement) {
  TURNOUT_TRY(const auto row, statement.step());
  if (!row) return Error{ErrorCode::kUnreadable, "gave no answer", name_};
  return StoreSize{statement.integer(0), statement.integer(1), integer_or_none(statement, 2),
                   integer_or_none(statement, 3)};
}

Result<StoreSize> SqliteStore::size() {
  TURNOUT_TRY(auto statement,
              database_.prepare("SELECT count(*), count(*) FILTER (WHERE attempt = 1), "
                                "min(started_us), max(started_us) FROM "
                                "passes"));
  return size_of(std::move(statement));
}

Result<LogSpan> SqliteStore::span() {
  // Two statements, each of which an index on starts answers with one look.
  const auto one = [&](const char* sql) -> Result<std::optional<std::int64_t>> {
    TURNOUT_TRY(auto statement, database_.prepare(sql));
    TURNOUT_TRY(const auto row, statement.step());
    return row ? integer_or_none(statement, 0) : std::nullopt;
  };
  LogSpan span;
  TURNOUT_TRY(span.first_us, one("SELECT min(started_us) FROM passes"));
  TURNOUT_TRY(span.last_us, one("SELECT max(started_us) FROM passes"));
  return span;
}

Result<StoreSize> SqliteStore::older_than(std::int64_t before_us) {
  TURNOUT_TRY(auto statement,
              database_.prepare(
                  "SELECT coalesce(sum(passes), 0), count(*), min(first), max(last) FROM (SELECT "
                  "count(*) AS passes, min(started_us) AS first, max(started_us) AS last FROM "
                  "passes GROUP BY task_id HAVING min(started_us) < ?)"));
  statement.bind(0, before_us);
  return size_of(std::move(statement));
}

Result<std::int64_t> SqliteStore::prune(std::int64_t before_us) {
  std::int64_t gone = 0;
  TURNOUT_CHECK(write([&]() -> Status {
    TURNOUT_TRY(gone, prune_all(before_us));
    return base::Done{};
  }));
  return gone;
}

Result<std::int64_t> SqliteStore::prune_all(std::int64_t before_us) {
  constexpr std::string_view kOld =
      "task_id IN (SELECT task_id FROM passes GROUP BY task_id HAVING min(started_us) < ?)";
  if (summarised_) {
    TURNOUT_TRY(auto days,
                database_.prepare(fmt::format(
                    "SELECT DISTINCT started_us / {} FROM passes WHERE {}", kDayUs, kOld)));
    days.bind(0, before_us);
    for (;;) {
      TURNOUT_TRY(const bool row, days.step());
      if (!row) break;
      if (days.integer(0) < *summarised_) changed_.insert(days.integer(0));
    }
  }
  TURNOUT_TRY(auto statement, database_.prepare(fmt::format("DELETE FROM passes WHERE {}", kOld)));
  statement.bind(0, before_us);
  TURNOUT_CHECK(statement.step());
  return database_.changes();
}

}  // namespace turnout::store
