#include <csignal>
#include <cstdio>
#include <memory>
#include <sstream>
#include <thread>

#include "engine_support.h"
#include "turnout/estimation/store_statistics.h"

/// What is said when a server fails: too slow, gone, or unwilling. One line, the source once, what to
/// do.
namespace turnout {
namespace {

using store::Access;

std::string as_user(std::string source, std::string_view user) {
  return source.replace(source.find("turnout:"), std::string_view("turnout").size(), user);
}

/// One line that names the source once, and says this.
template <class T>
void expect_told(const base::Result<T>& result, const std::string& source,
                 const std::string& words) {
  ASSERT_FALSE(result);
  const std::string said = result.error().to_string();
  const std::string name = store::without_password(source);
  EXPECT_EQ(said.find(name), 0U) << said;
  EXPECT_EQ(said.find(name, 1), std::string::npos) << said;
  EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  EXPECT_EQ(said.find("p@ss"), std::string::npos) << said;
  EXPECT_NE(said.find(words), std::string::npos) << said;
}

base::Status read_all(PassStore& store) {
  return store.for_each([](const Pass&) { return true; });
}

std::unique_ptr<PassStore> store_with(const std::string& source, const std::vector<Pass>& log) {
  auto store = store::open_store(source, Access::kCreate).value();
  EXPECT_TRUE(store->insert(log));
  return store;
}

/// A server that a test may kill.
class OwnServer {
 public:
  explicit OwnServer(const std::string& engine)
      : output_(::popen(
            ("exec python3 " + server("TURNOUT_TEST_SERVERS") + " --one " + engine).c_str(), "r")) {
    std::array<char, 512> line{};
    EXPECT_NE(std::fgets(line.data(), line.size(), output_), nullptr);
    std::istringstream(line.data()) >> address_ >> process_ >> keeper_;
  }
  ~OwnServer() {
    ::kill(keeper_, SIGTERM);
    ::pclose(output_);
  }
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  OwnServer(OwnServer&&) = delete;
  OwnServer& operator=(OwnServer&&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  std::FILE* output_;
  std::string address_;
  pid_t process_ = 0, keeper_ = 0;
};

/// Kills PostgreSQL's process and those that serve connections, as a machine does that loses power.
void kill_postgres(const OwnServer& own, store::PostgresConnection& connection) {
  const auto others = connection
                          .query(
                              "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client "
                              "backend' AND pid <> pg_backend_pid()")
                          .value();
  ::kill(own.process(), SIGKILL);
  for (int row = 0; row < others.rows(); ++row)
    ::kill(static_cast<pid_t>(others.integer(row, 0).value()), SIGKILL);
}

TEST(Lost, a_postgres_server_killed_in_the_midst_of_rows_or_before_a_batch) {
  const OwnServer own("postgres");
  const auto log = random_log(21, 20'000);
  const auto store = store_with(own.address(), log);
  const auto writer = store::open_store(own.address(), Access::kWrite).value();
  auto killer = store::PostgresConnection::open(own.address(), "test").value();
  std::size_t rows = 0;
  const auto read = store->for_each([&](const Pass&) {
    if (++rows == 10) kill_postgres(own, killer);
    return true;
  });
  expect_told(read, own.address(), "the server was lost (");
  expect_told(read, own.address(), "do this again");
  EXPECT_LT(rows, log.size());
  expect_told(writer->insert(random_log(22, 10)), own.address(), "the server was lost (");
  expect_told(store::open_store(own.address(), Access::kRead), own.address(),
              "no server answers (");
}

TEST(Lost, a_postgres_server_killed_in_the_midst_of_a_batch) {
  const OwnServer own("postgres");
  const auto store = store_with(own.address(), random_log(21, 10));
  auto holder = store::PostgresConnection::open(own.address(), "test").value();
  ASSERT_TRUE(holder.run("BEGIN; LOCK TABLE passes IN ACCESS EXCLUSIVE MODE"));
  std::thread killer([&] {
    for (std::int64_t waiting = 0; waiting == 0;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      waiting =
          holder.query("SELECT count(*) FROM pg_locks WHERE NOT granted")->integer(0, 0).value();
    }
    kill_postgres(own, holder);
  });
  expect_told(store->insert(random_log(22, 1'000)), own.address(), "the server was lost (");
  killer.join();
}

TEST(Lost, a_clickhouse_server_killed_in_the_midst_of_rows_or_before_a_batch) {
  const OwnServer own("clickhouse");
  const auto log = random_log(21, 100'000);
  const auto store = store_with(own.address(), log);
  const auto writer = store::open_store(own.address(), Access::kWrite).value();
  std::size_t rows = 0;
  const auto read = store->for_each([&](const Pass&) {
    if (++rows == 10) ::kill(own.process(), SIGKILL);
    return true;
  });
  expect_told(read, own.address(), "the server was lost (");
  EXPECT_LT(rows, log.size());
  ASSERT_FALSE(writer->insert(random_log(22, 10)));
  expect_told(store::open_store(own.address(), Access::kRead), own.address(),
              "no server answers (");
}

TEST(Lost, a_clickhouse_server_killed_in_the_midst_of_a_batch) {
  const OwnServer own("clickhouse");
  const auto store = store_with(own.address(), random_log(21, 10));
  ::kill(own.process(), SIGSTOP);
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    ::kill(own.process(), SIGKILL);
  });
  const auto inserted = store->insert(random_log(22, 1'000));
  killer.join();
  ASSERT_FALSE(inserted);
  // If the killer was faster than we, curl finds the connection closed and asks for a new one.
  expect_told(inserted, own.address(),
              inserted.error().message.starts_with("no server") ? "no server answers ("
                                                                : "the server was lost (");
}

TEST(TimedOut, a_postgres_statement_that_the_role_has_no_time_for) {
  empty_postgres();
  const auto source = server("TURNOUT_TEST_POSTGRES");
  store_with(source, random_log(21, 2'000));
  auto owner = store::PostgresConnection::open(source, "test").value();
  ASSERT_TRUE(
      owner.run("CREATE ROLE hurried LOGIN PASSWORD 'p@ss:w/ord'; GRANT ALL ON passes, "
                "schema_version, changed_days, summary_state TO hurried; ALTER ROLE hurried SET "
                "statement_timeout = "
                "'200ms'"));
  const std::string hurried = as_user(source, "hurried");
  const auto reader = store::open_store(hurried, Access::kRead).value();
  const auto writer = store::open_store(hurried, Access::kWrite).value();
  ASSERT_TRUE(owner.run("BEGIN; LOCK TABLE passes IN ACCESS EXCLUSIVE MODE"));
  const std::string told =
      "took longer than its statement_timeout; raise it for this role (ALTER ROLE hurried SET "
      "statement_timeout = '1h')";
  expect_told(read_all(*reader), hurried, told);
  expect_told(estimation::store_statistics(*reader, {}, {}), hurried, told);
  expect_told(writer->insert(random_log(22, 100)), hurried, told);
  // As it says: for this run alone.
  const auto patient =
      store::open_store(hurried + "?options=-cstatement_timeout%3D1h", Access::kRead).value();
  ASSERT_TRUE(owner.run("COMMIT"));
  EXPECT_TRUE(read_all(*patient));
  ASSERT_TRUE(owner.run("DROP OWNED BY hurried; DROP ROLE hurried"));
}

TEST(TimedOut, a_clickhouse_statement_that_the_user_has_no_time_for) {
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  const auto source = server("TURNOUT_TEST_CLICKHOUSE");
  ASSERT_TRUE(store::open_store(source, Access::kCreate));
  store::ClickHouseConnection owner(store::ClickHouseAddress::parse(source).value());
  // More rows than sockets hold while nobody reads.
  ASSERT_TRUE(
      owner.query("INSERT INTO passes SELECT toString(number + 1000000), 1, 'a user with a name of "
                  "some length, for rows of some size', 'm', number, 1, "
                  "NULL, NULL, NULL, NULL, 'unknown', 'open', '', NULL, 1 FROM numbers(1000000)"));
  const std::string hurried = as_user(source, "hurried");
  const auto store = store::open_store(hurried, Access::kRead).value();
  std::size_t rows = 0;
  const auto read = store->for_each([&](const Pass&) {
    if (++rows == 10) std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    return true;
  });
  expect_told(read, hurried, "took longer than max_execution_time allows (1");
  expect_told(read, hurried, "raise it in this user's settings profile");
  EXPECT_LT(rows, 1'000'000U);
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
}

TEST(Rights, a_postgres_role_that_lacks_them_is_told_what_to_ask_for) {
  empty_postgres();
  const auto source = server("TURNOUT_TEST_POSTGRES");
  store_with(source, random_log(21, 20));
  auto owner = store::PostgresConnection::open(source, "test").value();
  ASSERT_TRUE(owner.run("CREATE ROLE \"a Stranger\" LOGIN PASSWORD 'p@ss:w/ord'"));
  const std::string stranger = as_user(source, "a%20Stranger");
  const auto refused = store::open_store(stranger, Access::kRead);
  expect_told(refused, stranger, "GRANT SELECT ON passes, schema_version TO \"a Stranger\"");
  // What it says helps.
  ASSERT_TRUE(owner.run("GRANT SELECT ON passes, schema_version TO \"a Stranger\""));
  const auto reader = store::open_store(stranger, Access::kRead).value();
  EXPECT_TRUE(read_all(*reader));
  const auto writer = store::open_store(stranger, Access::kWrite).value();
  expect_told(writer->insert(random_log(22, 20)), stranger,
              "GRANT SELECT, INSERT ON passes, changed_days TO \"a Stranger\"; GRANT SELECT ON "
              "schema_version, summary_state TO \"a Stranger\"");
  ASSERT_TRUE(
      owner.run("GRANT SELECT, INSERT ON passes, changed_days TO \"a Stranger\"; GRANT SELECT ON "
                "schema_version, summary_state TO \"a Stranger\""));
  EXPECT_TRUE(writer->insert(random_log(22, 20)));
  expect_told(writer->prune(INT64_MAX), stranger, "GRANT SELECT, DELETE ON passes");
  ASSERT_TRUE(owner.run("REVOKE SELECT ON passes FROM \"a Stranger\""));
  expect_told(read_all(*reader), stranger, "GRANT SELECT ON passes");
  expect_told(estimation::store_statistics(*reader, {}, {}), stranger, "GRANT SELECT ON passes");
  ASSERT_TRUE(owner.run("DROP OWNED BY \"a Stranger\"; DROP ROLE \"a Stranger\""));
}

TEST(Rights, clickhouse_users_who_lack_them_are_told_so) {
  empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  const auto source = server("TURNOUT_TEST_CLICKHOUSE");
  store_with(source, random_log(21, 20));
  const std::string reader = as_user(source, "reader");
  const auto store = store::open_store(reader, Access::kRead).value();
  expect_told(store->insert(random_log(22, 20)), reader, "this user may only read (");
  const std::string stranger = as_user(source, "stranger");
  expect_told(store::open_store(stranger, Access::kRead), stranger, "this user lacks a right (");
}

}  // namespace
}  // namespace turnout
