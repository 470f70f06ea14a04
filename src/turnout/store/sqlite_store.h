#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "turnout/store/pass_store.h"
#include "turnout/store/sqlite_database.h"

namespace turnout::store {

/// The store of one process and no server: a SQLite file. A process that is killed leaves the file
/// as it was after its last insert() that returned; so does a power cut, but for the last few.
class SqliteStore final : public PassStore {
 public:
  static base::Result<std::unique_ptr<SqliteStore>> open(
      const std::string& path, Access access, const base::Cancellation& cancellation = {});
  /// Makes the store of create_scratch_store().
  static base::Result<std::unique_ptr<SqliteStore>> create_scratch(
      const std::string& path, const base::Cancellation& cancellation);

  base::Result<InsertCounts> insert(std::span<const traffic::Pass> passes) override;
  base::Status put(std::span<const traffic::Pass> passes) override;
  base::Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes) override;
  base::Status for_each(const std::function<bool(const traffic::Pass&)>& use) override;
  base::Result<std::vector<traffic::Pass>> tail(std::size_t count) override;
  base::Result<StoreSize> size() override;
  base::Result<LogSpan> span() override;
  base::Result<StoreSize> older_than(std::int64_t before_us) override;
  base::Result<std::int64_t> prune(std::int64_t before_us) override;

  base::Status for_each_active(std::int64_t from_us, std::int64_t until_us,
                               const std::function<bool(const traffic::Pass&)>& use) override;
  base::Status at_one_moment(Moment moment, const std::function<base::Status()>& use) override;
  base::Status begin_summaries() override;
  base::Result<KeptSummaries> kept_summaries() override;
  base::Status for_each_summary(const Days& days, const std::optional<std::string>& model,
                                const std::optional<std::string>& policy,
                                const std::function<base::Status(const DaySummary&)>& use) override;
  base::Status replace_summaries(const Days& days, std::span<const DaySummary> summaries) override;
  base::Status end_summaries(std::int64_t end_day, std::span<const std::int64_t> done) override;
  base::Status drop_summaries() override;
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  SqliteStore(SqliteDatabase database, std::string name)
      : database_(std::move(database)), name_(std::move(name)) {}
  base::Result<std::int64_t> version();
  base::Status prepare_to_read();
  base::Status migrate(Access access);
  base::Status prepare_to_insert();
  base::Result<StoreSize> size_of(SqliteStatement statement);
  /// Runs `use` in a transaction that writes, with the notes of what it changes.
  base::Status write(const std::function<base::Status()>& use);
  /// Notes the closed days of a task's passes, if summaries are kept.
  base::Status note(const std::string& task_id);
  base::Status write_notes();
  base::Result<std::int64_t> prune_all(std::int64_t before_us);
  base::Status put_all(std::span<const traffic::Pass> passes);
  base::Status give(SqliteStatement& rows, const std::function<bool(const traffic::Pass&)>& use);
  base::Result<InsertCounts> insert_all(std::span<const traffic::Pass> passes);
  base::Result<std::size_t> tell_all(std::span<const traffic::ToldOutcome> outcomes);
  base::Result<bool> same_as_stored(const traffic::Pass& pass);

  SqliteDatabase database_;
  std::string name_;
  std::optional<SqliteStatement> insert_, put_, find_, days_;  // of a store that is not only read
  std::optional<std::int64_t> summarised_;  // while it writes: the end of the days that are
  std::set<std::int64_t> changed_;          // of them
};

}  // namespace turnout::store
