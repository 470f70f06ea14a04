#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/base/result.h"
#include "turnout/store/day_summaries.h"
#include "turnout/traffic/pass.h"

namespace turnout::store {

/// What became of the passes of one insert().
struct InsertCounts {
  std::size_t added = 0;
  std::size_t repeated = 0;     ///< there already, the same in every column: nothing changed
  std::size_t conflicting = 0;  ///< there already with other values: the stored one was kept
  InsertCounts& operator+=(const InsertCounts& other);
};

/// How much a store holds, and of what time.
struct StoreSize {
  std::int64_t passes = 0;
  std::int64_t tasks = 0;
  std::optional<std::int64_t> first_us, last_us;  ///< start of the earliest and the latest pass
};

/// Of what time a store's passes are.
struct LogSpan {
  std::optional<std::int64_t> first_us, last_us;  ///< start of the earliest and the latest pass
};

/// What several calls of a store that are to see one moment do.
enum class Moment : std::uint8_t { kRead, kWrite };

/// The columns of the table of passes, in the order in which stores read and write them.
inline constexpr std::string_view kStoredColumns =
    "task_id, attempt, user_id, model, started_us, latency_s, ttft_s, input_tokens, output_tokens, "
    "cost_usd, outcome, "
    "ending, policy_id, propensity";

/// A database that holds passes, unique by (task_id, attempt). The three engines have one schema
/// (docs/formats.md); its version is kept in the table schema_version and brought up to date by
/// open_store() unless it is opened to be read. Not thread safe; several processes may insert into one store at a time. All errors
/// of the engine are kUnreadable or kUnwritable with its own words and never with a password.
class PassStore {
 public:
  PassStore() = default;
  PassStore(const PassStore&) = delete;
  PassStore& operator=(const PassStore&) = delete;
  PassStore(PassStore&&) = delete;
  PassStore& operator=(PassStore&&) = delete;
  virtual ~PassStore() = default;

  /// Adds passes that are sound (traffic::defect_of() is kNone) in one transaction; a process
  /// killed later loses none of them. ClickHouse has no transactions: a batch that fails there may
  /// be in part, and inserting it again completes it.
  virtual base::Result<InsertCounts> insert(std::span<const traffic::Pass> passes) = 0;
  /// Adds passes, or writes them anew: what is stored of the same task and attempt is replaced, and of
  /// several here the last one counts. For who knows more of a pass than when it was first stored. In
  /// one transaction.
  /// @returns kUnsupported from ClickHouse, whose rows are not to be changed one by one.
  virtual base::Status put(std::span<const traffic::Pass> passes);
  /// Writes what was said later of passes that it holds: their outcome, and with a success that the
  /// task ended so (ending `resolved`, or `open` again if it was). In one transaction.
  /// @returns how many of them it holds; kUnsupported from ClickHouse.
  virtual base::Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes);
  /// Calls back with every pass in the order of (task_id, attempt) until the callback returns
  /// false. Constant memory.
  virtual base::Status for_each(const std::function<bool(const traffic::Pass&)>& use) = 0;
  /// @returns the `count` passes that started last, the latest at the end.
  virtual base::Result<std::vector<traffic::Pass>> tail(std::size_t count) = 0;
  virtual base::Result<StoreSize> size() = 0;
  /// @returns the times of size(), without counting: at once where summaries are kept.
  virtual base::Result<LogSpan> span() = 0;
  /// @returns what prune() of the same time would delete: passes, tasks, and their times.
  virtual base::Result<StoreSize> older_than(std::int64_t before_us) = 0;
  /// Deletes the tasks whose first pass started before a time, whole: no task loses only its
  /// beginning.
  /// @returns how many passes went.
  virtual base::Result<std::int64_t> prune(std::int64_t before_us) = 0;
  /// To be called when many passes have come: lets the engine look at what it holds, so that it
  /// plans well.
  virtual base::Status settle() { return base::Done{}; }

  // Summaries of closed days.

  /// Calls back as for_each() does, with all passes of the tasks that have a pass which started in
  /// [from_us, until_us), and maybe of more.
  virtual base::Status for_each_active(std::int64_t from_us, std::int64_t until_us,
                                       const std::function<bool(const traffic::Pass&)>& use) = 0;
  /// Runs `use`, whose calls all see the store as it is at one moment; what they write is there at once
  /// when it ends, or not at all if it fails. In ClickHouse they see passes that come meanwhile, and
  /// `use` may be run more than once.
  virtual base::Status at_one_moment(Moment moment, const std::function<base::Status()>& use) = 0;
  /// From the first call on it is told of which days tasks have changed (KeptSummaries::changed). Makes
  /// the index of starts, where there is one. A store without passes stays as it is.
  virtual base::Status begin_summaries() = 0;
  virtual base::Result<KeptSummaries> kept_summaries() = 0;
  /// Calls back with each summary of exactly these days.
  /// @param model, policy  only those of the tasks that began with them
  virtual base::Status for_each_summary(
      const Days& days, const std::optional<std::string>& model,
      const std::optional<std::string>& policy,
      const std::function<base::Status(const DaySummary&)>& use) = 0;
  /// Replaces the summaries of exactly these days.
  virtual base::Status replace_summaries(const Days& days,
                                         std::span<const DaySummary> summaries) = 0;
  /// Notes that the days before `end_day` are summarised, and that `done` have been made anew.
  virtual base::Status end_summaries(std::int64_t end_day, std::span<const std::int64_t> done) = 0;
  /// Forgets all summaries: the next begin_summaries() starts anew.
  virtual base::Status drop_summaries() = 0;

  /// How many passes one insert() should have.
  [[nodiscard]] virtual std::size_t batch() const { return 20'000; }
  /// The source without its password, for messages.
  [[nodiscard]] virtual const std::string& name() const = 0;
};

/// @returns the statement of tell(): of $1, the outcome, $2, the task, and $3, the attempt, if `attempt`.
std::string_view tell_sql(bool attempt);

/// @returns whether a source names a store ("sqlite:FILE", "postgres://...", "postgresql://...",
///   "clickhouse://...") and not a file of passes.
bool is_store(const std::string& source);

/// @returns a source without the password that it may hold, for messages.
std::string without_password(const std::string& source);

/// What a store is opened for.
enum class Access : std::uint8_t {
  kRead,    ///< nothing is written: a read-only file, a role that may only SELECT
  kWrite,   ///< passes too; the schema is brought up to date
  kCreate,  ///< and a store that is not there (or has no table of passes) is made
};

/// Opens a store; for writing its schema is brought up to the version that this program writes.
/// @param cancellation  stops every wait of the store, with kCancelled, for as long as it lives
/// @returns kUnreadable for a store that is not there, kUnsupported for a schema version that is
///   not known, or that is older than this program's and opened with kRead.
base::Result<std::unique_ptr<PassStore>> open_store(const std::string& source, Access access,
                                                    const base::Cancellation& cancellation = {});

}  // namespace turnout::store
