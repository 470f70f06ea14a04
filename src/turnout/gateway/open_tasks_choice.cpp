#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "turnout/gateway/open_tasks.h"

/// Which model serves an attempt.
namespace turnout::gateway {
namespace {

/// "mini: context, small: images".
void append_skipped(std::string& text, const std::string& model, Unable why) {
  if (!text.empty()) text += ", ";
  text += fmt::format("{}: {}", model, kUnableNames.at(static_cast<std::size_t>(why)));
}

bool is_able(const Ask& ask, std::size_t model) { return ask.unable[model] == Unable::kNo; }

/// The random number that draws what is likeliest.
double likeliest(std::span<const policy::Draw> draws) {
  const auto most = std::max_element(
      draws.begin(), draws.end(), [](const policy::Draw& a, const policy::Draw& b) {
        return std::pair(a.propensity, a.probability) < std::pair(b.propensity, b.probability);
      });
  return most == draws.end() ? 0 : most->up_to - most->probability / 2;
}

std::optional<std::size_t> first_able(const Ask& ask, std::size_t from) {
  for (std::size_t model = from; model < ask.unable.size(); ++model) {
    if (is_able(ask, model)) return model;
  }
  return std::nullopt;
}

}  // namespace

/// A pass that is under way keeps its model, if it can.
void OpenTasks::hold(const Ask& ask, const AttemptRecord& attempt, Assignment& assignment) const {
  assignment.model = attempt.model;
  assignment.reason = Reason::kHeld;
  assignment.policy_id = attempt.policy_id;
  if (ask.pinned && *ask.pinned != attempt.model && is_able(ask, *ask.pinned)) {
    assignment.model = *ask.pinned;
    assignment.reason = Reason::kPinned;
  } else if (const auto higher = first_able(ask, attempt.model + 1);
             ask.escalate && !attempt.answered && higher) {
    assignment.model = *higher;
    assignment.reason = Reason::kEscalated;
  } else if (!is_able(ask, attempt.model)) {  // the pass has grown beyond its model
    append_skipped(assignment.skipped, options_.models[attempt.model], ask.unable[attempt.model]);
    const auto able = first_able(ask, 0);
    if (!able) assignment.declined = Declined::kNobodyAble;
    if (able) assignment.model = *able;
    if (able) assignment.reason = Reason::kSkipped;
  }
}

Declined OpenTasks::choose(const Ask& ask, TaskRecord& task, AttemptRecord& attempt,
                           base::Rng* rng) const {
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
  const auto declined = follow_policy(ask, task, attempt, rng);
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
Declined OpenTasks::follow_policy(const Ask& ask, TaskRecord& task, AttemptRecord& attempt,
                                  base::Rng* rng) const {
  constexpr int kMostSkipped = 64;
  const auto& policy = task.policy->policy;
  std::size_t strongest = 0;
  for (int i = 0; i < kMostSkipped; ++i) {
    const double drawn = rng != nullptr ? rng->uniform() : likeliest(policy.draws(task.state));
    const auto decision = policy::decide(policy, task.state, drawn);
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

}  // namespace turnout::gateway
