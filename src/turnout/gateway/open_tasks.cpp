#include "turnout/gateway/open_tasks.h"

#include <algorithm>
#include <utility>

#include "turnout/base/fast_hash.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/task_journal.h"

namespace turnout::gateway {

using traffic::Match;

double TaskRecord::cost_usd() const {
  double sum = forgotten_usd;
  for (const AttemptRecord& attempt : attempts) sum += attempt.cost_usd.value_or(0);
  return sum;
}

AttemptRecord* TaskRecord::attempt_of(std::uint64_t pass) {
  const auto found = std::find_if(attempts.rbegin(), attempts.rend(),
                                  [&](const AttemptRecord& one) { return one.pass == pass; });
  return found == attempts.rend() ? nullptr : &*found;
}

bool TaskRecord::cost_is_known() const {
  return std::all_of(attempts.begin(), attempts.end(),
                     [](const AttemptRecord& attempt) { return attempt.cost_known; });
}

OpenTasks::OpenTasks(Options options)
    : options_(heard_by(this, std::move(options))),
      matcher_(options_.matcher),
      rng_(options_.seed) {}

Assignment OpenTasks::assign(const Ask& ask) {
  const std::lock_guard lock(mutex_);
  Assignment assignment;
  assignment.match = matcher_.take(ask.request);
  const Match& match = assignment.match;
  if (match.task == Match::kNone) {
    serve_helper(ask, assignment);
    return assignment;
  }
  const auto held = record_of(ask, match);
  TaskRecord& task = *held;
  // Another gateway's answer may have come beside what this matcher took for the pass.
  if (match.begins_pass) assignment.match.attempt = std::max(match.attempt, task.answered + 1);
  task.last_us = ask.request.started_us;
  assignment.task = task.id;
  assignment.answered_before = answered_before(task, match);
  AttemptRecord* attempt = task.attempt_of(match.pass);
  if (attempt == nullptr) {
    forget_unanswered(task);
    if (shares_) keep_answered(task);
    auto begun = begin_attempt(ask, task, assignment, &rng_);
    if (begun) {
      add_attempt(task, *std::move(begun));
      write_down(ask, task, match);
    }
    return assignment;
  }
  hold(ask, *attempt, assignment);
  if (assignment.declined != Declined::kNo) return assignment;
  ++attempt->calls;
  ++attempt->in_flight;
  attempt->kept_here = true;
  return assignment;
}

Assignment OpenTasks::preview(const Ask& ask) const {
  const std::lock_guard lock(mutex_);
  Assignment assignment;
  assignment.match = matcher_.look(ask.request);
  if (assignment.match.task == Match::kNone) {
    serve_helper(ask, assignment);
    return assignment;
  }
  TaskRecord task;
  task.policy = ask.policy;
  if (auto found = tasks_.find(assignment.match.task)) task = *std::move(found);
  if (assignment.match.begins_pass)
    assignment.match.attempt = std::max(assignment.match.attempt, task.answered + 1);
  assignment.task = task.id;
  if (const AttemptRecord* attempt = task.attempt_of(assignment.match.pass)) {
    hold(ask, *attempt, assignment);
  } else {
    drop_unanswered(task);
    begin_attempt(ask, task, assignment, nullptr);
  }
  return assignment;
}

/// That a pass goes on need not be known after a restart: its turn is found by what began it.
void OpenTasks::write_down(const Ask& ask, const TaskRecord& task, const Match& match) {
  if (journal_ == nullptr) return;
  journal_->append(AssignedView{ask.request, match, task.id, task.user, ask.key_name,
                                task.policy->policy.text(), task.conversation, task.state,
                                task.attempts.back()});
}

TaskRecords::Held OpenTasks::add_task(std::uint64_t number,
                                      std::shared_ptr<const PolicyVersion> policy) {
  if (listed_.size() < kListed) listed_.resize(listed_.size() + 1);
  listed_[next_listed_] = number;
  next_listed_ = (next_listed_ + 1) % kListed;
  return tasks_.add(number, std::move(policy));
}

TaskRecords::Held OpenTasks::record_of(const Ask& ask, const Match& match) {
  if (auto held = tasks_.hold(match.task)) return held;
  auto held = add_task(match.task, ask.policy);
  TaskRecord& task = *held;
  task.id = new_ids_.next(options_.id_prefix, ask.seed, ask.request.started_us);
  task.owner = ask.seed;
  task.user = ask.user;
  task.conversation = ask.request.conversation;
  task.began_us = ask.request.started_us;
  task.answered = task.agreed = match.attempt - 1;
  ids_.set(id_hash(task.id), match.task);
  matcher_.name(match, id_number(ask.seed, task.id));
  if (task.conversation != 0) conversations_.emplace(task.conversation, match.task);
  return held;
}

/// An attempt that nobody answered has not happened, for the policy. @returns them.
std::vector<AttemptRecord> OpenTasks::drop_unanswered(TaskRecord& task) {
  std::vector<AttemptRecord> dropped;
  while (!task.attempts.empty() && !task.attempts.back().answered &&
         task.attempts.back().in_flight <= 0 && !task.attempts.back().elsewhere) {
    task.state = task.attempts.back().before;
    task.forgotten_usd += task.attempts.back().cost_usd.value_or(0);
    dropped.push_back(std::move(task.attempts.back()));
    task.attempts.pop_back();
  }
  return dropped;
}

/// Drops them, and what is known of their passes; another gateway may answer one yet.
void OpenTasks::forget_unanswered(TaskRecord& task) {
  for (AttemptRecord& attempt : drop_unanswered(task)) {
    if (!shares_) continue;
    task_of_pass_.erase(attempt.pass);
    set_aside(task, std::move(attempt));
  }
}

std::optional<std::size_t> OpenTasks::answered_before(const TaskRecord& task,
                                                      const Match& match) const {
  for (const AttemptRecord& one : task.attempts) {
    if (one.pass == match.pass && one.answered) return one.model;  // its own pass goes on
  }
  for (std::size_t i = task.attempts.size(); i-- > 0;) {
    if (task.attempts[i].answered) return task.attempts[i].model;
  }
  const auto before = tasks_.find(match.other_task);
  if (!before) return std::nullopt;
  for (const AttemptRecord& one : before->attempts) {
    if (one.pass == match.after && one.answered) return one.model;
  }
  return std::nullopt;
}

/// @returns the attempt that the request begins; nothing if nobody serves it.
std::optional<AttemptRecord> OpenTasks::begin_attempt(const Ask& ask, TaskRecord& task,
                                                      Assignment& assignment,
                                                      base::Rng* rng) const {
  AttemptRecord attempt;
  attempt.pass = assignment.match.pass;
  attempt.attempt = assignment.match.attempt;
  attempt.rule = assignment.match.rule;
  attempt.reprompt = assignment.match.probability;
  attempt.started_us = ask.request.started_us;
  attempt.before = task.state;
  attempt.policy_id = task.policy->id;
  attempt.calls = attempt.in_flight = 1;
  attempt.kept_here = true;
  assignment.declined = choose(ask, task, attempt, rng);
  if (assignment.declined != Declined::kNo) {
    task.state = attempt.before;  // it did not happen
    return std::nullopt;
  }
  assignment.model = attempt.model;
  assignment.reason = attempt.reason;
  assignment.propensity = attempt.propensity;
  assignment.policy_id = attempt.policy_id;
  assignment.skipped = attempt.skipped;
  assignment.shadow = attempt.shadow;
  return attempt;
}

/// A prompt may come again a thousand times (a monitor's): of a task's attempts the latest stay.
void OpenTasks::add_attempt(TaskRecord& task, AttemptRecord attempt) {
  constexpr std::size_t kMostKept = 32;
  if (task.attempts.size() == kMostKept) {
    const AttemptRecord& oldest = task.attempts.front();
    task.forgotten_usd += oldest.cost_usd.value_or(0);
    task.attempts.erase(task.attempts.begin());
  }
  if (shares_) {
    std::erase_if(task.unanswered,
                  [&](const AttemptRecord& one) { return one.pass == attempt.pass; });
    task_of_pass_[attempt.pass] = task.number;
  }
  task.attempts.push_back(std::move(attempt));
}

std::uint64_t OpenTasks::id_hash(std::string_view id) const {
  return base::fast_hash(id, options_.seed);
}

TaskRecords::Held OpenTasks::by_id(std::string_view id) {
  const std::uint64_t* number = ids_.find(id_hash(id));
  if (number == nullptr) return {};
  auto task = tasks_.hold(*number);
  return task && task->id == id ? std::move(task) : TaskRecords::Held();
}

std::optional<TaskRecord> OpenTasks::find(std::string_view id, std::uint64_t owner,
                                          bool anybodys) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t* number = ids_.find(id_hash(id));
  auto task = number == nullptr ? std::nullopt : tasks_.find(*number);
  if (!task || task->id != id || (!anybodys && task->owner != owner)) return std::nullopt;
  return task;
}

std::vector<TaskRecord> OpenTasks::in_conversation(std::uint64_t conversation,
                                                   std::uint64_t owner) const {
  const std::lock_guard lock(mutex_);
  std::vector<TaskRecord> tasks;
  const auto [begin, end] = conversations_.equal_range(conversation);
  for (auto at = begin; at != end; ++at) {
    auto task = tasks_.find(at->second);
    if (task && task->owner == owner) tasks.push_back(*std::move(task));
  }
  std::sort(tasks.begin(), tasks.end(), [](const TaskRecord& a, const TaskRecord& b) {
    return std::pair(a.began_us, a.number) < std::pair(b.began_us, b.number);
  });
  return tasks;
}

std::vector<TaskRecord> OpenTasks::latest(std::size_t most) const {
  std::vector<std::uint64_t> numbers;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 1; i <= listed_.size(); ++i)
      numbers.push_back(listed_[(next_listed_ + listed_.size() - i) % listed_.size()]);
  }
  std::vector<TaskRecord> tasks;
  for (std::size_t i = 0; i < numbers.size() && tasks.size() < most; ++i) {
    const std::lock_guard lock(mutex_);  // of each: who serves does not wait for the whole list
    if (auto task = tasks_.find(numbers[i])) tasks.push_back(*std::move(task));
  }
  return tasks;
}

std::size_t OpenTasks::size() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

/// What the matcher no longer knows nobody will ask for.
void OpenTasks::forget(std::uint64_t number) {
  const auto found = tasks_.find(number);
  if (!found) return;
  const TaskRecord& task = *found;
  ids_.erase(id_hash(task.id));
  for (const auto* list : {&task.attempts, &task.unanswered}) {
    for (const AttemptRecord& attempt : *list) task_of_pass_.erase(attempt.pass);
  }
  if (task.conversation != 0) {
    const auto [begin, end] = conversations_.equal_range(task.conversation);
    const auto same =
        std::find_if(begin, end, [&](const auto& one) { return one.second == number; });
    if (same != end) conversations_.erase(same);
  }
  tasks_.erase(number);
}

/// The matcher is to say which tasks go.
OpenTasks::Options OpenTasks::heard_by(OpenTasks* tasks, Options options) {
  options.matcher.forgotten = [tasks](std::uint64_t number) { tasks->forget(number); };
  return options;
}

}  // namespace turnout::gateway
