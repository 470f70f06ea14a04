#include "turnout/store/clickhouse_deletion.h"

#include <fmt/format.h>

#include <random>
#include <string>
#include <thread>

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// How far the server is with deleting.
struct Deletion {
  std::string id;
  bool done = false;
  std::string behind;  ///< an unfinished order of somebody that comes first; empty if there is none
};

/// @param which  the values `table` and `marker`, text that stands in the order and in no other
Result<Deletion> deletion(ClickHouseStatements& store, const SqlValues& which) {
  TURNOUT_TRY(
      const auto rows,
      store.query("SELECT mutation_id, is_done, position(command, {marker}) > 0 AS is_ours FROM "
                  "system.mutations WHERE database = currentDatabase() AND table = {table} AND "
                  "(is_done = 0 OR is_ours) ORDER BY create_time, mutation_id",
                  which));
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
               store.name()};
}

Status wait_for_deletion(ClickHouseStatements& store, const SqlValues& which,
                         const base::Cancellation& patience) {
  constexpr auto kBetween = std::chrono::milliseconds(50);
  Deletion last;
  for (;;) {
    const auto found = deletion(store, which);
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
                 store.name()};
  }
}

Status forget(ClickHouseStatements& store, const SqlValues& marker) {
  TURNOUT_CHECK(store.query("ALTER TABLE pruned_tasks DROP PARTITION {marker}", marker));
  return base::Done{};
}

/// Forgets tasks that were written down for deletions which nobody waited for.
Status forget_old(ClickHouseStatements& store) {
  TURNOUT_TRY(const auto markers, store.query("SELECT marker FROM pruned_tasks GROUP BY marker "
                                              "HAVING max(written) < now() - 86400",
                                              {}));
  for (const SqlRow& row : markers) {
    const SqlValues marker{{"marker", row.at(0)}};
    TURNOUT_TRY(const auto unfinished,
                store.one_integer("SELECT count() FROM system.mutations WHERE database = "
                                  "currentDatabase() AND is_done = 0 AND position(command, "
                                  "{marker}) > 0",
                                  marker));
    if (unfinished == 0) TURNOUT_CHECK(forget(store, marker));
  }
  return base::Done{};
}

}  // namespace

Status delete_tasks(ClickHouseStatements& store, std::int64_t before_us,
                    std::chrono::minutes longest) {
  const auto patience = store.connection().cancellation().until(base::Deadline::after(longest));
  TURNOUT_CHECK(forget_old(store));
  std::random_device random;
  const std::string marker = fmt::format("turnout prune {:08x}{:08x}", random(), random());
  TURNOUT_CHECK(
      store.query("INSERT INTO pruned_tasks (marker, task_id) SELECT {marker}, task_id FROM passes "
                  "GROUP BY task_id "
                  "HAVING min(started_us) < {before}",
                  {{"before", before_us}, {"marker", marker}}));
  // The keys first: a pass without its key is stored again when it comes again, and is read once; a key
  // without its pass would keep it out.
  const std::vector<std::string> tables = {"pass_keys", "passes"};
  for (const std::string& table : tables) {
    TURNOUT_CHECK(store.query(fmt::format("ALTER TABLE {} DELETE WHERE task_id IN (SELECT task_id "
                                          "FROM pruned_tasks WHERE marker = {{marker}})",
                                          table),
                              {{"marker", marker}}));
  }
  for (const std::string& table : tables) {
    TURNOUT_CHECK(wait_for_deletion(store, {{"table", table}, {"marker", marker}}, patience));
  }
  return forget(store, {{"marker", marker}});
}

}  // namespace turnout::store
