#include <algorithm>
#include <utility>

#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/task_journal.h"

/// What became of what OpenTasks assigned: answers, what users say of them, and what an earlier process
/// wrote down of both.
namespace turnout::gateway {
namespace {

using traffic::Match;

template <class T>
void add_to(std::optional<T>& sum, const std::optional<T>& value) {
  if (value) sum = sum.value_or(0) + *value;
}

}  // namespace

std::optional<traffic::Pass> OpenTasks::ended(const Assignment& assignment, const CallEnd& end) {
  const std::lock_guard lock(mutex_);
  if (assignment.declined != Declined::kNo) {
    matcher_.ended(assignment.match, end.ended_us, false);
    return std::nullopt;
  }
  if (journal_ != nullptr) journal_->append(CallEnded{assignment.match, end});
  std::optional<traffic::Pass> pass;
  {
    const auto task = tasks_.hold(assignment.match.task);
    AttemptRecord* attempt = task ? task->attempt_of(assignment.match.pass) : nullptr;
    if (attempt != nullptr) --attempt->in_flight;
    pass = take_end(assignment.match, end, task ? &*task : nullptr);
  }
  if (!shares_ || !pass) return pass;
  if (const auto held = attempt_of_pass(assignment.match.pass); held.attempt != nullptr)
    keep(*held.attempt);
  return std::nullopt;
}

void OpenTasks::expired(const Assignment& assignment, std::int64_t at_us) {
  {
    const std::lock_guard lock(mutex_);
    const auto task = tasks_.hold(assignment.match.task);
    AttemptRecord* attempt = task ? task->attempt_of(assignment.match.pass) : nullptr;
    if (attempt != nullptr && attempt->answered) {
      --attempt->in_flight;
      return;
    }
  }
  CallEnd end;
  end.ended_us = at_us;
  end.model = assignment.model;
  ended(assignment, end);
}

/// @param known  the match's task, which is held; nullptr if there is none
std::optional<traffic::Pass> OpenTasks::take_end(const Match& match, const CallEnd& end,
                                                 TaskRecord* known) {
  if (match.task == Match::kNone) return take_helper_end(match, end);
  matcher_.ended(match, std::min(end.ended_us, end.told_us), end.answered);
  if (end.response != 0) matcher_.named(match, end.response);
  if (known == nullptr) return std::nullopt;
  TaskRecord& task = *known;
  task.last_us = std::max(task.last_us, end.ended_us);
  AttemptRecord* attempt = task.attempt_of(match.pass);
  if (attempt == nullptr && end.answered) attempt = answered_after_all(task, match.pass);
  if (attempt == nullptr) return std::nullopt;
  attempt->ended_us = std::max(attempt->ended_us, end.ended_us);
  task.spent_usd += end.spent_usd;
  add_to(attempt->cost_usd, end.cost_usd);
  add_to(attempt->input_tokens, end.input_tokens);
  add_to(attempt->output_tokens, end.output_tokens);
  if (!end.answered) return std::nullopt;
  attempt->cost_known = attempt->cost_known && end.cost_usd.has_value();
  if (!attempt->ttft_s) attempt->ttft_s = end.ttft_s;
  if (end.fell_back || end.model != attempt->model) {
    attempt->model = end.model;
    attempt->reason = end.fell_back ? Reason::kFallback : Reason::kSkipped;
    attempt->propensity = 0;  // nobody drew it
  }
  if (!attempt->answered) ++task.answered;
  attempt->answered = true;
  return pass_of(task, *attempt);
}

/// What a helper cost is part of the pass that it served.
std::optional<traffic::Pass> OpenTasks::take_helper_end(const Match& match, const CallEnd& end) {
  const auto held = tasks_.hold(match.other_task);
  if (!held) return std::nullopt;
  TaskRecord& task = *held;
  AttemptRecord* attempt = task.attempt_of(match.pass);
  if (attempt == nullptr) return std::nullopt;
  task.spent_usd += end.spent_usd;
  add_to(attempt->cost_usd, end.cost_usd);
  add_to(attempt->input_tokens, end.input_tokens);
  add_to(attempt->output_tokens, end.output_tokens);
  attempt->cost_known = attempt->cost_known && (end.cost_usd.has_value() || !end.answered);
  return attempt->answered ? std::optional(pass_of(task, *attempt)) : std::nullopt;
}

traffic::Pass OpenTasks::pass_of(const TaskRecord& task, const AttemptRecord& attempt) const {
  traffic::Pass pass;
  pass.task_id = task.id;
  pass.user_id = task.user;
  pass.attempt = attempt.attempt;
  pass.model = options_.models[attempt.model];
  pass.started_us = attempt.started_us;
  pass.latency_s =
      static_cast<double>(std::max<std::int64_t>(0, attempt.ended_us - attempt.started_us)) * 1e-6;
  pass.ttft_s = attempt.ttft_s;
  pass.input_tokens = attempt.input_tokens;
  pass.output_tokens = attempt.output_tokens;
  if (attempt.cost_known) pass.cost_usd = attempt.cost_usd;
  pass.outcome = attempt.outcome;
  if (attempt.outcome == traffic::Outcome::kSuccess) pass.ending = traffic::Ending::kResolved;
  pass.policy_id = attempt.policy_id;
  if (attempt.propensity > 0) pass.propensity = attempt.propensity;
  return pass;
}

std::optional<traffic::Pass> OpenTasks::tell(std::string_view id,
                                             std::optional<std::int64_t> attempt,
                                             std::uint64_t owner, traffic::Outcome outcome) {
  const std::lock_guard lock(mutex_);
  const auto task = by_id(id);
  if (!task || task->owner != owner) return std::nullopt;
  auto pass = take_outcome(*task, attempt, outcome);
  if (pass && journal_ != nullptr) journal_->append(OutcomeTold{task->id, pass->attempt, outcome});
  return pass;
}

std::optional<traffic::Pass> OpenTasks::take_outcome(TaskRecord& task,
                                                     std::optional<std::int64_t> attempt,
                                                     traffic::Outcome outcome) {
  for (std::size_t i = task.attempts.size(); i-- > 0;) {
    AttemptRecord& one = task.attempts[i];
    if (!one.answered || (attempt && one.attempt != *attempt)) continue;
    one.outcome = outcome;
    return pass_of(task, one);
  }
  return std::nullopt;
}

bool OpenTasks::restore(const Assigned& entry, std::uint64_t seed,
                        std::shared_ptr<const PolicyVersion> policy) {
  const std::lock_guard lock(mutex_);
  return take_assigned(entry, seed, std::move(policy));
}

bool OpenTasks::take_assigned(const Assigned& entry, std::uint64_t seed,
                              std::shared_ptr<const PolicyVersion> policy) {
  if (entry.attempt.model >= options_.models.size()) return false;
  traffic::Request request = entry.request;
  request.answered = false;
  // Of an earlier process nothing is in flight, unless its end was written down too; gone() ends what
  // other gateways had.
  if (!shares_) request.ended_us = request.started_us;
  matcher_.restore(request, entry.match);
  auto known = tasks_.hold(entry.match.task);
  const bool is_new = !known;
  const auto held = is_new ? add_task(entry.match.task, std::move(policy)) : std::move(known);
  TaskRecord& task = *held;
  if (is_new) {
    task.id = entry.task;
    task.owner = seed;
    task.user = entry.user;
    task.conversation = entry.conversation;
    task.began_us = request.started_us;
    task.answered = task.agreed = entry.match.attempt - 1;
    ids_.set(id_hash(task.id), entry.match.task);
    matcher_.name(entry.match, id_number(seed, task.id));
    if (task.conversation != 0) conversations_.emplace(task.conversation, entry.match.task);
  }
  task.last_us = request.started_us;
  if (task.attempt_of(entry.match.pass) != nullptr) return true;  // it was taken up here, too
  forget_unanswered(task);
  task.state = entry.state;
  add_attempt(task, entry.attempt);
  task.attempts.back().calls = 1;
  return true;
}

void OpenTasks::restore(const CallEnded& entry) {
  const std::lock_guard lock(mutex_);
  if (entry.end.model >= options_.models.size()) return;
  const auto task = tasks_.hold(entry.match.task);
  take_end(entry.match, entry.end, task ? &*task : nullptr);
}

void OpenTasks::restore(const OutcomeTold& entry) {
  const std::lock_guard lock(mutex_);
  if (const auto task = by_id(entry.task)) take_outcome(*task, entry.attempt, entry.outcome);
}

}  // namespace turnout::gateway
