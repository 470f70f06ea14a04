#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "engine_support.h"
#include "turnout/estimation/speed_log.h"
#include "turnout/estimation/store_statistics.h"
#include "turnout/store/clickhouse_rows.h"

/// What real servers do besides holding rows: clusters, readers, waits, credentials.
namespace turnout {
namespace {

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
  EXPECT_TRUE(expected == estimation::store_statistics(*cluster, {}, {}).value());
  // A pass that both hold counts once; two that claim to be the same do not count at all.
  ASSERT_EQ(servers[1]->insert(std::vector{log[0]})->added, 1U);
  EXPECT_TRUE(expected == estimation::store_statistics(*cluster, {}, {}).value());
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
