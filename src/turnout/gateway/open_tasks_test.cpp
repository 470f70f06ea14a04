#include "turnout/gateway/open_tasks.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "played_requests.h"
#include "turnout/base/temporary_files.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/task_journal.h"

namespace turnout::gateway {
namespace {

using traffic::MatchRule;
using traffic::Request;

TEST(OpenTasks, a_preview_says_the_likeliest_and_draws_nothing) {
  const std::string policy = "lottery:mini=0.3,large=0.6,huge=0.1";
  Played looked_at(policy);
  Played alone(policy);
  std::set<std::size_t> drawn;
  for (int i = 0; i < 60; ++i) {
    const auto request = looked_at.prompt(i % 20);
    const auto look = looked_at.preview(request);
    EXPECT_EQ(look.model, 1U);
    EXPECT_EQ(look.propensity, 0.6);
    EXPECT_EQ(look.match.attempt, 1 + i / 20);
    EXPECT_EQ(look.task.empty(), i < 20) << "a task that has not begun has no id";
    const auto took = looked_at.serve(request);
    const auto expected = alone.serve(request);
    EXPECT_EQ(took.model, expected.model);
    EXPECT_EQ(took.match.attempt, look.match.attempt);
    EXPECT_EQ(took.match.rule, look.match.rule);
    drawn.insert(took.model);
  }
  EXPECT_EQ(drawn.size(), 3U);
  EXPECT_EQ(looked_at.tasks_.size(), 20U);
  looked_at.unable_[1] = Unable::kTools;
  EXPECT_EQ(looked_at.preview(looked_at.prompt(99)).model, 2U) << "what comes behind it";
}

TEST(OpenTasks, the_same_prompt_again_is_the_next_attempt_and_the_policy_says_who_serves_it) {
  Played played("mini,mini,large");
  std::vector<std::size_t> models;
  std::set<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    const auto assignment = played.serve(played.prompt(1));
    EXPECT_EQ(assignment.match.attempt, i + 1);
    EXPECT_EQ(assignment.reason, Reason::kPolicy);
    EXPECT_EQ(assignment.propensity, 1);
    models.push_back(assignment.model);
    ids.insert(assignment.task);
  }
  EXPECT_EQ(models, (std::vector<std::size_t>{0, 0, 1, 1}));
  EXPECT_EQ(ids.size(), 1U);
  const auto other = played.serve(played.prompt(2));
  EXPECT_EQ(other.match.attempt, 1);
  EXPECT_EQ(other.model, 0U);
  EXPECT_EQ(ids.count(other.task), 0U);
}

TEST(OpenTasks, an_attempt_that_nobody_answered_has_not_happened) {
  Played played("mini,large");
  EXPECT_EQ(played.serve(played.prompt(1), false).model, 0U);
  const auto again = played.serve(played.prompt(1), false);
  EXPECT_EQ(again.match.rule, MatchRule::kRetry);
  EXPECT_EQ(again.model, 0U);
  EXPECT_EQ(again.reason, Reason::kHeld);
  // Long after, it is no retry any more, but still the first attempt.
  played.now_us_ += 1200 * kSecond;
  const auto later = played.serve(played.prompt(1));
  EXPECT_EQ(later.match.attempt, 1);
  EXPECT_EQ(later.model, 0U);
  EXPECT_EQ(played.serve(played.prompt(1)).model, 1U);
}

TEST(OpenTasks, the_calls_of_a_pass_are_one_row_whose_costs_add) {
  Played played("mini,large");
  const auto first = played.serve(played.prompt(1));
  Request step = played.prompt(1);
  step.messages.push_back(77);
  step.last = traffic::LastItem::kToolResult;
  const auto second = played.send(step);
  EXPECT_EQ(second.match.rule, MatchRule::kStep);
  EXPECT_EQ(second.task, first.task);
  const auto pass = played.end(second);
  ASSERT_TRUE(pass);
  EXPECT_EQ(pass->attempt, 1);
  EXPECT_EQ(pass->cost_usd, 1.0);
  EXPECT_EQ(pass->output_tokens, 40);
  EXPECT_EQ(pass->latency_s, 3.0) << "from the first start to the last end";
  EXPECT_EQ(pass->policy_id, played.policy_->id);
  EXPECT_EQ(pass->propensity, 1.0);
}

TEST(OpenTasks, what_cannot_serve_is_skipped_and_said_and_has_no_propensity) {
  Played played("mini,large,huge");
  played.unable_[0] = Unable::kContext;
  const auto assignment = played.serve(played.prompt(1));
  EXPECT_EQ(assignment.model, 1U);
  EXPECT_EQ(assignment.reason, Reason::kSkipped);
  EXPECT_EQ(assignment.skipped, "mini: context");
  EXPECT_EQ(assignment.propensity, 0);
  EXPECT_EQ(played.serve(played.prompt(1)).model, 2U) << "the plan goes on behind it";
  played.unable_ = {Unable::kImages, Unable::kImages, Unable::kImages};
  EXPECT_EQ(played.serve(played.prompt(2)).declined, Declined::kNobodyAble);
}

TEST(OpenTasks, a_policy_of_one_model_that_cannot_serve_gives_way_upwards) {
  Played played("mini");
  played.unable_[0] = Unable::kTools;
  EXPECT_EQ(played.serve(played.prompt(1)).model, 1U);
}

TEST(OpenTasks, who_names_a_model_gets_it_and_who_asks_for_more_gets_more) {
  Played played("mini,mini,large");
  played.pinned_ = 2;
  const auto pinned = played.serve(played.prompt(1));
  EXPECT_EQ(pinned.model, 2U);
  EXPECT_EQ(pinned.reason, Reason::kPinned);
  EXPECT_EQ(pinned.policy_id, "pinned");
  played.pinned_.reset();
  EXPECT_EQ(played.serve(played.prompt(2)).model, 0U);
  played.escalate_ = true;
  const auto more = played.serve(played.prompt(2));
  EXPECT_EQ(more.model, 1U);
  EXPECT_EQ(more.reason, Reason::kEscalated);
  EXPECT_EQ(played.serve(played.prompt(2)).model, 2U);
  EXPECT_EQ(played.serve(played.prompt(2)).model, 2U) << "at the top it stays";
}

TEST(OpenTasks, offers_end_and_so_do_attempts_and_dollars) {
  Played played("mini,large,end");
  played.serve(played.prompt(1));
  played.serve(played.prompt(1));
  const auto third = played.serve(played.prompt(1));
  EXPECT_EQ(third.declined, Declined::kOfferEnded);
  EXPECT_FALSE(third.task.empty());
  Played capped("mini");
  capped.most_attempts_ = 2;
  capped.serve(capped.prompt(1));
  capped.serve(capped.prompt(1));
  EXPECT_EQ(capped.serve(capped.prompt(1)).declined, Declined::kTooMany);
  Played dear("mini");
  dear.most_usd_ = 0.75;
  EXPECT_EQ(dear.serve(dear.prompt(1)).declined, Declined::kNo);
  EXPECT_EQ(dear.serve(dear.prompt(1)).declined, Declined::kNo) << "0.50 so far";
  EXPECT_EQ(dear.serve(dear.prompt(1)).declined, Declined::kTooDear);
}

TEST(OpenTasks, a_prompt_that_comes_a_thousand_times_keeps_its_numbers_and_costs) {
  Played played("mini,large");
  Assignment last;
  for (int i = 0; i < 1000; ++i) last = played.serve(played.prompt(1));
  EXPECT_EQ(last.match.attempt, 1000);
  const auto record = played.tasks_.find(last.task, 9, false);
  EXPECT_EQ(record->attempts.size(), 32U);
  EXPECT_NEAR(record->cost_usd(), 500, 1e-9);
}

TEST(OpenTasks, a_request_that_nobody_serves_does_not_move_the_policy) {
  Played played("mini,large");
  played.unable_ = {Unable::kImages, Unable::kImages, Unable::kImages};
  EXPECT_EQ(played.serve(played.prompt(1)).declined, Declined::kNobodyAble);
  played.unable_ = {Unable::kNo, Unable::kNo, Unable::kNo};
  played.now_us_ += 1200 * kSecond;
  const auto later = played.serve(played.prompt(1));
  EXPECT_EQ(later.model, 0U);
  EXPECT_EQ(later.propensity, 1);
}

TEST(OpenTasks, a_model_that_is_named_serves_even_a_pass_that_is_under_way) {
  Played played("mini,large");
  const auto first = played.send(played.prompt(1));
  played.pinned_ = 2;
  const auto named = played.send(played.prompt(1));
  EXPECT_EQ(named.match.rule, MatchRule::kRetry);
  EXPECT_EQ(named.model, 2U);
  played.end(first);
  const auto pass = played.end(named);
  EXPECT_EQ(pass->model, "huge");
  EXPECT_FALSE(pass->propensity) << "nobody drew it";
}

TEST(OpenTasks, what_unanswered_attempts_cost_stays_with_the_task) {
  Played played("mini,large");
  for (int i = 0; i < 3; ++i) {
    played.serve(played.prompt(1), false);
    played.now_us_ += 1200 * kSecond;
  }
  const auto last = played.serve(played.prompt(1));
  EXPECT_NEAR(played.tasks_.find(last.task, 9, false)->cost_usd(), 2, 1e-9);
}

TEST(OpenTasks, a_call_that_outlasts_the_window_is_still_a_pass) {
  Played played("mini,large");
  const auto lengthy = played.send(played.prompt(1));
  played.now_us_ += 2 * 3600 * kSecond;
  played.serve(played.prompt(2));
  EXPECT_TRUE(played.end(lengthy));
}

TEST(OpenTasks, a_shadow_policy_is_recorded_and_not_followed) {
  Played played("large,huge");
  played.shadow_ = 0;
  const auto assignment = played.send(played.prompt(1));
  EXPECT_EQ(assignment.model, 0U);
  EXPECT_EQ(assignment.shadow, "large");
  EXPECT_EQ(played.end(assignment)->policy_id, "shadow-" + played.policy_->id);
  EXPECT_EQ(played.serve(played.prompt(1)).shadow, "huge");
}

TEST(OpenTasks, exploration_has_its_propensity_in_the_log) {
  Played played("explore:0.3/mini");
  int others = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto assignment = played.send(played.prompt(i));
    const auto pass = played.end(assignment);
    ASSERT_TRUE(pass);
    EXPECT_NEAR(*pass->propensity, assignment.model == 0 ? 0.8 : 0.1, 1e-12);
    others += assignment.model != 0 ? 1 : 0;
  }
  EXPECT_NEAR(others, 400, 90) << "five standard errors";
}

TEST(OpenTasks, a_task_goes_on_under_the_policy_that_it_began_with) {
  Played played("mini,large");
  played.serve(played.prompt(1));
  played.policy_ = policy_version("huge", kModels).value();
  EXPECT_EQ(played.serve(played.prompt(1)).model, 1U);
  EXPECT_EQ(played.serve(played.prompt(2)).model, 2U);
}

TEST(OpenTasks, feedback_finds_its_answer_and_nobody_elses) {
  Played played("mini,large");
  const auto first = played.serve(played.prompt(1));
  played.serve(played.prompt(1));
  using traffic::Outcome;
  const auto last = played.tasks_.tell(first.task, std::nullopt, 9, Outcome::kSuccess);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->attempt, 2);
  EXPECT_EQ(last->ending, traffic::Ending::kResolved);
  EXPECT_EQ(played.tasks_.tell(first.task, 1, 9, Outcome::kFailure)->attempt, 1);
  EXPECT_FALSE(played.tasks_.tell(first.task, 3, 9, Outcome::kFailure));
  EXPECT_FALSE(played.tasks_.tell(first.task, 1, 1, Outcome::kFailure)) << "another key's";
  EXPECT_FALSE(played.tasks_.tell("t-guess", 1, 9, Outcome::kFailure));
}

TEST(OpenTasks, its_own_name_of_a_task_leads_back_to_it) {
  Played played("mini,large");
  const auto first = played.serve(played.prompt(1));
  Request other = played.prompt(2);
  other.task = id_number(9, first.task);
  const auto again = played.serve(other);
  EXPECT_EQ(again.task, first.task);
  EXPECT_EQ(again.match.rule, MatchRule::kCertain);
  EXPECT_EQ(again.model, 1U);
}

TEST(OpenTasks, helpers_are_no_pass_and_change_nothing) {
  Played played("mini,large");
  played.serve(played.prompt(1));
  Request title = played.prompt(1);
  title.helper = true;
  const auto helper = played.send(title);
  EXPECT_EQ(helper.reason, Reason::kHelper);
  EXPECT_TRUE(helper.task.empty());
  EXPECT_FALSE(played.end(helper));
  EXPECT_EQ(played.serve(played.prompt(1)).match.attempt, 2);
}

TEST(OpenTasks, what_a_helper_costs_is_part_of_the_pass_that_it_serves) {
  Played played("mini,large");
  Request request = played.prompt(1);
  request.conversation = 8;
  played.serve(request);
  request.helper = true;
  const auto pass = played.end(played.send(request));
  ASSERT_TRUE(pass);
  EXPECT_EQ(pass->attempt, 1);
  EXPECT_EQ(pass->cost_usd, 1.0);
  EXPECT_EQ(pass->output_tokens, 40);
  EXPECT_EQ(pass->latency_s, 1.0) << "nobody waited for it";
}

TEST(OpenTasks, goes_on_after_it_was_killed_as_if_it_had_not_been) {
  base::TemporaryPath folder = base::temporary_folder().value();
  TaskJournal::Options options;
  options.path = folder.path() + "/tasks";
  options.every_us = 1000;
  Played before("mini,mini,large,huge");
  Assignment first;
  Assignment interrupted;
  Request turn;  // of whose words nothing is known
  turn.person = 6;
  turn.conversation = 60;
  {
    auto journal = TaskJournal::open(options, [](const JournalEntry&) { FAIL(); }).value();
    before.tasks_.write_to(*journal);
    first = before.serve(before.prompt(1));
    before.serve(before.prompt(2));
    before.serve(before.prompt(1));
    before.tasks_.tell(first.task, 1, 9, traffic::Outcome::kFailure);
    before.send(before.prompt(3));  // nobody will answer it
    interrupted = before.send(turn);
  }
  // Half an entry at the end, as a killed process leaves it.
  std::ofstream(options.path, std::ios::app) << std::string("\x40\0\0\0half", 8);
  Played after("huge");  // a policy of today
  after.now_us_ = before.now_us_;
  const auto restore = [&](const JournalEntry& entry) {
    if (const auto* assigned = std::get_if<Assigned>(&entry)) {
      after.tasks_.restore(*assigned, 9, policy_version(assigned->policy, kModels).value());
    } else if (const auto* ended = std::get_if<CallEnded>(&entry)) {
      after.tasks_.restore(*ended);
    } else {
      after.tasks_.restore(std::get<OutcomeTold>(entry));
    }
  };
  auto journal = TaskJournal::open(options, restore).value();
  after.tasks_.write_to(*journal);
  const auto record = after.tasks_.find(first.task, 9, false);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->attempts.size(), 2U);
  EXPECT_EQ(record->attempts[0].outcome, traffic::Outcome::kFailure);
  EXPECT_EQ(record->cost_usd(), 1.0);
  const auto third = after.serve(after.prompt(1));
  EXPECT_EQ(third.task, first.task);
  EXPECT_EQ(third.match.attempt, 3);
  EXPECT_EQ(third.model, 1U) << "under the policy that it began with";
  const auto second = after.serve(after.prompt(2));
  EXPECT_EQ(second.match.attempt, 2);
  const auto turn_again = after.send(turn);
  EXPECT_EQ(turn_again.task, interrupted.task) << "nobody is answering it any more";
  EXPECT_EQ(turn_again.match.attempt, 1);
  const auto again = after.serve(after.prompt(3));
  EXPECT_EQ(again.match.rule, MatchRule::kRetry) << "of a request that was in flight";
  EXPECT_EQ(again.match.attempt, 1);
  const auto fresh = after.serve(after.prompt(4));
  EXPECT_EQ(fresh.model, 2U);
  EXPECT_EQ(fresh.match.attempt, 1);
  Request named = after.prompt(5);
  named.task = id_number(9, first.task);
  EXPECT_EQ(after.serve(named).match.attempt, 4);
}

TEST(TaskJournal, a_long_file_makes_room_for_another_and_the_one_before_is_read_too) {
  base::TemporaryPath folder = base::temporary_folder().value();
  TaskJournal::Options options;
  options.path = folder.path() + "/tasks";
  options.keep_bytes = 64;
  std::vector<std::int64_t> read;
  const auto use = [&](const JournalEntry& entry) {
    read.push_back(std::get<OutcomeTold>(entry).attempt);
  };
  for (std::int64_t attempt = 1; attempt <= 4; ++attempt) {
    read.clear();
    const auto journal = TaskJournal::open(options, use).value();
    journal->append(OutcomeTold{std::string(100, 't'), attempt, traffic::Outcome::kSuccess});
  }
  EXPECT_EQ(read, (std::vector<std::int64_t>{2, 3})) << "of each file there is one entry";
}

TEST(OpenTasks, old_tasks_go_and_many_tasks_stay_within_their_limit) {
  Played played("mini");
  const auto first = played.serve(played.prompt(1));
  played.now_us_ += 7300 * kSecond;
  played.serve(played.prompt(2));
  EXPECT_FALSE(played.tasks_.find(first.task, 9, false));
  EXPECT_EQ(played.tasks_.size(), 1U);
  Played many("mini");
  OpenTasks::Options options{{}, kModels, 1, "t"};
  options.matcher.most_tasks = 100;
  OpenTasks tasks(options);
  for (int i = 0; i < 1000; ++i) {
    Request request = many.prompt(i);
    request.started_us = many.now_us_ += kSecond;
    tasks.assign({request, many.unable_, {}, false, "", 9, "u", many.policy_, {}, {}, {}});
  }
  EXPECT_LE(tasks.size(), 101U);
}

}  // namespace
}  // namespace turnout::gateway
