#include "turnout/mapping/open_log.h"

#include <gtest/gtest.h>

#include <fstream>

namespace turnout::mapping {
namespace {

constexpr std::int64_t kWindow = 1'800'000'000;

class OpenLogOrRecord : public testing::Test {
 protected:
  base::Result<OpenLog> open(const std::string& text) {
    path_ = temporary_.path() + "/record.csv";
    std::ofstream(path_) << text;
    return open_log_or_record(path_, {}, kWindow, {});
  }
  base::TemporaryPath temporary_ = base::temporary_folder().value();
  std::string path_;
};

TEST_F(OpenLogOrRecord, reads_time_tokens_and_latency_of_one_model) {
  const auto log = open(
      "timestamp,tokens,latency\n2026-01-01T00:00:00Z,12,1.5\n2026-01-01T00:01:00Z,10,1\n"
      "2026-01-01T00:02:00Z,10,never\n");
  ASSERT_TRUE(log) << log.error().to_string();
  EXPECT_EQ(log->import.stored.added, 2U);
  EXPECT_EQ(log->taken, "taken for an auditor's record, each row a task: read by --map auditor");
  EXPECT_EQ(log->import.read.refused(), 1U);
  std::vector<traffic::Pass> passes;
  ASSERT_TRUE(log->store->for_each([&](const traffic::Pass& pass) {
    passes.push_back(pass);
    return true;
  }));
  ASSERT_EQ(passes.size(), 2U);
  EXPECT_EQ(passes[0].model, passes[1].model);
  EXPECT_NE(passes[0].task_id, passes[1].task_id);
  EXPECT_EQ(passes[0].output_tokens, 12);
  EXPECT_EQ(passes[0].latency_s, 1.5);
}

TEST_F(OpenLogOrRecord, says_why_a_file_is_neither) {
  const auto log = open("timestamp,tokens,latency\n2026-01-01T00:00:00Z,12,never\n");
  ASSERT_FALSE(log);
  const std::string said = log.error().to_string();
  EXPECT_TRUE(said.starts_with(path_ + ": is neither a log (is no log that turnout knows: CSV with "
                                       "timestamp, tokens, latency; a --map FILE.toml says where "))
      << said;
  EXPECT_TRUE(said.ends_with(") nor an auditor's record (" + path_ +
                             ":2: latency_s is missing, negative or over 1e9)"))
      << said;
}

TEST_F(OpenLogOrRecord, says_once_that_a_file_is_not_there) {
  const auto log = open_log_or_record("/no/such/file.csv", {}, kWindow, {});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().to_string(), "/no/such/file.csv: No such file or directory");
}

}  // namespace
}  // namespace turnout::mapping
