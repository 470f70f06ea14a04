#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <set>

#include "turnout/base/rng.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/setup.h"
#include "turnout/gateway/task_journal.h"

namespace turnout::gateway {
namespace {

using traffic::MatchRule;
using traffic::Request;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::uint64_t kKey = 9;
const std::vector<std::string> kModels = {"mini", "large", "huge"};

/// What a gateway has written that is not in the log yet.
class Outbox final : public TaskLog {
 public:
  std::vector<JournalEntry> entries;

 private:
  void take(std::string bytes) override {
    read_journal(bytes, [&](JournalEntry read) { entries.push_back(std::move(read)); });
  }
};

/// Gateways and their log, with all delays in the test's hand.
class Gateways {
 public:
  explicit Gateways(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      Member& member = members_.emplace_back();
      member.number = i + 1;
      OpenTasks::Options options{{}, kModels, 1, "t"};
      options.matcher.first = gateway_numbers(member.number);
      member.tasks = std::make_unique<OpenTasks>(options);
      member.tasks->share(member.outbox);
    }
  }
  /// A prompt of a user, in words that nothing else is like.
  static Request prompt(int number) {
    Request request;
    request.person = 5 + static_cast<std::uint64_t>(number);
    request.messages = {static_cast<std::uint64_t>(1000 + number)};
    request.user_messages = request.last_user = 1;
    request.last = traffic::LastItem::kUser;
    return request;
  }
  Assignment send(std::size_t at, Request request) {
    request.started_us = now_us_ += kSecond;
    request.answered = false;
    return members_[at].tasks->assign(
        {request, unable_, {}, false, "", kKey, "u", policy_, {}, {}, {}});
  }
  void end(std::size_t at, const Assignment& assignment, bool answered = true) {
    CallEnd end;
    end.ended_us = now_us_ += kSecond;
    end.answered = answered;
    end.model = assignment.model;
    end.cost_usd = 0.5;
    EXPECT_FALSE(members_[at].tasks->ended(assignment, end)) << "due() has it";
  }
  Assignment serve(std::size_t at, const Request& request) {
    const auto assignment = send(at, request);
    end(at, assignment);
    return assignment;
  }
  /// What a gateway has said reaches the log.
  void write(std::size_t at) {
    for (auto& entry : members_[at].outbox.entries) log_.emplace_back(at, std::move(entry));
    members_[at].outbox.entries.clear();
  }
  /// A gateway reads the log to its end.
  void read(std::size_t at) {
    Member& member = members_[at];
    for (; member.has_read < log_.size(); ++member.has_read) {
      const auto& [from, entry] = log_[member.has_read];
      if (const auto* ended = std::get_if<CallEnded>(&entry))
        member.tasks->told(*ended, from == at);
      if (from == at) continue;
      if (const auto* told = std::get_if<OutcomeTold>(&entry)) member.tasks->told(*told);
      if (const auto* assigned = std::get_if<Assigned>(&entry)) {
        auto policy = policy_version(assigned->policy, kModels).value();
        EXPECT_TRUE(member.tasks->told(*assigned, kKey, std::move(policy)));
      }
    }
    store(at);
  }
  void store(std::size_t at, bool agreeing = true) {
    for (auto& pass : members_[at].tasks->due(agreeing)) {
      ++writes_;
      stored_[{pass.task_id, pass.attempt}] = pass;
    }
  }
  void meet() {
    for (std::size_t i = 0; i < members_.size(); ++i) write(i);
    for (std::size_t i = 0; i < members_.size(); ++i) read(i);
  }
  OpenTasks& tasks(std::size_t at) { return *members_[at].tasks; }

  struct Member {
    std::uint32_t number = 0;
    Outbox outbox;
    std::unique_ptr<OpenTasks> tasks;
    std::size_t has_read = 0;
  };
  std::deque<Member> members_;
  std::vector<std::pair<std::size_t, JournalEntry>> log_;
  std::map<std::pair<std::string, std::int64_t>, traffic::Pass> stored_;
  int writes_ = 0;
  std::int64_t now_us_ = 1'000'000 * kSecond;
  std::vector<Unable> unable_ = {Unable::kNo, Unable::kNo, Unable::kNo};
  std::shared_ptr<const PolicyVersion> policy_ = policy_version("mini,large,huge", kModels).value();
};

TEST(SharedOpenTasks, another_gateway_goes_on_with_the_next_attempt_under_the_tasks_policy) {
  Gateways gateways(2);
  const auto first = gateways.serve(0, Gateways::prompt(1));
  gateways.meet();
  gateways.policy_ = policy_version("huge", kModels).value();
  const auto second = gateways.serve(1, Gateways::prompt(1));
  EXPECT_EQ(second.task, first.task);
  EXPECT_EQ(second.match.attempt, 2);
  EXPECT_EQ(second.model, 1U);
  gateways.meet();
  const auto third = gateways.serve(0, Gateways::prompt(1));
  EXPECT_EQ(third.match.attempt, 3);
  EXPECT_EQ(third.model, 2U);
  EXPECT_EQ(third.answered_before, std::optional<std::size_t>(1));
  EXPECT_EQ(gateways.tasks(0).find(first.task, kKey, false)->attempts.size(), 3U);
}

TEST(SharedOpenTasks, of_two_attempts_at_once_the_one_that_is_first_in_the_log_has_the_number) {
  Gateways gateways(2);
  const auto first = gateways.serve(0, Gateways::prompt(1));
  gateways.meet();
  const auto here = gateways.send(0, Gateways::prompt(1));
  const auto there = gateways.send(1, Gateways::prompt(1));
  EXPECT_EQ(here.match.attempt, 2);
  EXPECT_EQ(there.match.attempt, 2) << "it cannot know";
  gateways.end(0, here);
  gateways.end(1, there);
  gateways.write(1);
  gateways.write(0);
  gateways.meet();
  ASSERT_EQ(gateways.stored_.size(), 3U);
  for (std::size_t at = 0; at < 2; ++at) {
    auto record = *gateways.tasks(at).find(first.task, kKey, false);
    EXPECT_EQ(record.attempt_of(there.match.pass)->attempt, 2);
    EXPECT_EQ(record.attempt_of(here.match.pass)->attempt, 3);
  }
  for (std::size_t at = 0; at < 2; ++at) {
    const auto next = gateways.serve(at, Gateways::prompt(1));
    EXPECT_EQ(next.match.attempt, static_cast<std::int64_t>(4 + at));
    gateways.meet();
  }
}

TEST(SharedOpenTasks, a_retry_at_another_gateway_is_the_same_pass) {
  Gateways gateways(2);
  const auto first = gateways.send(0, Gateways::prompt(1));
  gateways.meet();
  const auto again = gateways.serve(1, Gateways::prompt(1));
  EXPECT_EQ(again.match.rule, MatchRule::kRetry);
  EXPECT_EQ(again.match.pass, first.match.pass);
  EXPECT_EQ(again.reason, Reason::kHeld);
  gateways.meet();
  gateways.end(0, first);
  gateways.meet();
  ASSERT_EQ(gateways.stored_.size(), 1U);
  EXPECT_EQ(gateways.stored_.begin()->second.cost_usd, 1.0) << "of both calls";
  // What the first one has on its way to the store may come there after what another stores.
  Request step = Gateways::prompt(1);
  step.messages.push_back(77);
  step.last = traffic::LastItem::kToolResult;
  EXPECT_EQ(gateways.serve(1, step).match.pass, first.match.pass);
  gateways.write(1);
  gateways.stored_.clear();
  gateways.read(0);
  ASSERT_EQ(gateways.stored_.size(), 1U);
  EXPECT_EQ(gateways.stored_.begin()->second.cost_usd, 1.5);
}

TEST(SharedOpenTasks, who_goes_on_stores_what_a_killed_gateway_had_not_stored) {
  Gateways gateways(2);
  const auto first = gateways.serve(0, Gateways::prompt(1));
  gateways.write(0);
  gateways.read(1);
  EXPECT_TRUE(gateways.stored_.empty()) << "the first one's to do";
  gateways.serve(1, Gateways::prompt(1));
  gateways.write(1);
  gateways.read(1);
  EXPECT_EQ(gateways.stored_.size(), 2U);
  EXPECT_TRUE(gateways.stored_.contains({first.task, 1}));
}

TEST(SharedOpenTasks, what_a_vanished_gateway_had_in_flight_was_not_answered) {
  Gateways gateways(2);
  const auto first = gateways.send(0, Gateways::prompt(1));
  gateways.meet();
  Request named = Gateways::prompt(2);
  named.person = Gateways::prompt(1).person;
  named.task = id_number(kKey, first.task);
  gateways.tasks(1).gone(7, gateways.now_us_);  // somebody else
  const auto beside = gateways.serve(1, named);
  EXPECT_EQ(beside.match.rule, MatchRule::kStep) << "it is still being answered";
  Gateways others(2);
  const auto lost = others.send(0, Gateways::prompt(1));
  others.meet();
  others.tasks(1).gone(others.members_[0].number, others.now_us_);
  named.task = id_number(kKey, lost.task);
  const auto next = others.serve(1, named);
  EXPECT_EQ(next.match.rule, MatchRule::kCertain);
  EXPECT_EQ(next.match.attempt, 1) << "an attempt that nobody answered has not happened";
  EXPECT_EQ(next.model, 0U);
}

TEST(SharedOpenTasks, an_outcome_is_known_everywhere_and_stored_again_by_who_stores_the_pass) {
  Gateways gateways(2);
  const auto first = gateways.serve(0, Gateways::prompt(1));
  gateways.meet();
  ASSERT_TRUE(gateways.tasks(1).tell(first.task, 1, kKey, traffic::Outcome::kSuccess));
  gateways.meet();
  EXPECT_EQ(gateways.stored_.at({first.task, 1}).outcome, traffic::Outcome::kSuccess);
}

TEST(SharedOpenTasks, without_the_log_passes_are_stored_with_the_numbers_that_are_known_here) {
  Gateways gateways(2);
  const auto first = gateways.serve(0, Gateways::prompt(1));
  gateways.store(0);
  EXPECT_TRUE(gateways.stored_.empty()) << "the number is not known yet";
  gateways.store(0, false);
  EXPECT_TRUE(gateways.stored_.contains({first.task, 1}));
  EXPECT_EQ(gateways.serve(0, Gateways::prompt(1)).match.attempt, 2);
  gateways.meet();
  EXPECT_TRUE(gateways.stored_.contains({first.task, 2}));
  EXPECT_EQ(gateways.serve(1, Gateways::prompt(1)).match.attempt, 3);
}

/// A call that is under way somewhere.
struct UnderWay {
  std::size_t at = 0;
  Assignment assignment;
};

/// Any order of what users, gateways and the log do: each answered pass is in the store once, and a
/// task's are numbered 1 to n. The judge counts what was sent and answered, and knows no rule.
TEST(SharedOpenTasks,
     whatever_the_delays_each_answered_pass_has_one_number_and_no_number_is_left_out) {
  int at_once = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    base::Rng chance(seed);
    const auto below = [&](std::size_t most) {
      return static_cast<std::size_t>(chance.uniform() * static_cast<double>(most));
    };
    Gateways gateways(3);
    std::vector<UnderWay> calls;
    std::map<std::string, std::set<std::uint64_t>> answered;  // passes of tasks
    for (int step = 0; step < 200; ++step) {
      const std::size_t at = below(3);
      switch (below(4)) {
        case 0:
          calls.push_back({at, gateways.send(at, Gateways::prompt(static_cast<int>(below(4))))});
          break;
        case 1:
          if (!calls.empty()) {
            const auto call = calls.begin() + static_cast<std::ptrdiff_t>(below(calls.size()));
            const bool good = below(5) > 0;
            gateways.end(call->at, call->assignment, good);
            if (good) answered[call->assignment.task].insert(call->assignment.match.pass);
            calls.erase(call);
          }
          break;
        case 2:
          gateways.write(at);
          break;
        default:
          gateways.read(at);
      }
    }
    gateways.meet();
    std::map<std::string, std::int64_t> numbers;
    for (const auto& [key, pass] : gateways.stored_) EXPECT_EQ(key.second, ++numbers[key.first]);
    EXPECT_EQ(numbers.size(), answered.size());
    for (const auto& [task, passes] : answered) {
      EXPECT_EQ(numbers[task], static_cast<std::int64_t>(passes.size())) << task << " " << seed;
      at_once += passes.size() > 1 ? 1 : 0;
    }
  }
  EXPECT_GT(at_once, 50);
}

}  // namespace
}  // namespace turnout::gateway
