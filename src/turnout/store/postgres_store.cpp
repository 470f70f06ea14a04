#include "turnout/store/postgres_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/store/copy_binary.h"
#include "turnout/store/embedded_texts.h"
#include "turnout/store/schema_version.h"
#include "turnout/store/sql_number.h"
#include "turnout/traffic/pass_columns.h"

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

// COPY's text format: tabs between columns, \N for NULL, a backslash before a backslash. Sound
// names hold no control characters.

void append_text(std::string& to, std::string_view text, bool unknown_if_empty) {
  if (unknown_if_empty && text.empty()) {
    to += "\\N";
    return;
  }
  for (const char c : text) {
    if (c == '\\') to += '\\';
    to += c;
  }
}

void append_real(std::string& to, const std::optional<double>& value) {
  if (!value) {
    to += "\\N";
    return;
  }
  std::array<char, base::kNumberRoom> digits{};
  to.append(digits.data(), base::write_number(digits.data(), *value));
}

void append_integer(std::string& to, const std::optional<std::int64_t>& value) {
  to += value ? std::to_string(*value) : "\\N";
}

void append_row(std::string& to, const traffic::Pass& pass) {
  append_text(to, pass.task_id, false);
  to += '\t' + std::to_string(pass.attempt) + '\t';
  append_text(to, pass.user_id, true);
  to += '\t';
  append_text(to, pass.model, false);
  to += '\t' + std::to_string(pass.started_us) + '\t';
  for (const auto& value : {std::optional(pass.latency_s), pass.ttft_s}) {
    append_real(to, value);
    to += '\t';
  }
  for (const auto& value : {pass.input_tokens, pass.output_tokens}) {
    append_integer(to, value);
    to += '\t';
  }
  append_real(to, pass.cost_usd);
  to += fmt::format("\t{}\t{}\t", name_of(pass.outcome), name_of(pass.ending));
  append_text(to, pass.policy_id, true);
  to += '\t';
  append_real(to, pass.propensity);
  to += '\n';
}

/// Reads a row of kStoredColumns.
Status read_pass(const PostgresRows& rows, int row, traffic::Pass& pass) {
  constexpr std::array kOrder = {
      traffic::Column::kTaskId,   traffic::Column::kAttempt,     traffic::Column::kUserId,
      traffic::Column::kModel,    traffic::Column::kStartedAt,   traffic::Column::kLatency,
      traffic::Column::kTtft,     traffic::Column::kInputTokens, traffic::Column::kOutputTokens,
      traffic::Column::kCost,     traffic::Column::kOutcome,     traffic::Column::kEnding,
      traffic::Column::kPolicyId, traffic::Column::kPropensity};
  clear(pass);
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    const auto text = rows.text(row, static_cast<int>(i));
    if (kOrder.at(i) == traffic::Column::kStartedAt) {
      TURNOUT_TRY(pass.started_us, sql_integer(text, "passes, started_us"));
      continue;
    }
    const auto defect = set_text(pass, kOrder.at(i), text);
    if (defect == traffic::Defect::kNone) continue;
    return Error{ErrorCode::kUnreadable,
                 fmt::format("{} of a stored pass: {}", base::in_quotes(text), name_of(defect)),
                 "passes"};
  }
  return base::Done{};
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& uri, Access access,
                                                           const base::Cancellation& cancellation) {
  const std::string name = without_password(uri);
  TURNOUT_TRY(auto connection, PostgresConnection::open(uri, name, cancellation));
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::move(connection), name));
  TURNOUT_CHECK(access == Access::kRead ? store->prepare_to_read() : store->migrate(access));
  return store;
}

Status PostgresStore::in_transaction(const char* begin, const std::function<Status()>& use) {
  TURNOUT_CHECK(connection_.run(begin));
  auto used = use();
  const auto ended = connection_.run(used ? "COMMIT" : "ROLLBACK");
  return used ? ended : used;
}

Result<std::int64_t> PostgresStore::version() {
  TURNOUT_TRY(const auto there, connection_.query("SELECT count(to_regclass('schema_version'))"));
  TURNOUT_TRY(const auto tables, there.integer(0, 0));
  if (tables == 0) return 0;
  TURNOUT_TRY(const auto stored, connection_.query("SELECT version FROM schema_version"));
  return stored.rows() == 1 ? stored.integer(0, 0).within("schema_version") : -1;
}

/// The session can write nothing from here on, whatever the role may.
Status PostgresStore::prepare_to_read() {
  TURNOUT_CHECK(connection_.run("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"));
  TURNOUT_TRY(const auto stored, version());
  TURNOUT_CHECK(pending_migrations("postgres", stored, Access::kRead, name_));
  return base::Done{};
}

Status PostgresStore::migrate(Access access) {
  return in_transaction("BEGIN", [&]() -> Status {
    // One process at a time makes the tables.
    TURNOUT_CHECK(connection_.run("SELECT pg_advisory_xact_lock(hashtext('turnout schema'))"));
    TURNOUT_TRY(const auto stored, version());
    TURNOUT_TRY(const auto pending, pending_migrations("postgres", stored, access, name_));
    for (const auto& sql : pending) {
      TURNOUT_CHECK(connection_.run(std::string(sql)));
    }
    return base::Done{};
  });
}

Result<InsertCounts> PostgresStore::insert(std::span<const traffic::Pass> passes) {
  InsertCounts counts;
  TURNOUT_CHECK(in_transaction("BEGIN", [&]() -> Status {
    TURNOUT_TRY(const bool notes, keeps_summaries());
    TURNOUT_TRY(counts, insert_all(passes));
    return notes && counts.added > 0 ? note(tasks_of(passes)) : base::Done{};
  }));
  return counts;
}

/// The temporary table `incoming` holds the passes, numbered in their order, until the transaction ends.
Status PostgresStore::copy_incoming(std::span<const traffic::Pass> passes) {
  constexpr const char* kIncoming =
      "CREATE TEMP TABLE IF NOT EXISTS incoming (number bigint, LIKE passes) ON COMMIT DELETE ROWS";
  TURNOUT_CHECK(connection_.run(kIncoming));
  std::string rows;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    rows += std::to_string(i) + '\t';
    append_row(rows, passes[i]);
  }
  return connection_.copy(fmt::format("COPY incoming (number, {}) FROM STDIN", kStoredColumns),
                          rows);
}

Status PostgresStore::put(std::span<const traffic::Pass> passes) {
  return in_transaction("BEGIN", [&]() -> Status {
    TURNOUT_TRY(const bool notes, keeps_summaries());
    const std::string tasks = notes ? tasks_of(passes) : "";
    if (notes) TURNOUT_CHECK(note(tasks));  // a pass may get another start, too
    TURNOUT_CHECK(copy_incoming(passes));
    TURNOUT_CHECK(connection_.run(fmt::format(
        "INSERT INTO passes ({0}) SELECT DISTINCT ON (task_id, attempt) {0} FROM incoming "
        "ORDER BY task_id, attempt, number DESC ON CONFLICT (task_id, attempt) DO UPDATE SET "
        "(user_id, model, started_us, latency_s, ttft_s, input_tokens, output_tokens, cost_usd, "
        "outcome, ending, policy_id, propensity) = (excluded.user_id, excluded.model, "
        "excluded.started_us, excluded.latency_s, excluded.ttft_s, excluded.input_tokens, "
        "excluded.output_tokens, excluded.cost_usd, excluded.outcome, excluded.ending, "
        "excluded.policy_id, excluded.propensity)",
        kStoredColumns)));
    return notes ? note(tasks) : base::Done{};
  });
}

Result<std::size_t> PostgresStore::tell(std::span<const traffic::ToldOutcome> outcomes) {
  std::size_t told = 0;
  TURNOUT_CHECK(in_transaction("BEGIN", [&]() -> Status {
    TURNOUT_TRY(const bool notes, keeps_summaries());
    for (const auto& one : outcomes) {
      std::vector<SqlValue> values = {std::string(name_of(one.outcome)), one.task_id};
      if (one.attempt) values.emplace_back(*one.attempt);
      TURNOUT_TRY(const auto changed,
                  connection_.query(std::string(tell_sql(one.attempt.has_value())), values));
      TURNOUT_TRY(const auto touched, changed.touched().within(name_));
      told += static_cast<std::size_t>(touched);
    }
    return notes ? note(tasks_of(outcomes)) : base::Done{};
  }));
  return told;
}

/// Straight into the table, as is possible where all are new. In the order of their keys: two
/// processes with the same passes wait for each other, and never in a circle.
/// @returns whether they are in; what the server refused is undone.
Result<bool> PostgresStore::copy_new(std::span<const traffic::Pass> passes) {
  std::vector<const traffic::Pass*> in_order;
  for (const auto& pass : passes) in_order.push_back(&pass);
  std::sort(in_order.begin(), in_order.end(), [](const auto* a, const auto* b) {
    return std::tie(a->task_id, a->attempt) < std::tie(b->task_id, b->attempt);
  });
  std::string rows;
  for (const auto* pass : in_order) append_row(rows, *pass);
  TURNOUT_CHECK(connection_.run("SAVEPOINT before_passes"));
  const auto copied =
      connection_.copy(fmt::format("COPY passes ({}) FROM STDIN", kStoredColumns), rows);
  if (copied) {
    TURNOUT_CHECK(connection_.run("RELEASE SAVEPOINT before_passes"));
    return true;
  }
  if (!connection_.was_refused_as_repeated()) return copied.error();
  TURNOUT_CHECK(connection_.run("ROLLBACK TO SAVEPOINT before_passes"));
  return false;
}

Result<InsertCounts> PostgresStore::insert_all(std::span<const traffic::Pass> passes) {
  TURNOUT_TRY(const bool all_new, copy_new(passes));
  if (all_new) return InsertCounts{passes.size(), 0, 0};
  TURNOUT_CHECK(copy_incoming(passes));
  TURNOUT_TRY(
      auto added,
      connection_.query(fmt::format(
          "INSERT INTO passes ({0}) SELECT DISTINCT ON (task_id, attempt) {0} FROM incoming "
          "ORDER BY task_id, attempt, number "
          "ON CONFLICT DO NOTHING",
          kStoredColumns)));
  InsertCounts counts;
  TURNOUT_TRY(const auto touched, added.touched().within(name_));
  counts.added = static_cast<std::size_t>(touched);
  if (counts.added == passes.size()) return counts;
  TURNOUT_TRY(
      auto differing,
      connection_.query(
          "SELECT count(*) FROM incoming AS i JOIN passes AS p USING (task_id, attempt) WHERE "
          "(i.user_id, i.model, "
          "i.started_us, i.latency_s, i.ttft_s, i.input_tokens, i.output_tokens, i.cost_usd, "
          "i.outcome, i.ending, "
          "i.policy_id, i.propensity) IS DISTINCT FROM (p.user_id, p.model, p.started_us, "
          "p.latency_s, "
          "p.ttft_s, "
          "p.input_tokens, p.output_tokens, p.cost_usd, p.outcome, p.ending, p.policy_id, "
          "p.propensity)"));
  TURNOUT_TRY(const auto conflicting, differing.integer(0, 0).within(name_));
  counts.conflicting = static_cast<std::size_t>(conflicting);
  counts.repeated = passes.size() - counts.added - counts.conflicting;
  return counts;
}

/// Calls back with the passes that a query gives.
Status PostgresStore::give(const std::string& select,
                           const std::function<bool(const traffic::Pass&)>& use) {
  const auto read = [&]() -> Status {
    traffic::Pass pass;
    return connection_.copy_out(fmt::format("COPY ({}) TO STDOUT (FORMAT binary)", select),
                                [&](std::string_view message) -> Result<bool> {
                                  TURNOUT_TRY(const bool is_row,
                                              read_copied_pass(message, pass).within(name_));
                                  return !is_row || use(pass);
                                });
  };
  return in_moment_ ? read()
                    : in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", read);
}

Status PostgresStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  return give(fmt::format("SELECT {} FROM passes ORDER BY task_id, attempt", kStoredColumns), use);
}

Status PostgresStore::for_each_active(std::int64_t from_us, std::int64_t until_us,
                                      const std::function<bool(const traffic::Pass&)>& use) {
  // (With IN the planner expects most of the table, and reads all of it.)
  return give(
      fmt::format("SELECT {} FROM passes WHERE task_id = ANY (ARRAY(SELECT DISTINCT task_id "
                  "FROM passes WHERE started_us >= {} AND started_us < {})) ORDER BY "
                  "task_id, attempt",
                  kStoredColumns, from_us, until_us),
      use);
}

Result<std::vector<traffic::Pass>> PostgresStore::tail(std::size_t count) {
  TURNOUT_TRY(
      auto rows,
      connection_.query(
          fmt::format(
              "SELECT {} FROM passes ORDER BY started_us DESC, task_id DESC, attempt DESC LIMIT $1",
              kStoredColumns),
          {static_cast<std::int64_t>(count)}));
  std::vector<traffic::Pass> passes(static_cast<std::size_t>(rows.rows()));
  for (std::size_t i = 0; i < passes.size(); ++i) {
    TURNOUT_CHECK(
        read_pass(rows, static_cast<int>(passes.size() - 1 - i), passes[i]).within(name_));
  }
  return passes;
}

/// @param sql  gives passes, tasks, the first start and the last
Result<StoreSize> PostgresStore::size_of(const std::string& sql,
                                         const std::vector<SqlValue>& values) {
  TURNOUT_TRY(const auto rows, connection_.query(sql, values));
  StoreSize size;
  TURNOUT_TRY(size.passes, rows.integer(0, 0).within(name_));
  TURNOUT_TRY(size.tasks, rows.integer(0, 1).within(name_));
  if (size.passes == 0) return size;
  TURNOUT_TRY(size.first_us, rows.integer(0, 2).within(name_));
  TURNOUT_TRY(size.last_us, rows.integer(0, 3).within(name_));
  return size;
}

Result<StoreSize> PostgresStore::size() {
  return size_of(
      "SELECT count(*), count(*) FILTER (WHERE attempt = 1), min(started_us), max(started_us) FROM "
      "passes",
      {});
}

Result<LogSpan> PostgresStore::span() {
  TURNOUT_TRY(const auto rows,
              connection_.query("SELECT min(started_us), max(started_us) FROM passes"));
  if (rows.rows() != 1 || rows.text(0, 0).empty()) return LogSpan{};
  LogSpan span;
  TURNOUT_TRY(span.first_us, rows.integer(0, 0).within(name_));
  TURNOUT_TRY(span.last_us, rows.integer(0, 1).within(name_));
  return span;
}

Result<StoreSize> PostgresStore::older_than(std::int64_t before_us) {
  return size_of(
      "SELECT coalesce(sum(passes), 0), count(*), min(first), max(last) FROM (SELECT count(*) AS "
      "passes, min(started_us) AS first, max(started_us) AS last FROM passes GROUP BY task_id "
      "HAVING min(started_us) < $1) AS tasks",
      {before_us});
}

Result<std::int64_t> PostgresStore::prune(std::int64_t before_us) {
  constexpr std::string_view kOld =
      "task_id IN (SELECT task_id FROM passes GROUP BY task_id HAVING min(started_us) < $1)";
  std::int64_t gone = 0;
  TURNOUT_CHECK(in_transaction("BEGIN", [&]() -> Status {
    TURNOUT_TRY(const bool notes, keeps_summaries());
    if (notes) {
      TURNOUT_CHECK(connection_.query(
          fmt::format(
              "INSERT INTO changed_days SELECT DISTINCT started_us / {} FROM passes WHERE {}",
              kDayUs, kOld),
          {before_us}));
    }
    TURNOUT_TRY(const auto deleted,
                connection_.query(fmt::format("DELETE FROM passes WHERE {}", kOld), {before_us}));
    TURNOUT_TRY(gone, deleted.touched().within(name_));
    return base::Done{};
  }));
  return gone;
}

}  // namespace turnout::store
