#include <functional>
#include <map>
#include <memory>

#include "engine_support.h"
#include "turnout/store/clickhouse_statements.h"
#include "turnout/store/embedded_texts.h"

/// A ClickHouse store of more passes than its import looks through for a batch, with ids that do not rise
/// with time: what is there already is asked of the keys of the batch's times.
namespace turnout {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kFirst = 1'700'000'000'000'000;  // of random_log()

/// Passes of the year 2001, whose ids lie among those of random_log().
constexpr const char* kOthers =
    "INSERT INTO {passes} SELECT concat('task g', hex(MD5(toString(number)))), toUInt32(1), "
    "'user', "
    "'mini', toInt64(1000000000000000 + number), toFloat64(1), CAST(NULL AS Nullable(Float64)), "
    "CAST(NULL AS Nullable(Int64)), CAST(NULL AS Nullable(Int64)), CAST(NULL AS "
    "Nullable(Float64)), "
    "CAST(toInt8(0) AS Enum8('unknown' = 0, 'success' = 1, 'failure' = 2)), CAST(toInt8(0) AS "
    "Enum8('open' = 0, 'resolved' = 1, 'reprompted' = 2, 'abandoned' = 3)), '', CAST(NULL AS "
    "Nullable(Float64)), toUInt64(1) FROM numbers({count})";
constexpr std::int64_t kOthersCount = 450'000;  // on one server

store::ClickHouseStatements statements_of(const std::string& source) {
  return store::ClickHouseStatements(
      store::ClickHouseConnection(store::ClickHouseAddress::parse(source).value()));
}

void add_others(const std::string& source, std::int64_t count = kOthersCount) {
  std::string sql(kOthers);  // numbers() takes a literal alone
  sql.replace(sql.find("{count}"), std::string_view("{count}").size(), std::to_string(count));
  const auto done = statements_of(source).query(sql, {});
  ASSERT_TRUE(done) << done.error().to_string();
}

class ManyPasses : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
    empty_clickhouse("TURNOUT_TEST_CLICKHOUSE_2");
    source_ = server("TURNOUT_TEST_CLICKHOUSE");
    if (GetParam() == "cluster") {
      ASSERT_TRUE(store::open_store(server("TURNOUT_TEST_CLICKHOUSE_2"), store::Access::kCreate));
      source_ += "?cluster=pair";
    }
    store_ = store::open_store(source_, store::Access::kCreate).value();
    if (GetParam() == "cluster") others_ *= 2;
    add_others(source_, others_);
  }
  void TearDown() override {
    store_.reset();
    empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
    empty_clickhouse("TURNOUT_TEST_CLICKHOUSE_2");
  }

  /// What is stored of random_log().
  [[nodiscard]] std::vector<Pass> all() const {
    std::vector<Pass> passes;
    const auto done = store_->for_each([&](const Pass& pass) {
      if (!pass.task_id.starts_with("task g")) passes.push_back(pass);
      return true;
    });
    EXPECT_TRUE(done) << done.error().to_string();
    return passes;
  }

  std::string source_;
  std::int64_t others_ = kOthersCount;
  std::unique_ptr<PassStore> store_;
};

TEST_P(ManyPasses, repeats_and_conflicts_in_any_column_are_counted) {
  auto log = random_log(21, 600);
  for (Pass& pass : log) pass.started_us = std::max(pass.started_us, kFirst);
  auto counts = store_->insert(log).value();
  EXPECT_EQ(counts.added, log.size());
  const auto before = all();
  EXPECT_EQ(before.size(), log.size());
  counts = store_->insert(log).value();
  EXPECT_EQ(counts.added, 0U);
  EXPECT_EQ(counts.repeated, log.size());
  const std::vector<std::function<void(Pass&)>> changes = {
      [](Pass& p) { p.user_id += "x"; },
      [](Pass& p) { p.model += "x"; },
      [](Pass& p) { p.started_us += 1; },
      [](Pass& p) { p.latency_s += 1e-9; },
      [](Pass& p) { p.ttft_s = p.ttft_s ? std::nullopt : std::optional(0.0); },
      [](Pass& p) {
        p.input_tokens = p.input_tokens ? std::nullopt : std::optional<std::int64_t>(0);
      },
      [](Pass& p) {
        p.output_tokens = p.output_tokens ? std::nullopt : std::optional<std::int64_t>(0);
      },
      [](Pass& p) { p.cost_usd = p.cost_usd ? std::nullopt : std::optional(0.0); },
      [](Pass& p) { p.outcome = static_cast<Outcome>((static_cast<int>(p.outcome) + 1) % 3); },
      [](Pass& p) { p.ending = static_cast<Ending>((static_cast<int>(p.ending) + 1) % 4); },
      [](Pass& p) { p.policy_id += "x"; },
      [](Pass& p) { p.propensity = p.propensity ? std::nullopt : std::optional(1.0); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) changes[i](log[i]);
  Pass fresh = log.back();
  fresh.attempt += 1000;
  log.push_back(fresh);
  counts = store_->insert(log).value();
  EXPECT_EQ(counts.conflicting, changes.size());
  EXPECT_EQ(counts.added, 1U);
  EXPECT_EQ(counts.repeated, log.size() - changes.size() - 1);
  EXPECT_EQ(all().size(), before.size() + 1);
}

TEST_P(ManyPasses, one_that_comes_again_with_a_far_start_counts_as_added_and_the_first_is_read) {
  Pass first = random_log(22, 1).at(0);
  Pass other = first;
  other.task_id = "task a";  // the ids of the others lie between the two
  ASSERT_EQ(store_->insert(std::vector{first, other})->added, 2U);
  Pass again = first;
  again.started_us += 100 * kDay;
  again.model = "another";
  Pass new_one = other;
  new_one.started_us = again.started_us;
  new_one.attempt += 1;
  EXPECT_EQ(store_->insert(std::vector{again, new_one})->added, 2U);
  const auto stored = all();
  EXPECT_EQ(stored.size(), 3U);
  EXPECT_EQ(std::count(stored.begin(), stored.end(), first), 1);
  EXPECT_EQ(store_->size()->passes, others_ + 3);
}

TEST_P(ManyPasses, what_was_pruned_may_come_again) {
  if (GetParam() == "cluster") return;  // each server is pruned by itself
  const auto log = random_log(23, 600);
  std::vector<Pass> first(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(log.size() / 2));
  std::vector<Pass> second(log.begin() + static_cast<std::ptrdiff_t>(first.size()), log.end());
  ASSERT_TRUE(store_->insert(first));
  ASSERT_TRUE(store_->insert(second));
  EXPECT_EQ(store_->insert(log)->repeated, log.size());
  EXPECT_EQ(store_->prune(kFirst + 100 * kDay).value(),
            kOthersCount + static_cast<std::int64_t>(log.size()));
  auto server = statements_of(source_);
  for (const char* table : {"passes", "pass_keys", "pruned_tasks"})
    EXPECT_EQ(server.one_integer(fmt::format("SELECT count() FROM {}", table)).value(), 0) << table;
  add_others(source_);
  EXPECT_EQ(store_->insert(log)->added, log.size());
  EXPECT_EQ(store_->insert(log)->repeated, log.size());
}

INSTANTIATE_TEST_SUITE_P(All, ManyPasses, testing::Values("clickhouse", "cluster"),
                         [](const auto& engine) { return engine.param; });

TEST(Migration, a_store_of_version_1_gets_its_keys_when_it_is_opened_to_be_written) {
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  const auto source = server("TURNOUT_TEST_CLICKHOUSE");
  const auto log = random_log(24, 600);
  auto statements = statements_of(source);
  {  // as the first version left it: rows without keys
    ASSERT_TRUE(store::open_store(source, store::Access::kCreate).value()->insert(log));
    add_others(source);
    for (const char* table :
         {"pass_keys_as_they_come", "pass_keys", "pruned_tasks", "schema_version"})
      ASSERT_TRUE(statements.query(fmt::format("DROP TABLE {}", table), {}));
    ASSERT_TRUE(statements.run_all(
        base::find_text(store::embedded_texts(), "sql/clickhouse/001_passes.sql")));
    ASSERT_EQ(statements.one_integer("EXISTS TABLE numbered_passes").value(), 1);
  }
  const auto reader = store::open_store(source, store::Access::kRead);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, base::ErrorCode::kUnsupported);
  const auto opened = store::open_store(source, store::Access::kWrite);
  ASSERT_TRUE(opened) << opened.error().to_string();
  EXPECT_EQ(statements.one_integer("SELECT count() FROM pass_keys").value(),
            kOthersCount + static_cast<std::int64_t>(log.size()));
  EXPECT_EQ(statements.one_integer("EXISTS TABLE numbered_passes").value(), 0);
  EXPECT_EQ((*opened)->insert(log)->repeated, log.size());
  EXPECT_TRUE(store::open_store(source, store::Access::kRead));
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
}

}  // namespace
}  // namespace turnout
