// Answers about tables that others measured: catalogues and retries.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "turnout/analysis/calibrate_answer.h"
#include "turnout/analysis/catalog_answer.h"
#include "turnout/base/temporary_files.h"

namespace turnout::analysis {
namespace {

class TableAnswers : public ::testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::string& text) const {
    std::ofstream(folder_.path() + "/t.csv") << text;
    return folder_.path() + "/t.csv";
  }

 private:
  base::TemporaryPath folder_ = base::temporary_folder().value();
};

base::Cancellation out_of_time() {
  return base::Cancellation(base::Deadline(base::Deadline::Clock::now()));
}

constexpr const char* kRetries =
    "model,cases,solved_first,solved_within_two\na,200,60,90\nb,200,100,130\nc,200,150,165\n";
constexpr const char* kCatalog =
    "model,success,latency,cost\nmini,0.45,3,0.4\nlarge,0.8,9,2\nmid,0.6,20,0.9\n";

TEST_F(TableAnswers, of_retries_are_the_fits_of_each_group) {
  const auto answer = calibrate_answer(file(kRetries), {});
  ASSERT_TRUE(answer) << answer.error().to_string();
  const auto direct =
      estimation::fit_retries({{"a", 200, 60, 90}, {"b", 200, 100, 130}, {"c", 200, 150, 165}});
  ASSERT_EQ(answer->fits.size(), 1U);
  EXPECT_EQ(answer->fits.at("").sigma.value, direct.sigma.value);
  EXPECT_EQ(answer->fits.at("").sigma.high, direct.sigma.high);
  CalibrateOptions by_group;
  by_group.group = "set";
  const auto groups = calibrate_answer(
      file("model,cases,solved_first,solved_within_two,set\na,200,60,90,x\nb,200,100,130,y\n"),
      by_group);
  ASSERT_TRUE(groups) << groups.error().to_string();
  EXPECT_EQ(groups->fits.size(), 2U);
}

TEST_F(TableAnswers, of_retries_refuse_a_group_of_outcomes_and_end_at_a_deadline) {
  CalibrateOptions both;
  both.outcomes = true;
  both.group = "set";
  EXPECT_FALSE(calibrate_answer(file(kRetries), both));
  const std::string powers = "model,pass_1,pass_2\na,0.5,0.4\n";
  const std::string trials = "model,task,trial,success\na,1,1,1\na,1,2,0\na,2,1,0\na,2,2,0\n";
  for (const std::string& table : {std::string(kRetries), powers, trials}) {
    ASSERT_TRUE(calibrate_answer(file(table), {})) << table;
    const auto late = calibrate_answer(file(table), {}, out_of_time());
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, base::ErrorCode::kCancelled);
  }
}

TEST_F(TableAnswers, of_a_catalogue_are_the_survey_at_the_assumed_amounts) {
  const auto answer = catalog_answer(file(kCatalog), {});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->survey.pairs.size(), 6U);
  const auto direct = scenario::survey(answer->models, {1, 0.005}, {0.1});
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(answer->survey.pairs[i].equilibrium.best().payoffs.provider_cost,
              direct->pairs[i].equilibrium.best().payoffs.provider_cost);
  }
  EXPECT_EQ(answer->worst, scenario::worst_misaligned(*direct, 5, true));
}

TEST_F(TableAnswers, of_a_catalogue_name_what_is_wrong_and_end_at_a_deadline) {
  EXPECT_EQ(catalog_columns({"success=p_first", "cost=usd"})->success, "p_first");
  for (const char* bad : {"success", "success=", "speed=x"}) {
    ASSERT_FALSE(catalog_columns({bad})) << bad;
  }
  CatalogOptions negative;
  negative.user.value = -1;
  const auto refused = catalog_answer(file(kCatalog), negative);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kInvalidValue);
  const auto late = catalog_answer(file(kCatalog), {}, out_of_time());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, base::ErrorCode::kCancelled);
}

}  // namespace
}  // namespace turnout::analysis
