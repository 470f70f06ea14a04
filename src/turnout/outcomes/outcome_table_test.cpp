#include "turnout/outcomes/outcome_table.h"

#include <gtest/gtest.h>

#include <string>

namespace turnout::outcomes {
namespace {

base::Result<OutcomeTable> read(const std::string& text) {
  base::LineReader rows = base::LineReader::over(text, "o.csv");
  return read_outcomes(rows);
}

TEST(OutcomeTable, the_four_forms_of_the_same_outcomes_read_the_same) {
  const auto rates = read("task,mini,large\na,0.5,1\nb,0,0.5\n");
  const auto trials = read("task,trial,mini,large\na,1,0,1\na,2,1,1\nb,1,0,1\nb,2,0,0\n");
  const auto counts =
      read("task,model,trials,successes\na,mini,2,1\na,large,2,2\nb,large,2,1\nb,mini,2,0\n");
  const auto one_by_one = read(
      "model,domain,task_id,trial,reward\nmini,x,a,1,0.0\nlarge,x,a,1,1\nmini,x,a,2,1.0\nlarge,x,a,"
      "2,1\n"
      "mini,x,b,1,0\nlarge,x,b,1,1\nmini,x,b,2,0\nlarge,x,b,2,0\n");
  for (const auto* table : {&rates, &trials, &counts, &one_by_one}) {
    ASSERT_TRUE(*table) << table->error().to_string();
    EXPECT_EQ((*table)->models, (std::vector<std::string>{"mini", "large"}));
    EXPECT_EQ((*table)->tasks, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ((*table)->rate, (std::vector<std::vector<double>>{{0.5, 1}, {0, 0.5}}));
  }
  EXPECT_EQ(counts->trials[1][0], 2);
  EXPECT_EQ(rates->trials[1][0], 0);
}

TEST(OutcomeTable, reads_a_score_and_the_wanted_models_only) {
  base::LineReader wide =
      base::LineReader::over("task,mini,length,large\na,0.5,120,1\nb,0,7,1\n", "o.csv");
  const auto table = read_outcomes(wide, {{"large"}, "length"});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->models, (std::vector<std::string>{"large"}));
  EXPECT_EQ(table->score, (std::vector<double>{120, 7}));
  base::LineReader counts = base::LineReader::over(
      "task,model,successes,trials,length\na,m,1,2,9\na,n,0,1,9\nb,m,0,1,4\n", "o.csv");
  const auto long_table = read_outcomes(counts, {{"m"}, "length"});
  ASSERT_TRUE(long_table) << long_table.error().to_string();
  EXPECT_EQ(long_table->score, (std::vector<double>{9, 4}));
  EXPECT_EQ(long_table->rate, (std::vector<std::vector<double>>{{0.5}, {0}}));
}

TEST(OutcomeTable, keeps_the_models_that_are_named_in_their_order) {
  const auto table = read("task,mini,large,huge\na,0.5,1,0\nb,0,0.5,1\n");
  ASSERT_TRUE(table);
  const auto chosen = table->of_models({"huge", "mini"});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->rate, (std::vector<std::vector<double>>{{0, 0.5}, {1, 0}}));
  EXPECT_EQ(chosen->tasks, table->tasks);
  EXPECT_EQ(table->of_models({"mini", "tiny"}).error().message, "has no outcomes of model 'tiny'");
}

struct BadTable {
  const char* text;
  const char* message;
};

TEST(OutcomeTable, bad_tables_are_refused_with_place_value_and_what_is_allowed) {
  const BadTable bad[] = {
      {"", "o.csv: is empty, must be a table of outcomes"},
      {"task\n",
       "o.csv:1: the header must be task,<model>,... or task,trial,<model>,... or have "
       "task,model,trials,successes or "
       "task,model,trial,success"},
      {"id,m\n",
       "o.csv:1: the header must be task,<model>,... or task,trial,<model>,... or have "
       "task,model,trials,successes or "
       "task,model,trial,success"},
      {"task,m,m\n", "o.csv:1: the header has column 'm' twice"},
      {"task,m\n", "o.csv: has no task, must have at least one"},
      {"task,m\na,1.5\n", "o.csv:2: column m: 1.5 must be in [0, 1]"},
      {"task,m\na,x\n", "o.csv:2: column m: 'x' is not a number"},
      {"task,m\na,0.5\na,0.5\n", "o.csv:3: column task: the task has a row already"},
      {"task,m\na,0.5,1\n", "o.csv:2: has 3 fields, the header has 2"},
      {"task,trial,m\na,1,0.5\n", "o.csv:2: column m: 0.5 must be a whole number in [0, 1]"},
      {"task,model,trials,successes\na,m,2,3\n",
       "o.csv:2: column successes: 3 must be a whole number in [0, 2]"},
      {"task,model,trials,successes\na,m,0,0\n", "o.csv:2: column trials: 0 must be at least 1"},
      {"task,model,trials,successes\na,m,1,0\na,m,1,0\n",
       "o.csv:3: column task: the task has a row for this model already"},
      {"task,model,trials,successes\na,m,1,0\nb,n,1,0\n",
       "o.csv: task 'a' has no outcome of model 'n'"},
  };
  for (const auto& [text, message] : bad) {
    const auto table = read(text);
    EXPECT_EQ(table ? "no error" : table.error().to_string(), message);
  }
}

}  // namespace
}  // namespace turnout::outcomes
