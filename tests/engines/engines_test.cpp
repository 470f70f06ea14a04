#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <tuple>

#include "turnout/base/rng.h"
#include "turnout/estimation/speed_log.h"
#include "turnout/estimation/store_statistics.h"
#include "turnout/store/clickhouse_connection.h"
#include "turnout/store/clickhouse_rows.h"
#include "turnout/store/import.h"
#include "turnout/store/postgres_connection.h"

/// The same rows through every engine, against the C++ reference. Real servers:
/// tests/engines/servers.py.
namespace turnout {
namespace {

using estimation::LogSelection;
using estimation::LogStatistics;
using store::PassStore;
using traffic::Ending;
using traffic::Outcome;
using traffic::Pass;

std::string server(const char* variable) {
  const char* address = std::getenv(variable);
  if (address == nullptr)
    throw std::runtime_error(std::string(variable) + " is not set: run by servers.py");
  return address;
}

void empty_postgres() {
  auto connection =
      store::PostgresConnection::open(server("TURNOUT_TEST_POSTGRES"), "test").value();
  ASSERT_TRUE(connection.run(
      "DROP VIEW IF EXISTS numbered_passes; DROP TABLE IF EXISTS passes, schema_version"));
}

void empty_clickhouse(const char* variable) {
  store::ClickHouseConnection connection(store::ClickHouseAddress::parse(server(variable)).value());
  for (const char* table : {"passes_on_pair", "stored_passes_on_pair", "numbered_passes_on_pair",
                            "numbered_passes", "stored_passes", "passes", "schema_version"}) {
    ASSERT_TRUE(connection.query(fmt::format("DROP TABLE IF EXISTS {}", table)));
  }
}

/// An engine with an empty store.
class Engine : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "sqlite") {
      folder_ = std::filesystem::temp_directory_path() /
                fmt::format("turnout-engines-test-{}", ::getpid());
      std::filesystem::remove_all(folder_);
      std::filesystem::create_directory(folder_);
      source_ = "sqlite:" + (folder_ / "passes.db").string();
    } else if (GetParam() == "postgres") {
      empty_postgres();
      source_ = server("TURNOUT_TEST_POSTGRES");
    } else {
      empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
      empty_clickhouse("TURNOUT_TEST_CLICKHOUSE_2");
      source_ = server("TURNOUT_TEST_CLICKHOUSE");
      if (GetParam() == "cluster") {  // the other server's tables
        ASSERT_TRUE(store::open_store(server("TURNOUT_TEST_CLICKHOUSE_2"), store::Access::kCreate));
        source_ += "?cluster=pair";
      }
    }
    auto opened = store::open_store(source_, store::Access::kCreate);
    ASSERT_TRUE(opened) << opened.error().to_string();
    store_ = *std::move(opened);
  }
  void TearDown() override {
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::vector<Pass> all() const {
    std::vector<Pass> passes;
    const auto done = store_->for_each([&](const Pass& pass) {
      passes.push_back(pass);
      return true;
    });
    EXPECT_TRUE(done) << done.error().to_string();
    return passes;
  }

  std::unique_ptr<PassStore> store_;
  std::string source_;
  std::filesystem::path folder_;
};

const std::vector<std::string> kNames = {"mini", "large", "it's; DROP TABLE passes; --",
                                         "\\' OR 1=1 {since} $1 \\", "模型 \\N"};

/// A log with every contradiction there is, made of hostile names.
std::vector<Pass> random_log(std::uint64_t seed, int tasks) {
  base::Rng rng(seed);
  const auto one_of = [&](std::size_t count) {
    return static_cast<std::size_t>(rng.uniform(0, static_cast<double>(count)));
  };
  std::vector<Pass> passes;
  for (int task = 0; task < tasks; ++task) {
    auto started = static_cast<std::int64_t>(rng.uniform(0, 30 * 86'400e6)) + 1'700'000'000'000'000;
    if (one_of(20) == 0) started = 1'700'000'000'000'000;  // ties
    const std::string user =
        one_of(10) == 0
            ? ""
            : fmt::format("user {} '\"\\", one_of(static_cast<std::size_t>(tasks) / 3 + 1));
    const std::string policy = one_of(3) == 0 ? "" : kNames[one_of(kNames.size())];
    std::int64_t attempt = one_of(30) == 0 ? 2 : 1;
    for (; one_of(3) != 0 || attempt == 1; ++attempt) {
      Pass pass;
      pass.task_id =
          fmt::format("task {} {}", kNames[static_cast<std::size_t>(task) % kNames.size()], task);
      pass.attempt = attempt;
      pass.user_id = one_of(25) == 0 ? "someone else" : user;
      pass.model = kNames[one_of(kNames.size())];
      started += static_cast<std::int64_t>(rng.uniform(-0.05e9, 1e9));
      pass.started_us = std::max<std::int64_t>(started, 0);
      pass.latency_s = one_of(40) == 0 ? 0 : one_of(10) == 0 ? 8 : rng.exponential(5);
      if (one_of(2) == 0) pass.ttft_s = rng.uniform();
      if (one_of(2) == 0) pass.input_tokens = static_cast<std::int64_t>(one_of(1000));
      if (one_of(4) != 0) pass.output_tokens = static_cast<std::int64_t>(one_of(900));
      if (one_of(4) != 0) pass.cost_usd = rng.uniform(-1e-3, 1);
      pass.outcome = static_cast<Outcome>(one_of(3));
      pass.ending = static_cast<Ending>(one_of(4));
      pass.policy_id = policy;
      if (one_of(2) == 0) pass.propensity = 1 - rng.uniform();
      if (one_of(15) == 0) ++attempt;  // the next one is missing
      passes.push_back(pass);
      if (one_of(15) == 0) break;
    }
  }
  for (std::size_t i = passes.size(); i > 1; --i) std::swap(passes[i - 1], passes[one_of(i)]);
  return passes;
}

void expect_close(double a, double b, const std::string& what) {
  EXPECT_LE(std::abs(a - b), 1e-9 * std::max(std::abs(a), std::abs(b)) + 1e-12)
      << what << ": " << a << " and " << b;
}

void expect_alike(const estimation::Moments& a, const estimation::Moments& b,
                  const std::string& what) {
  EXPECT_EQ(a.count, b.count) << what;
  expect_close(a.sum, b.sum, what);
  expect_close(a.squares, b.squares, what);
}

void expect_alike(const LogStatistics& a, const LogStatistics& b) {
  EXPECT_EQ(std::tie(a.passes, a.tasks, a.recent, a.first_us, a.last_us),
            std::tie(b.passes, b.tasks, b.recent, b.first_us, b.last_us));
  EXPECT_EQ(a.contradictions, b.contradictions);
  ASSERT_EQ(a.paths.size(), b.paths.size());
  for (const auto& [key, counts] : a.paths) {
    const std::string what = fmt::format("path of {} models ending in {}, policy {}",
                                         key.models.size(), key.models.back(), key.policy);
    ASSERT_TRUE(b.paths.contains(key)) << what;
    EXPECT_EQ(counts.fates, b.paths.at(key).fates) << what;
    expect_alike(counts.latency, b.paths.at(key).latency, what);
    expect_alike(counts.cost, b.paths.at(key).cost, what);
    EXPECT_EQ(counts.returns.tasks, b.paths.at(key).returns.tasks) << what;
    EXPECT_EQ(counts.returns.last, b.paths.at(key).returns.last) << what;
  }
  ASSERT_EQ(a.periods.size(), b.periods.size());
  for (const auto& [model, periods] : a.periods) {
    ASSERT_EQ(periods.size(), b.periods.at(model).size());
    for (const auto& [period, x] : periods) {
      const auto& y = b.periods.at(model).at(period);
      EXPECT_EQ(x.first, y.first);
      EXPECT_EQ(x.timed, y.timed);
      expect_alike(x.latency, y.latency, "period");
      for (auto sum : {&estimation::PeriodCounts::y, &estimation::PeriodCounts::yy,
                       &estimation::PeriodCounts::x, &estimation::PeriodCounts::xx,
                       &estimation::PeriodCounts::xy}) {
        EXPECT_NEAR(x.*sum, y.*sum, 1e-9 * (x.xx + x.yy + 1));
      }
    }
  }
  EXPECT_EQ(a.latencies, b.latencies);
  EXPECT_EQ(a.returns.tasks, b.returns.tasks);
  EXPECT_EQ(a.returns.last, b.returns.last);
  EXPECT_EQ(a.users, b.users);
}

TEST_P(Engine, gathers_the_same_statistics_as_the_reference_under_any_selection) {
  constexpr std::int64_t kDay = 86'400'000'000;
  for (const std::uint64_t seed : {1U, 2U}) {
    SetUp();
    const auto log = random_log(seed, 1500);
    ASSERT_TRUE(store_->insert(log));
    std::vector<LogSelection> selections(6);
    selections[1].since_us = 1'700'000'000'000'000 + 5 * kDay;
    selections[1].until_us = 1'700'000'000'000'000 + 20 * kDay;
    selections[2].where = {{"model", kNames[3]}};
    selections[3].where = {{"policy_id", kNames[2]}, {"user_id", log[0].user_id}};
    selections[4].where = {{"policy_id", ""}, {"user_id", ""}};
    selections[4].window_us = -1;
    selections[5].where = {{"model", "nobody"}};
    selections[0].period_us = kDay / 7;
    selections[0].return_us = 3 * kDay;
    for (const auto& selection : selections) {
      const auto expected = estimation::gather(log, selection);
      const auto found = estimation::store_statistics(*store_, selection, {});
      ASSERT_TRUE(found) << found.error().to_string();
      expect_alike(*expected, *found);
    }
  }
}

TEST_P(Engine, gives_back_every_row_to_the_bit_in_order_and_the_last_ones) {
  auto log = random_log(3, 400);
  ASSERT_TRUE(store_->insert(log));
  std::sort(log.begin(), log.end(), [](const Pass& a, const Pass& b) {
    return std::tie(a.task_id, a.attempt) < std::tie(b.task_id, b.attempt);
  });
  EXPECT_TRUE(all() == log);
  const auto size = store_->size().value();
  EXPECT_EQ(size.passes, static_cast<std::int64_t>(log.size()));
  std::sort(log.begin(), log.end(), [](const Pass& a, const Pass& b) {
    return std::tie(a.started_us, a.task_id, a.attempt) <
           std::tie(b.started_us, b.task_id, b.attempt);
  });
  EXPECT_EQ(size.last_us, log.back().started_us);
  EXPECT_TRUE(store_->tail(7).value() == std::vector<Pass>(log.end() - 7, log.end()));
}

TEST_P(Engine, gives_only_as_many_rows_as_are_wanted_and_is_of_use_afterwards) {
  const auto log = random_log(14, 8000);
  ASSERT_TRUE(store_->insert(log));
  std::size_t seen = 0;
  ASSERT_TRUE(store_->for_each([&](const Pass&) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3U);
  EXPECT_EQ(all().size(), log.size());
}

TEST_P(Engine, a_log_of_too_many_models_is_refused_as_soon_as_that_is_seen) {
  auto log = random_log(15, 3000);
  for (std::size_t i = 0; i < log.size(); ++i) log[i].model = fmt::format("model {}", i);
  ASSERT_TRUE(store_->insert(log));
  std::size_t read = 0;
  base::Watch watch;
  watch.on_steps = [&](std::size_t passes) { read += passes; };
  const auto statistics = estimation::store_statistics(*store_, {}, watch);
  ASSERT_FALSE(statistics);
  EXPECT_NE(statistics.error().message.find("more than 200 models"), std::string::npos)
      << statistics.error().to_string();
  EXPECT_LT(read, log.size() / 2);
}

TEST_P(Engine, counts_repeats_and_conflicts_within_and_between_batches_and_keeps_the_first) {
  auto log = random_log(4, 300);
  log.push_back(log[0]);
  log.push_back(log[1]);
  log.back().latency_s += 1;
  auto counts = store_->insert(log).value();
  EXPECT_EQ(counts.added, log.size() - 2);
  EXPECT_EQ(counts.repeated, 1U);
  EXPECT_EQ(counts.conflicting, 1U);
  const auto before = all();
  for (std::size_t i = 0; i < 10; ++i) log[i].model = "another";
  log.pop_back();
  counts = store_->insert(log).value();
  EXPECT_EQ(counts.added, 0U);
  EXPECT_EQ(counts.conflicting, 10U);
  EXPECT_EQ(counts.repeated, log.size() - 10);
  EXPECT_TRUE(all() == before);
}

TEST_P(Engine, puts_passes_anew_or_says_that_it_cannot) {
  auto log = random_log(6, 300);
  ASSERT_TRUE(store_->insert(log));
  for (std::size_t i = 0; i < 10; ++i) log[i].model = "another";
  std::vector<traffic::Pass> changed(log.begin(), log.begin() + 20);
  changed.insert(changed.begin(), log[3]);
  changed.front().model = "overtaken";
  const auto put = store_->put(changed);
  if (!put) {
    EXPECT_EQ(put.error().code, base::ErrorCode::kUnsupported);
    EXPECT_NE(source_.find("clickhouse"), std::string::npos);
    return;
  }
  std::sort(log.begin(), log.end(), [](const traffic::Pass& a, const traffic::Pass& b) {
    return std::tie(a.task_id, a.attempt) < std::tie(b.task_id, b.attempt);
  });
  EXPECT_TRUE(all() == log);
}

TEST_P(Engine, writes_what_is_said_later_of_a_pass_or_says_that_it_cannot) {
  auto log = random_log(7, 300);
  ASSERT_TRUE(store_->insert(log));
  std::sort(log.begin(), log.end(), [](const traffic::Pass& a, const traffic::Pass& b) {
    return std::tie(a.task_id, a.attempt) < std::tie(b.task_id, b.attempt);
  });
  traffic::Pass& first = log.front();
  traffic::Pass& last = log.back();
  const auto told = store_->tell(
      std::vector<traffic::ToldOutcome>{{first.task_id, first.attempt, traffic::Outcome::kSuccess},
                                        {last.task_id, std::nullopt, traffic::Outcome::kFailure},
                                        {"nobody's", 1, traffic::Outcome::kFailure}});
  if (!told) {
    EXPECT_EQ(told.error().code, base::ErrorCode::kUnsupported);
    EXPECT_NE(source_.find("clickhouse"), std::string::npos);
    return;
  }
  EXPECT_EQ(*told, 2U);
  first.outcome = traffic::Outcome::kSuccess;
  first.ending = traffic::Ending::kResolved;
  last.outcome = traffic::Outcome::kFailure;
  if (last.ending == traffic::Ending::kResolved) last.ending = traffic::Ending::kOpen;
  EXPECT_TRUE(all() == log);
}

TEST_P(Engine, two_that_insert_the_same_rows_at_once_leave_each_row_once) {
  const auto log = random_log(5, 1000);
  auto other = store::open_store(source_, store::Access::kCreate);
  ASSERT_TRUE(other) << other.error().to_string();
  store::InsertCounts counts;
  std::thread second([&] { counts = (*other)->insert(log).value(); });
  const auto first = store_->insert(log);
  second.join();
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(first->conflicting + counts.conflicting, 0U);
  EXPECT_EQ(store_->size()->passes, static_cast<std::int64_t>(log.size()));
  EXPECT_EQ(estimation::store_statistics(*store_, {}, {})->passes,
            static_cast<std::int64_t>(log.size()));
}

TEST_P(Engine, prunes_whole_tasks) {
  if (GetParam() == "cluster") {
    EXPECT_NE(store_->prune(1).error().message.find("each of its servers"), std::string::npos);
    return;
  }
  const auto log = random_log(6, 300);
  ASSERT_TRUE(store_->insert(log));
  constexpr std::int64_t kBefore = 1'700'000'000'000'000 + 15 * std::int64_t{86'400'000'000};
  std::map<std::string, std::int64_t> starts;
  for (const Pass& pass : log) {
    const auto [start, is_new] = starts.try_emplace(pass.task_id, pass.started_us);
    start->second = std::min(start->second, pass.started_us);
  }
  const auto old = std::count_if(log.begin(), log.end(),
                                 [&](const Pass& pass) { return starts[pass.task_id] < kBefore; });
  EXPECT_EQ(store_->prune(kBefore).value(), old);
  EXPECT_EQ(store_->size()->passes, static_cast<std::int64_t>(log.size()) - old);
}

TEST_P(Engine, a_schema_of_a_later_version_is_refused) {
  if (GetParam() == "sqlite") return;  // traffic/sqlite_store_test.cpp
  if (GetParam() == "postgres") {
    auto connection = store::PostgresConnection::open(source_, "test").value();
    ASSERT_TRUE(connection.run("UPDATE schema_version SET version = 9"));
  } else {
    store::ClickHouseConnection connection(store::ClickHouseAddress::parse(source_).value());
    ASSERT_TRUE(connection.query("INSERT INTO schema_version VALUES (9)"));
  }
  const auto again = store::open_store(source_, store::Access::kCreate);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("schema version 9"), std::string::npos)
      << again.error().to_string();
}

TEST_P(Engine, reading_makes_no_tables_and_a_store_opened_to_read_takes_no_pass) {
  ASSERT_TRUE(store_->insert(random_log(8, 50)));
  const auto before = all();
  {
    const auto reader = store::open_store(source_, store::Access::kRead);
    ASSERT_TRUE(reader) << reader.error().to_string();
    EXPECT_EQ((*reader)->size()->passes, static_cast<std::int64_t>(before.size()));
    if (GetParam() == "sqlite" || GetParam() == "postgres") {
      EXPECT_FALSE((*reader)->insert(random_log(9, 5)));
      EXPECT_FALSE((*reader)->prune(INT64_MAX));
    }
  }
  EXPECT_TRUE(all() == before);
  if (GetParam() == "sqlite") return;  // store/sqlite_store_test.cpp
  store_.reset();
  if (GetParam() == "postgres") {
    empty_postgres();
  } else {
    empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  }
  for (int time = 0; time < 2; ++time) {  // the first has made none
    const auto reader = store::open_store(source_, store::Access::kRead);
    ASSERT_FALSE(reader);
    EXPECT_NE(reader.error().message.find("has no table of passes"), std::string::npos);
  }
}

TEST_P(Engine, counts_what_pruning_would_delete) {
  const auto log = random_log(6, 300);
  ASSERT_TRUE(store_->insert(log));
  constexpr std::int64_t kBefore = 1'700'000'000'000'000 + 15 * std::int64_t{86'400'000'000};
  std::map<std::string, std::int64_t> starts;
  for (const Pass& pass : log) {
    const auto [start, is_new] = starts.try_emplace(pass.task_id, pass.started_us);
    start->second = std::min(start->second, pass.started_us);
  }
  store::StoreSize expected;
  for (const auto& [task, start] : starts) expected.tasks += start < kBefore ? 1 : 0;
  for (const Pass& pass : log) {
    if (starts[pass.task_id] >= kBefore) continue;
    ++expected.passes;
    expected.first_us = std::min(expected.first_us.value_or(INT64_MAX), pass.started_us);
    expected.last_us = std::max(expected.last_us.value_or(0), pass.started_us);
  }
  const auto found = store_->older_than(kBefore).value();
  EXPECT_EQ(std::tie(found.passes, found.tasks, found.first_us, found.last_us),
            std::tie(expected.passes, expected.tasks, expected.first_us, expected.last_us));
  EXPECT_EQ(store_->older_than(0)->passes, 0);
  EXPECT_EQ(store_->older_than(0)->first_us, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(All, Engine,
                         testing::Values("sqlite", "postgres", "clickhouse", "cluster"),
                         [](const auto& engine) { return engine.param; });

TEST(Cluster, spreads_tasks_over_both_servers) {
  for (const char* variable : {"TURNOUT_TEST_CLICKHOUSE", "TURNOUT_TEST_CLICKHOUSE_2"}) {
    empty_clickhouse(variable);
    ASSERT_TRUE(store::open_store(server(variable), store::Access::kCreate));
  }
  const auto log = random_log(7, 400);
  ASSERT_TRUE(
      store::open_store(server("TURNOUT_TEST_CLICKHOUSE") + "?cluster=pair", store::Access::kCreate)
          .value()
          ->insert(log));
  std::int64_t both = 0;
  for (const char* variable : {"TURNOUT_TEST_CLICKHOUSE", "TURNOUT_TEST_CLICKHOUSE_2"}) {
    const auto here =
        store::open_store(server(variable), store::Access::kWrite).value()->size()->passes;
    EXPECT_GT(here, static_cast<std::int64_t>(log.size()) / 4);
    both += here;
  }
  EXPECT_EQ(both, static_cast<std::int64_t>(log.size()));
}

TEST(Cluster, tasks_whose_rows_lie_on_both_servers_count_as_on_one) {
  std::vector<std::unique_ptr<PassStore>> servers;
  for (const char* variable : {"TURNOUT_TEST_CLICKHOUSE", "TURNOUT_TEST_CLICKHOUSE_2"}) {
    empty_clickhouse(variable);
    servers.push_back(store::open_store(server(variable), store::Access::kCreate).value());
  }
  const auto log = random_log(13, 600);
  std::array<std::vector<Pass>, 2> halves;
  for (std::size_t i = 0; i < log.size(); ++i) halves.at(i % 2).push_back(log[i]);
  for (std::size_t i = 0; i < 2; ++i) ASSERT_TRUE(servers[i]->insert(halves.at(i)));
  const auto cluster =
      store::open_store(server("TURNOUT_TEST_CLICKHOUSE") + "?cluster=pair", store::Access::kCreate)
          .value();
  const auto expected = estimation::gather(log, {}).value();
  expect_alike(expected, estimation::store_statistics(*cluster, {}, {}).value());
  // A pass that both hold counts once; two that claim to be the same do not count at all.
  ASSERT_EQ(servers[1]->insert(std::vector{log[0]})->added, 1U);
  expect_alike(expected, estimation::store_statistics(*cluster, {}, {}).value());
  Pass other = log[1];
  other.latency_s += 1;
  ASSERT_EQ(servers[0]->insert(std::vector{other})->added, 1U);
  const auto torn = estimation::store_statistics(*cluster, {}, {});
  ASSERT_FALSE(torn);
  EXPECT_NE(torn.error().message.find("came twice, with different values"), std::string::npos)
      << torn.error().to_string();
}

/// What audit searches for slow-downs is the same, to the bit, from every store.
void expect_same_speed(const estimation::SpeedLog& found, const std::vector<Pass>& log) {
  estimation::SpeedLog expected;
  for (const auto& pass : log) expected.add(pass);
  const auto rows = found.rows();
  ASSERT_EQ(rows.size(), expected.rows().size());
  for (const auto& [model, wanted] : expected.rows()) {
    ASSERT_TRUE(rows.contains(model)) << model;
    EXPECT_EQ(rows.at(model), wanted) << model;
  }
  EXPECT_EQ(found.first_us(), expected.first_us());
  EXPECT_EQ(found.last_us(), expected.last_us());
}

/// All that estimate, audit, evaluate and log do with a store that they read.
void expect_readable(const std::string& source, const std::vector<Pass>& log) {
  const auto opened = store::open_store(source, store::Access::kRead);
  ASSERT_TRUE(opened) << opened.error().to_string();
  PassStore& store = **opened;
  std::size_t passes = 0;
  estimation::SpeedLog speed;
  ASSERT_TRUE(store.for_each([&](const Pass& pass) {
    speed.add(pass);
    return ++passes > 0;
  }));
  EXPECT_EQ(passes, log.size());
  expect_same_speed(speed, log);
  EXPECT_EQ(store.tail(3)->size(), 3U);
  EXPECT_GT(store.older_than(INT64_MAX)->passes, 0);
  const auto statistics = estimation::store_statistics(store, {}, {});
  ASSERT_TRUE(statistics) << statistics.error().to_string();
  EXPECT_EQ(statistics->passes, static_cast<std::int64_t>(log.size()));
  EXPECT_FALSE(store.insert(random_log(11, 5)));
  EXPECT_FALSE(store.prune(INT64_MAX));
}

std::string as_user(std::string source, std::string_view user) {
  return source.replace(source.find("turnout:"), std::string_view("turnout").size(), user);
}

TEST(Readers, a_role_that_may_only_select_reads_a_postgres_store) {
  empty_postgres();
  const auto log = random_log(10, 200);
  const auto source = server("TURNOUT_TEST_POSTGRES");
  ASSERT_TRUE(store::open_store(source, store::Access::kCreate).value()->insert(log));
  auto owner = store::PostgresConnection::open(source, "test").value();
  ASSERT_TRUE(
      owner.run("CREATE ROLE reader LOGIN PASSWORD 'p@ss:w/ord'; GRANT SELECT ON passes, "
                "schema_version TO reader"));
  expect_readable(as_user(source, "reader"), log);
  ASSERT_TRUE(owner.run("DROP OWNED BY reader; DROP ROLE reader"));
}

TEST(Readers, users_who_may_write_nothing_and_set_nothing_read_a_clickhouse_store) {
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE_2");
  const auto log = random_log(10, 200);
  const auto source = server("TURNOUT_TEST_CLICKHOUSE");
  const auto cluster = source + "?cluster=pair";
  ASSERT_TRUE(store::open_store(source, store::Access::kCreate));
  ASSERT_TRUE(store::open_store(server("TURNOUT_TEST_CLICKHOUSE_2"), store::Access::kCreate));
  const auto without = store::open_store(cluster, store::Access::kRead);
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("no tables of its cluster"), std::string::npos);
  ASSERT_TRUE(store::open_store(cluster, store::Access::kCreate).value()->insert(log));
  for (const char* user : {"reader", "setting_reader"}) {
    expect_readable(as_user(cluster, user), log);
    EXPECT_TRUE(store::open_store(as_user(source, user), store::Access::kRead));
    EXPECT_FALSE(
        store::open_store(as_user(source, user), store::Access::kWrite).and_then([&](auto store) {
          return store->insert(log);
        }));
  }
}

constexpr auto kSoon = std::chrono::milliseconds(300);
constexpr auto kAtOnce = std::chrono::seconds(5);  // the machine may be busy

TEST(Waits, a_postgres_statement_ends_when_it_is_told_to_here_and_in_the_server) {
  const auto start = std::chrono::steady_clock::now();
  auto connection =
      store::PostgresConnection::open(server("TURNOUT_TEST_POSTGRES"), "test",
                                      base::Cancellation(base::Deadline::after(kSoon)))
          .value();
  const auto slept = connection.query("SELECT pg_sleep(600)");
  ASSERT_FALSE(slept);
  EXPECT_EQ(slept.error().code, base::ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
  auto other = store::PostgresConnection::open(server("TURNOUT_TEST_POSTGRES"), "test").value();
  std::int64_t sleeping = 1;
  for (int time = 0; time < 50 && sleeping > 0; ++time) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    sleeping = other
                   .query(
                       "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' "
                       "AND state = 'active' AND pid <> pg_backend_pid()")
                   ->integer(0, 0)
                   .value();
  }
  EXPECT_EQ(sleeping, 0);
}

TEST(Waits, a_clickhouse_statement_ends_when_it_is_told_to_here_and_in_the_server) {
  const auto address = store::ClickHouseAddress::parse(server("TURNOUT_TEST_CLICKHOUSE")).value();
  const auto start = std::chrono::steady_clock::now();
  store::ClickHouseConnection connection(address, base::Cancellation(base::Deadline::after(kSoon)));
  const auto counted = connection.query("SELECT count() FROM system.numbers WHERE number % 7 = 8");
  ASSERT_FALSE(counted);
  EXPECT_EQ(counted.error().code, base::ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
  store::ClickHouseConnection other(address);
  std::string running = "1\n";
  for (int time = 0; time < 50 && running != "0\n"; ++time) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    running =
        other
            .query(
                "SELECT count() FROM system.processes WHERE query LIKE '%7 = 8%' AND query NOT "
                "LIKE '%processes%'")
            .value();
  }
  EXPECT_EQ(running, "0\n");
}

TEST(Waits, what_a_clickhouse_server_fails_at_in_the_midst_of_rows_is_an_error_in_its_words) {
  store::ClickHouseConnection connection(
      store::ClickHouseAddress::parse(server("TURNOUT_TEST_CLICKHOUSE")).value());
  std::size_t rows = 0;
  const std::function<bool(const Pass&)> count = [&](const Pass&) { return ++rows > 0; };
  store::ClickHouseRows reader(count);
  ASSERT_TRUE(connection.stream(
      "SELECT toString(number), toUInt32(1), '', 'm', toInt64(5), toFloat64(throwIf(number = "
      "2000000)), CAST(NULL AS Nullable(Float64)), CAST(NULL AS Nullable(Int64)), CAST(NULL AS "
      "Nullable(Int64)), CAST(NULL AS Nullable(Float64)), toInt8(0), toInt8(0), '', CAST(NULL AS "
      "Nullable(Float64)) FROM system.numbers FORMAT RowBinary",
      [&](std::string_view piece) { return reader.take(piece); }));
  const auto done = reader.done("test");
  EXPECT_GT(rows, 1'000'000U);
  EXPECT_LT(rows, 2'000'001U);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("throwIf"), std::string::npos) << done.error().to_string();
}

TEST(Waits, pruning_clickhouse_does_not_wait_without_end_behind_an_order_that_fails) {
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  const auto source = server("TURNOUT_TEST_CLICKHOUSE");
  ASSERT_TRUE(
      store::open_store(source, store::Access::kCreate).value()->insert(random_log(12, 50)));
  store::ClickHouseConnection foreign(store::ClickHouseAddress::parse(source).value());
  ASSERT_TRUE(foreign.query("ALTER TABLE passes DELETE WHERE throwIf(attempt > 0) = 0"));
  const auto start = std::chrono::steady_clock::now();
  const auto store = store::open_store(source, store::Access::kWrite,
                                       base::Cancellation(base::Deadline::after(kAtOnce)))
                         .value();
  const auto pruned = store->prune(INT64_MAX);
  ASSERT_FALSE(pruned);
  EXPECT_EQ(pruned.error().code, base::ErrorCode::kCancelled);
  EXPECT_NE(pruned.error().message.find("the server goes on with it as mutation_"),
            std::string::npos)
      << pruned.error().to_string();
  EXPECT_NE(pruned.error().message.find(", behind mutation_"), std::string::npos)
      << pruned.error().to_string();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2 * kAtOnce);
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");  // and the order that fails with it
}

TEST(Credentials, a_wrong_password_is_refused_and_none_is_shown) {
  for (const char* variable : {"TURNOUT_TEST_POSTGRES", "TURNOUT_TEST_CLICKHOUSE"}) {
    std::string wrong = server(variable);
    wrong.replace(wrong.find("p%40ss"), 6, "s3cret");
    const auto refused = store::open_store(wrong, store::Access::kWrite);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::kUnreadable);
    EXPECT_EQ(refused.error().to_string().find("s3cret"), std::string::npos)
        << refused.error().to_string();
  }
}

TEST(Credentials, are_taken_from_the_environment) {
  ::setenv("PGPASSWORD", "p@ss:w/ord", 1);
  ::setenv("CLICKHOUSE_PASSWORD", "p@ss:w/ord", 1);
  empty_postgres();
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  for (std::string address : {server("TURNOUT_TEST_POSTGRES"), server("TURNOUT_TEST_CLICKHOUSE")}) {
    address.erase(address.find(":p%40ss"), std::string_view(":p%40ss%3Aw%2Ford").size());
    const auto opened = store::open_store(address, store::Access::kCreate);
    EXPECT_TRUE(opened) << opened.error().to_string();
  }
  ::unsetenv("PGPASSWORD");
  ::unsetenv("CLICKHOUSE_PASSWORD");
}

}  // namespace
}  // namespace turnout
