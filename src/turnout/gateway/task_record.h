#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/policy/policy.h"
#include "turnout/traffic/pass.h"
#include "turnout/traffic/task_matcher.h"

/// What is known of a task that a user is at.
namespace turnout::gateway {

/// A policy that is or was in force. A task goes on under the one that it began with.
struct PolicyVersion {
  std::string id;  ///< "p-" and eight hexadecimal digits of its text's hash: policy_id in the log
  policy::Policy policy;
};

/// Why a model serves a request: x-turnout-reason.
enum class Reason : std::uint8_t {
  kPolicy,     ///< the policy says so
  kHeld,       ///< the pass is under way: a retry, or an agent's step
  kPinned,     ///< the client named the model
  kEscalated,  ///< the client asked for a stronger one
  kSkipped,    ///< the model that the policy said cannot serve the request
  kFallback,   ///< the model that the policy said gave no answer
  kHelper,     ///< no pass: a title, a compaction, a subagent
  kShadow,     ///< the policy is recorded, not followed
};
inline constexpr std::array<std::string_view, 8> kReasonNames = {
    "policy", "held", "pinned", "escalated", "skipped", "fallback", "helper", "shadow"};

/// One pass of a task: an attempt, answered or not.
struct AttemptRecord {
  std::uint64_t pass = 0;  ///< TaskMatcher's number
  std::int64_t attempt = 1;
  std::size_t model = 0;
  traffic::MatchRule rule = traffic::MatchRule::kNewTask;
  double reprompt = 0;  ///< probability that it is one
  Reason reason = Reason::kPolicy;
  std::string skipped;    ///< "mini: context", of models passed over
  std::string shadow;     ///< what the policy would have served
  double propensity = 0;  ///< 0: not known
  std::string policy_id;
  policy::State before = 0;  ///< of the policy, before this attempt
  std::int64_t started_us = 0;
  std::int64_t ended_us = 0;  ///< of its last call
  std::optional<double> ttft_s;
  std::optional<std::int64_t> input_tokens, output_tokens;
  std::optional<double> cost_usd;
  int calls = 0, in_flight = 0;
  bool answered = false;
  bool cost_known = true;
  // Where gateways share tasks (OpenTasks::share()):
  bool elsewhere = false;  ///< the call that began it is another gateway's, and has not ended
  bool agreed = false;     ///< `attempt` is what all gateways call it
  bool kept_here = false;  ///< this gateway stores it
  traffic::Outcome outcome = traffic::Outcome::kUnknown;
};

/// A task and its attempts, in their order.
struct TaskRecord {
  std::string id;
  std::string user;         ///< as the log has it
  std::uint64_t owner = 0;  ///< whose task it is: the seed of the key's ids
  std::uint64_t conversation = 0;
  std::vector<AttemptRecord> attempts;  ///< the latest 32
  /// Where gateways share tasks: attempts that nobody had answered when the next began, the latest
  /// 32. An answer may be under way elsewhere.
  std::vector<AttemptRecord> unanswered;
  double forgotten_usd = 0;  ///< what those before them, or not answered, cost
  double spent_usd = 0;      ///< all of it; guessed where the upstream did not tell
  std::shared_ptr<const PolicyVersion> policy;
  policy::State state = 0;
  std::uint64_t number = 0;  ///< TaskMatcher's
  std::int64_t began_us = 0, last_us = 0;
  std::int64_t answered = 0;  ///< passes that have an answer, those too that are forgotten
  std::int64_t agreed = 0;    ///< those of them whose numbers all gateways know

  /// @returns the attempt that a pass of TaskMatcher is; nullptr if it is none of the latest.
  AttemptRecord* attempt_of(std::uint64_t pass);
  /// What is known of its cost: unknown ones count as 0.
  [[nodiscard]] double cost_usd() const;
  /// Whether the cost of each answer is known.
  [[nodiscard]] bool cost_is_known() const;
};

}  // namespace turnout::gateway
