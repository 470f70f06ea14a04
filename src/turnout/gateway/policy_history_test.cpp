#include "turnout/gateway/policy_history.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "turnout/base/line_reader.h"
#include "turnout/base/temporary_files.h"

namespace turnout::gateway {
namespace {

const std::vector<std::string> kModels = {"mini", "large"};

Proposal proposal(const std::string& text) {
  return {text, "control loop", {"It saves."}, {}, R"({"saving":1})"};
}

class PolicyHistoryTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.path() + "/turnout.policies"; }
  std::unique_ptr<PolicyHistory> open(const std::string& configured, std::int64_t now_us = 1) {
    auto opened = PolicyHistory::open(path(), kModels, configured, now_us);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().to_string());
    return opened ? *std::move(opened) : nullptr;
  }
  base::TemporaryPath folder_ = base::temporary_folder().value();
};

TEST_F(PolicyHistoryTest, a_proposal_comes_into_force_when_it_is_approved_and_not_before) {
  PolicyHistory history(kModels, "large", 1);
  EXPECT_EQ(history.propose(proposal("mini,large"), 2), Change::kMade);
  EXPECT_EQ(history.record().in_force().text, "large");
  ASSERT_NE(history.record().proposal(), nullptr);
  EXPECT_EQ(history.record().proposal()->reasons.at(0), "It saves.");
  EXPECT_EQ(history.approve(history.record().version, "ann", 3), Change::kMade);
  const auto record = history.record();
  EXPECT_EQ(record.in_force().text, "mini,large");
  EXPECT_EQ(record.in_force().enforced_by, "ann");
  EXPECT_EQ(record.in_force().since_us, 3);
  EXPECT_EQ(record.entries.at(0).state, PolicyState::kEarlier);
  EXPECT_EQ(record.proposal(), nullptr);
  EXPECT_EQ(history.approve({}, "ann", 4), Change::kNothing);
}

TEST_F(PolicyHistoryTest, who_knows_an_older_version_changes_nothing) {
  PolicyHistory history(kModels, "large", 1);
  history.propose(proposal("mini"), 2);
  const auto seen = history.record().version;
  history.propose(proposal("mini,large"), 3);
  EXPECT_EQ(history.approve(seen, "ann", 4), Change::kStale);
  EXPECT_EQ(history.roll_back({}, seen, "ann", 4), Change::kStale);
  EXPECT_EQ(history.record().in_force().text, "large");
  EXPECT_EQ(history.record().entries.at(1).state, PolicyState::kReplaced);
}

TEST_F(PolicyHistoryTest, going_back_goes_to_the_policy_before_and_remembers_from_which) {
  PolicyHistory history(kModels, "large", 1);
  EXPECT_EQ(history.roll_back({}, {}, "ann", 1), Change::kNothing);
  for (const char* text : {"mini,large", "mini"}) {
    history.propose(proposal(text), 2);
    history.approve({}, "ann", 3);
  }
  EXPECT_EQ(history.roll_back({}, {}, "ann", 4), Change::kMade);
  EXPECT_EQ(history.record().in_force().text, "mini,large");
  EXPECT_TRUE(history.record().went_back);
  EXPECT_EQ(history.record().entries.at(2).state, PolicyState::kRolledBack);
  EXPECT_EQ(history.roll_back({}, {}, "ann", 5), Change::kMade) << "not to and fro";
  EXPECT_EQ(history.record().in_force().text, "large");
  EXPECT_EQ(history.roll_back(3, {}, "ann", 6), Change::kMade) << "one that is named may be taken";
  EXPECT_EQ(history.record().in_force().text, "mini");
  EXPECT_EQ(history.roll_back(9, {}, "ann", 7), Change::kUnknown);
  history.propose(proposal("large"), 8);
  history.approve({}, "ann", 9);
  EXPECT_FALSE(history.record().went_back);
}

TEST_F(PolicyHistoryTest, a_text_that_is_no_policy_is_not_proposed) {
  PolicyHistory history(kModels, "large", 1);
  EXPECT_EQ(history.propose(proposal("huge"), 2), Change::kNotPolicy);
  EXPECT_EQ(history.record().proposal(), nullptr);
}

TEST_F(PolicyHistoryTest, a_restart_goes_on_with_the_policy_in_force) {
  {
    const auto history = open("large");
    history->propose(proposal("mini,large"), 2);
    history->approve({}, "ann", 3);
    history->propose(proposal("mini"), 4);
  }
  const auto history = open("large", 5);
  const auto record = history->record();
  EXPECT_EQ(record.in_force().text, "mini,large");
  ASSERT_NE(record.proposal(), nullptr);
  EXPECT_EQ(record.proposal()->text, "mini");
  EXPECT_EQ(record.proposal()->figures, R"({"saving":1})");
  EXPECT_EQ(record.version, 4U);
}

TEST_F(PolicyHistoryTest, a_configuration_that_says_another_policy_wins) {
  {
    const auto history = open("large");
    history->propose(proposal("mini"), 2);
    history->approve({}, "ann", 3);
  }
  EXPECT_EQ(open("mini,large")->record().in_force().text, "mini,large");
  const auto again = open("mini,large");
  again->roll_back({}, {}, "ann", 9);
  EXPECT_EQ(again->configure("mini,large", 10), Change::kNothing) << "read again, unchanged";
  EXPECT_EQ(again->record().in_force().text, "mini");
}

TEST_F(PolicyHistoryTest, models_that_have_gone_leave_the_configured_policy) {
  {
    const auto history = open("large");
    history->propose(proposal("mini"), 2);
    history->approve({}, "ann", 3);
  }
  const auto opened = PolicyHistory::open(path(), {"large"}, "large", 5).value();
  EXPECT_EQ(opened->record().in_force().text, "large");
  EXPECT_EQ(opened->roll_back(2, {}, "ann", 6), Change::kUnknown);
}

TEST_F(PolicyHistoryTest, a_line_that_a_killed_process_left_half_is_cut_off_and_others_are_named) {
  open("large")->propose(proposal("mini"), 2);
  std::ofstream(path(), std::ios::app) << R"({"event":"approved","num)";
  const auto history = open("large");
  EXPECT_EQ(history->record().in_force().text, "large");
  history->approve({}, "ann", 3);
  EXPECT_EQ(open("large")->record().in_force().text, "mini");
  std::ofstream(path(), std::ios::app) << "what is this\n";
  const auto refused = PolicyHistory::open(path(), kModels, "large", 1);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().to_string().find("turnout.policies:4"), std::string::npos)
      << refused.error().to_string();
}

TEST_F(PolicyHistoryTest, what_cannot_be_written_is_not_done) {
  const auto history = open("large");
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  EXPECT_EQ(history->propose(proposal("mini"), 2), Change::kUnwritten);
  EXPECT_EQ(history->record().proposal(), nullptr);
}

TEST_F(PolicyHistoryTest, a_long_history_forgets_the_oldest) {
  PolicyHistory history(kModels, "large", 1);
  for (int i = 0; i < 300; ++i) history.propose(proposal("mini"), 2);
  const auto record = history.record();
  EXPECT_EQ(record.entries.size(), PolicyRecord::kKept);
  EXPECT_EQ(record.in_force().text, "large");
  EXPECT_EQ(record.proposal()->number, 301U);
}

}  // namespace
}  // namespace turnout::gateway
