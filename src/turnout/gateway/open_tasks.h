#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/policy/policy.h"
#include "turnout/traffic/pass.h"
#include "turnout/traffic/task_matcher.h"

/// The tasks that users are at: which attempt a request is, and which model serves it. docs/identity.md,
/// docs/gateway.md.
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

/// Why a model cannot serve a request; it says nothing about how good the model is.
enum class Unable : std::uint8_t { kNo, kShape, kContext, kImages, kTools };
inline constexpr std::array<std::string_view, 5> kUnableNames = {"", "api", "context", "images",
                                                                 "tools"};

/// Why no model serves a request.
enum class Declined : std::uint8_t {
  kNo,
  kOfferEnded,  ///< the policy offers no further attempt
  kTooMany,     ///< as many attempts at the task as the configuration allows
  kTooDear,     ///< as many dollars
  kNobodyAble,  ///< no model can serve it
};
inline constexpr std::array<std::string_view, 5> kDeclinedNames = {
    "", "offer_ended", "most_attempts", "most_usd_per_task", "nobody_able"};

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
  traffic::Outcome outcome = traffic::Outcome::kUnknown;
};

/// A task and its attempts, in their order.
struct TaskRecord {
  std::string id;
  std::string user;         ///< as the log has it
  std::uint64_t owner = 0;  ///< whose task it is: the seed of the key's ids
  std::uint64_t conversation = 0;
  std::vector<AttemptRecord> attempts;  ///< the latest 32
  double forgotten_usd = 0;             ///< what those before them, or not answered, cost
  double spent_usd = 0;                 ///< all of it; guessed where the upstream did not tell
  std::shared_ptr<const PolicyVersion> policy;
  policy::State state = 0;
  std::uint64_t number = 0;  ///< TaskMatcher's
  std::int64_t last_us = 0;

  /// @returns the attempt that a pass of TaskMatcher is; nullptr if it is none of the latest.
  AttemptRecord* attempt_of(std::uint64_t pass);
  /// What is known of its cost: unknown ones count as 0.
  [[nodiscard]] double cost_usd() const;
  /// Whether the cost of each answer is known.
  [[nodiscard]] bool cost_is_known() const;
};

/// What a request asks for.
struct Ask {
  const traffic::Request& request;
  std::span<const Unable> unable;  ///< of each model, in the order of escalation
  std::optional<std::size_t> pinned;
  bool escalate = false;
  std::string key_name;                         ///< by which the journal knows it
  std::uint64_t seed = 0;                       ///< of the key's ids (id_number())
  std::string user;                             ///< as the log is to have it
  std::shared_ptr<const PolicyVersion> policy;  ///< in force now
  std::optional<std::size_t> shadow_serves;
  std::optional<std::uint32_t> most_attempts;
  std::optional<double> most_usd;
};

/// Which model serves a request.
struct Assignment {
  traffic::Match match;
  Declined declined = Declined::kNo;
  std::size_t model = 0;
  Reason reason = Reason::kPolicy;
  double propensity = 0;
  std::string task, policy_id, skipped, shadow;
  /// Who answered before: in this pass, else in this task, else in the one that the conversation had
  /// before; nothing if nobody did, or if that is not known any more.
  std::optional<std::size_t> answered_before;
};

/// How one call ended.
struct CallEnd {
  std::int64_t ended_us = 0;
  bool answered = false;       ///< the user has an answer, or a part of one
  std::uint64_t response = 0;  ///< the answer's id (id_number()); 0: not known
  std::size_t model = 0;       ///< which served in the end
  bool fell_back = false;
  std::optional<double> ttft_s;
  std::optional<std::int64_t> input_tokens, output_tokens;
  std::optional<double> cost_usd;
  double spent_usd = 0;  ///< against limits: cost_usd, or a guess where that is not known
};

class TaskJournal;
struct Assigned;
struct CallEnded;
struct OutcomeTold;

/// Thread safe: each call locks for some microseconds. Memory: as TaskMatcher, and about 300 bytes for
/// each attempt.
class OpenTasks {
 public:
  struct Options {
    traffic::TaskMatcher::Options matcher;
    std::vector<std::string> models;
    std::uint64_t seed = 0;       ///< of what the policies draw
    std::string id_prefix = "t";  ///< of tasks' ids, behind which 25 random characters stand
  };
  explicit OpenTasks(Options options);
  /// Writes down from here on what happens, so that it can be restored.
  void write_to(TaskJournal& journal) { journal_ = &journal; }
  /// Takes over what an earlier process wrote down, in its order. Tasks of keys or models that are no
  /// longer there are passed over. @returns whether it was taken.
  bool restore(const Assigned& entry, std::uint64_t seed,
               std::shared_ptr<const PolicyVersion> policy);
  void restore(const CallEnded& entry);
  void restore(const OutcomeTold& entry);

  /// Finds the request's task and says who serves it. O(messages).
  Assignment assign(const Ask& ask);
  /// Says how a call ended. @returns the pass as it is to be stored now; nothing if there is none, or
  ///   it was not answered.
  std::optional<traffic::Pass> ended(const Assignment& assignment, const CallEnd& end);
  /// Takes what a user says of a task's last answer, or of an attempt.
  /// @param owner  the seed of the key's ids
  /// @returns the pass to be stored again; nothing if no such task or answer is known to this key
  std::optional<traffic::Pass> tell(std::string_view id, std::optional<std::int64_t> attempt,
                                    std::uint64_t owner, traffic::Outcome outcome);
  /// @returns a task's record, if it is this key's or `anybodys`.
  [[nodiscard]] std::optional<TaskRecord> find(std::string_view id, std::uint64_t owner,
                                               bool anybodys) const;
  /// @returns the tasks of a conversation, the latest last.
  [[nodiscard]] std::vector<TaskRecord> in_conversation(std::uint64_t conversation,
                                                        std::uint64_t owner) const;
  [[nodiscard]] std::size_t size() const;

 private:
  TaskRecord& record_of(const Ask& ask, const traffic::Match& match);
  std::optional<std::size_t> answered_before(const TaskRecord& task,
                                             const traffic::Match& match) const;
  void add_attempt(TaskRecord& task, AttemptRecord attempt);
  void drop_unanswered(TaskRecord& task);
  void begin_attempt(const Ask& ask, TaskRecord& task, Assignment& assignment);
  Declined choose(const Ask& ask, TaskRecord& task, AttemptRecord& attempt);
  static Declined escalate(const Ask& ask, const TaskRecord& task, AttemptRecord& attempt,
                           Declined declined);
  Declined follow_policy(const Ask& ask, TaskRecord& task, AttemptRecord& attempt);
  static void serve_helper(const Ask& ask, Assignment& assignment);
  std::string new_id();
  void forget_old(std::int64_t now_us);
  void write_down(const Ask& ask, const TaskRecord& task, const traffic::Match& match);
  std::optional<traffic::Pass> take_end(const traffic::Match& match, const CallEnd& end);
  std::optional<traffic::Pass> take_helper_end(const traffic::Match& match, const CallEnd& end);
  std::optional<traffic::Pass> take_outcome(TaskRecord& task, std::optional<std::int64_t> attempt,
                                            traffic::Outcome outcome);
  [[nodiscard]] traffic::Pass pass_of(const TaskRecord& task, const AttemptRecord& attempt) const;
  TaskRecord* by_id(std::string_view id);

  mutable std::mutex mutex_;
  Options options_;
  traffic::TaskMatcher matcher_;
  base::Rng rng_;
  std::unordered_map<std::uint64_t, TaskRecord> tasks_;  // by the matcher's number
  std::unordered_map<std::string, std::uint64_t> ids_;
  std::unordered_multimap<std::uint64_t, std::uint64_t> conversations_;
  std::unordered_map<std::uint64_t, std::uint64_t> task_of_pass_;
  std::int64_t swept_us_ = 0;
  TaskJournal* journal_ = nullptr;
  std::string random_;  // bytes nobody can guess, not used yet
};

}  // namespace turnout::gateway
