#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "turnout/store/clickhouse_connection.h"
#include "turnout/store/pass_store.h"
#include "turnout/store/sql_text.h"

namespace turnout::store {

/// Passes in a ClickHouse server (18.16 or later), or in the servers of a cluster: a table
/// ReplacingMergeTree on each, and with ?cluster=NAME a Distributed table over them that keeps each
/// task whole on one server. The tables of a cluster's other servers are made by opening each of
/// them once (turnout log create). A batch that a killed insert() left in part is completed by
/// inserting it again. Passes that two processes insert at the same time are told apart when they
/// are read.
class ClickHouseStore final : public PassStore {
 public:
  static base::Result<std::unique_ptr<ClickHouseStore>> open(
      const std::string& source, Access access, const base::Cancellation& cancellation = {});

  base::Result<InsertCounts> insert(std::span<const traffic::Pass> passes) override;
  base::Status for_each(const std::function<bool(const traffic::Pass&)>& use) override;
  base::Result<std::vector<traffic::Pass>> tail(std::size_t count) override;
  base::Result<StoreSize> size() override;
  base::Result<StoreSize> older_than(std::int64_t before_us) override;
  /// The server deletes in the background, one order (mutation) after the other; waits for ours
  /// alone, at most kLongestPrune.
  /// @returns also kCancelled if it is not done by then, with what is in its way; the server goes on
  ///   with it.
  base::Result<std::int64_t> prune(std::int64_t before_us) override;
  static constexpr std::chrono::minutes kLongestPrune{10};
  /// A look at the keys of the table goes before each batch: fewer, larger ones.
  [[nodiscard]] std::size_t batch() const override { return 100'000; }
  [[nodiscard]] const std::string& name() const override { return connection_.address().name; }

 private:
  explicit ClickHouseStore(ClickHouseConnection connection) : connection_(std::move(connection)) {}
  /// @param sql  one statement; {name} stands for a value, {passes} and {stored_passes} for the
  ///   store's tables. Values become part of it as quoted literals alone.
  base::Result<std::vector<SqlRow>> query(std::string_view sql, const SqlValues& values);
  base::Result<std::int64_t> one_integer(std::string_view sql);
  base::Result<std::int64_t> version();
  base::Status prepare_to_read();
  base::Status migrate(Access access);
  base::Result<StoreSize> size_of(std::string_view sql, const SqlValues& values);
  /// How far the server is with deleting.
  struct Deletion {
    std::string id;
    bool done = false;
    std::string
        behind;  ///< an unfinished order of somebody that comes first; empty if there is none
  };
  base::Result<Deletion> deletion(const std::string& marker);
  base::Status wait_for_deletion(const std::string& marker);
  base::Status run_all(std::string_view statements);
  [[nodiscard]] std::string fill(std::string_view sql, const SqlValues& values) const;
  base::Result<std::vector<traffic::Pass>> stored_like(std::span<const traffic::Pass> passes);
  base::Result<bool> gives_rows_in_order();
  base::Status read(const std::string& sql, const std::function<bool(const traffic::Pass&)>& use);
  ClickHouseConnection connection_;
};

}  // namespace turnout::store
