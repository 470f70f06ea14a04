#include <algorithm>

#include "turnout/traffic/task_matcher.h"

/// What a TaskMatcher keeps, and for how long.
namespace turnout::traffic {
namespace {

constexpr std::size_t kRecent = 8;  // tasks of a person that a request may be alike to
constexpr std::size_t kKeys = 128;  // a task keeps: an agent's steps may be many

}  // namespace

void TaskMatcher::remember_key(Kind kind, std::uint64_t scope, std::uint64_t value,
                               const Match& match) {
  if (value == 0) return;
  const std::uint64_t name = key(kind, scope, value);
  Task& task = *find(match.task);
  const bool is_new = seen_.set(name, Seen{match.task, match.pass});
  if (!is_new && std::find(task.keys.begin(), task.keys.end(), name) != task.keys.end()) return;
  if (task.keys.size() == kKeys) {
    forget_key(task.keys.front(), match.task);
    task.keys.erase(task.keys.begin());
  }
  task.keys.push_back(name);
}

/// A key that another task has come to since stays.
void TaskMatcher::forget_key(std::uint64_t name, std::uint64_t task) {
  const auto found = seen_.find(name);
  if (found && found->task == task) seen_.erase(name);
}

void TaskMatcher::remember_text(Kind kind, const Request& request, std::size_t messages,
                                const Match& match) {
  if (messages == 0 || messages > request.messages.size()) return;
  const std::uint64_t text = request.messages[messages - 1];
  remember_key(kind, request.person, text, match);
  if (request.person == 0 && request.conversation != 0)
    remember_key(kind, request.conversation, text, match);
}

void TaskMatcher::remember(const Request& request, const Match& match) {
  Task& task = *find(match.task);
  remember_text(Kind::kBody, request, request.messages.size(), match);
  remember_text(Kind::kTurn, request, request.last_user, match);
  if (request.user_messages >= 2)
    remember_text(Kind::kHistory, request, request.last_user - 1, match);
  remember_key(Kind::kConversation, request.person, request.conversation, match);
  remember_key(Kind::kCall, request.person, request.call, match);
  remember_key(Kind::kPrompt, request.person, request.prompt, match);
  remember_key(Kind::kMessage, request.person, request.message, match);
  remember_key(Kind::kParent, request.person, request.parent, match);
  const std::int64_t end =
      request.ended_us == Request::kInFlight ? request.started_us : request.ended_us;
  task.last_end_us = std::max(task.last_end_us, end);
  if (task.name != 0) {
    named_.set(task.name, {match.task, task.last_end_us, answers(task)});
    forget_names(request.started_us);
  }
  if (request.person == 0 || request.person != task.person) return;
  auto& recent = recent_[request.person];
  std::erase(recent, match.task);
  recent.push_back(match.task);
  if (recent.size() > kRecent) recent.erase(recent.begin());
}

void TaskMatcher::forget(std::uint64_t number) {
  const Task& task = *find(number);
  for (const std::uint64_t name : task.keys) forget_key(name, number);
  const auto recent = recent_.find(task.person);
  if (recent != recent_.end()) {
    std::erase(recent->second, number);
    if (recent->second.empty()) recent_.erase(recent);
  }
  if (task.name_is_ours) named_.erase(task.name);
  tasks_.erase(key_of(number));
  if (options_.forgotten) options_.forgotten(number);
}

/// Tasks whose window has ended go, and the one that would go next where there are too many.
void TaskMatcher::expire(std::int64_t now_us) {
  while (!expiries_.empty()) {
    const auto [at, number] = expiries_.top();
    const bool full = tasks_.size() > options_.most_tasks;
    if (at >= now_us && !full) return;
    expiries_.pop();
    const Task* task = find(number);
    if (task == nullptr) continue;
    const bool in_flight = task->pass_end_us == Request::kInFlight && !full;
    const std::int64_t end = (in_flight ? now_us : task->last_end_us) + options_.window_us;
    if (end > at) {
      expiries_.emplace(end, number);
    } else {
      forget(number);
    }
  }
}

/// Clients' names of tasks go when they no longer hold: all at once, whenever there are twice as
/// many as were left the last time, so that each is looked at a constant number of times.
void TaskMatcher::forget_names(std::int64_t now_us) {
  if (named_.size() <= 2 * std::max(options_.most_tasks, names_left_)) return;
  named_.erase_if([&](std::uint64_t, const Named& named) {
    return now_us - named.last_end_us > options_.task_name_us;
  });
  names_left_ = named_.size();
}

}  // namespace turnout::traffic
