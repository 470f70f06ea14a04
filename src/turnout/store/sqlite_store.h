#pragma once

#include <memory>
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

  base::Result<InsertCounts> insert(std::span<const traffic::Pass> passes) override;
  base::Status put(std::span<const traffic::Pass> passes) override;
  base::Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes) override;
  base::Status for_each(const std::function<bool(const traffic::Pass&)>& use) override;
  base::Result<std::vector<traffic::Pass>> tail(std::size_t count) override;
  base::Result<StoreSize> size() override;
  base::Result<StoreSize> older_than(std::int64_t before_us) override;
  base::Result<std::int64_t> prune(std::int64_t before_us) override;
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  SqliteStore(SqliteDatabase database, std::string name)
      : database_(std::move(database)), name_(std::move(name)) {}
  base::Result<std::int64_t> version();
  base::Status prepare_to_read();
  base::Status migrate(Access access);
  base::Status prepare_to_insert();
  base::Result<StoreSize> size_of(SqliteStatement statement);
  base::Result<InsertCounts> insert_all(std::span<const traffic::Pass> passes);
  base::Result<std::size_t> tell_all(std::span<const traffic::ToldOutcome> outcomes);
  base::Result<bool> same_as_stored(const traffic::Pass& pass);

  SqliteDatabase database_;
  std::string name_;
  std::optional<SqliteStatement> insert_, put_, find_;  // of a store that is not only read
};

}  // namespace turnout::store
