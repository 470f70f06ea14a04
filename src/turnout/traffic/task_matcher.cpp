#include "turnout/traffic/task_matcher.h"

#include <algorithm>

namespace turnout::traffic {
namespace {

constexpr double kAlike = 0.5;
/// Nobody reads an answer and writes the next prompt within it: what follows so fast, in a log
/// without texts, is a program's next step.
constexpr std::int64_t kFastestPerson = 1'000'000;
constexpr std::size_t kRecent = 8;  // tasks of a person that a request may be alike to
constexpr std::size_t kTurns = 5;   // whose words a task keeps: the first, and the latest
constexpr std::size_t kKeys = 128;  // a task keeps: an agent's steps may be many

constexpr std::array<std::string_view, kMatchRules> kRuleNames = {
    "helper", "retry", "step", "certain", "further_turn", "other_conversation", "new_task"};

std::uint64_t mixed(std::uint64_t x) {  // the finaliser of splitmix64
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

}  // namespace

std::string_view name_of(MatchRule rule) { return kRuleNames.at(static_cast<std::size_t>(rule)); }

std::uint64_t TaskMatcher::key(Kind kind, std::uint64_t scope, std::uint64_t value) {
  return mixed(mixed(mixed(value) + scope) + static_cast<std::uint64_t>(kind));
}

bool TaskMatcher::in_window(const Task& task, const Request& request) const {
  return request.started_us - task.last_end_us <= options_.window_us;
}

TaskMatcher::Task* TaskMatcher::find(std::uint64_t number) {
  const auto found = tasks_.find(number);
  return found == tasks_.end() ? nullptr : &found->second;
}

TaskMatcher::Task* TaskMatcher::find_in_window(const std::optional<Seen>& seen,
                                               const Request& request) {
  Task* task = seen ? find(seen->task) : nullptr;
  return task != nullptr && in_window(*task, request) ? task : nullptr;
}

std::optional<TaskMatcher::Seen> TaskMatcher::seen(Kind kind, std::uint64_t scope,
                                                   std::uint64_t value) const {
  if (value == 0) return std::nullopt;
  const auto found = seen_.find(key(kind, scope, value));
  return found == seen_.end() ? std::nullopt : std::optional(found->second);
}

/// Texts count within a person. Of persons that are not known, two may begin alike: their texts
/// count within a conversation, or from the second turn on, which holds an answer.
std::optional<TaskMatcher::Seen> TaskMatcher::seen_text(Kind kind, const Request& request,
                                                        std::size_t messages) const {
  if (messages == 0 || messages > request.messages.size()) return std::nullopt;
  const std::uint64_t text = request.messages[messages - 1];
  if (request.person != 0) return seen(kind, request.person, text);
  if (request.user_messages >= 2) return seen(kind, 0, text);
  return request.conversation != 0 ? seen(kind, request.conversation, text) : std::nullopt;
}

/// What the conversation came to last.
std::optional<TaskMatcher::Seen> TaskMatcher::latest_of(const Request& request) const {
  return seen(Kind::kConversation, request.person, request.conversation);
}

Match TaskMatcher::take(const Request& request) {
  expire(request.started_us);
  if (request.helper) {
    const auto served = latest_of(request);
    Match match{.rule = MatchRule::kHelper};
    if (find_in_window(served, request) != nullptr) match.pass = served->pass;
    return match;
  }
  auto match = retry(request);
  if (!match) match = step(request);
  if (!match) match = certain(request);
  if (!match) match = further_turn(request);
  if (!match) match = other_conversation(request);
  if (!match) match = new_task(MatchRule::kNewTask, request, 0);
  remember(request, *match);
  return *match;
}

std::optional<Match> TaskMatcher::retry(const Request& request) {
  auto before = seen_text(Kind::kBody, request, request.messages.size());
  if (!before && request.retries > 0) before = latest_of(request);
  const Task* task = find_in_window(before, request);
  if (task == nullptr || before->pass != task->pass) return std::nullopt;
  if (request.task != 0 && task->name != 0 && request.task != task->name) return std::nullopt;
  const bool in_flight = task->pass_end_us > request.started_us;
  if (!in_flight && request.started_us - task->pass_end_us > options_.retry_us) return std::nullopt;
  const bool told = request.retries > 0;
  const bool untold = !request.batch && (in_flight || !task->last_answered);
  if (!told && !untold) return std::nullopt;
  return same_pass(MatchRule::kRetry, *before, request);
}

/// The pass whose prompt an agent's call goes on with.
std::optional<TaskMatcher::Seen> TaskMatcher::prompt_before(const Request& request) {
  const bool continues = request.agent || request.last == LastItem::kToolResult ||
                         request.last == LastItem::kAssistant ||
                         request.last == LastItem::kEmptyUser;
  if (!continues) return std::nullopt;
  if (const auto same_turn = seen_text(Kind::kTurn, request, request.last_user);
      find_in_window(same_turn, request) != nullptr)
    return same_turn;
  for (std::size_t i = request.messages.size(); i-- > 1;) {
    const auto before = seen_text(Kind::kBody, request, i);
    if (find_in_window(before, request) != nullptr) return before;
  }
  if (const auto latest = latest_of(request); find_in_window(latest, request) != nullptr)
    return latest;
  const auto recent = recent_.find(request.person);
  if (request.person == 0 || request.conversation != 0 || recent == recent_.end())
    return std::nullopt;
  const Task* task = find(recent->second.back());
  return Seen{recent->second.back(), task->pass};
}

std::optional<Match> TaskMatcher::step(const Request& request) {
  if (const auto same_prompt = seen(Kind::kPrompt, request.person, request.prompt);
      find_in_window(same_prompt, request) != nullptr)
    return same_pass(MatchRule::kStep, *same_prompt, request);
  if (const auto before = prompt_before(request); find_in_window(before, request) != nullptr)
    return same_pass(MatchRule::kStep, *before, request);
  const bool wordless = request.messages.empty() && !request.turn && request.prompt == 0;
  const auto latest = wordless ? latest_of(request) : std::nullopt;
  const Task* task = find_in_window(latest, request);
  if (task == nullptr || request.started_us - task->pass_end_us >= kFastestPerson)
    return std::nullopt;
  Match match = same_pass(MatchRule::kStep, *latest, request);
  match.by_pace = true;
  return match;
}

std::optional<Match> TaskMatcher::named_task(const Request& request) {
  const auto named = named_.find(request.task);
  if (named == named_.end()) {
    Match match = new_task(MatchRule::kNewTask, request, 0);
    named_[request.task] = {match.task, 0, request.started_us};
    return match;
  }
  if (request.started_us - named->second.last_end_us > options_.task_name_us) {
    named_.erase(named);
    return named_task(request);
  }
  if (find(named->second.task) == nullptr) {  // the task has gone, its name has not
    Task& task = tasks_[named->second.task];
    task.person = request.person;
    task.name = request.task;
    task.answered = named->second.answered;
    task.last_end_us = request.started_us;
    expiries_.emplace(task.last_end_us + options_.window_us, named->second.task);
  }
  Match match = next_attempt(MatchRule::kCertain, named->second.task, request, 1);
  match.by_id = true;
  return match;
}

std::optional<Match> TaskMatcher::certain(const Request& request) {
  if (request.task != 0) return named_task(request);
  std::optional<Seen> before = seen(Kind::kMessage, request.person, request.message);
  if (!before) before = seen(Kind::kParent, request.person, request.parent);
  if (!before && !request.batch) before = seen_text(Kind::kBody, request, request.messages.size());
  if (!before && request.user_messages >= 2 && request.last == LastItem::kUser)
    before = seen_text(Kind::kHistory, request, request.last_user - 1);
  if (find_in_window(before, request) == nullptr) return std::nullopt;
  return next_attempt(MatchRule::kCertain, before->task, request, 1);
}

std::optional<TaskMatcher::Continued> TaskMatcher::continued(const Request& request) {
  for (std::size_t i = request.last_user; i-- > 1;) {
    const auto before = seen_text(Kind::kTurn, request, i);
    if (find_in_window(before, request) != nullptr) return Continued{before->task, true};
  }
  if (request.conversation != 0) {
    const auto latest = latest_of(request);
    if (find_in_window(latest, request) == nullptr) return std::nullopt;
    return Continued{latest->task, false};
  }
  const auto recent = recent_.find(request.person);
  if (!request.turn || request.person == 0 || recent == recent_.end()) return std::nullopt;
  const Seen latest{recent->second.back(), 0};
  return find_in_window(latest, request) == nullptr ? std::nullopt
                                                    : std::optional(Continued{latest.task, false});
}

std::optional<Match> TaskMatcher::further_turn(const Request& request) {
  constexpr double kUntold = 0.5;
  const bool begins = request.user_messages == 1 || (request.turn && *request.turn <= 1);
  const auto before = begins ? std::nullopt : continued(request);
  if (!before) return std::nullopt;
  const bool words = request.text.known();
  const Task& task = *find(before->task);
  const std::uint64_t after = task.pass;
  const auto signs = words ? reprompt_signs(request.text, task.turns) : RepromptSigns{};
  const double probability = words ? signs.probability() : kUntold;
  Match match = probability >= kAlike
                    ? next_attempt(MatchRule::kFurtherTurn, before->task, request, probability)
                    : new_task(MatchRule::kFurtherTurn, request, probability);
  match.by_history = before->by_history;
  match.without_text = !words;
  match.after = after;
  match.signs = signs;
  return match;
}

std::optional<Match> TaskMatcher::other_conversation(const Request& request) {
  const auto recent = recent_.find(request.person);
  if (request.person == 0 || recent == recent_.end()) return std::nullopt;
  std::optional<std::uint64_t> best;
  double most = kAlike;
  for (const std::uint64_t number : recent->second) {
    const Task& task = *find(number);
    if (!in_window(task, request)) continue;
    for (const PromptText& turn : task.turns) {
      const double alike = likeness(request.text, turn);
      if (alike < most) continue;
      most = alike;
      best = number;
    }
  }
  if (!best) return std::nullopt;
  const Task& task = *find(*best);
  const std::uint64_t after = task.pass;
  const auto signs = reprompt_signs(request.text, task.turns);
  Match match = next_attempt(MatchRule::kOtherConversation, *best, request,
                             std::max(kAlike, signs.probability()));
  match.after = after;
  match.signs = signs;
  return match;
}

Match TaskMatcher::same_pass(MatchRule rule, const Seen& pass, const Request& request) {
  Task& task = *find(pass.task);
  Match match{.rule = rule, .task = pass.task, .pass = pass.pass};
  match.attempt = task.answered + 1;
  if (pass.pass != task.pass) return match;  // of an earlier pass: the current one goes on
  const bool first_end = task.pass_end_us == Request::kInFlight;
  task.pass_end_us = first_end ? request.ended_us : std::max(task.pass_end_us, request.ended_us);
  task.pass_answered |= request.answered;
  task.last_answered = request.answered;
  return match;
}

Match TaskMatcher::next_attempt(MatchRule rule, std::uint64_t number, const Request& request,
                                double probability) {
  Task& task = *find(number);
  task.answered += task.pass_answered ? 1 : 0;
  Match match = begin_pass(rule, number, request);
  match.probability = probability;
  return match;
}

Match TaskMatcher::new_task(MatchRule rule, const Request& request, double probability) {
  const std::uint64_t number = next_task_++;
  Task& task = tasks_[number];
  task.person = request.person;
  task.name = request.task;
  task.last_end_us = request.started_us;
  expiries_.emplace(request.started_us + options_.window_us, number);
  Match match = begin_pass(rule, number, request);
  match.probability = probability;
  return match;
}

Match TaskMatcher::begin_pass(MatchRule rule, std::uint64_t number, const Request& request) {
  Task& task = *find(number);
  task.pass = next_pass_++;
  task.pass_end_us = request.ended_us;
  task.pass_answered = task.last_answered = request.answered;
  if (request.text.known()) {
    if (task.turns.size() == kTurns) task.turns.erase(task.turns.begin() + 1);
    task.turns.push_back(request.text);
  }
  Match match{.rule = rule, .task = number, .pass = task.pass, .begins_pass = true};
  match.attempt = task.answered + 1;
  return match;
}

void TaskMatcher::remember_key(Kind kind, std::uint64_t scope, std::uint64_t value,
                               const Match& match) {
  if (value == 0) return;
  const std::uint64_t name = key(kind, scope, value);
  Task& task = *find(match.task);
  const auto [place, is_new] = seen_.insert_or_assign(name, Seen{match.task, match.pass});
  if (!is_new && std::find(task.keys.begin(), task.keys.end(), name) != task.keys.end()) return;
  if (task.keys.size() == kKeys) {
    const auto oldest = seen_.find(task.keys.front());
    if (oldest != seen_.end() && oldest->second.task == match.task) seen_.erase(oldest);
    task.keys.erase(task.keys.begin());
  }
  task.keys.push_back(name);
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
  remember_key(Kind::kPrompt, request.person, request.prompt, match);
  remember_key(Kind::kMessage, request.person, request.message, match);
  remember_key(Kind::kParent, request.person, request.parent, match);
  const std::int64_t end =
      request.ended_us == Request::kInFlight ? request.started_us : request.ended_us;
  task.last_end_us = std::max(task.last_end_us, end);
  if (task.name != 0) {
    named_[task.name] = {match.task, task.answered + (task.pass_answered ? 1 : 0),
                         task.last_end_us};
    forget_names(request.started_us);
  }
  if (request.person == 0 || request.person != task.person) return;
  auto& recent = recent_[request.person];
  std::erase(recent, match.task);
  recent.push_back(match.task);
  if (recent.size() > kRecent) recent.erase(recent.begin());
}

void TaskMatcher::ended(const Match& match, std::int64_t ended_us, bool answered) {
  Task* task = find(match.task);
  if (task == nullptr) return;
  task->last_end_us = std::max(task->last_end_us, ended_us);
  if (match.pass != task->pass) return;
  task->pass_end_us =
      task->pass_end_us == Request::kInFlight ? ended_us : std::max(task->pass_end_us, ended_us);
  task->pass_answered |= answered;
  task->last_answered = answered;
}

void TaskMatcher::forget(std::uint64_t number) {
  const auto found = tasks_.find(number);
  for (const std::uint64_t name : found->second.keys) {
    const auto key = seen_.find(name);
    if (key != seen_.end() && key->second.task == number) seen_.erase(key);
  }
  const auto recent = recent_.find(found->second.person);
  if (recent != recent_.end()) {
    std::erase(recent->second, number);
    if (recent->second.empty()) recent_.erase(recent);
  }
  tasks_.erase(found);
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
    const std::int64_t end = task->last_end_us + options_.window_us;
    if (end > at) {
      expiries_.emplace(end, number);
    } else {
      forget(number);
    }
  }
}

/// Clients' names of tasks go when they no longer hold: all at once, whenever there are twice as many
/// as were left the last time, so that each is looked at a constant number of times.
void TaskMatcher::forget_names(std::int64_t now_us) {
  if (named_.size() <= 2 * std::max(options_.most_tasks, names_left_)) return;
  std::erase_if(named_, [&](const auto& named) {
    return now_us - named.second.last_end_us > options_.task_name_us;
  });
  names_left_ = named_.size();
}

}  // namespace turnout::traffic
