#include "turnout/store/copy_binary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <string>

/// What real servers send is in tests/engines; here is what they should never send.
namespace turnout::store {
namespace {

template <class Integer>
std::string big_endian(Integer value) {
  std::string bytes;
  for (std::size_t i = sizeof value; i-- > 0;)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return bytes;
}
std::string field(const std::string& bytes) {
  return big_endian(static_cast<std::int32_t>(bytes.size())) + bytes;
}
const std::string kNull = big_endian(std::int32_t{-1});

std::string row(const std::string& outcome = "success",
                const std::string& attempt = big_endian(2)) {
  std::string bytes = big_endian(std::int16_t{14});
  bytes += field("task") + field(attempt) + kNull + field("mini");
  bytes +=
      field(big_endian(std::int64_t{5})) + field(big_endian(std::bit_cast<std::uint64_t>(0.1)));
  bytes += kNull + field(big_endian(std::int64_t{7})) + kNull + kNull;
  return bytes + field(outcome) + field("open") + kNull +
         field(big_endian(std::bit_cast<std::uint64_t>(0.5)));
}
std::string header(const std::string& extension = "") {
  return std::string("PGCOPY\n\377\r\n\0", 11) + big_endian(0) + field(extension);
}

TEST(CopyBinary, reads_rows_to_the_bit_with_the_header_and_without) {
  for (const auto& message : {row(), header() + row(), header("of later versions") + row()}) {
    traffic::Pass pass;
    pass.user_id = "of the row before";
    pass.ttft_s = 1;
    ASSERT_TRUE(read_copied_pass(message, pass).value());
    traffic::Pass expected;
    expected.task_id = "task";
    expected.attempt = 2;
    expected.model = "mini";
    expected.started_us = 5;
    expected.latency_s = 0.1;
    expected.input_tokens = 7;
    expected.outcome = traffic::Outcome::kSuccess;
    expected.propensity = 0.5;
    EXPECT_EQ(pass, expected);
  }
}

TEST(CopyBinary, reads_summaries_and_refuses_what_is_none) {
  const std::string whole = big_endian(std::int16_t{4}) + field("mini") + field("") +
                            field(big_endian(std::int64_t{7})) + field(std::string("\0\377", 2));
  DaySummary summary;
  ASSERT_TRUE(read_copied_summary(header() + whole, summary).value());
  EXPECT_EQ(summary.model, "mini");
  EXPECT_EQ(summary.policy, "");
  EXPECT_EQ(summary.last_us, 7);
  EXPECT_EQ(summary.bytes, std::string("\0\377", 2));
  EXPECT_FALSE(*read_copied_summary(big_endian(std::int16_t{-1}), summary));
  for (const auto& message : {row(), whole + "x", whole.substr(0, whole.size() - 1)})
    EXPECT_FALSE(read_copied_summary(message, summary));
}

TEST(CopyBinary, a_header_alone_and_the_trailer_are_no_rows) {
  traffic::Pass pass;
  EXPECT_FALSE(read_copied_pass(header(), pass).value());
  EXPECT_FALSE(read_copied_pass(big_endian(std::int16_t{-1}), pass).value());
}

TEST(CopyBinary, a_message_cut_anywhere_or_of_another_shape_is_an_error) {
  traffic::Pass pass;
  const auto whole = row();
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(read_copied_pass(std::string_view(whole).substr(0, length), pass)) << length;
  EXPECT_FALSE(read_copied_pass(whole + "x", pass));
  EXPECT_FALSE(read_copied_pass(big_endian(std::int16_t{13}) + whole.substr(2), pass));
  EXPECT_FALSE(read_copied_pass(row("won"), pass));
  EXPECT_FALSE(read_copied_pass(row("success", big_endian(std::int64_t{2})), pass));
}

}  // namespace
}  // namespace turnout::store
