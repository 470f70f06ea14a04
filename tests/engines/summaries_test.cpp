#include <chrono>
#include <thread>

#include "summaries_fixture.h"

/// Summaries of closed days: what they say is what the passes say, whatever happens to these.
namespace turnout {
namespace {

TEST_P(Summaries, say_what_the_passes_say_to_the_last_bit) {
  summarise(random_log(31, 1500));
  EXPECT_LE(raw_days(), 3) << "the open day, and the one on which users may just have come back";
  expect_as_from_passes("after they were made");
}

TEST_P(Summaries, say_it_also_after_late_rows_and_repeated_imports) {
  const auto log = random_log(32, 1200);
  const std::vector<Pass> first(log.begin(),
                                log.begin() + static_cast<std::ptrdiff_t>(log.size() / 2));
  summarise(first);
  ASSERT_TRUE(store_->insert(log));  // half of them are there, the others go to all days
  expect_as_from_passes("after late rows");
  EXPECT_GT(raw_days(), 20);
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  EXPECT_LE(raw_days(), 3);
  expect_as_from_passes("after they were summarised");
  ASSERT_TRUE(store_->insert(log));
  EXPECT_LE(raw_days(), 3) << "a repeated import changes nothing";
}

TEST_P(Summaries, say_it_also_after_a_late_attempt_a_late_outcome_and_a_changed_pass) {
  const auto log = random_log(33, 600);
  summarise(log);
  Pass late = log.front();
  for (const Pass& pass : log) {
    if (pass.task_id == late.task_id) late.attempt = std::max(late.attempt, pass.attempt);
  }
  ++late.attempt;
  late.started_us = kStart + 29 * kDayUs;
  ASSERT_TRUE(store_->insert(std::vector<Pass>{late}));
  expect_as_from_passes("after a late attempt");
  if (!store_->tell(
          std::vector<traffic::ToldOutcome>{{log[7].task_id, std::nullopt, Outcome::kSuccess}}))
    return;
  expect_as_from_passes("after a late outcome");
  Pass moved = log[9];
  moved.started_us += 3 * kDayUs;
  moved.model = "another";
  ASSERT_TRUE(store_->put(std::vector<Pass>{moved, late}));
  expect_as_from_passes("after passes that were put anew");
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  EXPECT_LE(raw_days(), 3);
  expect_as_from_passes("after they were summarised");
}

TEST_P(Summaries, say_it_also_after_pruning) {
  summarise(random_log(34, 1200));
  if (GetParam() == "cluster") {  // whose servers are pruned one by one
    EXPECT_FALSE(store_->prune(kStart));
    return;
  }
  ASSERT_TRUE(store_->prune(kStart + 11 * kDayUs + 5));
  expect_as_from_passes("after pruning");
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  expect_as_from_passes("after they were summarised");
  ASSERT_TRUE(store_->prune(INT64_MAX));
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  EXPECT_EQ(estimation::store_statistics(*store_, {}, {})->passes, 0);
}

TEST_P(Summaries, are_made_of_no_pass_twice_while_others_write) {
  const auto log = random_log(35, 3000);
  const auto half = log.begin() + static_cast<std::ptrdiff_t>(log.size() / 2);
  ASSERT_TRUE(store_->insert(std::vector<Pass>(log.begin(), half)));
  auto other = store::open_store(source_, store::Access::kWrite).value();
  std::thread writer([&] {
    for (auto at = half; at < log.end();) {
      const auto next = at + std::min<std::ptrdiff_t>(100, log.end() - at);
      EXPECT_TRUE(other->insert(std::vector<Pass>(at, next)));
      at = next;
    }
  });
  for (int time = 0; time < 5; ++time) {
    const auto made = estimation::summarise(*store_, kWindow, {});
    EXPECT_TRUE(made) << made.error().to_string();
  }
  writer.join();
  expect_as_from_passes("after both");
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  EXPECT_LE(raw_days(), 3);
  expect_as_from_passes("after the last summary");
}

TEST_P(Summaries, made_by_two_at_once_are_those_of_one) {
  ASSERT_TRUE(store_->insert(random_log(36, 1500)));
  auto other = store::open_store(source_, store::Access::kWrite).value();
  std::thread second([&] { EXPECT_TRUE(estimation::summarise(*other, kWindow, {})); });
  const auto made = estimation::summarise(*store_, kWindow, {});
  second.join();
  EXPECT_TRUE(made) << made.error().to_string();
  expect_as_from_passes("after both");
}

TEST_P(Summaries, are_done_however_fast_others_change_closed_days) {
  const auto log = random_log(42, 600);
  summarise(log);
  auto other = store::open_store(source_, store::Access::kWrite).value();
  Pass late = log.front();
  late.attempt = 100;
  ASSERT_TRUE(other->insert(std::vector<Pass>{late}));
  int steps = 0;
  base::Watch watch;
  watch.on_steps = [&](std::size_t) {  // a day that was just made anew changes again
    ++late.attempt;
    if (++steps > 20) return;
    EXPECT_TRUE(other->insert(std::vector<Pass>{late}));
  };
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, watch));
  EXPECT_LE(steps, 2);
  expect_as_from_passes("with a day that has changed since");
}

TEST_P(Summaries, of_a_store_without_passes_are_none_until_there_are_some) {
  EXPECT_FALSE(estimation::summarise(*store_, kWindow, {})->has_passes);
  EXPECT_EQ(store_->kept_summaries()->end_day, std::nullopt);
  summarise(random_log(37, 300));
  ASSERT_TRUE(store_->drop_summaries());
  EXPECT_EQ(store_->kept_summaries()->end_day, std::nullopt);
  expect_as_from_passes("without summaries");
  EXPECT_GE(estimation::summarise(*store_, kWindow, {})->days, 28);
  expect_as_from_passes("with summaries");
}

TEST_P(Summaries, serve_a_reader_who_may_not_write) {
  summarise(random_log(38, 600));
  store_ = store::open_store(source_, store::Access::kRead).value();
  EXPECT_LE(raw_days(), 3);
  expect_as_from_passes("read only");
  EXPECT_FALSE(store_->drop_summaries());
}

TEST_P(Summaries, of_more_models_than_can_be_told_apart_are_none_and_the_error_says_so) {
  std::vector<Pass> log;
  for (int task = 0; task < 600; ++task) {
    Pass pass;
    pass.task_id = fmt::format("t{:04}", task);
    pass.model = "first";
    pass.started_us = kStart + task * kDayUs / 15;
    log.push_back(pass);
    pass.attempt = 2;
    pass.model = fmt::format("second {}", task % 250);
    log.push_back(pass);
  }
  ASSERT_TRUE(store_->insert(log));
  const auto made = estimation::summarise(*store_, kWindow, {});
  ASSERT_TRUE(made) << made.error().to_string();
  const auto statistics = estimation::store_statistics(*store_, {}, {});
  ASSERT_FALSE(statistics);
  EXPECT_NE(statistics.error().message.find("more than 200 models"), std::string::npos)
      << statistics.error().to_string();
  LogSelection few;
  few.until_us = kStart + 10 * kDayUs;
  EXPECT_TRUE(*estimation::store_statistics(*store_, few, {}) == *estimation::gather(log, few));
}

TEST_P(Summaries, end_the_reading_where_more_passes_are_of_no_use) {
  std::vector<Pass> log;
  for (int task = 0; task < 6000; ++task) {
    Pass pass;
    pass.task_id = fmt::format("t{:04}", task);
    pass.model = fmt::format("model {}", task % 250);
    // Many on the two days that are read pass by pass, one on each other.
    const int day = task < 5900 ? 40 - 8 * (task % 2) : task % 40;
    pass.started_us = (store::day_of(kStart) + day) * kDayUs + 12 * kWindow + task;
    log.push_back(pass);
  }
  ASSERT_TRUE(store_->insert(log));
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  LogSelection selection;
  selection.return_us = 8 * kDayUs;
  const auto statistics = estimation::store_statistics(*store_, selection, {});
  ASSERT_FALSE(statistics);
  EXPECT_NE(statistics.error().message.find("more than 200 models"), std::string::npos)
      << statistics.error().to_string();
}

INSTANTIATE_TEST_SUITE_P(All, Summaries,
                         testing::Values("sqlite", "postgres", "clickhouse", "cluster"),
                         [](const auto& engine) { return engine.param; });

using OnPostgres = Summaries;

TEST_P(OnPostgres, summaries_miss_no_pass_of_a_task_that_two_writers_add_to) {
  summarise(random_log(39, 300));
  auto connection = store::PostgresConnection::open(source_, "test").value();
  ASSERT_TRUE(connection.run(
      "CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
      "pg_sleep(0.7); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON passes "
      "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.model = 'slow') EXECUTE FUNCTION "
      "dawdle()"));
  Pass first;
  first.task_id = "a task of two writers";
  first.model = "mini";
  first.started_us = kStart + 3 * kDayUs;
  Pass second = first;
  second.attempt = 2;
  second.model = "slow";
  second.started_us = kStart + 5 * kDayUs;
  auto other = store::open_store(source_, store::Access::kWrite).value();
  std::thread writer([&] { EXPECT_TRUE(other->insert(std::vector<Pass>{second})); });
  std::this_thread::sleep_for(
      std::chrono::milliseconds(200));  // it is about to commit, and takes long
  ASSERT_TRUE(store_->insert(std::vector<Pass>{first}));
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  writer.join();
  expect_as_from_passes("after both");
}

TEST_P(OnPostgres, summaries_are_kept_by_who_does_not_own_the_passes) {
  summarise(random_log(40, 300));
  auto connection = store::PostgresConnection::open(source_, "test").value();
  ASSERT_TRUE(connection.run(
      "DO $$ BEGIN CREATE ROLE keeper LOGIN PASSWORD 'k'; EXCEPTION WHEN "
      "duplicate_object THEN NULL; END $$; GRANT SELECT, INSERT, UPDATE, DELETE ON passes, "
      "day_summaries, changed_days, summary_state TO keeper; GRANT SELECT ON schema_version TO "
      "keeper; "
      "SET ROLE keeper"));
  const auto at = source_.find("//") + 2;
  const std::string uri = source_.substr(0, at) + "keeper:k" + source_.substr(source_.find('@'));
  auto keeper = store::open_store(uri, store::Access::kWrite);
  ASSERT_TRUE(keeper) << keeper.error().to_string();
  ASSERT_TRUE((*keeper)->insert(random_log(41, 50)));
  ASSERT_TRUE((*keeper)->drop_summaries());
  const auto made = estimation::summarise(**keeper, kWindow, {});
  ASSERT_TRUE(made) << made.error().to_string();
  keeper->reset();
  expect_as_from_passes("kept by another role");
  ASSERT_TRUE(connection.run("RESET ROLE; DROP OWNED BY keeper; DROP ROLE keeper"));
}

INSTANTIATE_TEST_SUITE_P(All, OnPostgres, testing::Values("postgres"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace turnout
