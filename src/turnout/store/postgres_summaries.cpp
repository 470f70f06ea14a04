#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "turnout/store/copy_binary.h"
#include "turnout/store/postgres_store.h"

namespace turnout::store {
namespace {

using base::Result;
using base::Status;

/// An array of texts as PostgreSQL reads it, each task once.
template <class Items, class Id>
std::string array_of_tasks(const Items& items, const Id& id) {
  std::string array = "{";
  std::string_view before;
  for (const auto& item : items) {
    const std::string& task = id(item);
    if (task == before) continue;
    before = task;
    array += array.size() == 1 ? "\"" : ",\"";
    for (const char c : task) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 0xfU];
  }
  return hex;
}

}  // namespace

/// A writer holds this lock together with others. Who takes a snapshot to summarise from waits until no
/// writer is at work: of two that add to one task at a time neither sees the other's passes, and only
/// when both are done are all days noted that the task touches.
constexpr std::string_view kWriters = "hashtext('turnout summaries writers')";

Result<bool> PostgresStore::keeps_summaries() {
  TURNOUT_CHECK(connection_.run(fmt::format("SELECT pg_advisory_xact_lock_shared({})", kWriters)));
  TURNOUT_TRY(const auto state, connection_.query("SELECT count(*) FROM summary_state"));
  TURNOUT_TRY(const auto rows, state.integer(0, 0).within(name_));
  return rows > 0;
}

Status PostgresStore::note(const std::string& tasks) {
  TURNOUT_CHECK(connection_.query(
      fmt::format("INSERT INTO changed_days SELECT DISTINCT started_us / {} FROM passes WHERE "
                  "task_id = ANY ($1::text[] COLLATE \"C\")",
                  kDayUs),
      {tasks}));
  return base::Done{};
}

std::string PostgresStore::tasks_of(std::span<const traffic::Pass> passes) {
  return array_of_tasks(
      passes, [](const auto& pass) -> const auto& { return pass.task_id; });
}
std::string PostgresStore::tasks_of(std::span<const traffic::ToldOutcome> outcomes) {
  return array_of_tasks(
      outcomes, [](const auto& told) -> const auto& { return told.task_id; });
}

Status PostgresStore::at_one_moment(Moment moment, const std::function<Status()>& use) {
  const auto inside = [&] {
    in_moment_ = true;
    auto used = use();
    in_moment_ = false;
    return used;
  };
  if (moment == Moment::kRead)
    return in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", inside);
  // One at a time, and before the transaction sees anything.
  TURNOUT_CHECK(connection_.run("SELECT pg_advisory_lock(hashtext('turnout summaries'))"));
  const auto done = at_moment_without_writers(inside);
  const auto unlocked = connection_.run("SELECT pg_advisory_unlock(hashtext('turnout summaries'))");
  return done ? unlocked : done;
}

Status PostgresStore::at_moment_without_writers(const std::function<Status()>& use) {
  TURNOUT_CHECK(connection_.run(fmt::format("SELECT pg_advisory_lock({})", kWriters)));
  bool locked = true;
  const auto unlock = [&] {
    locked = false;
    return connection_.run(fmt::format("SELECT pg_advisory_unlock({})", kWriters));
  };
  auto done = in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ", [&]() -> Status {
    TURNOUT_CHECK(connection_.run("SELECT count(*) FROM summary_state"));  // the snapshot
    TURNOUT_CHECK(unlock());
    return use();
  });
  if (locked) TURNOUT_CHECK(unlock());
  return done;
}

Status PostgresStore::begin_summaries() {
  return in_transaction("BEGIN", [&]() -> Status {
    TURNOUT_CHECK(connection_.run(fmt::format("SELECT pg_advisory_xact_lock({})", kWriters)));
    TURNOUT_TRY(const auto first, connection_.query("SELECT started_us FROM passes LIMIT 1"));
    if (first.rows() == 0) return base::Done{};
    // Making it takes the table's owner, even if it is there.
    TURNOUT_TRY(const auto there,
                connection_.query("SELECT count(to_regclass('passes_by_start'))"));
    TURNOUT_TRY(const auto indexes, there.integer(0, 0).within(name_));
    if (indexes == 0)
      TURNOUT_CHECK(connection_.run("CREATE INDEX passes_by_start ON passes (started_us)"));
    return connection_.run(fmt::format(
        "INSERT INTO summary_state SELECT first / {} FROM (SELECT min(started_us) AS first FROM "
        "passes) AS p WHERE NOT EXISTS (SELECT * FROM summary_state)",
        kDayUs));
  });
}

Result<KeptSummaries> PostgresStore::kept_summaries() {
  KeptSummaries kept;
  // Who may read the passes alone reads them.
  TURNOUT_TRY(const auto state,
              connection_.query("SELECT has_table_privilege('summary_state', 'SELECT') AND "
                                "has_table_privilege('changed_days', 'SELECT') AND "
                                "has_table_privilege('day_summaries', 'SELECT')"));
  if (state.rows() != 1 || state.text(0, 0) != "t") return kept;
  TURNOUT_TRY(const auto end, connection_.query("SELECT end_day FROM summary_state"));
  if (end.rows() == 0) return kept;
  TURNOUT_TRY(kept.end_day, end.integer(0, 0).within(name_));
  TURNOUT_TRY(const auto changed,
              connection_.query("SELECT DISTINCT day FROM changed_days ORDER BY day"));
  for (int i = 0; i < changed.rows(); ++i) {
    TURNOUT_TRY(const auto day, changed.integer(i, 0).within(name_));
    kept.changed.push_back(day);
  }
  TURNOUT_TRY(const auto blocks,
              connection_.query("SELECT first_day, days, max(last_us) FROM day_summaries GROUP BY "
                                "first_day, days ORDER BY first_day, days"));
  for (int i = 0; i < blocks.rows(); ++i) {
    KeptSummaries::Block block;
    TURNOUT_TRY(block.days.first, blocks.integer(i, 0).within(name_));
    TURNOUT_TRY(block.days.count, blocks.integer(i, 1).within(name_));
    TURNOUT_TRY(block.last_us, blocks.integer(i, 2).within(name_));
    kept.blocks.push_back(block);
  }
  return kept;
}

Status PostgresStore::for_each_summary(const Days& days, const std::optional<std::string>& model,
                                       const std::optional<std::string>& policy,
                                       const std::function<Status(const DaySummary&)>& use) {
  DaySummary summary;
  summary.days = days;
  return connection_.copy_out(
      fmt::format(
          "COPY (SELECT model, policy_id, last_us, content FROM day_summaries WHERE first_day = {} "
          "AND days = {}) TO STDOUT (FORMAT binary)",
          days.first, days.count),
      [&](std::string_view message) -> Result<bool> {
        TURNOUT_TRY(const bool is_row, read_copied_summary(message, summary).within(name_));
        if (!is_row || summary.model != model.value_or(summary.model) ||
            summary.policy != policy.value_or(summary.policy))
          return true;
        TURNOUT_CHECK(use(summary));
        return true;
      });
}

Status PostgresStore::replace_summaries(const Days& days, std::span<const DaySummary> summaries) {
  TURNOUT_CHECK(connection_.query("DELETE FROM day_summaries WHERE first_day = $1 AND days = $2",
                                  {days.first, days.count}));
  for (const DaySummary& summary : summaries) {
    TURNOUT_CHECK(connection_.query(
        "INSERT INTO day_summaries VALUES ($1, $2, $3, $4, $5, decode($6, 'hex'))",
        {days.first, days.count, summary.model, summary.policy, summary.last_us,
         hex_of(summary.bytes)}));
  }
  return base::Done{};
}

Status PostgresStore::end_summaries(std::int64_t end_day, std::span<const std::int64_t> done) {
  TURNOUT_CHECK(connection_.query("UPDATE summary_state SET end_day = $1", {end_day}));
  // Of what was noted meanwhile this transaction sees nothing, and deletes nothing.
  for (const std::int64_t day : done)
    TURNOUT_CHECK(connection_.query("DELETE FROM changed_days WHERE day = $1", {day}));
  return base::Done{};
}

Status PostgresStore::drop_summaries() {
  return at_one_moment(Moment::kWrite, [&] {
    return connection_.run(
        "DELETE FROM summary_state; DELETE FROM changed_days; DELETE FROM day_summaries");
  });
}

}  // namespace turnout::store
