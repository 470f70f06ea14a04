#include "turnout/analysis/replay_answer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "turnout/base/temporary_files.h"

namespace turnout::analysis {
namespace {

constexpr const char* kScenario =
    "[user]\nvalue = 5\n[provider]\nchurn_penalty = 4\n"
    "[[model]]\nname = 'mini'\nlatency = 1\ncost = 0.4\nsuccess = 0.5\n"
    "[[model]]\nname = 'large'\nlatency = 2\ncost = 2\nsuccess = 0.5\n";

scenario::Scenario read(const std::string& text) {
  return *scenario::parse_scenario(text, "s.toml");
}

class ReplayAnswers : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream out(path());
    out << "task,mini,large\n";
    for (int i = 0; i < 40; ++i)
      out << "t" << i << "," << i % 2 << "," << (i % 5 == 0 ? 0 : 1) << "\n";
  }
  [[nodiscard]] std::string path() const { return folder_.path() + "/o.csv"; }

 private:
  base::TemporaryPath folder_ = base::temporary_folder().value();
};

base::Watch out_of_time() {
  return {[](std::size_t) {}, base::Cancellation(base::Deadline(base::Deadline::Clock::now()))};
}

TEST_F(ReplayAnswers, are_what_replay_and_survey_give_of_the_table) {
  ReplayOptions options;
  options.splits = 3;
  options.bootstrap = 100;
  const auto answer = replay_answer(read(kScenario), path(), "", options);
  ASSERT_TRUE(answer) << answer.error().to_string();
  simulation::Recorded recorded;
  for (int i = 0; i < 40; ++i) recorded.rate.push_back({i % 2 * 1.0, i % 5 == 0 ? 0.0 : 1.0});
  const auto direct =
      simulation::replay(read(kScenario).game, {"mini", "large"}, recorded, options);
  ASSERT_EQ(answer->replay.rows.size(), direct.rows.size());
  for (std::size_t i = 0; i < direct.rows.size(); ++i) {
    EXPECT_EQ(answer->replay.rows[i].realised.value, direct.rows[i].realised.value);
    EXPECT_EQ(answer->replay.rows[i].realised.high, direct.rows[i].realised.high);
  }
  const auto random = random_replay_answer(path(), "", 4, options);
  ASSERT_TRUE(random);
  const auto survey = simulation::survey(recorded, 4, options);
  EXPECT_EQ(random->survey.rows.at(0).regret_mean, survey.rows.at(0).regret_mean);
}

TEST_F(ReplayAnswers, name_what_is_wrong) {
  const auto says = [](const auto& answer, const char* what) {
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().to_string().find(what), std::string::npos)
        << answer.error().to_string();
  };
  ReplayOptions options;
  options.splits = 0;
  says(replay_answer(read(kScenario), path(), "", options), "splits: 0 must be 1 to 10000");
  says(random_replay_answer(path(), "", 0, {}), "random: 0 must be");
  says(replay_answer(read(std::string(kScenario) + "[difficulty]\nsigma = 1\n"), path(), "", {}),
       "takes its types of task from");
  std::string other = kScenario;
  other.replace(other.find("mini"), 4, "tiny");
  says(replay_answer(read(other), path(), "", {}), "tiny");
  std::ofstream(path()) << "task,mini,large\na,1,1\n";
  says(replay_answer(read(kScenario), path(), "", {}), "has 1 task");
}

TEST_F(ReplayAnswers, end_at_a_deadline) {
  const auto answer = replay_answer(read(kScenario), path(), "", {}, out_of_time());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kCancelled);
  const auto random = random_replay_answer(path(), "", 100'000, {}, out_of_time());
  ASSERT_FALSE(random);
  EXPECT_EQ(random.error().code, base::ErrorCode::kCancelled);
}

}  // namespace
}  // namespace turnout::analysis
