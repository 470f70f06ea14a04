#include "turnout/traffic/task_matcher.h"

#include <algorithm>

namespace turnout::traffic {
namespace {

constexpr double kAlike = 0.5;
/// Nobody reads an answer and writes the next prompt within it: what follows so fast, in a log
/// without texts, is a program's next step.
constexpr std::int64_t kFastestPerson = 1'000'000;
constexpr std::size_t kTurns = 5;  // whose words a task keeps: the first, and the latest

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
  const auto* found = tasks_.find(key_of(number));
  return found == nullptr ? nullptr : found->get();
}

const TaskMatcher::Task* TaskMatcher::find(std::uint64_t number) const {
  const auto* found = tasks_.find(key_of(number));
  return found == nullptr ? nullptr : found->get();
}

const TaskMatcher::Task* TaskMatcher::find_in_window(const std::optional<Seen>& seen,
                                                     const Request& request) const {
  const Task* task = seen ? find(seen->task) : nullptr;
  return task != nullptr && in_window(*task, request) ? task : nullptr;
}

/// Nobody asks again for what is still being answered: what is sent beside it is another program's.
bool TaskMatcher::answer_seen(const std::optional<Seen>& seen, const Request& request) const {
  const Task* task = find_in_window(seen, request);
  return task != nullptr && task->pass_end_us != Request::kInFlight;
}

std::optional<TaskMatcher::Seen> TaskMatcher::seen(Kind kind, std::uint64_t scope,
                                                   std::uint64_t value) const {
  if (value == 0) return std::nullopt;
  return seen_.find(key(kind, scope, value));
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
  const Match match = look(request);
  restore(request, match);
  return match;
}

Match TaskMatcher::look(const Request& request) const {
  if (request.helper) return helper(request);
  auto match = retry(request);
  if (!match) match = step(request);
  if (!match) match = certain(request);
  if (!match) match = further_turn(request);
  if (!match) match = other_conversation(request);
  return match ? *match : new_task(MatchRule::kNewTask, 0);
}

/// No pass; its cost goes to the one that its prompt began, or else to its conversation's latest.
Match TaskMatcher::helper(const Request& request) const {
  Match match{.rule = MatchRule::kHelper};
  auto served = seen(Kind::kPrompt, request.person, request.prompt);
  if (!served) served = latest_of(request);
  if (find_in_window(served, request) != nullptr) {
    match.pass = served->pass;
    match.other_task = served->task;
  }
  return match;
}

/// Of persons that are not known, the same words are a retry where the client says so or the
/// earlier request had no answer.
std::optional<TaskMatcher::Seen> TaskMatcher::seen_by_anyone(const Request& request,
                                                             bool told) const {
  if (request.person != 0 || request.messages.empty()) return std::nullopt;
  const auto before = seen(Kind::kBody, 0, request.messages.back());
  const Task* task = find_in_window(before, request);
  if (task == nullptr) return std::nullopt;
  const bool failed = task->pass_end_us <= request.started_us && !task->last_answered;
  return told || failed ? before : std::nullopt;
}

std::optional<Match> TaskMatcher::retry(const Request& request) const {
  auto before = seen(Kind::kCall, request.person, request.call);
  const bool told = before || request.retries > 0;
  if (!before) before = seen_text(Kind::kBody, request, request.messages.size());
  if (!before && told) before = latest_of(request);
  if (!before) before = seen_by_anyone(request, told);
  const Task* task = find_in_window(before, request);
  if (task == nullptr || before->pass != task->pass) return std::nullopt;
  if (request.task != 0 && task->name != 0 && request.task != task->name) return std::nullopt;
  const bool in_flight = task->pass_end_us > request.started_us;
  if (!in_flight && request.started_us - task->pass_end_us > options_.retry_us) return std::nullopt;
  // The same words to another model are asked by somebody who compares, not by a library.
  const bool same = request.body == 0 || task->body == 0 || request.body == task->body;
  const bool untold =
      !request.batch && request.call == 0 && same && (in_flight || !task->last_answered);
  if (!told && !untold) return std::nullopt;
  return same_pass(MatchRule::kRetry, *before);
}

/// The pass whose prompt an agent's call goes on with.
std::optional<TaskMatcher::Seen> TaskMatcher::prompt_before(const Request& request) const {
  const bool continues = request.agent || request.last == LastItem::kToolResult ||
                         request.last == LastItem::kAssistant ||
                         request.last == LastItem::kEmptyUser;
  if (!continues) return std::nullopt;
  if (const auto answer = seen(Kind::kAnswer, request.person, request.parent);
      find_in_window(answer, request) != nullptr)
    return answer;
  // What goes on holds a model's words: it is known by its texts even where the person is not.
  const bool anyone = request.person == 0 && request.conversation == 0;
  const auto find_text = [&](Kind kind, std::size_t messages) {
    auto found = seen_text(kind, request, messages);
    if (!found && anyone && messages > 0) found = seen(kind, 0, request.messages[messages - 1]);
    return find_in_window(found, request) == nullptr ? std::nullopt : found;
  };
  if (const auto same_turn = find_text(Kind::kTurn, request.last_user)) return same_turn;
  for (std::size_t i = request.messages.size(); i-- > 1;) {
    if (const auto before = find_text(Kind::kBody, i)) return before;
  }
  if (const auto latest = latest_of(request); find_in_window(latest, request) != nullptr)
    return latest;
  const auto recent = recent_.find(request.person);
  if (request.person == 0 || request.conversation != 0 || recent == recent_.end())
    return std::nullopt;
  const Task* task = find(recent->second.back());
  return Seen{recent->second.back(), task->pass};
}

std::optional<Match> TaskMatcher::step(const Request& request) const {
  if (const auto same_prompt = seen(Kind::kPrompt, request.person, request.prompt);
      find_in_window(same_prompt, request) != nullptr)
    return same_pass(MatchRule::kStep, *same_prompt);
  if (const auto before = prompt_before(request); find_in_window(before, request) != nullptr)
    return same_pass(MatchRule::kStep, *before);
  const bool wordless = request.messages.empty() && !request.turn && request.prompt == 0;
  const auto latest = wordless ? latest_of(request) : std::nullopt;
  const Task* task = find_in_window(latest, request);
  if (task == nullptr || request.started_us - task->pass_end_us >= kFastestPerson)
    return std::nullopt;
  Match match = same_pass(MatchRule::kStep, *latest);
  match.by_pace = true;
  return match;
}

std::optional<Match> TaskMatcher::named_task(const Request& request) const {
  const Named* found = named_.find(request.task);
  if (found == nullptr || request.started_us - found->last_end_us > options_.task_name_us)
    return new_task(MatchRule::kNewTask, 0);
  const Named& named = *found;
  const Task* task = find(named.task);
  // Of two at once under one name the second is no new attempt: nobody has seen an answer.
  const bool in_flight = task != nullptr && task->pass_end_us == Request::kInFlight;
  Match match = in_flight ? same_pass(MatchRule::kStep, {named.task, task->pass})
                          : next_attempt(MatchRule::kCertain, named.task, 1);
  // The task may have gone, its name has not.
  if (task == nullptr) match.attempt = 1 + std::int64_t{named.answered};
  match.by_id = true;
  return match;
}

std::optional<Match> TaskMatcher::certain(const Request& request) const {
  if (request.task != 0) return named_task(request);
  std::optional<Seen> before = seen(Kind::kMessage, request.person, request.message);
  if (!before) before = seen(Kind::kParent, request.person, request.parent);
  if (!before && !request.batch) before = seen_text(Kind::kBody, request, request.messages.size());
  if (!before && request.user_messages >= 2 && request.last == LastItem::kUser)
    before = seen_text(Kind::kHistory, request, request.last_user - 1);
  if (!answer_seen(before, request)) return std::nullopt;
  return next_attempt(MatchRule::kCertain, before->task, 1);
}

std::optional<TaskMatcher::Continued> TaskMatcher::continued(const Request& request) const {
  if (const auto answer = seen(Kind::kAnswer, request.person, request.parent);
      find_in_window(answer, request) != nullptr)
    return Continued{answer->task, true};
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

std::optional<Match> TaskMatcher::further_turn(const Request& request) const {
  constexpr double kUntold = 0.5;
  const bool begins =
      (!request.partial && request.user_messages == 1) || (request.turn && *request.turn <= 1);
  const auto before = begins ? std::nullopt : continued(request);
  if (!before || find(before->task)->pass_end_us == Request::kInFlight) return std::nullopt;
  const bool words = request.text.known();
  const Task& task = *find(before->task);
  const std::uint64_t after = task.pass;
  const auto signs = words ? *task.turns.compare(ComparedText(request.text)) : RepromptSigns{};
  const double probability = words ? signs.probability() : kUntold;
  Match match = probability >= kAlike
                    ? next_attempt(MatchRule::kFurtherTurn, before->task, probability)
                    : new_task(MatchRule::kFurtherTurn, probability);
  match.by_history = before->by_history;
  match.without_text = !words;
  match.after = after;
  match.other_task = before->task;
  match.signs = signs;
  return match;
}

std::optional<Match> TaskMatcher::other_conversation(const Request& request) const {
  const auto recent = recent_.find(request.person);
  if (request.person == 0 || recent == recent_.end()) return std::nullopt;
  std::optional<ComparedText> text;
  std::optional<std::uint64_t> best;
  RepromptSigns signs;
  for (const std::uint64_t number : recent->second) {
    const Task& task = *find(number);
    if (!in_window(task, request) || task.pass_end_us == Request::kInFlight) continue;
    if (!text) text.emplace(request.text);
    const auto found = task.turns.compare(*text, best ? signs.likeness : kAlike);
    if (!found) continue;
    signs = *found;
    best = number;
  }
  if (!best) return std::nullopt;
  const std::uint64_t after = find(*best)->pass;
  Match match =
      next_attempt(MatchRule::kOtherConversation, *best, std::max(kAlike, signs.probability()));
  match.after = after;
  match.other_task = *best;
  match.signs = signs;
  return match;
}

Match TaskMatcher::same_pass(MatchRule rule, const Seen& pass) const {
  Match match{.rule = rule, .task = pass.task, .pass = pass.pass};
  match.attempt = 1 + std::int64_t{find(pass.task)->answered};
  return match;
}

Match TaskMatcher::next_attempt(MatchRule rule, std::uint64_t number, double probability) const {
  Match match = new_task(rule, probability);
  match.task = number;
  if (const Task* task = find(number); task != nullptr)
    match.attempt = 1 + std::int64_t{answers(*task)};
  return match;
}

Match TaskMatcher::new_task(MatchRule rule, double probability) const {
  Match match{.rule = rule, .task = next_task_, .pass = next_pass_, .begins_pass = true};
  match.attempt = 1;
  match.probability = probability;
  return match;
}

/// A task's current pass begins.
void TaskMatcher::begin(Task& task, const Request& request) {
  task.body = request.body;
  task.pass_end_us = request.ended_us;
  task.pass_answered = task.last_answered = request.answered;
  if (!request.text.known()) return;
  task.turns.add(request.text, kTurns);
}

/// A task's pass goes on; if it is an earlier one, the current one does not change.
void TaskMatcher::go_on(Task& task, std::uint64_t pass, const Request& request) {
  if (pass != task.pass) return;
  task.body = request.body;
  const bool first_end = task.pass_end_us == Request::kInFlight;
  task.pass_end_us = first_end ? request.ended_us : std::max(task.pass_end_us, request.ended_us);
  task.pass_answered |= request.answered;
  task.last_answered = request.answered;
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

void TaskMatcher::name(const Match& match, std::uint64_t name) {
  Task* task = find(match.task);
  if (task == nullptr || task->name != 0) return;
  task->name = name;
  task->name_is_ours = true;
  named_.set(name, {match.task, task->last_end_us, answers(*task)});
}

void TaskMatcher::named(const Match& match, std::uint64_t answer) {
  if (const Task* task = find(match.task); task != nullptr)
    remember_key(Kind::kAnswer, task->person, answer, match);
}

void TaskMatcher::restore(const Request& request, const Match& match) {
  if (match.task == Match::kNone) return;
  const auto count = [this](std::uint64_t number, std::uint64_t& next) {
    const bool is_ours = number >> kCountBits == options_.first >> kCountBits;
    if (is_ours) next = std::max(next, number + 1);
  };
  count(match.task, next_task_);
  count(match.pass, next_pass_);
  Task* known = find(match.task);
  const bool is_new = known == nullptr;
  if (is_new) tasks_.set(key_of(match.task), std::make_unique<Task>());
  Task& task = is_new ? *find(match.task) : *known;
  if (is_new) {
    task.keys.reserve(3);  // many tasks have no more, and malloc has blocks of so many
    task.person = request.person;
    task.name = request.task;
    task.last_end_us = request.started_us;
    expiries_.emplace(request.started_us + options_.window_us, match.task);
  }
  if (match.begins_pass || is_new) {
    task.answered = static_cast<std::uint32_t>(match.attempt - 1);
    task.pass = match.pass;
    begin(task, request);
  } else {
    go_on(task, match.pass, request);
  }
  remember(request, match);
}

}  // namespace turnout::traffic
