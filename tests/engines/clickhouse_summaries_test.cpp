#include <algorithm>
#include <string>
#include <vector>

#include "summaries_fixture.h"
#include "turnout/store/clickhouse_statements.h"

/// Summaries where nobody notes what has changed (decisions/0017).
namespace turnout {
namespace {

class OnClickHouse : public Summaries {
 protected:
  void ask(const std::string& sql) {
    const auto done = statements_.query(sql, {});
    ASSERT_TRUE(done) << done.error().to_string();
  }
  /// What a run leaves that made summaries of some days anew and died before it wrote its state.
  void make_without_a_state(const std::string& days) {
    ask("INSERT INTO day_summaries SELECT first_day, days, model, policy_id, last_us, 'nonsense', "
        "made + 1 FROM day_summaries WHERE " +
        days);
    ask("OPTIMIZE TABLE day_summaries FINAL");
  }
  static std::string day(int number) { return std::to_string(store::day_of(kStart) + number); }

  store::ClickHouseStatements statements_{store::ClickHouseConnection(
      store::ClickHouseAddress::parse(server("TURNOUT_TEST_CLICKHOUSE")).value())};
};

TEST_P(OnClickHouse, summaries_hold_no_more_whoever_writes_a_pass) {
  summarise(random_log(43, 900));
  // Of a task that began on another day than that on which the new attempt is.
  ask(
      fmt::format("INSERT INTO passes SELECT task_id, toUInt32(50), user_id, model, toInt64({}), "
                  "latency_s, ttft_s, input_tokens, output_tokens, cost_usd, outcome, ending, "
                  "policy_id, propensity, kept FROM passes WHERE started_us < {} AND attempt = 1 "
                  "LIMIT 3",
                  kStart + 20 * kDayUs + 7, kStart + 6 * kDayUs));
  expect_as_from_passes("after another program's passes");
  EXPECT_GT(raw_days(), 3);
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  EXPECT_LE(raw_days(), 3);
  expect_as_from_passes("after they were summarised");
}

TEST_P(OnClickHouse, closed_days_stay_closed_while_the_open_one_goes_on) {
  auto log = random_log(44, 900);
  Pass last;
  last.task_id = "the last";
  last.model = "mini";
  last.started_us = (store::day_of(kStart) + 31) * kDayUs;
  Pass before = last;  // a task of two days
  before.task_id = last.task_id = "over midnight";
  before.started_us -= 5;
  last.attempt = 2;
  log.push_back(before);
  log.push_back(last);
  Pass more = last;
  more.task_id = "a window later";
  more.attempt = 1;
  more.started_us += 2 * kWindow;
  log.push_back(more);
  summarise(log);
  more.task_id = "more";
  more.started_us += 3 * kWindow;
  ASSERT_TRUE(store_->insert(std::vector<Pass>{more}));
  EXPECT_TRUE(store_->kept_summaries()->changed.empty());
  expect_as_from_passes("after a pass in a later hour");
  more.started_us = last.started_us + 1;
  more.task_id = "in the same hour";
  ASSERT_TRUE(store_->insert(std::vector<Pass>{more}));
  EXPECT_EQ(store_->kept_summaries()->changed,
            std::vector<std::int64_t>{store::day_of(before.started_us)});
  expect_as_from_passes("after a pass in the same hour");
}

TEST_P(OnClickHouse, summaries_that_a_dead_run_replaced_are_read_as_passes_and_made_anew) {
  summarise(random_log(45, 900));
  make_without_a_state("days = 1 AND first_day = " + day(7) + " OR days = 4");
  EXPECT_GT(raw_days(), 3);
  expect_as_from_passes("after a run that died");
  ASSERT_TRUE(estimation::summarise(*store_, kWindow, {}));
  EXPECT_LE(raw_days(), 3);
  expect_as_from_passes("after the next one");
}

TEST_P(OnClickHouse, a_reading_whose_summaries_go_meanwhile_begins_again) {
  summarise(random_log(46, 300));
  const store::Days days{store::day_of(kStart) + 7, 1};
  int times = 0;
  const auto read = store_->at_one_moment(store::Moment::kRead, [&]() -> base::Status {
    TURNOUT_TRY(const auto kept, store_->kept_summaries());
    if (++times == 1) make_without_a_state("days = 1 AND first_day = " + day(7));
    if (std::find(kept.changed.begin(), kept.changed.end(), days.first) != kept.changed.end())
      return base::Done{};
    return store_->for_each_summary(days, {}, {}, [](const auto&) { return base::Done{}; });
  });
  EXPECT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(times, 2);
}

TEST_P(OnClickHouse, summaries_say_it_after_any_changes_in_any_order) {
  base::Rng rng(47);
  const auto log = random_log(48, 700);
  ASSERT_TRUE(store_->insert(std::vector<Pass>{log.front(), log.back()}));
  auto other = store::open_store(source_, store::Access::kWrite).value();
  for (int time = 0; time < 25; ++time) {
    std::vector<Pass> some;
    for (int i = 0; i < 60; ++i)
      some.push_back(
          log[static_cast<std::size_t>(rng.uniform(0, static_cast<double>(log.size())))]);
    ASSERT_TRUE((rng.uniform() < 0.5 ? store_ : other)->insert(some));
    if (rng.uniform() < 0.5) {
      ASSERT_TRUE(estimation::summarise(*(rng.uniform() < 0.5 ? store_ : other), kWindow, {}));
    }
    const auto found = estimation::store_statistics(*store_, {}, {});
    ASSERT_TRUE(found) << found.error().to_string();
    ASSERT_TRUE(*found == *estimation::gather(all(), {})) << time;
  }
}

INSTANTIATE_TEST_SUITE_P(All, OnClickHouse, testing::Values("clickhouse"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace turnout
