#include <algorithm>
#include <utility>

#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/task_journal.h"

/// Tasks that several gateways serve: what the others say of them, and what is stored by whom.
namespace turnout::gateway {

OpenTasks::HeldAttempt OpenTasks::attempt_of_pass(std::uint64_t pass) {
  const auto number = task_of_pass_.find(pass);
  if (number == task_of_pass_.end()) return {};
  HeldAttempt held{tasks_.hold(number->second)};
  if (held.task) held.attempt = held.task->attempt_of(pass);
  return held;
}

void OpenTasks::set_aside(TaskRecord& task, AttemptRecord attempt) {
  constexpr std::size_t kMostKept = 32;
  if (task.unanswered.size() == kMostKept) {
    task_of_pass_.erase(task.unanswered.front().pass);
    task.unanswered.erase(task.unanswered.begin());
  }
  task_of_pass_[attempt.pass] = task.number;
  task.unanswered.push_back(std::move(attempt));
}

/// A gateway answered what another had given up: it counts at all of them.
AttemptRecord* OpenTasks::answered_after_all(TaskRecord& task, std::uint64_t pass) {
  const auto found = std::find_if(task.unanswered.begin(), task.unanswered.end(),
                                  [&](const AttemptRecord& one) { return one.pass == pass; });
  if (found == task.unanswered.end()) return nullptr;
  task.forgotten_usd -= found->cost_usd.value_or(0);
  add_attempt(task, AttemptRecord(*found));
  return &task.attempts.back();
}

/// The pass is stored here, now and whenever something is known of it that was not.
void OpenTasks::keep(AttemptRecord& attempt) {
  attempt.kept_here = true;
  if (attempt.answered) due_.push_back(attempt.pass);
}

/// Who goes on with a task stores what others answered before, too: they may have been killed
/// before they did.
void OpenTasks::keep_answered(TaskRecord& task) {
  for (AttemptRecord& one : task.attempts) {
    if (one.answered && !one.kept_here) keep(one);
  }
}

bool OpenTasks::told(const Assigned& entry, std::uint64_t seed,
                     std::shared_ptr<const PolicyVersion> policy) {
  const std::lock_guard lock(mutex_);
  if (!take_assigned(entry, seed, std::move(policy))) return false;
  if (const auto held = attempt_of_pass(entry.match.pass);
      held.attempt != nullptr && entry.match.begins_pass)
    held.attempt->elsewhere = true;
  return true;
}

void OpenTasks::told(const OutcomeTold& entry) {
  const std::lock_guard lock(mutex_);
  const auto task = by_id(entry.task);
  if (!task) return;
  take_outcome(*task, entry.attempt, entry.outcome);
  for (AttemptRecord& one : task->attempts) {
    if (one.kept_here && one.attempt == entry.attempt) keep(one);
  }
}

void OpenTasks::told(const CallEnded& entry, bool ours) {
  const std::lock_guard lock(mutex_);
  if (!ours) {
    if (entry.end.model >= options_.models.size()) return;
    const auto task = tasks_.hold(entry.match.task);
    take_end(entry.match, entry.end, task ? &*task : nullptr);
  }
  const auto [task, attempt] = attempt_of_pass(entry.match.pass);
  if (attempt == nullptr) return;
  if (!ours && entry.match.begins_pass) attempt->elsewhere = false;
  const bool counts = task->number == entry.match.task && entry.end.answered && !attempt->agreed;
  if (counts) {
    attempt->attempt = ++task->agreed;
    attempt->agreed = true;
  }
  if (attempt->kept_here && (counts || !ours)) keep(*attempt);
}

void OpenTasks::gone(std::uint32_t gateway, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  for (const std::uint64_t number : tasks_.with_calls_elsewhere()) {
    const auto task = tasks_.hold(number);
    for (AttemptRecord& one : task->attempts) {
      if (!one.elsewhere || one.pass >> traffic::TaskMatcher::kCountBits != gateway) continue;
      one.elsewhere = false;
      if (!one.answered && one.in_flight <= 0)
        matcher_.ended({.task = number, .pass = one.pass}, now_us, false);
    }
  }
}

std::vector<traffic::Pass> OpenTasks::due(bool agreeing) {
  const std::lock_guard lock(mutex_);
  std::sort(due_.begin(), due_.end());
  due_.erase(std::unique(due_.begin(), due_.end()), due_.end());
  std::vector<traffic::Pass> passes;
  std::erase_if(due_, [&](std::uint64_t pass) {
    const auto [task, attempt] = attempt_of_pass(pass);
    if (attempt == nullptr) return true;
    if (agreeing && !attempt->agreed) return false;
    passes.push_back(pass_of(*task, *attempt));
    return true;
  });
  return passes;
}

}  // namespace turnout::gateway
