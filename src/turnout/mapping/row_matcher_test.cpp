#include "turnout/mapping/row_matcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "turnout/base/hash.h"

namespace turnout::mapping {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

MappedRow row_of(const std::string& user, std::int64_t started_s) {
  MappedRow row;
  row.id = fmt::format("{} at {}", user, started_s);
  row.pass.user_id = user;
  row.request.person = user.empty() ? 0 : base::hash(user);
  row.pass.model = "m";
  row.pass.attempt = 0;
  row.pass.started_us = started_s * kSecond;
  row.pass.latency_s = 5;
  return row;
}

MappedRow asking(MappedRow row, const std::string& text) {
  row.request.messages = {base::hash(text)};
  row.request.last = traffic::LastItem::kUser;
  row.request.user_messages = row.request.last_user = 1;
  row.request.text = traffic::read_prompt(text);
  return row;
}

MappedRow answering(MappedRow row, const std::string& answer) {
  row.attempt_id = answer;
  row.request.prompt = base::hash(answer);
  return row;
}

struct Matched {
  std::vector<traffic::Pass> passes;
  traffic::MatchCounts counts;
};

Matched match(const std::vector<MappedRow>& rows,
              const std::vector<MappedFeedback>& feedback = {}) {
  auto matcher = RowMatcher::create(kHour).value();
  for (const auto& row : rows) EXPECT_TRUE(matcher.take(row));
  for (const auto& said : feedback) matcher.take(said);
  Matched matched;
  EXPECT_TRUE(matcher.match(matched.counts));
  for (traffic::Pass pass; *matcher.next(pass);) matched.passes.push_back(pass);
  return matched;
}

std::vector<std::string> tasks_of(const std::vector<traffic::Pass>& passes) {
  std::vector<std::string> tasks;
  for (const traffic::Pass& pass : passes)
    tasks.push_back(fmt::format("{} #{}", pass.task_id, pass.attempt));
  return tasks;
}

TEST(RowMatcher, rows_with_one_task_id_are_its_attempts_whatever_the_time) {
  std::vector<MappedRow> rows = {row_of("a", 900'000), row_of("a", 1), row_of("b", 500)};
  for (auto& row : rows) {
    row.pass.task_id = "t";
    row.request.task = 1;
  }
  const auto [passes, counts] = match(rows);
  EXPECT_EQ(tasks_of(passes), (std::vector<std::string>{"t #1", "t #2", "t #3"}));
  EXPECT_EQ(passes[0].ending, traffic::Ending::kReprompted);
  EXPECT_EQ(passes[2].ending, traffic::Ending::kOpen);
  EXPECT_EQ(counts.by_task, 2U);
}

TEST(RowMatcher, after_the_window_a_row_begins_a_task) {
  std::vector<MappedRow> rows = {row_of("a", 0), row_of("a", 3604), row_of("a", 3604 + 3606)};
  for (auto& row : rows) row.request.conversation = 1;
  EXPECT_EQ(tasks_of(match(rows).passes),
            (std::vector<std::string>{"a at 0 #1", "a at 0 #2", "a at 7210 #1"}))
      << "an answer ends 5 s after its start";
}

TEST(RowMatcher, a_conversation_id_does_not_join_messages_that_begin_a_conversation) {
  std::vector<MappedRow> rows = {asking(row_of("a", 0), "Sort a list"),
                                 asking(row_of("a", 60), "Draw a map of Europe")};
  for (auto& row : rows) row.request.conversation = 1;
  EXPECT_EQ(match(rows).passes.back().attempt, 1);
}

TEST(RowMatcher, asking_alike_is_a_reprompt_for_one_user_and_not_for_two) {
  const std::string text = "Write a function that reads a file of dates and returns the latest one";
  const auto [passes, counts] = match(
      {asking(row_of("a", 0), text), asking(row_of("a", 60), text + ", please, in Rust"),
       asking(row_of("b", 70), text), asking(row_of("", 80), text), asking(row_of("", 90), text)});
  EXPECT_EQ(tasks_of(passes), (std::vector<std::string>{"a at 0 #1", "a at 0 #2", "b at 70 #1",
                                                        " at 80 #1", " at 90 #1"}));
  EXPECT_EQ(counts.by_similarity, 1U);
}

TEST(RowMatcher, calls_of_one_answer_are_one_pass_and_feedback_finds_it_by_either_name) {
  MappedRow first = answering(row_of("a", 0), "answer");
  MappedRow second = answering(row_of("a", 10), "answer");
  first.pass.cost_usd = 1;
  second.pass.cost_usd = 2;
  second.pass.output_tokens = 7;
  second.pass.model = "n";
  const auto [passes, counts] = match({first, second}, {{second.id, traffic::Outcome::kFailure},
                                                        {"answer", traffic::Outcome::kSuccess},
                                                        {"?", traffic::Outcome::kFailure}});
  ASSERT_EQ(passes.size(), 1U);
  EXPECT_EQ(passes[0].latency_s, 15);
  EXPECT_EQ(passes[0].cost_usd, 3);
  EXPECT_EQ(passes[0].output_tokens, 7);
  EXPECT_EQ(passes[0].model, "n");
  EXPECT_EQ(passes[0].outcome, traffic::Outcome::kSuccess) << "the last word counts";
  EXPECT_EQ(counts.lost_feedback, 1U);
}

TEST(RowMatcher,
     an_error_is_neither_a_success_nor_an_attempt_and_waiting_counts_from_the_first_try) {
  MappedRow failed = asking(row_of("a", 0), "Sort a list");
  failed.request.answered = false;
  failed.pass.model = "none";
  failed.pass.cost_usd = 0.5;
  MappedRow answered = asking(row_of("a", 10), "Sort a list");
  answered.pass.ttft_s = 1;
  answered.pass.cost_usd = 1;
  MappedRow never = asking(row_of("b", 20), "Draw a map of Europe");
  never.request.answered = false;
  const auto [passes, counts] = match({failed, answered, never});
  ASSERT_EQ(passes.size(), 1U);
  EXPECT_EQ(passes[0].attempt, 1);
  EXPECT_EQ(passes[0].model, "m");
  EXPECT_EQ(passes[0].latency_s, 15);
  EXPECT_EQ(passes[0].ttft_s, 11);
  EXPECT_EQ(passes[0].cost_usd, 1.5);
  EXPECT_EQ(counts.errors, 2U);
  EXPECT_EQ(counts.unanswered, 1U);
  EXPECT_EQ(counts.tasks, 1U);
}

TEST(RowMatcher, a_row_that_was_exported_twice_counts_once) {
  const auto row = asking(row_of("a", 0), "Sort a list");
  const auto [passes, counts] = match({row, asking(row_of("b", 0), "Sort a list"), row});
  EXPECT_EQ(passes.size(), 2U);
  EXPECT_EQ(counts.repeated_rows, 1U);
}

TEST(RowMatcher, rows_may_come_in_any_order) {
  std::vector<MappedRow> rows;
  for (int i = 0; i < 500; ++i) {
    rows.push_back(row_of(fmt::format("user {}", i % 7), i * 37 % 500 * 100));
    rows.back().request.conversation = 1;
  }
  auto forward = match(rows).passes;
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(match(rows).passes, forward);
}

}  // namespace
}  // namespace turnout::mapping
