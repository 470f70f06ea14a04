#include "turnout/store/postgres_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/store/embedded_texts.h"
#include "turnout/store/schema_version.h"
#include "turnout/traffic/pass_columns.h"

namespace turnout::store {
namespace {

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

void append_row(std::string& to, std::size_t number, const traffic::Pass& pass) {
  to += std::to_string(number) + '\t';
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

std::int64_t integer_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Reads a row of kStoredColumns.
void read_pass(const PostgresRows& rows, int row, traffic::Pass& pass) {
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
      pass.started_us = integer_of(text);
    } else {
      set_text(pass, kOrder.at(i), text);
    }
  }
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& uri, Create create) {
  const std::string name = without_password(uri);
  TURNOUT_TRY(auto connection, PostgresConnection::open(uri, name));
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::move(connection), name));
  TURNOUT_CHECK(store->migrate(create));
  return store;
}

Status PostgresStore::in_transaction(const char* begin, const std::function<Status()>& use) {
  TURNOUT_CHECK(connection_.run(begin));
  auto used = use();
  const auto ended = connection_.run(used ? "COMMIT" : "ROLLBACK");
  return used ? ended : used;
}

Status PostgresStore::migrate(Create create) {
  return in_transaction("BEGIN", [&]() -> Status {
    // One process at a time makes the tables.
    TURNOUT_CHECK(connection_.run("SELECT pg_advisory_xact_lock(hashtext('turnout schema'))"));
    TURNOUT_TRY(auto there, connection_.query("SELECT to_regclass('schema_version') IS NOT NULL"));
    std::int64_t version = 0;
    if (there.text(0, 0) == "t") {
      TURNOUT_TRY(auto stored, connection_.query("SELECT version FROM schema_version"));
      version = stored.rows() == 1 ? integer_of(stored.text(0, 0)) : -1;
    }
    TURNOUT_TRY(const auto pending, pending_migrations("postgres", version, create, name_));
    for (const auto& sql : pending) {
      TURNOUT_CHECK(connection_.run(std::string(sql)));
    }
    return base::Done{};
  });
}

Result<InsertCounts> PostgresStore::insert(std::span<const traffic::Pass> passes) {
  InsertCounts counts;
  TURNOUT_CHECK(in_transaction("BEGIN", [&]() -> Status {
    TURNOUT_TRY(counts, insert_all(passes));
    return base::Done{};
  }));
  return counts;
}

Result<InsertCounts> PostgresStore::insert_all(std::span<const traffic::Pass> passes) {
  constexpr const char* kIncoming =
      "CREATE TEMP TABLE IF NOT EXISTS incoming (number bigint, LIKE passes) ON COMMIT DELETE ROWS";
  TURNOUT_CHECK(connection_.run(kIncoming));
  std::string rows;
  for (std::size_t i = 0; i < passes.size(); ++i) append_row(rows, i, passes[i]);
  TURNOUT_CHECK(
      connection_.copy(fmt::format("COPY incoming (number, {}) FROM STDIN", kStoredColumns), rows));
  TURNOUT_TRY(
      auto added,
      connection_.query(fmt::format(
          "INSERT INTO passes ({0}) SELECT DISTINCT ON (task_id, attempt) {0} FROM incoming "
          "ORDER BY task_id, attempt, number "
          "ON CONFLICT DO NOTHING",
          kStoredColumns)));
  InsertCounts counts;
  counts.added = static_cast<std::size_t>(added.touched());
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
  counts.conflicting = static_cast<std::size_t>(integer_of(differing.text(0, 0)));
  counts.repeated = passes.size() - counts.added - counts.conflicting;
  return counts;
}

Status PostgresStore::for_each(const std::function<bool(const traffic::Pass&)>& use) {
  return in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [&]() -> Status {
    TURNOUT_CHECK(connection_.run(fmt::format(
        "DECLARE in_order NO SCROLL CURSOR FOR SELECT {} FROM passes ORDER BY task_id, attempt",
        kStoredColumns)));
    traffic::Pass pass;
    for (;;) {
      auto rows = connection_.query("FETCH 10000 FROM in_order");
      if (!rows) return rows.error();
      if (rows->rows() == 0) return base::Done{};
      for (int row = 0; row < rows->rows(); ++row) {
        read_pass(*rows, row, pass);
        if (!use(pass)) return base::Done{};
      }
    }
  });
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
    read_pass(rows, static_cast<int>(passes.size() - 1 - i), passes[i]);
  }
  return passes;
}

Result<StoreSize> PostgresStore::size() {
  auto rows = connection_.query(
      "SELECT count(*), count(*) FILTER (WHERE attempt = 1), min(started_us), max(started_us) FROM "
      "passes");
  if (!rows) return rows.error();
  StoreSize size{integer_of(rows->text(0, 0)), integer_of(rows->text(0, 1)), {}, {}};
  if (!rows->is_null(0, 2)) {
    size.first_us = integer_of(rows->text(0, 2));
    size.last_us = integer_of(rows->text(0, 3));
  }
  return size;
}

Result<std::int64_t> PostgresStore::prune(std::int64_t before_us) {
  TURNOUT_TRY(
      auto gone,
      connection_.query(
          "DELETE FROM passes WHERE task_id IN (SELECT task_id FROM passes GROUP BY task_id HAVING "
          "min(started_us) < $1)",
          {before_us}));
  return gone.touched();
}

Result<std::vector<SqlRow>> PostgresStore::query(std::string_view sql, const SqlValues& values) {
  std::vector<SqlValue> bound;
  std::map<std::string, std::size_t, std::less<>> numbers;
  const std::string filled = fill_names(sql, [&](std::string_view name) {
    if (name == "passes" || name == "numbered_passes") return std::string(name);
    const auto value = values.find(name);
    assert(value != values.end());
    const auto [number, is_new] = numbers.try_emplace(std::string(name), bound.size() + 1);
    if (is_new) bound.push_back(value->second);
    return fmt::format("${}", number->second);
  });
  TURNOUT_TRY(auto rows, connection_.query(filled, bound));
  std::vector<SqlRow> answer(static_cast<std::size_t>(rows.rows()));
  for (std::size_t i = 0; i < answer.size(); ++i) {
    for (int column = 0; column < rows.columns(); ++column) {
      answer[i].emplace_back(rows.text(static_cast<int>(i), column));
    }
  }
  return answer;
}

Status PostgresStore::in_snapshot(const std::function<Status()>& use) {
  return in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", use);
}

}  // namespace turnout::store
