#include "turnout/gateway/task_records.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <limits>
#include <string>

#include "played_requests.h"

namespace turnout::gateway {
namespace {

AttemptRecord attempt_of(std::uint64_t pass, std::string policy_id) {
  AttemptRecord attempt;
  attempt.pass = pass;
  attempt.attempt = 1'000'000'007;
  attempt.model = 2;
  attempt.rule = traffic::MatchRule::kFurtherTurn;
  attempt.reprompt = 0.3;
  attempt.reason = Reason::kShadow;
  attempt.skipped = "mini: context, large: images";
  attempt.shadow = "large";
  attempt.propensity = 1.0 / 3;
  attempt.policy_id = std::move(policy_id);
  attempt.before = 4'000'000'000;
  attempt.started_us = 1'700'000'000'000'001;
  attempt.ended_us = attempt.started_us - 5;
  attempt.ttft_s = 0.123456;
  attempt.input_tokens = std::numeric_limits<std::int64_t>::min();
  attempt.cost_usd = -0.0;
  attempt.calls = 300;
  attempt.in_flight = -1;
  attempt.answered = attempt.agreed = true;
  attempt.cost_known = attempt.kept_here = false;
  attempt.outcome = traffic::Outcome::kSuccess;
  return attempt;
}

void expect_same(const AttemptRecord& a, const AttemptRecord& b) {
  EXPECT_EQ(a.pass, b.pass);
  EXPECT_EQ(a.attempt, b.attempt);
  EXPECT_EQ(a.model, b.model);
  EXPECT_EQ(a.rule, b.rule);
  EXPECT_EQ(a.reprompt, b.reprompt);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.skipped, b.skipped);
  EXPECT_EQ(a.shadow, b.shadow);
  EXPECT_EQ(a.propensity, b.propensity);
  EXPECT_EQ(a.policy_id, b.policy_id);
  EXPECT_EQ(a.before, b.before);
  EXPECT_EQ(a.started_us, b.started_us);
  EXPECT_EQ(a.ended_us, b.ended_us);
  EXPECT_EQ(a.ttft_s, b.ttft_s);
  EXPECT_EQ(a.input_tokens, b.input_tokens);
  EXPECT_EQ(a.output_tokens, b.output_tokens);
  EXPECT_EQ(a.cost_usd, b.cost_usd);
  EXPECT_EQ(a.calls, b.calls);
  EXPECT_EQ(a.in_flight, b.in_flight);
  EXPECT_EQ(a.answered, b.answered);
  EXPECT_EQ(a.cost_known, b.cost_known);
  EXPECT_EQ(a.elsewhere, b.elsewhere);
  EXPECT_EQ(a.agreed, b.agreed);
  EXPECT_EQ(a.kept_here, b.kept_here);
  EXPECT_EQ(a.outcome, b.outcome);
}

void expect_same(const TaskRecord& a, const TaskRecord& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.user, b.user);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.conversation, b.conversation);
  EXPECT_EQ(a.forgotten_usd, b.forgotten_usd);
  EXPECT_EQ(a.spent_usd, b.spent_usd);
  EXPECT_EQ(a.policy, b.policy);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.began_us, b.began_us);
  EXPECT_EQ(a.last_us, b.last_us);
  EXPECT_EQ(a.answered, b.answered);
  EXPECT_EQ(a.agreed, b.agreed);
  ASSERT_EQ(a.attempts.size(), b.attempts.size());
  for (std::size_t i = 0; i < a.attempts.size(); ++i) expect_same(a.attempts[i], b.attempts[i]);
  ASSERT_EQ(a.unanswered.size(), b.unanswered.size());
  for (std::size_t i = 0; i < a.unanswered.size(); ++i)
    expect_same(a.unanswered[i], b.unanswered[i]);
}

/// A task with something in each field.
TaskRecord full_task(std::uint64_t number, const std::shared_ptr<const PolicyVersion>& policy) {
  TaskRecord task;
  task.id = "t-" + std::string(300, 'x');
  task.user = "somebody";
  task.owner = std::numeric_limits<std::uint64_t>::max();
  task.conversation = 77;
  for (const std::string& id : {policy->id, std::string("pinned"), "shadow-" + policy->id,
                                std::string("shadow-"), std::string("p-another")})
    task.attempts.push_back(attempt_of(number + task.attempts.size(), id));
  task.attempts[1].cost_usd = 0.1 + 0.2;
  task.attempts[2].cost_usd = 0.1 + 0.2;
  task.attempts[3] = AttemptRecord{};
  task.unanswered = {attempt_of(3, policy->id)};
  task.forgotten_usd = 1;
  task.spent_usd = 0.1 + 0.2;
  task.policy = policy;
  task.state = 3;
  task.number = number;
  task.began_us = 1'700'000'000'000'000;
  task.last_us = task.began_us - 1;
  task.answered = 2;
  task.agreed = 5;
  return task;
}

TEST(TaskRecords, a_record_is_found_as_it_was_left) {
  const auto policy = policy_version("mini,large", kModels).value();
  TaskRecords records;
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, gateway_numbers(9) + 7}) {
    *records.add(number, policy) = full_task(number, policy);
    records.hold(number)->id = "t-234567abcdefghijklmnopqrstuvwxyz";
    EXPECT_EQ(records.find(number)->id, "t-234567abcdefghijklmnopqrstuvwxyz");
    records.hold(number)->id = full_task(number, policy).id;
    expect_same(records.find(number).value(), full_task(number, policy));
    records.hold(number)->attempts.pop_back();
    TaskRecord expected = full_task(number, policy);
    expected.attempts.pop_back();
    expect_same(*records.hold(number), expected);
  }
  EXPECT_EQ(records.size(), 3U);
  EXPECT_FALSE(records.hold(2));
  records.erase(1);
  EXPECT_FALSE(records.find(1));
  EXPECT_EQ(records.size(), 2U);
}

TEST(TaskRecords, a_policy_goes_with_its_last_task) {
  auto first = policy_version("mini", kModels).value();
  auto second = policy_version("large", kModels).value();
  TaskRecords records;
  records.add(1, first);
  records.add(2, second);
  records.add(3, first);
  records.erase(1);
  EXPECT_EQ(records.find(3)->policy, first);
  records.erase(3);
  EXPECT_EQ(first.use_count(), 1) << "nobody else has it";
  records.add(4, first);
  EXPECT_EQ(records.find(2)->policy, second);
  EXPECT_EQ(records.find(4)->policy, first);
}

TEST(TaskRecords, says_of_which_tasks_a_call_is_elsewhere) {
  const auto policy = policy_version("mini", kModels).value();
  TaskRecords records;
  for (std::uint64_t number = 0; number < 4; ++number)
    records.add(number, policy)->attempts.resize(2);
  EXPECT_TRUE(records.with_calls_elsewhere().empty());
  records.hold(2)->attempts[1].elsewhere = true;
  EXPECT_EQ(records.with_calls_elsewhere(), (std::vector<std::uint64_t>{2}));
  records.hold(2)->attempts[1].elsewhere = false;
  EXPECT_TRUE(records.with_calls_elsewhere().empty());
}

std::size_t allocated() {
  const auto found = ::mallinfo2();
  return found.uordblks + found.hblkhd;
}

/// Of 20,000 tasks of a prompt of about a hundred letters each, so that no map is just half full.
TEST(OpenTasks, a_task_of_one_attempt_takes_at_most_600_bytes_open_or_answered) {
  if (allocated() == 0) GTEST_SKIP() << "a sanitizer's malloc does not say";
  constexpr int kTasks = 20'000;
  Played played("mini,large");
  const auto before = allocated();
  const auto now = played.now_us_;
  for (int i = 0; i < kTasks; ++i) {
    auto request = played.prompt(i);
    request.person = 0;
    const auto assignment = played.send(request);
    if (i % 2 == 0) played.end(assignment);
    played.now_us_ = now;  // all within the window
  }
  ASSERT_EQ(played.tasks_.size(), static_cast<std::size_t>(kTasks));
  const auto each = (allocated() - before) / kTasks;
  RecordProperty("bytes_of_a_task", static_cast<int>(each));
  EXPECT_LT(each, 600U);
}

}  // namespace
}  // namespace turnout::gateway
