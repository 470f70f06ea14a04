#include "turnout/store/sqlite_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "turnout/base/temporary_files.h"
#include "turnout/store/embedded_texts.h"
#include "turnout/store/import.h"

namespace turnout::store {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return (folder_ / "passes.db").string(); }
  [[nodiscard]] std::unique_ptr<PassStore> open() const {
    return *open_store("sqlite:" + file(), Access::kCreate);
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

 private:
  base::TemporaryPath temporary_ = base::temporary_folder().value();

 protected:
  const std::filesystem::path folder_ = temporary_.path();
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

TEST_F(SqliteStoreTest, putting_a_pass_replaces_what_is_stored_of_it_and_the_last_one_counts) {
  const auto store = open();
  std::vector<traffic::Pass> passes = {pass_of("a", 1, 1), pass_of("a", 2, 2)};
  EXPECT_EQ(store->insert(passes)->added, 2U);
  passes[1].outcome = traffic::Outcome::kFailure;
  passes.push_back(passes[1]);
  passes.back().outcome = traffic::Outcome::kSuccess;
  passes.push_back(pass_of("b", 1, 3));
  EXPECT_TRUE(store->put(passes));
  EXPECT_EQ(all_of(*store), (std::vector<traffic::Pass>{passes[0], passes[2], passes[3]}));
}

TEST_F(SqliteStoreTest, what_is_said_later_of_an_answer_is_written_to_its_pass_alone) {
  const auto store = open();
  std::vector<traffic::Pass> passes = {pass_of("a", 1, 1), pass_of("a", 2, 2), pass_of("b", 1, 3)};
  passes[2].ending = traffic::Ending::kResolved;
  passes[2].outcome = traffic::Outcome::kSuccess;
  EXPECT_TRUE(store->put(passes));
  const std::vector<traffic::ToldOutcome> told = {{"a", std::nullopt, traffic::Outcome::kSuccess},
                                                  {"a", 1, traffic::Outcome::kFailure},
                                                  {"b", 1, traffic::Outcome::kFailure},
                                                  {"a", 3, traffic::Outcome::kFailure},
                                                  {"c", std::nullopt, traffic::Outcome::kFailure}};
  EXPECT_EQ(store->tell(told).value(), 3U);
  passes[0].outcome = traffic::Outcome::kFailure;
  passes[1].outcome = traffic::Outcome::kSuccess;
  passes[1].ending = traffic::Ending::kResolved;
  passes[2].outcome = traffic::Outcome::kFailure;
  passes[2].ending = traffic::Ending::kOpen;
  EXPECT_EQ(all_of(*store), passes);
}

TEST_F(SqliteStoreTest, pruning_takes_whole_tasks) {
  const auto store = open();
  EXPECT_TRUE(store->insert(std::vector<traffic::Pass>{pass_of("old", 1, 10), pass_of("old", 2, 30),
                                                       pass_of("new", 1, 20)}));
  const auto old = store->older_than(20'000'000).value();
  EXPECT_EQ(old.passes, 2);
  EXPECT_EQ(old.tasks, 1);
  EXPECT_EQ(old.first_us, 10'000'000);
  EXPECT_EQ(old.last_us, 30'000'000);
  EXPECT_EQ(store->older_than(0)->first_us, std::nullopt);
  EXPECT_EQ(store->prune(20'000'000).value(), 2);
  ASSERT_EQ(all_of(*store).size(), 1U);
  EXPECT_EQ(all_of(*store)[0].task_id, "new");
  EXPECT_EQ(store->size()->passes, 1);
  EXPECT_EQ(store->tail(5)->size(), 1U);
}

TEST_F(SqliteStoreTest, a_file_that_is_no_store_is_refused_and_left_alone) {
  EXPECT_EQ(open_store("sqlite:" + file(), Access::kWrite).error().code,
            base::ErrorCode::kUnreadable);
  std::ofstream(file())
      << "not a database, but long enough to be taken for one if nobody looked at its head";
  const auto store = open_store("sqlite:" + file(), Access::kCreate);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().to_string(), file() + ": file is not a database");
}

TEST_F(SqliteStoreTest, a_schema_of_a_later_version_is_refused) {
  { const auto made = open(); }
  auto opened = SqliteDatabase::open(file(), SqliteDatabase::Mode::kWrite);
  SqliteDatabase database = *std::move(opened);
  ASSERT_TRUE(database.run("UPDATE schema_version SET version = 9"));
  const auto store = open_store("sqlite:" + file(), Access::kCreate);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("schema version 9"), std::string::npos);
}

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_F(SqliteStoreTest, a_store_of_the_first_version_is_brought_up_to_date_with_its_passes) {
  {
    auto database = SqliteDatabase::open(file(), SqliteDatabase::Mode::kCreate).value();
    for (const auto& [path, text] : embedded_texts()) {
      if (path != "sql/sqlite/001_passes.sql") continue;
      ASSERT_TRUE(database.run(std::string(text)));
    }
    ASSERT_TRUE(
        database.run("INSERT INTO passes (task_id, attempt, model, started_us, latency_s, outcome, "
                     "ending) VALUES ('a', 1, 'm', 5000000, 0.1, 'unknown', 'open')"));
  }
  const auto reader = open_store("sqlite:" + file(), Access::kRead);
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().message.find("turnout log create"), std::string::npos)
      << reader.error().to_string();
  EXPECT_TRUE(all_of(*open()) == std::vector<traffic::Pass>{pass_of("a", 1, 5)});
  EXPECT_TRUE(open_store("sqlite:" + file(), Access::kRead));
}

TEST_F(SqliteStoreTest, reading_changes_no_byte_and_leaves_no_file) {
  {
    const auto store = open();
    EXPECT_TRUE(store->insert(std::vector<traffic::Pass>{pass_of("a", 1, 1)}));
  }
  const auto before = content_of(file());
  const auto modified = std::filesystem::last_write_time(file());
  {
    const auto store = open_store("sqlite:" + file(), Access::kRead).value();
    EXPECT_EQ(all_of(*store).size(), 1U);
    EXPECT_EQ(store->tail(1)->size(), 1U);
    EXPECT_EQ(store->insert(std::vector<traffic::Pass>{pass_of("b", 1, 1)}).error().code,
              base::ErrorCode::kUnwritable);
    EXPECT_EQ(store->prune(99'000'000).error().code, base::ErrorCode::kUnwritable);
  }
  EXPECT_EQ(content_of(file()), before);
  EXPECT_EQ(std::filesystem::last_write_time(file()), modified);
  EXPECT_EQ(files(), 1U) << "no -wal, no -shm";
}

TEST_F(SqliteStoreTest, reading_an_empty_file_makes_no_tables) {
  std::ofstream(file()).close();
  const auto store = open_store("sqlite:" + file(), Access::kRead);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("has no table of passes"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(file()), 0U);
  EXPECT_EQ(files(), 1U);
}

/// Runs in a process of its own that may not write: root may write everywhere.
void read_as_nobody(const std::string& file) {
  constexpr unsigned kNobody = 65534;
  if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) std::exit(3);
  const auto store = open_store("sqlite:" + file, Access::kRead);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().to_string().c_str());
    std::exit(1);
  }
  std::size_t passes = 0;
  const auto read = (*store)->for_each([&](const traffic::Pass&) {
    ++passes;
    return true;
  });
  std::exit(read && passes == 2 ? 0 : 2);
}

TEST_F(SqliteStoreTest, a_read_only_file_in_a_read_only_folder_is_read) {
  {
    const auto store = open();
    EXPECT_TRUE(
        store->insert(std::vector<traffic::Pass>{pass_of("a", 1, 1), pass_of("b?%#", 1, 1)}));
  }
  ASSERT_EQ(::chmod(file().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  EXPECT_EXIT(read_as_nobody(file()), testing::ExitedWithCode(0), "");
  EXPECT_EQ(files(), 1U);
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
}

TEST_F(SqliteStoreTest, what_a_writer_has_not_yet_put_into_the_file_is_read_too) {
  const auto writer = open();
  EXPECT_TRUE(writer->insert(std::vector<traffic::Pass>{pass_of("a", 1, 1)}));
  const auto reader = open_store("sqlite:" + file(), Access::kRead).value();
  EXPECT_TRUE(writer->insert(std::vector<traffic::Pass>{pass_of("b", 1, 1)}));
  EXPECT_EQ(all_of(*reader).size(), 2U);
  EXPECT_EQ(reader->older_than(2'000'000)->passes, 2);
}

TEST_F(SqliteStoreTest, a_statement_and_a_wait_for_another_writer_end_when_they_are_told_to) {
  using namespace std::chrono_literals;
  { const auto made = open(); }
  auto other = SqliteDatabase::open(file(), SqliteDatabase::Mode::kWrite).value();
  ASSERT_TRUE(other.run("BEGIN IMMEDIATE"));
  const auto soon = [] { return base::Cancellation(base::Deadline::after(100ms)); };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(open_store("sqlite:" + file(), Access::kWrite, soon()).error().code,
            base::ErrorCode::kCancelled);
  auto endless = SqliteDatabase::open(file(), SqliteDatabase::Mode::kRead, soon()).value();
  EXPECT_EQ(endless
                .run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
                     "max(i) FROM n")
                .error()
                .code,
            base::ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST_F(SqliteStoreTest, an_import_ends_when_it_is_told_to_and_keeps_whole_batches) {
  class Endless final : public traffic::PassReader {
   public:
    base::Result<bool> next(traffic::Pass& pass) override {
      pass = pass_of("task " + std::to_string(++task_), 1, 1);
      return true;
    }
    int task_ = 0;
  } reader;
  const auto store = open();
  std::atomic<bool> stop = false;
  base::Watch watch;
  watch.on_steps = [&](std::size_t) { stop = true; };
  watch.cancellation = base::Cancellation(stop);
  EXPECT_EQ(import_passes(reader, *store, watch).error().code, base::ErrorCode::kCancelled);
  EXPECT_EQ(store->size()->passes, static_cast<std::int64_t>(store->batch()));
}

/// Passes without end but for an error after some of them.
class FailingReader final : public traffic::PassReader {
 public:
  explicit FailingReader(std::size_t sound) : sound_(sound) {}
  base::Result<bool> next(traffic::Pass& pass) override {
    if (read_ == sound_) return base::Error{base::ErrorCode::kUnreadable, "the disk is gone", "a"};
    pass = pass_of("task " + std::to_string(++read_), 1, 1);
    return true;
  }

 private:
  std::size_t sound_, read_ = 0;
};

TEST_F(SqliteStoreTest, an_import_whose_log_fails_keeps_the_batches_before_it) {
  const auto store = open();
  FailingReader reader(2 * store->batch() + 7);
  EXPECT_EQ(import_passes(reader, *store, {}).error().message, "the disk is gone");
  EXPECT_EQ(store->size()->passes, static_cast<std::int64_t>(2 * store->batch()));
}

TEST_F(SqliteStoreTest, an_import_whose_store_fails_says_so_though_its_log_fails_later) {
  ASSERT_TRUE(open()->settle());
  const auto store = open_store("sqlite:" + file(), Access::kRead).value();
  FailingReader reader(store->batch() + 7);
  const auto failed = import_passes(reader, *store, {});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message, "the disk is gone");
}

TEST(StoreName, passwords_are_never_shown) {
  EXPECT_EQ(without_password("postgres://u:se:c@ret@h/db"), "postgres://u@h/db");
  EXPECT_EQ(without_password("clickhouse://u@h:8123/db"), "clickhouse://u@h:8123/db");
  EXPECT_EQ(without_password("sqlite:a@b.db"), "sqlite:a@b.db");
  EXPECT_EQ(without_password("postgres://h/db?password=secret&sslmode=require"),
            "postgres://h/db?password=...&sslmode=require");
  EXPECT_EQ(without_password("postgres://u:secret@h/db?password=other"),
            "postgres://u@h/db?password=...");
  const auto refused = open_store("mysql://u:secret@h/db", Access::kCreate);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().to_string().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace turnout::store
