#include <fmt/format.h>

#include <utility>

#include "turnout/store/sqlite_store.h"

namespace turnout::store {

using base::Result;
using base::Status;

Status SqliteStore::note(const std::string& task_id) {
  if (!summarised_) return base::Done{};
  days_->bind(0, std::string_view(task_id));
  for (;;) {
    TURNOUT_TRY(const bool row, days_->step());
    if (!row) return base::Done{};
    if (days_->integer(0) < *summarised_) changed_.insert(days_->integer(0));
  }
}

Status SqliteStore::write_notes() {
  if (changed_.empty()) return base::Done{};
  TURNOUT_TRY(auto insert, database_.prepare("INSERT OR IGNORE INTO changed_days VALUES (?)"));
  for (const std::int64_t day : changed_) {
    insert.bind(0, day);
    TURNOUT_CHECK(insert.step());
  }
  return base::Done{};
}

Status SqliteStore::at_one_moment(Moment moment, const std::function<Status()>& use) {
  // A transaction that reads sees, under WAL, what was there when it read first.
  TURNOUT_CHECK(database_.run(moment == Moment::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  const auto used = use();
  const auto ended = database_.run(used && moment == Moment::kWrite ? "COMMIT" : "ROLLBACK");
  return used ? ended : used;
}

Status SqliteStore::begin_summaries() {
  return at_one_moment(Moment::kWrite, [&]() -> Status {
    TURNOUT_TRY(auto first, database_.prepare("SELECT started_us FROM passes LIMIT 1"));
    TURNOUT_TRY(const bool any, first.step());
    first.reset();
    if (!any) return base::Done{};
    return database_.run(
        fmt::format("CREATE INDEX IF NOT EXISTS passes_by_start ON passes (started_us);"
                    "INSERT INTO summary_state SELECT first / {} FROM (SELECT min(started_us) AS "
                    "first FROM passes) WHERE NOT EXISTS (SELECT * FROM summary_state)",
                    kDayUs));
  });
}

Result<KeptSummaries> SqliteStore::kept_summaries() {
  KeptSummaries kept;
  TURNOUT_TRY(auto state, database_.prepare("SELECT end_day FROM summary_state"));
  TURNOUT_TRY(const bool are_kept, state.step());
  if (!are_kept) return kept;
  kept.end_day = state.integer(0);
  TURNOUT_TRY(auto changed, database_.prepare("SELECT day FROM changed_days ORDER BY day"));
  for (;;) {
    TURNOUT_TRY(const bool row, changed.step());
    if (!row) break;
    kept.changed.push_back(changed.integer(0));
  }
  TURNOUT_TRY(auto blocks,
              database_.prepare("SELECT first_day, days, max(last_us) FROM day_summaries "
                                "GROUP BY first_day, days ORDER BY first_day, days"));
  for (;;) {
    TURNOUT_TRY(const bool row, blocks.step());
    if (!row) return kept;
    kept.blocks.push_back({{blocks.integer(0), blocks.integer(1)}, blocks.integer(2)});
  }
}

Status SqliteStore::for_each_summary(const Days& days, const std::optional<std::string>& model,
                                     const std::optional<std::string>& policy,
                                     const std::function<Status(const DaySummary&)>& use) {
  TURNOUT_TRY(auto rows, database_.prepare(
                             "SELECT model, policy_id, last_us, content FROM day_summaries WHERE "
                             "first_day = ?1 AND days = ?2 AND (?3 IS NULL OR model = ?3) AND "
                             "(?4 IS NULL OR policy_id = ?4)"));
  rows.bind(0, days.first);
  rows.bind(1, days.count);
  if (model) rows.bind(2, std::string_view(*model));
  if (policy) rows.bind(3, std::string_view(*policy));
  DaySummary summary;
  summary.days = days;
  for (;;) {
    TURNOUT_TRY(const bool row, rows.step());
    if (!row) return database_.unchanged();
    summary.model = rows.text(0);
    summary.policy = rows.text(1);
    summary.last_us = rows.integer(2);
    summary.bytes = rows.bytes(3);
    TURNOUT_CHECK(use(summary));
  }
}

Status SqliteStore::replace_summaries(const Days& days, std::span<const DaySummary> summaries) {
  TURNOUT_TRY(auto old,
              database_.prepare("DELETE FROM day_summaries WHERE first_day = ? AND days = ?"));
  old.bind(0, days.first);
  old.bind(1, days.count);
  TURNOUT_CHECK(old.step());
  TURNOUT_TRY(auto insert, database_.prepare("INSERT INTO day_summaries VALUES (?,?,?,?,?,?)"));
  for (const DaySummary& summary : summaries) {
    insert.bind(0, days.first);
    insert.bind(1, days.count);
    insert.bind(2, std::string_view(summary.model));
    insert.bind(3, std::string_view(summary.policy));
    insert.bind(4, summary.last_us);
    insert.bind_bytes(5, summary.bytes);
    TURNOUT_CHECK(insert.step());
  }
  return base::Done{};
}

Status SqliteStore::end_summaries(std::int64_t end_day, std::span<const std::int64_t> done) {
  TURNOUT_TRY(auto state, database_.prepare("UPDATE summary_state SET end_day = ?"));
  state.bind(0, end_day);
  TURNOUT_CHECK(state.step());
  TURNOUT_TRY(auto changed, database_.prepare("DELETE FROM changed_days WHERE day = ?"));
  for (const std::int64_t day : done) {
    changed.bind(0, day);
    TURNOUT_CHECK(changed.step());
  }
  return base::Done{};
}

Status SqliteStore::drop_summaries() {
  return at_one_moment(Moment::kWrite, [&] {
    return database_.run(
        "DELETE FROM summary_state; DELETE FROM changed_days; DELETE FROM day_summaries");
  });
}

}  // namespace turnout::store
