#pragma once

#include <memory>
#include <string>

#include "turnout/store/pass_store.h"
#include "turnout/store/postgres_connection.h"

namespace turnout::store {

/// Passes in a PostgreSQL database (12 or later). Each insert() is a transaction: a batch is there
/// whole or not at all.
class PostgresStore final : public PassStore {
 public:
  static base::Result<std::unique_ptr<PostgresStore>> open(
      const std::string& uri, Access access, const base::Cancellation& cancellation = {});

  base::Result<InsertCounts> insert(std::span<const traffic::Pass> passes) override;
  base::Status put(std::span<const traffic::Pass> passes) override;
  base::Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes) override;
  base::Status for_each(const std::function<bool(const traffic::Pass&)>& use) override;
  base::Result<std::vector<traffic::Pass>> tail(std::size_t count) override;
  base::Result<StoreSize> size() override;
  base::Result<StoreSize> older_than(std::int64_t before_us) override;
  base::Result<std::int64_t> prune(std::int64_t before_us) override;
  base::Result<LogSpan> span() override;

  base::Status for_each_active(std::int64_t from_us, std::int64_t until_us,
                               const std::function<bool(const traffic::Pass&)>& use) override;
  base::Status at_one_moment(Moment moment, const std::function<base::Status()>& use) override;
  base::Status begin_summaries() override;
  /// @returns none also for a role that may not read them.
  base::Result<KeptSummaries> kept_summaries() override;
  base::Status for_each_summary(const Days& days, const std::optional<std::string>& model,
                                const std::optional<std::string>& policy,
                                const std::function<base::Status(const DaySummary&)>& use) override;
  base::Status replace_summaries(const Days& days, std::span<const DaySummary> summaries) override;
  base::Status end_summaries(std::int64_t end_day, std::span<const std::int64_t> done) override;
  base::Status drop_summaries() override;

  base::Status settle() override { return connection_.run("ANALYZE passes"); }
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  PostgresStore(PostgresConnection connection, std::string name)
      : connection_(std::move(connection)), name_(std::move(name)) {}
  base::Result<std::int64_t> version();
  base::Status prepare_to_read();
  base::Status migrate(Access access);
  base::Result<StoreSize> size_of(const std::string& sql, const std::vector<SqlValue>& values);
  base::Status copy_incoming(std::span<const traffic::Pass> passes);
  base::Result<bool> copy_new(std::span<const traffic::Pass> passes);
  base::Result<InsertCounts> insert_all(std::span<const traffic::Pass> passes);
  base::Status give(const std::string& select,
                    const std::function<bool(const traffic::Pass&)>& use);
  /// Whether changes are to be noted, to the end of the transaction.
  base::Result<bool> keeps_summaries();
  /// Notes the days of the passes of some tasks, an array as PostgreSQL reads it.
  base::Status note(const std::string& tasks);
  /// In a transaction whose snapshot was taken when no writer was at work.
  base::Status at_moment_without_writers(const std::function<base::Status()>& use);
  static std::string tasks_of(std::span<const traffic::Pass> passes);
  static std::string tasks_of(std::span<const traffic::ToldOutcome> outcomes);
  /// Runs `use` between `begin` and COMMIT, or ROLLBACK if it fails.
  base::Status in_transaction(const char* begin, const std::function<base::Status()>& use);

  PostgresConnection connection_;
  std::string name_;
  bool in_moment_ = false;  // in a transaction that at_one_moment() began
};

}  // namespace turnout::store
