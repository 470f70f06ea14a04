#include "turnout/estimation/engines/sql_statistics.h"

#include <gtest/gtest.h>

#include <deque>

namespace turnout::estimation {
namespace {

using store::SqlRow;

/// A server that gives the answers it was told to, one after the other.
class ToldServer final : public store::SqlStore {
 public:
  explicit ToldServer(std::deque<std::vector<SqlRow>> answers) : answers_(std::move(answers)) {}

  base::Result<std::vector<SqlRow>> query(std::string_view, const store::SqlValues&) override {
    if (answers_.empty()) return std::vector<SqlRow>();
    auto answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }
  base::Status in_snapshot(const std::function<base::Status()>& use) override { return use(); }
  [[nodiscard]] std::string_view engine() const override { return "postgres"; }
  [[nodiscard]] const std::string& name() const override { return name_; }
  base::Result<store::StoreSize> size() override { return store::StoreSize{1, 1, 5, 5}; }
  base::Result<store::InsertCounts> insert(std::span<const traffic::Pass>) override {
    return store::InsertCounts{};
  }
  base::Status for_each(const std::function<bool(const traffic::Pass&)>&) override {
    return base::Done{};
  }
  base::Result<std::vector<traffic::Pass>> tail(std::size_t) override {
    return std::vector<traffic::Pass>();
  }
  base::Result<store::StoreSize> older_than(std::int64_t) override { return store::StoreSize{}; }
  base::Result<std::int64_t> prune(std::int64_t) override { return 0; }

 private:
  std::deque<std::vector<SqlRow>> answers_;
  std::string name_ = "postgres://u@h/db";
};

const SqlRow kTotals = {"1", "1", "0", "5", "5", "0", "0", "0", "0", "0", "0", "1", "1"};
const SqlRow kPath = {"p", "1", "",    "",     "",  "mini", "0", "1",
                      "0", "0", "2.5", "6.25", "1", "1",    "1"};

std::string message_of(std::deque<std::vector<SqlRow>> answers) {
  ToldServer server(std::move(answers));
  const auto statistics = sql_statistics(server, {}, {});
  return statistics ? "" : statistics.error().to_string();
}

TEST(SqlStatistics, reads_a_whole_answer) {
  ToldServer server({{kTotals}, {kPath}});
  const auto statistics = sql_statistics(server, {}, {});
  ASSERT_TRUE(statistics) << statistics.error().to_string();
  EXPECT_EQ(statistics->passes, 1);
  EXPECT_EQ(statistics->paths.begin()->second.latency.sum, 2.5);
}

TEST(SqlStatistics, text_that_is_no_number_is_an_error_with_statement_column_and_text) {
  SqlRow totals = kTotals;
  totals[2] = "many";
  EXPECT_EQ(message_of({{totals}}),
            "postgres://u@h/db: totals.sql: column 3: 'many' is no whole number of 64 bits");
  SqlRow path = kPath;
  path[10] = "NaN";
  EXPECT_EQ(message_of({{kTotals}, {path}}),
            "postgres://u@h/db: paths.sql: column 11: 'NaN' is no finite number");
  EXPECT_EQ(message_of({{kTotals}, {}, {}, {{"mini", "", "3"}}}),
            "postgres://u@h/db: latencies.sql: column 2: '' is no whole number of 64 bits");
  EXPECT_EQ(
      message_of({{kTotals}, {}, {}, {}, {{"p", "1", "", "", "", "mini", "sloved", "3", "1"}}}),
      "postgres://u@h/db: returns.sql: column 7: 'sloved' is no end of a task");
}

TEST(SqlStatistics, an_answer_of_another_shape_is_an_error) {
  EXPECT_EQ(message_of({{}}), "postgres://u@h/db: totals.sql: one row was expected, 0 came");
  EXPECT_EQ(message_of({{SqlRow{"1", "1"}}}),
            "postgres://u@h/db: totals.sql: column 3: is missing");
  SqlRow path = kPath;
  path.emplace_back("1");
  EXPECT_EQ(message_of({{kTotals}, {path}}),
            "postgres://u@h/db: paths.sql: column 16: was not asked for");
}

TEST(SqlStatistics, ends_when_it_is_told_to) {
  ToldServer server({{kTotals}});
  const std::atomic<bool> stop = true;
  base::Watch watch;
  watch.cancellation = base::Cancellation(stop);
  EXPECT_EQ(sql_statistics(server, {}, watch).error().code, base::ErrorCode::kCancelled);
}

}  // namespace
}  // namespace turnout::estimation
