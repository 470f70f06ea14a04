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

#include "turnout/base/flat_map.h"
#include "turnout/base/rng.h"
#include "turnout/gateway/owned_ids.h"
#include "turnout/gateway/task_record.h"
#include "turnout/gateway/task_records.h"
#include "turnout/traffic/pass.h"
#include "turnout/traffic/task_matcher.h"

/// The tasks that users are at: which attempt a request is, and which model serves it. docs/identity.md,
/// docs/gateway.md.
namespace turnout::gateway {

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
  /// When the gateway learned of it: whoever asks again after that has seen the answer, even if
  /// another clock says that it ended later.
  std::int64_t told_us = traffic::Request::kInFlight;
  bool answered = false;       ///< the user has an answer, or a part of one
  std::uint64_t response = 0;  ///< the answer's id (id_number()); 0: not known
  std::size_t model = 0;       ///< which served in the end
  bool fell_back = false;
  std::optional<double> ttft_s;
  std::optional<std::int64_t> input_tokens, output_tokens;
  std::optional<double> cost_usd;
  double spent_usd = 0;  ///< against limits: cost_usd, or a guess where that is not known
};

class TaskLog;
struct Assigned;
struct CallEnded;
struct OutcomeTold;

/// Thread safe: each call locks for some microseconds. Memory: as TaskMatcher, and about 150 bytes for
/// a task of one attempt, and 50 for each further one.
class OpenTasks {
 public:
  struct Options {
    traffic::TaskMatcher::Options matcher;
    std::vector<std::string> models;
    std::uint64_t seed = 0;       ///< of what the policies draw
    std::string id_prefix = "t";  ///< of tasks' ids (OwnedIds)
  };
  explicit OpenTasks(Options options);
  /// Writes down from here on what happens, so that it can be restored.
  void write_to(TaskLog& journal) { journal_ = &journal; }
  /// Takes over what an earlier process wrote down, in its order. Tasks of keys or models that are no
  /// longer there are passed over. @returns whether it was taken.
  bool restore(const Assigned& entry, std::uint64_t seed,
               std::shared_ptr<const PolicyVersion> policy);
  void restore(const CallEnded& entry);
  void restore(const OutcomeTold& entry);

  /// Shares tasks with the other gateways that write to the same log. Which number an attempt has
  /// is said by the order in which first answers are in the log; so each entry is to be read again
  /// from there, in its order, our own too, by told(). Passes are stored when their number is
  /// known: due() has them.
  void share(TaskLog& log) {
    journal_ = &log;
    shares_ = true;
  }
  /// Takes another gateway's entry. @returns whether it was taken: the model and the key are known
  /// here.
  bool told(const Assigned& entry, std::uint64_t seed, std::shared_ptr<const PolicyVersion> policy);
  void told(const OutcomeTold& entry);
  /// @param ours  it is one that ended() wrote
  void told(const CallEnded& entry, bool ours);
  /// Ends what a gateway had in flight when it vanished: it was not answered.
  /// @param gateway  the upper half of the numbers of its tasks and passes (gateway_numbers())
  void gone(std::uint32_t gateway, std::int64_t now_us);
  /// @param agreeing  false: the log is not to be reached, numbers are what this gateway knows
  /// @returns the passes to be stored now.
  std::vector<traffic::Pass> due(bool agreeing);

  /// Finds the request's task and says who serves it. O(messages).
  Assignment assign(const Ask& ask);
  /// @returns what assign() would say, and changes nothing: no task, no attempt, nothing drawn. Of what
  ///   the policy may draw it is the likeliest; a new task has no id.
  [[nodiscard]] Assignment preview(const Ask& ask) const;
  /// Says how a call ended. @returns the pass as it is to be stored now; nothing if there is none, or
  ///   it was not answered, or due() will have it.
  std::optional<traffic::Pass> ended(const Assignment& assignment, const CallEnd& end);
  /// Says that nobody will say how a call ended: if its pass has no answer either, it has not happened.
  void expired(const Assignment& assignment, std::int64_t at_us);
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
  /// @returns those of the kListed tasks that began last which are still open, the latest first, at
  ///   most so many.
  [[nodiscard]] std::vector<TaskRecord> latest(std::size_t most) const;
  static constexpr std::size_t kListed = 200;
  [[nodiscard]] std::size_t size() const;

 private:
  /// An attempt, and its task, which is held.
  struct HeldAttempt {
    TaskRecords::Held task;
    AttemptRecord* attempt = nullptr;  ///< nullptr: it is not known
  };

  TaskRecords::Held add_task(std::uint64_t number, std::shared_ptr<const PolicyVersion> policy);
  TaskRecords::Held record_of(const Ask& ask, const traffic::Match& match);
  std::optional<std::size_t> answered_before(const TaskRecord& task,
                                             const traffic::Match& match) const;
  void add_attempt(TaskRecord& task, AttemptRecord attempt);
  void hold(const Ask& ask, const AttemptRecord& attempt, Assignment& assignment) const;
  static std::vector<AttemptRecord> drop_unanswered(TaskRecord& task);
  void forget_unanswered(TaskRecord& task);
  /// @param rng  what draws; nullptr: what is likeliest is taken
  std::optional<AttemptRecord> begin_attempt(const Ask& ask, TaskRecord& task,
                                             Assignment& assignment, base::Rng* rng) const;
  Declined choose(const Ask& ask, TaskRecord& task, AttemptRecord& attempt, base::Rng* rng) const;
  static Declined escalate(const Ask& ask, const TaskRecord& task, AttemptRecord& attempt,
                           Declined declined);
  Declined follow_policy(const Ask& ask, TaskRecord& task, AttemptRecord& attempt,
                         base::Rng* rng) const;
  static void serve_helper(const Ask& ask, Assignment& assignment);
  void forget(std::uint64_t number);
  static Options heard_by(OpenTasks* tasks, Options options);
  void write_down(const Ask& ask, const TaskRecord& task, const traffic::Match& match);
  bool take_assigned(const Assigned& entry, std::uint64_t seed,
                     std::shared_ptr<const PolicyVersion> policy);
  HeldAttempt attempt_of_pass(std::uint64_t pass);
  void set_aside(TaskRecord& task, AttemptRecord attempt);
  AttemptRecord* answered_after_all(TaskRecord& task, std::uint64_t pass);
  void keep(AttemptRecord& attempt);
  void keep_answered(TaskRecord& task);
  std::optional<traffic::Pass> take_end(const traffic::Match& match, const CallEnd& end,
                                        TaskRecord* known);
  std::optional<traffic::Pass> take_helper_end(const traffic::Match& match, const CallEnd& end);
  std::optional<traffic::Pass> take_outcome(TaskRecord& task, std::optional<std::int64_t> attempt,
                                            traffic::Outcome outcome);
  [[nodiscard]] traffic::Pass pass_of(const TaskRecord& task, const AttemptRecord& attempt) const;
  [[nodiscard]] std::uint64_t id_hash(std::string_view id) const;
  TaskRecords::Held by_id(std::string_view id);

  mutable std::mutex mutex_;
  Options options_;
  traffic::TaskMatcher matcher_;
  base::Rng rng_;
  TaskRecords tasks_;                 // by the matcher's number
  base::FlatMap<std::uint64_t> ids_;  // likewise, by the hash of a task's id
  std::unordered_multimap<std::uint64_t, std::uint64_t> conversations_;
  std::unordered_map<std::uint64_t, std::uint64_t> task_of_pass_;  // where tasks are shared
  TaskLog* journal_ = nullptr;
  bool shares_ = false;
  std::vector<std::uint64_t> listed_;  // numbers of the tasks that began last, in a ring
  std::size_t next_listed_ = 0;
  std::vector<std::uint64_t> due_;  // passes to be stored, or stored again
  OwnedIds new_ids_;  // an id is all that is needed to give feedback: it must not be guessed
};

/// @returns where a gateway that shares tasks begins to count (TaskMatcher::Options::first).
constexpr std::uint64_t gateway_numbers(std::uint32_t gateway) {
  return std::uint64_t{gateway} << traffic::TaskMatcher::kCountBits;
}

}  // namespace turnout::gateway
