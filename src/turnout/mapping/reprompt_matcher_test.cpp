#include "turnout/mapping/reprompt_matcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "turnout/base/rng.h"

namespace turnout::mapping {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

MappedRow row_of(const std::string& user, std::int64_t started_s) {
  MappedRow row;
  row.id = fmt::format("{} at {}", user, started_s);
  row.pass.user_id = user;
  row.pass.model = "m";
  row.pass.attempt = 0;
  row.pass.started_us = started_s * kSecond;
  row.pass.latency_s = 5;
  return row;
}

MappedRow asking(MappedRow row, const std::string& text) {
  row.shingles = shingles_of(text);
  row.user_messages = 1;
  return row;
}

std::vector<std::string> tasks_of(const std::vector<traffic::Pass>& passes) {
  std::vector<std::string> tasks;
  for (const traffic::Pass& pass : passes)
    tasks.push_back(fmt::format("{} #{}", pass.task_id, pass.attempt));
  return tasks;
}

TEST(RepromptMatcher, rows_with_one_task_id_are_its_attempts_whatever_the_time) {
  std::vector<MappedRow> rows = {row_of("a", 900'000), row_of("a", 1), row_of("b", 500)};
  for (auto& row : rows) row.pass.task_id = "t";
  traffic::MatchCounts counts;
  const auto passes = match_reprompts(rows, {}, kHour, counts);
  EXPECT_EQ(tasks_of(passes), (std::vector<std::string>{"t #1", "t #2", "t #3"}));
  EXPECT_EQ(passes[0].ending, traffic::Ending::kReprompted);
  EXPECT_EQ(passes[2].ending, traffic::Ending::kOpen);
  EXPECT_EQ(counts.by_task, 2U);
}

TEST(RepromptMatcher, messages_that_go_on_are_a_reprompt_and_those_that_do_not_are_none) {
  MappedRow first = row_of("a", 0);
  first.prefixes = {1, 2};
  first.user_messages = 1;
  MappedRow second = row_of("a", 60);
  second.prefixes = {1, 2, 3, 4};
  second.user_messages = 2;
  MappedRow other = row_of("a", 120);
  other.prefixes = {1, 9};
  other.user_messages = 1;
  MappedRow of_another_user = row_of("b", 130);
  of_another_user.prefixes = {1, 2, 3};
  of_another_user.user_messages = 2;
  traffic::MatchCounts counts;
  const auto passes = match_reprompts({other, second, of_another_user, first}, {}, kHour, counts);
  EXPECT_EQ(tasks_of(passes),
            (std::vector<std::string>{"a at 0 #1", "a at 0 #2", "a at 120 #1", "b at 130 #1"}));
}

TEST(RepromptMatcher, after_the_window_a_row_begins_a_task) {
  std::vector<MappedRow> rows = {row_of("a", 0), row_of("a", 3604), row_of("a", 3604 + 3606)};
  for (auto& row : rows) row.conversation = "c";
  traffic::MatchCounts counts;
  const auto passes = match_reprompts(rows, {}, kHour, counts);
  EXPECT_EQ(tasks_of(passes), (std::vector<std::string>{"a at 0 #1", "a at 0 #2", "a at 7210 #1"}))
      << "an answer ends 5 s after its start";
}

TEST(RepromptMatcher, a_conversation_id_does_not_join_messages_that_begin_a_conversation) {
  std::vector<MappedRow> rows = {asking(row_of("a", 0), "Sort a list"),
                                 asking(row_of("a", 60), "Draw a map of Europe")};
  for (auto& row : rows) row.conversation = "day";
  traffic::MatchCounts counts;
  EXPECT_EQ(match_reprompts(rows, {}, kHour, counts).back().attempt, 1);
}

TEST(RepromptMatcher, asking_alike_is_a_reprompt_for_one_user_and_not_for_two) {
  traffic::MatchCounts counts;
  const std::string text = "Write a function that reads a file of dates and returns the latest one";
  const auto passes = match_reprompts(
      {asking(row_of("a", 0), text), asking(row_of("a", 60), text + ", please, in Rust"),
       asking(row_of("b", 70), text), asking(row_of("", 80), text), asking(row_of("", 90), text)},
      {}, kHour, counts);
  EXPECT_EQ(tasks_of(passes), (std::vector<std::string>{"a at 0 #1", "a at 0 #2", "b at 70 #1",
                                                        " at 80 #1", " at 90 #1"}));
  EXPECT_EQ(counts.by_similarity, 1U);
}

TEST(RepromptMatcher, calls_of_one_answer_are_one_pass_and_feedback_finds_it_by_either_name) {
  MappedRow first = row_of("a", 0);
  MappedRow second = row_of("a", 10);
  first.attempt_id = second.attempt_id = "answer";
  first.pass.cost_usd = 1;
  second.pass.cost_usd = 2;
  second.pass.output_tokens = 7;
  second.pass.model = "n";
  traffic::MatchCounts counts;
  const auto passes = match_reprompts({first, second},
                                      {{second.id, traffic::Outcome::kFailure},
                                       {"answer", traffic::Outcome::kSuccess},
                                       {"?", traffic::Outcome::kFailure}},
                                      kHour, counts);
  ASSERT_EQ(passes.size(), 1U);
  EXPECT_EQ(passes[0].latency_s, 15);
  EXPECT_EQ(passes[0].cost_usd, 3);
  EXPECT_EQ(passes[0].output_tokens, 7);
  EXPECT_EQ(passes[0].model, "n");
  EXPECT_EQ(passes[0].outcome, traffic::Outcome::kSuccess) << "the last word counts";
  EXPECT_EQ(counts.lost_feedback, 1U);
}

TEST(RepromptMatcher, similarity_of_sketches_is_near_the_jaccard_similarity) {
  std::string a;
  std::string b;
  base::Rng rng(1);
  for (int i = 0; i < 400; ++i) {  // halves alike: a third of all runs in common
    const std::string word = fmt::format("{:06d}", static_cast<int>(rng.uniform(0, 1e6)));
    const std::string other = fmt::format("{:06d}", static_cast<int>(rng.uniform(0, 1e6)));
    a += (i < 200 ? word : other) + " ";
    b += word + " ";
  }
  EXPECT_NEAR(similarity(shingles_of(a), shingles_of(b)), 1.0 / 3, 0.2)
      << "three standard errors of 64 samples";
  EXPECT_EQ(similarity(shingles_of("  Fix\n it "), shingles_of("fix it")), 1);
  EXPECT_EQ(similarity({}, shingles_of("x")), 0);
}

/// Users who ask about tasks one after the other, in conversations that clients record in several
/// ways.
class Episodes {
 public:
  std::vector<MappedRow> rows(int users) {
    for (int user = 0; user < users; ++user) {
      double time = rng_.uniform(0, 1e4);
      for (int task = 0; task < 6; ++task)
        add_task(fmt::format("user {}", user), fmt::format("{} {}", user, task), time);
    }
    return std::move(rows_);
  }

 private:
  std::string words(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text += fmt::format("w{} ", static_cast<int>(2000 * rng_.uniform() * rng_.uniform()));
    return text;
  }

  void add_task(const std::string& user, const std::string& task, double& time) {
    // A user's tasks begin alike, as with a template.
    std::string prompt = user + " asks for help with this in the same words as before " +
                         words(6 + static_cast<int>(rng_.uniform(0, 30)));
    std::vector<std::uint64_t> context;
    std::int64_t turns = 0;
    const double way = rng_.uniform();  // of recording this conversation
    do {
      time += 20 + rng_.exponential(60);
      MappedRow row = row_of(user, static_cast<std::int64_t>(time));
      row.true_task = task;
      row.conversation = user;  // one session a day
      if (way < 0.25) {         // asks again in a new conversation, in other words
        prompt =
            prompt.substr(
                0, prompt.size() - static_cast<std::size_t>(rng_.uniform(0, 0.5) *
                                                            static_cast<double>(prompt.size()))) +
            words(3);
        row = asking(row, prompt);
        row.conversation = row.id;
      } else {
        row.user_messages = ++turns;
        row.shingles = shingles_of(turns == 1 ? prompt : words(4));
        context.push_back(rng_.next());
        row.prefixes = context;
        if (way < 0.4)
          row.prefixes = {
              rng_.next()};  // the client cuts the context off: the session's id alone tells
        context.push_back(rng_.next());  // the answer
      }
      rows_.push_back(row);
    } while (rng_.uniform() < 0.55);
    time += rng_.exponential(400);
  }

  base::Rng rng_{7};
  std::vector<MappedRow> rows_;
};

TEST(RepromptMatcher,
     of_simulated_episodes_nearly_all_reprompts_are_found_and_nearly_none_invented) {
  traffic::MatchCounts counts;
  match_reprompts(Episodes().rows(2000), {}, kHour, counts);
  EXPECT_GT(counts.right + counts.missed, 10'000U);
  EXPECT_GT(counts.precision(), 0.97) << "0.982 when written";
  EXPECT_GT(counts.recall(), 0.96) << "0.973 when written";
  EXPECT_GT(counts.by_messages, 1000U);
  EXPECT_GT(counts.by_conversation, 500U);
  EXPECT_GT(counts.by_similarity, 1000U);
}

}  // namespace
}  // namespace turnout::mapping
