#include <simdjson.h>

#include <map>
#include <set>

#include "engine_support.h"
#include "turnout/mapping/row_documents.h"
#include "turnout/traffic/pass.h"

/// Other programs' tables in a real PostgreSQL, read where they are.
namespace turnout {
namespace {

using simdjson::dom::element;

constexpr const char* kTable = "of \"every\" type";

/// Values by name; a time as microseconds, other values as minified JSON.
std::map<std::string, std::string> values_of(std::string_view json) {
  simdjson::dom::parser parser;
  const element row = parser.parse(json.data(), json.size());
  std::map<std::string, std::string> values;
  for (const auto [key, value] : row.get_object()) {
    std::string_view text;
    const bool is_text = value.get(text) == simdjson::SUCCESS;
    const auto time = is_text ? traffic::parse_time(text) : std::nullopt;
    values[std::string(key)] = time ? std::to_string(*time) : simdjson::minify(value);
  }
  return values;
}

store::PostgresConnection connection_with_table() {
  auto connection =
      store::PostgresConnection::open(server("TURNOUT_TEST_POSTGRES"), "test").value();
  EXPECT_TRUE(connection.run(R"(
    DROP TABLE IF EXISTS "of ""every"" type";
    DROP DOMAIN IF EXISTS percent; DROP TYPE IF EXISTS mood;
    CREATE DOMAIN percent AS int CHECK (VALUE <= 100);
    CREATE TYPE mood AS ENUM ('well', 'so "so"');
    CREATE TABLE "of ""every"" type" ("a text" text, "b ""c""" varchar(20), d char(5), e jsonb, f json, g smallint, h int,
      i bigint, j real, k double precision, l numeric, m boolean, n timestamp, o timestamptz, p date, q uuid, r int[],
      s bytea, t percent, u mood, v interval, gone int, w text);
    ALTER TABLE "of ""every"" type" DROP COLUMN gone;
    INSERT INTO "of ""every"" type" VALUES
      ('x "y" \ ' || chr(1) || chr(10) || 'ä 模型', 'b', 'c', '{"a": [1, "ü\n\"", null]}', ' { "a" : 1, "a" : 2 } ', -2, 3,
       9007199254740993, 0.1, 0.1, 1.50, true, '2026-11-01 10:20:30.4', '2026-11-01 10:20:30.456789+02', '2026-11-01',
       'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{1,2}', '\x00ff', 7, 'so "so"', '1 day 2 hours', NULL);
    INSERT INTO "of ""every"" type" DEFAULT VALUES;
    INSERT INTO "of ""every"" type" VALUES
      ('', '', '', '"text"', '[]', -32768, -2147483648, -9223372036854775808, 'NaN', 'Infinity', 'NaN', false,
       '1970-01-01', '9999-12-31 23:59:59.999999+00', '0001-01-01', NULL, '{}', '', 0, 'well', '0', NULL),
      (repeat('long ', 100000), NULL, NULL, jsonb_build_object('said', repeat('long "quoted" ', 100000)), NULL, NULL,
       NULL, NULL, 1e30, 1e-300, 1e15, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO "of ""every"" type" (h) SELECT generate_series(1, 3000))"));
  return connection;
}

std::vector<std::string> documents(const std::set<std::string>& columns) {
  const auto opened =
      mapping::open_table(server("TURNOUT_TEST_POSTGRES"), kTable, {columns, {}, {}});
  std::vector<std::string> found;
  for (;;) {
    const auto document = opened.value()->next().value();
    if (!document) return found;
    found.emplace_back(*document);
  }
}

TEST(Tables, rows_say_what_row_to_json_says) {
  auto connection = connection_with_table();
  const auto expected =
      connection.query(R"(SELECT row_to_json(whole)::text FROM "of ""every"" type" AS whole)")
          .value();
  const auto found = documents({});
  ASSERT_EQ(static_cast<int>(found.size()), expected.rows());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto row = expected.text(static_cast<int>(i), 0);
    ASSERT_EQ(values_of(found[i]), values_of(row)) << found[i].substr(0, 2000);
  }
}

TEST(Tables, only_the_columns_wanted_are_read_and_all_where_there_is_none_of_them) {
  auto connection = connection_with_table();
  EXPECT_EQ(documents({"h", "e", "not there"})[0], R"({"e":{"a": [1, "ü\n\"", null]},"h":3})");
  EXPECT_EQ(values_of(documents({"not there"})[0]).size(), 22U);
}

TEST(Tables, one_that_is_not_there_is_an_error_that_names_it) {
  const auto opened = mapping::open_table(server("TURNOUT_TEST_POSTGRES"), "not there", {});
  const auto error = opened ? opened.value()->next().error() : opened.error();
  EXPECT_NE(error.message.find("not there"), std::string::npos) << error.message;
}

TEST(Tables, an_error_of_the_server_amid_the_rows_is_said) {
  auto connection = connection_with_table();
  ASSERT_TRUE(
      connection.run("DROP VIEW IF EXISTS broken; CREATE VIEW broken AS SELECT 1 / (2000 - h) AS "
                     "a, repeat('x', 100) AS b "
                     "FROM \"of \"\"every\"\" type\" WHERE h > 3"));
  const auto opened = mapping::open_table(server("TURNOUT_TEST_POSTGRES"), "broken", {}).value();
  for (;;) {
    const auto document = opened->next();
    if (document) {
      ASSERT_TRUE(document->has_value()) << "the end was no end";
      continue;
    }
    EXPECT_NE(document.error().message.find("division by zero"), std::string::npos);
    break;
  }
  ASSERT_TRUE(connection.run("DROP VIEW broken"));
}

}  // namespace
}  // namespace turnout
