#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "turnout/store/clickhouse_statements.h"
#include "turnout/store/clickhouse_summaries.h"
#include "turnout/store/pass_store.h"

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

  /// Of a pass that is stored with a start at quite another time the counts may say `added`, in a store
  /// of more than 400,000 passes whose ids do not rise with time (held_of()). The first is read.
  base::Result<InsertCounts> insert(std::span<const traffic::Pass> passes) override;
  base::Status for_each(const std::function<bool(const traffic::Pass&)>& use) override;
  base::Result<std::vector<traffic::Pass>> tail(std::size_t count) override;
  base::Result<StoreSize> size() override;
  base::Result<LogSpan> span() override;
  base::Result<StoreSize> older_than(std::int64_t before_us) override;
  /// The server deletes in the background, one order (mutation) after the other; waits for ours
  /// alone, at most kLongestPrune.
  /// @returns also kCancelled if it is not done by then, with what is in its way; the server goes on
  ///   with it.
  base::Result<std::int64_t> prune(std::int64_t before_us) override;
  static constexpr std::chrono::minutes kLongestPrune{10};
  /// Reads the tasks' names of the whole table.
  base::Status for_each_active(std::int64_t from_us, std::int64_t until_us,
                               const std::function<bool(const traffic::Pass&)>& use) override;
  base::Status at_one_moment(Moment /*moment*/, const std::function<base::Status()>& use) override {
    return summaries_.at_one_moment(use);
  }
  base::Status begin_summaries() override;
  base::Result<KeptSummaries> kept_summaries() override { return summaries_.kept(); }
  base::Status for_each_summary(
      const Days& days, const std::optional<std::string>& model,
      const std::optional<std::string>& policy,
      const std::function<base::Status(const DaySummary&)>& use) override {
    return summaries_.for_each(days, model, policy, use);
  }
  base::Status replace_summaries(const Days& days, std::span<const DaySummary> summaries) override;
  base::Status end_summaries(std::int64_t end_day, std::span<const std::int64_t> done) override;
  base::Status drop_summaries() override;
  /// A look at the keys goes before each batch: fewer, larger ones.
  [[nodiscard]] std::size_t batch() const override { return 100'000; }
  [[nodiscard]] const std::string& name() const override { return statements_.name(); }

 private:
  ClickHouseStore(ClickHouseConnection connection, Access access)
      : access_(access), statements_(std::move(connection)) {}
  [[nodiscard]] base::Status may_write() const;
  base::Result<std::int64_t> version();
  base::Status prepare_to_read();
  base::Status migrate(Access access);
  base::Result<StoreSize> size_of(std::string_view sql, const SqlValues& values);
  base::Result<bool> gives_rows_in_order();
  [[nodiscard]] std::string passes_of(const std::string& tasks) const;
  /// Gives in order the passes of the tasks that have a pass as `tasks`, a condition, says; of all if it
  /// is empty.
  base::Status give(const std::string& tasks, const std::function<bool(const traffic::Pass&)>& use);
  base::Status read(const std::string& sql, const std::function<bool(const traffic::Pass&)>& use);
  Access access_;
  ClickHouseStatements statements_;
  ClickHouseSummaries summaries_{statements_};
};

}  // namespace turnout::store
