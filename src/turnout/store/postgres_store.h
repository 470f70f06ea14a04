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
  /// Runs `use` between `begin` and COMMIT, or ROLLBACK if it fails.
  base::Status in_transaction(const char* begin, const std::function<base::Status()>& use);

  PostgresConnection connection_;
  std::string name_;
};

}  // namespace turnout::store
