#include "turnout/gateway/recorder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>

#include "turnout/base/temporary_files.h"

namespace turnout::gateway {
namespace {

using traffic::Pass;

/// A store in memory that can be taken down.
struct Store {
  std::mutex mutex;
  std::map<std::pair<std::string, std::int64_t>, Pass> passes;
  std::atomic<bool> down = false, stuck = false;
  std::atomic<int> slow_us = 0;  // each put
  std::atomic<int> opened = 0, batches = 0;

  [[nodiscard]] OpenSink opener() {
    return [this](const std::atomic<bool>& give_up) -> base::Result<std::unique_ptr<PassSink>> {
      ++opened;
      if (down) return base::Error{base::ErrorCode::kUnreadable, "is down", "store"};
      return std::unique_ptr<PassSink>(std::make_unique<Sink>(*this, give_up));
    };
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex);
    return passes.size();
  }

 private:
  class Sink final : public PassSink {
   public:
    Sink(Store& store, const std::atomic<bool>& give_up) : store_(store), give_up_(give_up) {}
    base::Status put(std::span<const Pass> passes) override {
      while (store_.stuck && !give_up_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (give_up_) return base::Error{base::ErrorCode::kCancelled, "took too long", "store"};
      if (store_.down) return base::Error{base::ErrorCode::kUnwritable, "went down", "store"};
      ++store_.batches;
      std::this_thread::sleep_for(std::chrono::microseconds(store_.slow_us));
      const std::lock_guard lock(store_.mutex);
      for (const Pass& pass : passes) store_.passes[{pass.task_id, pass.attempt}] = pass;
      return base::Done{};
    }
    base::Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes) override {
      if (store_.down) return base::Error{base::ErrorCode::kUnwritable, "went down", "store"};
      const std::lock_guard lock(store_.mutex);
      std::size_t told = 0;
      for (const auto& one : outcomes) {
        const auto found = store_.passes.find({one.task_id, one.attempt.value_or(1)});
        if (found == store_.passes.end()) continue;
        found->second.outcome = one.outcome;
        ++told;
      }
      return told;
    }

   private:
    Store& store_;
    const std::atomic<bool>& give_up_;
  };
};

class RecorderTest : public testing::Test {
 protected:
  [[nodiscard]] Recorder::Options options() const {
    Recorder::Options options;
    options.every_us = 20'000;
    options.spill = file();
    return options;
  }
  [[nodiscard]] std::string file() const { return (folder_ / "spill").string(); }

 private:
  base::TemporaryPath temporary_ = base::temporary_folder().value();
  const std::filesystem::path folder_ = temporary_.path();
};

Pass pass_of(int task, std::int64_t attempt, double latency_s = 1) {
  Pass pass;
  pass.task_id = "t" + std::to_string(task);
  pass.attempt = attempt;
  pass.model = "m";
  pass.started_us = 1;
  pass.latency_s = latency_s;
  return pass;
}

TEST_F(RecorderTest, many_passes_share_a_commit_and_the_last_of_a_name_counts) {
  Store store;
  Recorder recorder(options(), store.opener());
  for (int i = 0; i < 1000; ++i) recorder.put(pass_of(i, 1));
  recorder.put(pass_of(7, 1, 5));
  recorder.flush();
  EXPECT_EQ(store.size(), 1000U);
  EXPECT_EQ((store.passes[{"t7", 1}].latency_s), 5);
  EXPECT_LE(store.batches, 3);
  EXPECT_EQ(recorder.state().trouble, "");
}

TEST_F(RecorderTest, what_a_store_that_is_down_does_not_take_waits_in_a_file_and_keeps_its_order) {
  Store store;
  store.down = true;
  Recorder recorder(options(), store.opener());
  recorder.put(pass_of(1, 1, 1));
  recorder.flush();
  EXPECT_EQ(recorder.state().spilled, 1U);
  EXPECT_GT(recorder.state().spill_bytes, 0U);
  EXPECT_EQ(recorder.state().trouble, "store: is down");
  recorder.put(pass_of(1, 1, 2));
  recorder.put(pass_of(2, 1));
  recorder.flush();
  store.down = false;
  for (int i = 0; i < 300 && store.size() < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_EQ(store.size(), 2U);
  EXPECT_EQ((store.passes[{"t1", 1}].latency_s), 2);
  recorder.flush();
  EXPECT_EQ(recorder.state().spill_bytes, 0U);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(RecorderTest, a_store_that_goes_down_in_between_loses_nothing) {
  Store store;
  Recorder recorder(options(), store.opener());
  for (int i = 0; i < 200; ++i) {
    store.down = i % 50 >= 25;
    recorder.put(pass_of(i, 1));
    if (i % 5 == 0) recorder.flush();
  }
  store.down = false;
  for (int i = 0; i < 500 && store.size() < 200; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(store.size(), 200U);
  EXPECT_EQ(recorder.state().lost, 0U);
}

TEST_F(RecorderTest, a_store_that_hangs_is_given_up_and_its_passes_wait_in_the_file) {
  Store store;
  auto hasty = options();
  hasty.patience_us = 50'000;
  Recorder recorder(hasty, store.opener());
  store.stuck = true;
  for (int i = 0; i < 50; ++i) recorder.put(pass_of(i, 1));
  recorder.flush();
  EXPECT_EQ(recorder.state().spilled, 50U);
  EXPECT_EQ(recorder.state().trouble, "the store took longer than 0.05 s for a commit");
  store.stuck = false;
  for (int i = 0; i < 500 && store.size() < 50; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(store.size(), 50U);
}

TEST_F(RecorderTest, a_long_file_is_stored_though_all_of_it_takes_longer_than_one_put_may) {
  Store store;
  {
    Store down;
    down.down = true;
    Recorder recorder(options(), down.opener());
    for (int i = 0; i < 20'000; ++i) recorder.put(pass_of(i, 1));
  }
  auto hasty = options();
  hasty.patience_us = 1'000'000;
  store.slow_us = 350'000;  // of four puts
  Recorder recorder(hasty, store.opener());
  for (int i = 0; i < 3000 && store.size() < 20'000; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(store.size(), 20'000U);
  EXPECT_EQ(store.batches, 4);
}

TEST_F(RecorderTest, a_file_that_an_earlier_process_left_is_stored_first) {
  {
    Store down;
    down.down = true;
    Recorder recorder(options(), down.opener());
    recorder.put(pass_of(1, 1));
  }
  std::ofstream(file(), std::ios::app) << "{\"task_id\": \"cut o";  // it was killed while it wrote
  {
    Store down;
    down.down = true;
    Recorder recorder(options(), down.opener());
    recorder.put(pass_of(2, 1));
  }
  Store store;
  Recorder recorder(options(), store.opener());
  for (int i = 0; i < 300 && store.size() < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(store.size(), 2U);
}

TEST_F(RecorderTest, counts_what_a_full_spill_file_does_not_take) {
  Store store;
  store.down = true;
  auto small = options();
  small.spill_limit = 1000;
  Recorder recorder(small, store.opener());
  for (int i = 0; i < 10; ++i) {
    recorder.put(pass_of(i, 1));
    recorder.flush();
  }
  const auto state = recorder.state();
  EXPECT_GT(state.spilled, 0U);
  EXPECT_GT(state.lost, 0U);
  EXPECT_EQ(state.spilled + state.lost, 10U);
  EXPECT_LE(state.spill_bytes, 1000U);
}

TEST_F(RecorderTest, late_outcomes_wait_for_the_store_and_come_behind_the_passes_that_do) {
  Store store;
  store.down = true;
  Recorder recorder(options(), store.opener());
  recorder.put(pass_of(1, 1));
  recorder.flush();
  EXPECT_EQ(recorder.state().spilled, 1U);
  EXPECT_TRUE(recorder.tell({"t1", 1, traffic::Outcome::kSuccess}));
  EXPECT_TRUE(recorder.tell({"t2", 1, traffic::Outcome::kSuccess}));
  recorder.flush();
  EXPECT_EQ(recorder.state().outcomes, 2U);
  EXPECT_EQ(recorder.state().told, 0U);
  store.down = false;
  while (recorder.state().outcomes > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ((store.passes[{"t1", 1}].outcome), traffic::Outcome::kSuccess)
      << "the pass was in the spill file, without an outcome";
  EXPECT_EQ(recorder.state().told, 1U);
  EXPECT_EQ(recorder.state().untold, 1U);
}

TEST_F(RecorderTest, late_outcomes_that_wait_are_bounded) {
  Store store;
  store.down = true;
  Recorder recorder(options(), store.opener());
  for (std::size_t i = 0; i < Recorder::kMostOutcomes; ++i)
    ASSERT_TRUE(recorder.tell({"t1", 1, traffic::Outcome::kSuccess}));
  EXPECT_FALSE(recorder.tell({"t1", 1, traffic::Outcome::kSuccess}));
}

}  // namespace
}  // namespace turnout::gateway
