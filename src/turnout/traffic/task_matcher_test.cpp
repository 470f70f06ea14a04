#include "turnout/traffic/task_matcher.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "turnout/base/hash.h"

namespace turnout::traffic {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr const char* kSort = "How do I sort a list of dates in Python, the latest one first?";
constexpr const char* kPoem = "Write a poem about the sea at night with four verses that rhyme";

/// A chat as a client sends it: whole, with each request.
class Chat {
 public:
  explicit Chat(std::uint64_t person, std::uint64_t conversation = 0) {
    request_.person = person;
    request_.conversation = conversation;
  }
  Chat& user(const std::string& text) {
    add(text, LastItem::kUser);
    ++request_.user_messages;
    request_.last_user = static_cast<std::uint32_t>(request_.messages.size());
    request_.text = read_prompt(text);
    return *this;
  }
  Chat& assistant(const std::string& text) { return add(text, LastItem::kAssistant); }
  Chat& tool(const std::string& text) { return add(text, LastItem::kToolResult); }
  /// Sent at a time in seconds, answered five seconds later.
  [[nodiscard]] Request at(std::int64_t seconds) const {
    Request request = request_;
    request.started_us = seconds * kSecond;
    request.ended_us = request.started_us + 5 * kSecond;
    return request;
  }

 private:
  Chat& add(const std::string& text, LastItem last) {
    const std::uint64_t before = request_.messages.empty() ? 0 : request_.messages.back();
    request_.messages.push_back(base::hash(text, before + static_cast<std::uint64_t>(last) + 1));
    request_.last = last;
    return *this;
  }
  Request request_;
};

TaskMatcher matcher(std::size_t most_tasks = 1000) {
  return TaskMatcher({.window_us = kHour, .most_tasks = most_tasks});
}

TEST(TaskMatcher, Rule0_a_helper_is_no_pass_and_its_cost_goes_to_the_pass_it_serves) {
  auto tasks = matcher();
  const Match first = tasks.take(Chat(1, 7).user(kSort).at(0));
  Request title = Chat(1, 7).user("Give this chat a title").at(2);
  title.helper = true;
  const Match helper = tasks.take(title);
  EXPECT_EQ(helper.rule, MatchRule::kHelper);
  EXPECT_EQ(helper.task, Match::kNone);
  EXPECT_EQ(helper.pass, first.pass);
}

TEST(TaskMatcher, Rule1_the_same_body_in_flight_or_after_an_error_is_a_clients_retry) {
  auto tasks = matcher();
  const Chat chat = Chat(1).user(kSort);
  Request failed = chat.at(0);
  failed.answered = false;
  const Match first = tasks.take(failed);
  EXPECT_EQ(first.attempt, 1);
  const Match again = tasks.take(chat.at(20));
  EXPECT_EQ(again.rule, MatchRule::kRetry);
  EXPECT_EQ(again.pass, first.pass);
  EXPECT_EQ(tasks.take(chat.at(22)).rule, MatchRule::kRetry) << "still in flight";
  const Match regenerated = tasks.take(chat.at(40));
  EXPECT_EQ(regenerated.rule, MatchRule::kCertain) << "the same body after an answer";
  EXPECT_EQ(regenerated.attempt, 2);
  Request counted = chat.at(60);
  counted.retries = 1;
  EXPECT_EQ(tasks.take(counted).rule, MatchRule::kRetry) << "the client says so";
}

TEST(TaskMatcher, Rule3_a_task_may_be_called_by_a_name_that_it_was_given) {
  auto tasks = matcher();
  const Match first = tasks.take(Chat(1).user(kSort).at(0));
  tasks.name(first, 77);
  tasks.name(first, 78);  // it keeps the first
  Request named = Chat(1).user(kPoem).at(20);
  named.task = 77;
  const Match again = tasks.take(named);
  EXPECT_EQ(again.rule, MatchRule::kCertain);
  EXPECT_EQ(again.task, first.task);
  EXPECT_EQ(again.attempt, 2);
  Request other = Chat(1).user(kPoem).at(40);
  other.task = 78;
  EXPECT_NE(tasks.take(other).task, first.task);
}

TEST(TaskMatcher, Rule1_identical_requests_of_a_batch_are_no_retries) {
  auto tasks = matcher();
  Request sample = Chat(1).user(kSort).at(0);
  sample.batch = true;
  tasks.take(sample);
  EXPECT_NE(tasks.take(sample).rule, MatchRule::kRetry);
}

TEST(TaskMatcher, Rule1_a_calls_name_again_is_a_retry_whatever_its_body) {
  auto tasks = matcher();
  Request first = Chat(1).user(kSort).at(0);
  first.call = 3;
  const Match pass = tasks.take(first);
  Request again = Chat(1).user(kPoem).at(20);
  again.call = 3;
  EXPECT_EQ(tasks.take(again).pass, pass.pass);
  again.call = 4;
  EXPECT_NE(tasks.take(again).rule, MatchRule::kRetry) << "another call, it says";
}

TEST(TaskMatcher, Rule1_a_request_in_flight_ends_when_its_gateway_says_so) {
  auto tasks = matcher();
  const Chat chat = Chat(1).user(kSort);
  Request request = chat.at(0);
  request.ended_us = Request::kInFlight;
  const Match first = tasks.take(request);
  EXPECT_EQ(tasks.take(chat.at(3)).rule, MatchRule::kRetry);
  tasks.ended(first, 10 * kSecond, true);
  EXPECT_EQ(tasks.take(chat.at(30)).rule, MatchRule::kCertain);
}

TEST(TaskMatcher, Rule2_an_agents_tool_calls_are_one_pass) {
  auto tasks = matcher();
  Chat chat = Chat(1, 7).user(kSort);
  const Match first = tasks.take(chat.at(0));
  for (int call = 1; call <= 300; ++call) {  // more than a task keeps keys of
    chat.assistant("call").tool("result " + std::to_string(call));
    const Match step = tasks.take(chat.at(10 * call));
    EXPECT_EQ(step.rule, MatchRule::kStep);
    EXPECT_EQ(step.pass, first.pass);
  }
  const Match next = tasks.take(chat.assistant("done").user("That is wrong, try again").at(3100));
  EXPECT_EQ(next.rule, MatchRule::kFurtherTurn);
  EXPECT_EQ(next.attempt, 2);
}

TEST(TaskMatcher, Rule2_a_prompts_id_a_prefill_and_an_agent_initiator_tell_a_step) {
  auto tasks = matcher();
  Chat chat = Chat(1).user(kSort);
  Request first = chat.at(0);
  first.prompt = 5;
  const Match pass = tasks.take(first);
  Request same_prompt = Chat(1).user("a compacted history").at(10);
  same_prompt.prompt = 5;
  EXPECT_EQ(tasks.take(same_prompt).pass, pass.pass);
  EXPECT_EQ(tasks.take(chat.assistant("Sure:").at(20)).rule, MatchRule::kStep);
  Request told = Chat(1).user("what a tool said, sent as a user's message").at(30);
  told.agent = true;
  EXPECT_EQ(tasks.take(told).pass, pass.pass);
}

TEST(TaskMatcher, Rule2_without_texts_what_follows_faster_than_a_person_is_a_step) {
  auto tasks = matcher();
  const Chat chat(1, 7);
  tasks.take(chat.at(0));
  Request fast = chat.at(5);
  fast.started_us += kSecond / 5;
  EXPECT_EQ(tasks.take(fast).rule, MatchRule::kStep);
  const Match slow = tasks.take(chat.at(30));
  EXPECT_EQ(slow.rule, MatchRule::kFurtherTurn);
  EXPECT_TRUE(slow.without_text);
  EXPECT_EQ(slow.probability, 0.5);
}

TEST(TaskMatcher, Rule3_names_of_tasks_and_ids_of_messages_are_certain) {
  auto tasks = matcher();
  Request named = Chat(1).user(kSort).at(0);
  named.task = 9;
  tasks.take(named);
  Request again = Chat(2).user(kPoem).at(50);
  again.task = 9;
  const Match second = tasks.take(again);
  EXPECT_EQ(second.attempt, 2);
  EXPECT_TRUE(second.by_id);
  Request first = Chat(3, 7).user(kSort).at(100);
  first.message = 21;
  first.parent = 20;
  tasks.take(first);
  Request regenerated = Chat(3, 7).user(kPoem).at(200);
  regenerated.message = 21;
  EXPECT_EQ(tasks.take(regenerated).attempt, 2);
  Request edited = Chat(3, 7).user(kPoem).at(300);
  edited.message = 22;
  edited.parent = 20;
  EXPECT_EQ(tasks.take(edited).attempt, 3);
}

TEST(TaskMatcher, Rule3_an_edited_last_turn_is_a_reprompt_whatever_its_words) {
  auto tasks = matcher();
  const Chat history = Chat(1).user(kSort).assistant("sorted(dates)");
  tasks.take(Chat(1).user(kSort).at(0));
  const Match second = tasks.take(Chat(history).user("Thanks, now in Rust").at(60));
  const Match edited = tasks.take(Chat(history).user(kPoem).at(120));
  EXPECT_EQ(edited.rule, MatchRule::kCertain);
  EXPECT_EQ(edited.task, second.task);
}

TEST(TaskMatcher, Rule4_a_further_turn_is_a_reprompt_by_its_words_only) {
  const std::pair<const char*, bool> turns[] = {
      {"That doesn't work", true},
      {"Falsch, das sind keine Daten", true},
      {"不对，请再看一下", true},
      {"How do I sort a list of dates in Python 3, latest first?", true},
      {"shorter please", true},
      {"it throws an error:?!", true},
      {"Thanks! Now write a poem about the sea at night with four verses", false},
      {kPoem, false},
      {"谢谢。请写一首关于大海的诗", false},
  };
  for (const auto& [text, is_reprompt] : turns) {
    auto tasks = matcher();
    Chat chat = Chat(1).user(kSort);
    const Match first = tasks.take(chat.at(0));
    const Match turn = tasks.take(chat.assistant("sorted(dates)").user(text).at(60));
    EXPECT_EQ(turn.rule, MatchRule::kFurtherTurn) << text;
    EXPECT_TRUE(turn.by_history);
    EXPECT_EQ(turn.task == first.task, is_reprompt) << text << " " << turn.probability;
    EXPECT_EQ(turn.attempt, is_reprompt ? 2 : 1);
    EXPECT_EQ(turn.probability >= 0.5, is_reprompt);
  }
}

TEST(TaskMatcher, Rule5_the_same_person_asks_alike_in_another_conversation) {
  auto tasks = matcher();
  const Match first = tasks.take(Chat(1, 7).user(kSort).at(0));
  const std::string alike = std::string(kSort) + " Please.";
  EXPECT_EQ(tasks.take(Chat(2, 8).user(alike).at(30)).rule, MatchRule::kNewTask) << "another one";
  const Match again = tasks.take(Chat(1, 9).user(alike).at(60));
  EXPECT_EQ(again.rule, MatchRule::kOtherConversation);
  EXPECT_EQ(again.task, first.task);
  EXPECT_EQ(tasks.take(Chat(1, 9).user(kPoem).at(90)).rule, MatchRule::kNewTask);
}

TEST(TaskMatcher, people_who_are_not_known_are_told_apart_by_their_conversations) {
  auto tasks = matcher();
  tasks.take(Chat(0).user("hi").at(0));
  EXPECT_EQ(tasks.take(Chat(0).user("hi").at(30)).rule, MatchRule::kNewTask);
  tasks.take(Chat(0, 7).user(kSort).at(60));
  EXPECT_EQ(tasks.take(Chat(0, 8).user(kSort).at(90)).rule, MatchRule::kNewTask);
  EXPECT_EQ(tasks.take(Chat(0, 7).user(kSort).at(120)).rule, MatchRule::kCertain);
  Chat chat = Chat(0, 7).user(kSort).assistant("sorted(dates)").user("wrong");
  EXPECT_EQ(tasks.take(chat.at(150)).rule, MatchRule::kFurtherTurn);
}

TEST(TaskMatcher, a_look_says_what_take_would_and_leaves_no_trace) {
  auto looked_at = matcher();
  auto alone = matcher();
  Chat chat(1, 7);
  Request named = Chat(2).user(kPoem).at(0);
  named.task = 99;
  Request named_again = named;
  named_again.started_us = 30 * kSecond;
  named_again.ended_us = 31 * kSecond;
  const std::vector<Request> requests = {
      named,
      chat.user(kSort).at(1),
      chat.tool("42").at(10),
      chat.assistant("x").user("no, the latest one first").at(20),
      named_again,
      Chat(1, 8).user(kPoem).at(40),
      Chat(1, 9).user(std::string(kSort) + " Please!").at(50)};
  std::size_t rules = 0;
  for (const Request& request : requests) {
    for (const Request& other : requests) {
      Request now = other;
      now.started_us = request.started_us;
      [[maybe_unused]] const Match unused = looked_at.look(now);
    }
    const Match look = looked_at.look(request);
    const Match took = looked_at.take(request);
    const Match expected = alone.take(request);
    for (const Match& match : {look, took}) {
      EXPECT_EQ(match.rule, expected.rule);
      EXPECT_EQ(match.task, expected.task);
      EXPECT_EQ(match.pass, expected.pass);
      EXPECT_EQ(match.attempt, expected.attempt);
      EXPECT_EQ(match.probability, expected.probability);
    }
    rules |= std::size_t{1} << static_cast<unsigned>(expected.rule);
  }
  EXPECT_EQ(rules, 0b1111100U) << "all rules of passes but a retry are among them";
  EXPECT_EQ(looked_at.open_tasks(), alone.open_tasks());
}

TEST(TaskMatcher, Rule0_a_helpers_cost_goes_to_the_pass_of_its_prompt) {
  auto tasks = matcher();
  Request first = Chat(1, 7).user(kSort).at(0);
  first.prompt = 5;
  const Match of_prompt = tasks.take(first);
  tasks.take(Chat(1, 7).user(kPoem).at(60));
  Request subagent = Chat(1, 7).user("Find all callers").at(61);
  subagent.helper = true;
  subagent.prompt = 5;
  EXPECT_EQ(tasks.take(subagent).pass, of_prompt.pass);
}

TEST(TaskMatcher, people_who_are_not_known_retry_and_go_on_too) {
  auto tasks = matcher();
  const Chat chat = Chat(0).user(kSort);
  Request failed = chat.at(0);
  failed.answered = false;
  const Match first = tasks.take(failed);
  EXPECT_EQ(tasks.take(chat.at(6)).pass, first.pass) << "the earlier request failed";
  EXPECT_EQ(tasks.take(chat.at(20)).rule, MatchRule::kNewTask) << "an answer came";
  Request told = chat.at(24);
  told.retries = 1;
  EXPECT_EQ(tasks.take(told).rule, MatchRule::kRetry);
  const Match step = tasks.take(Chat(chat).assistant("call").tool("result").at(40));
  EXPECT_EQ(step.rule, MatchRule::kStep);
}

TEST(TaskMatcher, nobody_asks_again_for_what_is_being_answered) {
  auto tasks = matcher();
  Request open = Chat(1, 7).user(kSort).at(0);
  open.ended_us = Request::kInFlight;
  open.message = 21;
  const Match first = tasks.take(open);
  Request beside = Chat(1, 7).user("a title for:").user(kSort).at(1);
  beside.message = 21;
  EXPECT_EQ(tasks.take(beside).rule, MatchRule::kNewTask);
  tasks.ended(first, 10 * kSecond, true);
  beside.started_us = 30 * kSecond;
  EXPECT_EQ(tasks.take(beside).rule, MatchRule::kCertain);
}

TEST(TaskMatcher, an_answers_id_links_who_goes_on_from_it) {
  auto tasks = matcher();
  const Match first = tasks.take(Chat(1).user(kSort).at(0));
  tasks.named(first, 77);
  Request step = Chat(1).tool("result").at(10);
  step.partial = true;
  step.parent = 77;
  const Match same = tasks.take(step);
  EXPECT_EQ(same.rule, MatchRule::kStep);
  EXPECT_EQ(same.pass, first.pass);
  tasks.named(same, 78);
  Request turn = Chat(1).user("That doesn't work").at(60);
  turn.partial = true;
  turn.parent = 78;
  const Match second = tasks.take(turn);
  EXPECT_EQ(second.rule, MatchRule::kFurtherTurn);
  EXPECT_EQ(second.task, first.task);
  EXPECT_EQ(second.attempt, 2);
  Request fork = Chat(1).user(kPoem).at(120);
  fork.partial = true;
  fork.parent = 78;
  EXPECT_EQ(tasks.take(fork).rule, MatchRule::kCertain) << "the answer has a child already";
}

TEST(TaskMatcher, after_the_window_nobody_comes_back_and_nothing_is_kept) {
  auto tasks = matcher();
  for (std::int64_t person = 1; person <= 50; ++person)
    tasks.take(Chat(static_cast<std::uint64_t>(person), 7).user(kSort).at(person));
  EXPECT_EQ(tasks.open_tasks(), 50U);
  EXPECT_EQ(tasks.take(Chat(1, 7).user(kSort).at(3606)).rule, MatchRule::kCertain);
  EXPECT_EQ(tasks.take(Chat(2, 7).user(kSort).at(7300)).rule, MatchRule::kNewTask);
  EXPECT_EQ(tasks.open_tasks(), 1U);
}

TEST(TaskMatcher, memory_is_bounded_the_oldest_tasks_go_first) {
  auto tasks = matcher(100);
  for (std::int64_t person = 1; person <= 500; ++person)
    tasks.take(Chat(static_cast<std::uint64_t>(person)).user(kSort).at(person));
  EXPECT_LE(tasks.open_tasks(), 101U);
  EXPECT_EQ(tasks.take(Chat(500).user(kSort).at(510)).rule, MatchRule::kCertain);
  EXPECT_EQ(tasks.take(Chat(1).user(kSort).at(520)).rule, MatchRule::kNewTask);
}

TEST(TaskMatcher, the_same_words_in_flight_under_two_names_of_tasks_are_two_tasks) {
  auto tasks = matcher();
  Request first = Chat(1).user(kSort).at(0);
  first.task = 1;
  Request second = Chat(1).user(kSort).at(1);
  second.task = 2;
  EXPECT_EQ(tasks.take(first).task, 0U);
  EXPECT_EQ(tasks.take(second).task, 1U);
  EXPECT_EQ(name_of(tasks.take(second).rule), "retry");
}

TEST(TaskMatcher, names_of_tasks_that_hold_for_ever_take_time_in_proportion) {
  constexpr std::uint64_t kNames = 300'000;  // looked at one and all for each other: minutes
  TaskMatcher tasks(
      {.window_us = kHour, .task_name_us = Request::kInFlight / 2, .most_tasks = 1000});
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < kNames; ++i) {
    Request request = Chat(1).user("hello").at(static_cast<std::int64_t>(i));
    request.task = i + 1;
    EXPECT_EQ(tasks.take(request).task, i);
  }
  Request again = Chat(1).user("hello").at(kNames);
  again.task = 1;
  EXPECT_EQ(tasks.take(again).attempt, 2);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace turnout::traffic
