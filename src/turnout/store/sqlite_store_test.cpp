#include "turnout/store/sqlite_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "turnout/store/import.h"

namespace turnout::store {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("turnout-store-test-" + std::to_string(::getpid()) +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string file() const { return (folder_ / "passes.db").string(); }
  [[nodiscard]] std::unique_ptr<PassStore> open() const {
    return *open_store("sqlite:" + file(), Create::kYes);
  }

 private:
  std::filesystem::path folder_;
};

traffic::Pass pass_of(const std::string& task, std::int64_t attempt, std::int64_t started_s) {
  traffic::Pass pass;
  pass.task_id = task;
  pass.attempt = attempt;
  pass.model = "m";
  pass.started_us = started_s * 1'000'000;
  pass.latency_s = 0.1 * static_cast<double>(attempt);
  return pass;
}

std::vector<traffic::Pass> all_of(PassStore& store) {
  std::vector<traffic::Pass> passes;
  EXPECT_TRUE(store.for_each([&](const traffic::Pass& pass) {
    passes.push_back(pass);
    return true;
  }));
  return passes;
}

TEST_F(SqliteStoreTest, gives_back_every_column_to_the_bit_in_the_order_of_task_and_attempt) {
  const auto store = open();
  traffic::Pass full = pass_of("b", 1, 5);
  full.user_id = "'; DROP TABLE passes; --";
  full.ttft_s = 1.0 / 3;
  full.input_tokens = 0;
  full.output_tokens = 999'999'999'999;
  full.cost_usd = -1e-300;
  full.outcome = traffic::Outcome::kSuccess;
  full.ending = traffic::Ending::kResolved;
  full.policy_id = "\"x\" ' % ?";
  full.propensity = 0.1;
  const std::vector<traffic::Pass> passes = {full, pass_of("a", 2, 3), pass_of("a", 1, 4)};
  EXPECT_EQ(store->insert(passes)->added, 3U);
  EXPECT_EQ(all_of(*store), (std::vector<traffic::Pass>{passes[2], passes[1], passes[0]}));
}

TEST_F(SqliteStoreTest, inserting_again_changes_nothing_and_conflicts_are_told_from_repeats) {
  const auto store = open();
  std::vector<traffic::Pass> passes = {pass_of("a", 1, 1), pass_of("a", 2, 2)};
  EXPECT_EQ(store->insert(passes)->added, 2U);
  passes[1].latency_s = 99;
  passes.push_back(pass_of("a", 3, 3));
  const auto counts = store->insert(passes).value();
  EXPECT_EQ(counts.added, 1U);
  EXPECT_EQ(counts.repeated, 1U);
  EXPECT_EQ(counts.conflicting, 1U);
  EXPECT_EQ(all_of(*store)[1].latency_s, 0.2) << "the stored one is kept";
}

TEST_F(SqliteStoreTest, pruning_takes_whole_tasks) {
  const auto store = open();
  EXPECT_TRUE(store->insert(std::vector<traffic::Pass>{pass_of("old", 1, 10), pass_of("old", 2, 30),
                                                       pass_of("new", 1, 20)}));
  EXPECT_EQ(store->prune(20'000'000).value(), 2);
  ASSERT_EQ(all_of(*store).size(), 1U);
  EXPECT_EQ(all_of(*store)[0].task_id, "new");
  EXPECT_EQ(store->size()->passes, 1);
  EXPECT_EQ(store->tail(5)->size(), 1U);
}

TEST_F(SqliteStoreTest, a_file_that_is_no_store_is_refused_and_left_alone) {
  EXPECT_EQ(open_store("sqlite:" + file(), Create::kNo).error().code, base::ErrorCode::kUnreadable);
  std::ofstream(file())
      << "not a database, but long enough to be taken for one if nobody looked at its head";
  const auto store = open_store("sqlite:" + file(), Create::kYes);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().to_string(), file() + ": file is not a database");
}

TEST_F(SqliteStoreTest, a_schema_of_a_later_version_is_refused) {
  { const auto made = open(); }
  auto opened = SqliteDatabase::open(file(), SqliteDatabase::Mode::kWrite);
  SqliteDatabase database = *std::move(opened);
  ASSERT_TRUE(database.run("UPDATE schema_version SET version = 9"));
  const auto store = open_store("sqlite:" + file(), Create::kYes);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("schema version 9"), std::string::npos);
}

TEST(StoreName, passwords_are_never_shown) {
  EXPECT_EQ(without_password("postgres://u:se:c@ret@h/db"), "postgres://u@h/db");
  EXPECT_EQ(without_password("clickhouse://u@h:8123/db"), "clickhouse://u@h:8123/db");
  EXPECT_EQ(without_password("sqlite:a@b.db"), "sqlite:a@b.db");
  EXPECT_EQ(without_password("postgres://h/db?password=secret&sslmode=require"),
            "postgres://h/db?password=...&sslmode=require");
  EXPECT_EQ(without_password("postgres://u:secret@h/db?password=other"),
            "postgres://u@h/db?password=...");
  const auto refused = open_store("mysql://u:secret@h/db", Create::kYes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().to_string().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace turnout::store
