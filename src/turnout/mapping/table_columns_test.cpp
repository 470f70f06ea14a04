#include "turnout/mapping/table_columns.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

/// What a real server sends is in tests/engines.
namespace turnout::mapping {
namespace {

template <class Integer>
std::string big_endian(Integer value) {
  std::string bytes;
  for (std::size_t i = sizeof value; i-- > 0;)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return bytes;
}
std::string real(double value) { return big_endian(std::bit_cast<std::uint64_t>(value)); }

std::string row(const std::vector<std::optional<std::string>>& fields) {
  std::string bytes = big_endian(static_cast<std::int16_t>(fields.size()));
  for (const auto& field : fields)
    bytes += field ? big_endian(static_cast<std::int32_t>(field->size())) + *field : big_endian(-1);
  return bytes;
}

/// @returns what a column of a type makes of some bytes; "refused" if it says that they are none.
std::string read(const std::string& type, const std::optional<std::string>& bytes) {
  TableColumns columns;
  columns.add("a", type);
  std::string json;
  return columns.read(row({bytes}), json) ? json : "refused";
}

TEST(TableColumns, values_are_written_as_row_to_json_does) {
  EXPECT_EQ(read("text", "a \"b\"\\\n\x01\xc3\xa4"), R"({"a":"a \"b\"\\\u000a\u0001ä"})");
  EXPECT_EQ(read("character varying", ""), R"({"a":""})");
  EXPECT_EQ(read("json", R"({"x": [1]})"), R"({"a":{"x": [1]}})");
  EXPECT_EQ(read("jsonb", "\1{\"x\": [1]}"), R"({"a":{"x": [1]}})");
  EXPECT_EQ(read("smallint", big_endian(std::int16_t{-2})), R"({"a":-2})");
  EXPECT_EQ(read("integer", big_endian(std::int32_t{7})), R"({"a":7})");
  EXPECT_EQ(read("bigint", big_endian(std::numeric_limits<std::int64_t>::min())),
            R"({"a":-9223372036854775808})");
  EXPECT_EQ(read("double precision", real(0.1)), R"({"a":0.1})");
  EXPECT_EQ(read("double precision", real(-std::numeric_limits<double>::infinity())),
            R"({"a":"-Infinity"})");
  EXPECT_EQ(read("boolean", std::string(1, '\1')), R"({"a":true})");
  EXPECT_EQ(read("boolean", std::string(1, '\0')), R"({"a":false})");
  for (const char* type : {"text", "jsonb", "integer", "numeric(3,1)", "timestamp with time zone"})
    EXPECT_EQ(read(type, std::nullopt), R"({"a":null})") << type;
}

TEST(TableColumns, times_are_utc_and_those_that_no_log_has_infinite) {
  for (const char* type : {"timestamp without time zone", "timestamp with time zone"}) {
    const auto at = [&](std::int64_t since_2000) { return read(type, big_endian(since_2000)); };
    EXPECT_EQ(at(1'500'000), R"({"a":"2000-01-01T00:00:01.500000Z"})");
    EXPECT_EQ(at(-946'684'800'000'000), R"({"a":"1970-01-01T00:00:00.000000Z"})");
    EXPECT_EQ(at(-946'684'800'000'001), R"({"a":"-infinity"})");
    EXPECT_EQ(at(std::numeric_limits<std::int64_t>::min()), R"({"a":"-infinity"})");
    EXPECT_EQ(at(252'455'615'999'999'999), R"({"a":"9999-12-31T23:59:59.999999Z"})");
    EXPECT_EQ(at(std::numeric_limits<std::int64_t>::max()), R"({"a":"infinity"})");
  }
}

TEST(TableColumns, what_is_not_known_is_left_to_the_server) {
  TableColumns columns;
  columns.add("a", "text");
  columns.add("the \"b\"", "numeric");
  columns.add("c", "json");
  EXPECT_EQ(columns.selected(), R"("a", to_json("the ""b"""), "c")");
  std::string json;
  EXPECT_TRUE(columns.read(row({"x", "1.50", "[]"}), json).value());
  EXPECT_EQ(json, R"({"a":"x","the \"b\"":1.50,"c":[]})");
}

TEST(TableColumns, a_header_alone_and_the_trailer_are_no_rows) {
  TableColumns columns;
  columns.add("a", "text");
  std::string json;
  const auto header = std::string("PGCOPY\n\377\r\n\0", 11) + big_endian(0) + big_endian(0);
  EXPECT_FALSE(columns.read(header, json).value());
  EXPECT_FALSE(columns.read(big_endian(std::int16_t{-1}), json).value());
  EXPECT_TRUE(columns.read(header + row({"x"}), json).value());
  EXPECT_EQ(json, R"({"a":"x"})");
}

TEST(TableColumns, a_message_cut_anywhere_or_of_another_shape_is_an_error) {
  TableColumns columns;
  columns.add("a", "text");
  columns.add("b", "bigint");
  const auto whole = row({"x", big_endian(std::int64_t{1})});
  std::string json;
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(columns.read(std::string_view(whole).substr(0, length), json)) << length;
  EXPECT_FALSE(columns.read(whole + "x", json));
  EXPECT_FALSE(columns.read(row({"x"}), json));
  EXPECT_EQ(read("integer", "abc"), "refused");
  EXPECT_EQ(read("double precision", "abc"), "refused");
  EXPECT_EQ(read("boolean", "ab"), "refused");
  EXPECT_EQ(read("jsonb", "\2{}"), "refused");
  EXPECT_EQ(read("jsonb", ""), "refused");
  EXPECT_EQ(read("timestamp with time zone", "abc"), "refused");
}

}  // namespace
}  // namespace turnout::mapping
