#include "turnout/store/clickhouse_rows.h"

#include <gtest/gtest.h>

#include <vector>

#include "turnout/store/row_binary.h"

namespace turnout::store {
namespace {

traffic::Pass pass_of(const char* task, std::int64_t attempt) {
  traffic::Pass pass;
  pass.task_id = task;
  pass.attempt = attempt;
  pass.model = "mini";
  return pass;
}

std::string two_rows() {
  std::string bytes;
  append_row_binary(bytes, pass_of("a", 1));
  append_row_binary(bytes, pass_of("a", 2));
  return bytes;
}

/// Takes an answer in pieces of a size.
base::Status read_all(std::string_view answer, std::size_t size, std::vector<traffic::Pass>& to) {
  const std::function<bool(const traffic::Pass&)> use = [&](const traffic::Pass& pass) {
    to.push_back(pass);
    return true;
  };
  ClickHouseRows rows(use);
  for (std::size_t at = 0; at < answer.size(); at += size) {
    if (!rows.take(answer.substr(at, size))) break;
  }
  return rows.done("store");
}

TEST(ClickHouseRows, rows_come_whole_whatever_the_pieces) {
  const auto answer = two_rows();
  for (std::size_t size = 1; size <= answer.size(); ++size) {
    std::vector<traffic::Pass> passes;
    ASSERT_TRUE(read_all(answer, size, passes));
    EXPECT_EQ(passes, (std::vector{pass_of("a", 1), pass_of("a", 2)}));
  }
}

TEST(ClickHouseRows, what_the_server_says_in_place_of_a_row_is_the_error_and_no_row) {
  const std::string words =
      "Code: 241, e.displayText() = DB::Exception: Memory limit (for query) exceeded: would use "
      "3.99 GiB, "
      "e.what() = DB::Exception\n";
  // Long words read as a row, short ones as a part of one.
  std::string long_words = words;
  long_words.append(2000, 'x').append(words);
  for (const auto& said : {words, long_words}) {
    for (const std::size_t size : {1U, 7U, 100'000U}) {
      std::vector<traffic::Pass> passes;
      const auto read = read_all(two_rows() + said, size, passes);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().to_string(),
                "store: the server ended the statement, which took more memory than it allows; "
                "raise max_memory_usage in this user's settings profile");
      EXPECT_EQ(passes.size(), 2U);
    }
  }
  std::vector<traffic::Pass> passes;
  const auto cut = two_rows();
  EXPECT_EQ(
      read_all(std::string_view(cut).substr(0, cut.size() - 1), 50, passes).error().to_string(),
      "store: the server's answer ends within a row");
}

TEST(KeyOrder, takes_a_pass_twice_only_if_it_is_the_same) {
  KeyOrder order("store");
  EXPECT_EQ(order.next(pass_of("a", 9)), KeyOrder::Place::kNext);
  EXPECT_EQ(order.next(pass_of("a", 10)), KeyOrder::Place::kNext);
  EXPECT_EQ(order.next(pass_of("a", 10)), KeyOrder::Place::kRepeated);
  EXPECT_EQ(order.next(pass_of("b", 1)), KeyOrder::Place::kNext);
  EXPECT_TRUE(order.status());
  auto other = pass_of("b", 1);
  other.latency_s = 1;
  EXPECT_EQ(order.next(other), KeyOrder::Place::kWrong);
  EXPECT_EQ(order.status().error().to_string(),
            "store: attempt 1 of the task 'b' came twice, with different values");
  KeyOrder fallen("store");
  fallen.next(pass_of("b", 1));
  EXPECT_EQ(fallen.next(pass_of("a", 1)), KeyOrder::Place::kWrong);
}

}  // namespace
}  // namespace turnout::store
