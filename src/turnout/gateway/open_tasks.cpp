#include "turnout/gateway/open_tasks.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <utility>

#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/task_journal.h"

namespace turnout::gateway {
namespace {

using traffic::Match;

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kRandomAtOnce = 256 * kIdBytes;

/// "mini: context, small: images".
void append_skipped(std::string& text, const std::string& model, Unable why) {
  if (!text.empty()) text += ", ";
  text += fmt::format("{}: {}", model, kUnableNames.at(static_cast<std::size_t>(why)));
}

bool is_able(const Ask& ask, std::size_t model) { return ask.unable[model] == Unable::kNo; }

std::optional<std::size_t> first_able(const Ask& ask, std::size_t from) {
  for (std::size_t model = from; model < ask.unable.size(); ++model) {
    if (is_able(ask, model)) return model;
  }
  return std::nullopt;
}

}  // namespace

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
    : options_(std::move(options)), matcher_(options_.matcher), rng_(options_.seed) {}

/// An id is all that is needed to give feedback or to go on with a task: it must not be guessed.
std::string OpenTasks::new_id() {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  if (random_.empty()) {
    random_.resize(kRandomAtOnce);
    for (std::size_t at = 0; at < random_.size(); at += kIdBytes * 16)
      [[maybe_unused]] const auto got = ::getrandom(random_.data() + at, kIdBytes * 16, 0);
  }
  std::string id = options_.id_prefix + "-";
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : std::string_view(random_).substr(random_.size() - kIdBytes)) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) id += kLetters[(bits >> (count - 5)) & 31U];
  }
  random_.resize(random_.size() - kIdBytes);
  return id;
}

Assignment OpenTasks::assign(const Ask& ask) {
  const std::lock_guard lock(mutex_);
  forget_old(ask.request.started_us);
  Assignment assignment;
  assignment.match = matcher_.take(ask.request);
  const Match& match = assignment.match;
  if (match.task == Match::kNone) {
    serve_helper(ask, assignment);
    return assignment;
  }
  TaskRecord& task = record_of(ask, match);
  task.last_us = ask.request.started_us;
  assignment.task = task.id;
  assignment.answered_before = answered_before(task, match);
  AttemptRecord* attempt = task.attempt_of(match.pass);
  if (attempt == nullptr) {
    begin_attempt(ask, task, assignment);
    if (assignment.declined == Declined::kNo) write_down(ask, task, match);
    return assignment;
  }
  assignment.model = attempt->model;
  assignment.reason = Reason::kHeld;
  assignment.policy_id = attempt->policy_id;
  if (ask.pinned && *ask.pinned != attempt->model && is_able(ask, *ask.pinned)) {
    assignment.model = *ask.pinned;
    assignment.reason = Reason::kPinned;
  } else if (const auto higher = first_able(ask, attempt->model + 1);
             ask.escalate && !attempt->answered && higher) {
    assignment.model = *higher;
    assignment.reason = Reason::kEscalated;
  } else if (!is_able(ask, attempt->model)) {  // the pass has grown beyond its model
    append_skipped(assignment.skipped, options_.models[attempt->model], ask.unable[attempt->model]);
    const auto able = first_able(ask, 0);
    if (!able) {
      assignment.declined = Declined::kNobodyAble;
      return assignment;
    }
    assignment.model = *able;
    assignment.reason = Reason::kSkipped;
  }
  ++attempt->calls;
  ++attempt->in_flight;
  return assignment;
}

/// That a pass goes on need not be known after a restart: its turn is found by what began it.
void OpenTasks::write_down(const Ask& ask, const TaskRecord& task, const Match& match) {
  if (journal_ == nullptr) return;
  Assigned entry{ask.request,       match,        task.id,
                 task.user,         ask.key_name, task.policy->policy.text(),
                 task.conversation, task.state,   task.attempts.back()};
  journal_->append(entry);
}

TaskRecord& OpenTasks::record_of(const Ask& ask, const Match& match) {
  const auto [place, is_new] = tasks_.try_emplace(match.task);
  TaskRecord& task = place->second;
  if (!is_new) return task;
  task.id = new_id();
  task.number = match.task;
  task.owner = ask.seed;
  task.user = ask.user;
  task.conversation = ask.request.conversation;
  task.policy = ask.policy;
  ids_.emplace(task.id, match.task);
  matcher_.name(match, id_number(ask.seed, task.id));
  if (task.conversation != 0) conversations_.emplace(task.conversation, match.task);
  return task;
}

/// An attempt that nobody answered has not happened, for the policy.
void OpenTasks::drop_unanswered(TaskRecord& task) {
  while (!task.attempts.empty() && !task.attempts.back().answered &&
         task.attempts.back().in_flight <= 0) {
    task.state = task.attempts.back().before;
    task.forgotten_usd += task.attempts.back().cost_usd.value_or(0);
    task_of_pass_.erase(task.attempts.back().pass);
    task.attempts.pop_back();
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
  const auto number = task_of_pass_.find(match.after);
  const auto before = number == task_of_pass_.end() ? tasks_.end() : tasks_.find(number->second);
  if (before == tasks_.end()) return std::nullopt;
  for (const AttemptRecord& one : before->second.attempts) {
    if (one.pass == match.after && one.answered) return one.model;
  }
  return std::nullopt;
}

void OpenTasks::begin_attempt(const Ask& ask, TaskRecord& task, Assignment& assignment) {
  drop_unanswered(task);
  AttemptRecord attempt;
  attempt.pass = assignment.match.pass;
  attempt.attempt = assignment.match.attempt;
  attempt.rule = assignment.match.rule;
  attempt.reprompt = assignment.match.probability;
  attempt.started_us = ask.request.started_us;
  attempt.before = task.state;
  attempt.policy_id = task.policy->id;
  attempt.calls = attempt.in_flight = 1;
  assignment.declined = choose(ask, task, attempt);
  if (assignment.declined != Declined::kNo) {
    task.state = attempt.before;  // it did not happen
    return;
  }
  assignment.model = attempt.model;
  assignment.reason = attempt.reason;
  assignment.propensity = attempt.propensity;
  assignment.policy_id = attempt.policy_id;
  assignment.skipped = attempt.skipped;
  assignment.shadow = attempt.shadow;
  add_attempt(task, std::move(attempt));
}

/// A prompt may come again a thousand times (a monitor's): of a task's attempts the latest stay.
void OpenTasks::add_attempt(TaskRecord& task, AttemptRecord attempt) {
  constexpr std::size_t kMostKept = 32;
  if (task.attempts.size() == kMostKept) {
    const AttemptRecord& oldest = task.attempts.front();
    task.forgotten_usd += oldest.cost_usd.value_or(0);
    task_of_pass_.erase(oldest.pass);
    task.attempts.erase(task.attempts.begin());
  }
  task_of_pass_[attempt.pass] = task.number;
  task.attempts.push_back(std::move(attempt));
}

Declined OpenTasks::choose(const Ask& ask, TaskRecord& task, AttemptRecord& attempt) {
  if (ask.pinned) {
    if (!is_able(ask, *ask.pinned)) return Declined::kNobodyAble;
    attempt.model = *ask.pinned;
    attempt.reason = Reason::kPinned;
    attempt.policy_id = "pinned";
    return Declined::kNo;
  }
  if (ask.most_attempts && attempt.attempt > std::int64_t{*ask.most_attempts})
    return Declined::kTooMany;
  if (ask.most_usd && task.spent_usd >= *ask.most_usd) return Declined::kTooDear;
  const auto declined = follow_policy(ask, task, attempt);
  if (ask.escalate) return escalate(ask, task, attempt, declined);
  if (declined == Declined::kNo && ask.shadow_serves) {
    attempt.shadow = options_.models[attempt.model];
    if (!is_able(ask, *ask.shadow_serves)) return Declined::kNobodyAble;
    attempt.model = *ask.shadow_serves;
    attempt.reason = Reason::kShadow;
    attempt.propensity = 1;
    attempt.policy_id = "shadow-" + attempt.policy_id;
  }
  return declined;
}

/// A stronger model than served last, or than the policy would have now; who is at the top stays there.
Declined OpenTasks::escalate(const Ask& ask, const TaskRecord& task, AttemptRecord& attempt,
                             Declined declined) {
  const bool decided = declined == Declined::kNo;
  std::size_t from = decided ? attempt.model : 0;
  if (!task.attempts.empty()) from = task.attempts.back().model;
  const auto higher = first_able(ask, from + 1);
  if (!higher && !is_able(ask, from)) return declined;
  const std::size_t wanted = higher.value_or(from);
  if (!decided || wanted > attempt.model) {
    attempt.model = wanted;
    attempt.reason = Reason::kEscalated;
    attempt.propensity = 0;
  }
  return Declined::kNo;
}

/// What the policy draws; where that model cannot serve, what comes next, as if it had failed: whether
/// it can has nothing to do with whether it would have solved the task.
Declined OpenTasks::follow_policy(const Ask& ask, TaskRecord& task, AttemptRecord& attempt) {
  constexpr int kMostSkipped = 64;
  const auto& policy = task.policy->policy;
  std::size_t strongest = 0;
  for (int i = 0; i < kMostSkipped; ++i) {
    const auto decision = policy::decide(policy, task.state, rng_.uniform());
    if (decision.model == policy::kNoModel)
      return attempt.skipped.empty() ? Declined::kOfferEnded : Declined::kNobodyAble;
    if (is_able(ask, decision.model)) {
      attempt.model = decision.model;
      attempt.propensity = attempt.skipped.empty() ? decision.propensity : 0;
      attempt.reason = attempt.skipped.empty() ? Reason::kPolicy : Reason::kSkipped;
      task.state = decision.next;
      return Declined::kNo;
    }
    if (attempt.skipped.find(options_.models[decision.model] + ":") == std::string::npos)
      append_skipped(attempt.skipped, options_.models[decision.model], ask.unable[decision.model]);
    strongest = std::max<std::size_t>(strongest, decision.model);
    if (decision.next == task.state) break;  // it would draw the same for ever
    task.state = decision.next;
  }
  auto able = first_able(ask, strongest + 1);
  if (!able) able = first_able(ask, 0);
  if (!able) return Declined::kNobodyAble;
  attempt.model = *able;
  attempt.reason = Reason::kSkipped;
  attempt.propensity = 0;
  return Declined::kNo;
}

/// The model of the pass that it serves, else the one that the policy begins with.
void OpenTasks::serve_helper(const Ask& ask, Assignment& assignment) {
  assignment.reason = Reason::kHelper;
  std::size_t model = ask.pinned.value_or(policy::decide(ask.policy->policy, 0, 0.5).model);
  if (model >= ask.unable.size() || !is_able(ask, model)) {
    const auto able = first_able(ask, 0);
    if (!able) assignment.declined = Declined::kNobodyAble;
    model = able.value_or(0);
  }
  assignment.model = model;
  assignment.policy_id = ask.policy->id;
}

TaskRecord* OpenTasks::by_id(std::string_view id) {
  const auto number = ids_.find(std::string(id));
  if (number == ids_.end()) return nullptr;
  return &tasks_.find(number->second)->second;
}

std::optional<TaskRecord> OpenTasks::find(std::string_view id, std::uint64_t owner,
                                          bool anybodys) const {
  const std::lock_guard lock(mutex_);
  const auto number = ids_.find(std::string(id));
  if (number == ids_.end()) return std::nullopt;
  const TaskRecord& task = tasks_.at(number->second);
  return anybodys || task.owner == owner ? std::optional(task) : std::nullopt;
}

std::vector<TaskRecord> OpenTasks::in_conversation(std::uint64_t conversation,
                                                   std::uint64_t owner) const {
  const std::lock_guard lock(mutex_);
  std::vector<TaskRecord> tasks;
  const auto [begin, end] = conversations_.equal_range(conversation);
  for (auto at = begin; at != end; ++at) {
    const TaskRecord& task = tasks_.at(at->second);
    if (task.owner == owner) tasks.push_back(task);
  }
  std::sort(tasks.begin(), tasks.end(),
            [](const TaskRecord& a, const TaskRecord& b) { return a.number < b.number; });
  return tasks;
}

std::size_t OpenTasks::size() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

/// Once a minute, or when there are too many: what the matcher no longer knows nobody will ask for.
void OpenTasks::forget_old(std::int64_t now_us) {
  constexpr std::int64_t kEvery = 60'000'000;
  const std::size_t most = options_.matcher.most_tasks + options_.matcher.most_tasks / 8;
  if (now_us - swept_us_ < kEvery && tasks_.size() <= most) return;
  swept_us_ = now_us;
  const bool full = tasks_.size() > most;
  std::int64_t before = now_us - options_.matcher.window_us;
  if (full) {
    std::vector<std::int64_t> times;
    times.reserve(tasks_.size());
    for (const auto& [number, task] : tasks_) times.push_back(task.last_us);
    const auto kept = times.begin() + static_cast<std::ptrdiff_t>(tasks_.size() / 8);
    std::nth_element(times.begin(), kept, times.end());
    before = std::max(before, *kept);
  }
  for (auto at = tasks_.begin(); at != tasks_.end();) {
    const TaskRecord& task = at->second;
    const bool in_flight =
        !full && std::any_of(task.attempts.begin(), task.attempts.end(),
                             [](const AttemptRecord& attempt) { return attempt.in_flight > 0; });
    if (task.last_us >= before || in_flight) {
      ++at;
      continue;
    }
    ids_.erase(task.id);
    for (const AttemptRecord& attempt : task.attempts) task_of_pass_.erase(attempt.pass);
    const auto [begin, end] = conversations_.equal_range(task.conversation);
    const auto same =
        std::find_if(begin, end, [&](const auto& one) { return one.second == at->first; });
    if (same != end) conversations_.erase(same);
    at = tasks_.erase(at);
  }
}

}  // namespace turnout::gateway
