#include "turnout/outcomes/retry_table.h"

#include <gtest/gtest.h>

namespace turnout::outcomes {
namespace {

auto read(const std::string& text, const std::string& group = "") {
  base::LineReader rows = base::LineReader::over(text, "r.csv");
  return read_retries(rows, group);
}

TEST(RetryTable, reads_first_and_second_tries_among_other_columns) {
  const auto tables = read("source,model,cases,pass1,pass2,usd\nx,a,10,4,7,\nx,b,20,0,0,1\n");
  ASSERT_TRUE(tables);
  const auto& rows = std::get<0>(tables->at(""));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].solved_by_second, 7);
}

TEST(RetryTable, second_tries_may_be_another_models) {
  const auto tables =
      read("model,second_model,cases,pass1,pass2\na,,10,4,7\na,b,10,4,8\nb,b,10,5,6\n");
  ASSERT_TRUE(tables);
  const auto& rows = std::get<0>(tables->at(""));
  EXPECT_FALSE(rows[0].by_another());
  EXPECT_TRUE(rows[1].by_another());
  EXPECT_FALSE(rows[2].by_another());
  const auto unknown = read("model,second_model,cases,pass1,pass2\na,c,10,4,7\n");
  EXPECT_EQ(unknown ? "no error" : unknown.error().to_string(),
            "r.csv: column second_model: 'c' makes second tries and has no first ones, must be the "
            "model of some row too");
}

TEST(RetryTable, half_of_one_form_beside_the_other_is_just_another_column) {
  const auto tables = read("model,cases,solved_first,other,pass1,pass2\na,10,4,x,5,7\n");
  ASSERT_TRUE(tables);
  EXPECT_EQ(std::get<0>(tables->at(""))[0].solved_first, 5);
}

TEST(RetryTable, reads_powers_in_percent_by_group_and_passes_over_rows_with_one) {
  const auto tables = read(
      "model,domain,pass_1,pass_2,pass_3\na,air,50,30,20\nb,air,60,,\nc,sea,80,70,\n", "domain");
  ASSERT_TRUE(tables);
  EXPECT_EQ(std::get<1>(tables->at("air")).size(), 1U);
  EXPECT_EQ(std::get<1>(tables->at("air"))[0].all_succeed, (std::vector<double>{0.5, 0.3, 0.2}));
  EXPECT_EQ(std::get<1>(tables->at("sea"))[0].all_succeed.size(), 2U);
}

TEST(RetryTable, reads_trials_one_by_one) {
  const auto tables = read("model,task_id,trial,reward\nm,0,0,0.0\nm,0,1,1.0\nm,1,0,1\n");
  ASSERT_TRUE(tables);
  const auto& counts = std::get<2>(tables->at(""));
  EXPECT_EQ(counts.trials, (std::vector<std::vector<double>>{{2}, {1}}));
  EXPECT_EQ(counts.successes, (std::vector<std::vector<double>>{{1}, {1}}));
}

TEST(RetryTable, bad_tables_are_refused_with_place_value_and_what_is_allowed) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "r.csv: is empty, must be a table of retries"},
      {"model,cases,pass1,pass2\n",
       "r.csv: has no failed first try, so that there are no second ones"},
      {"model,cases,pass1,pass2\na,10,5,3\n", "r.csv:2: column pass1: 5 must be in [0, 3]"},
      {"model,cases,pass1,pass2\na,10,5\n", "r.csv:2: has 3 fields, the header has 4"},
      {"model,pass_1,pass_2\na,0.5,0.6\n", "r.csv:2: column pass_2: 0.6 must be in [0, 0.5]"},
      {"model,pass_1,pass_2\na,0.5,\n", "r.csv: has no row with pass_1 and pass_2"},
      {"model,task,trial,success\nm,0,0,0.5\n", "r.csv:2: column reward: 0.5 must be 0 or 1"},
  };
  for (const auto& [text, message] : bad) {
    const auto tables = read(text);
    EXPECT_EQ(tables ? "no error" : tables.error().to_string(), message);
  }
  EXPECT_FALSE(read("a,b\n1,2\n"));
  EXPECT_FALSE(read("model,cases,pass1,pass2\na,10,4,7\n", "domain"));
}

TEST(RetryTable, rates_of_an_unknown_number_of_trials_are_refused) {
  base::LineReader rates = base::LineReader::over("task,m\na,0.5\n", "o.csv");
  EXPECT_FALSE(outcomes_as_retries(rates));
  base::LineReader ones = base::LineReader::over("task,m\na,1\nb,0\n", "o.csv");
  EXPECT_TRUE(outcomes_as_retries(ones));
}

}  // namespace
}  // namespace turnout::outcomes
