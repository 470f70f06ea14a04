#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "turnout/base/flat_map.h"
#include "turnout/traffic/kept_texts.h"
#include "turnout/traffic/prompt_text.h"
#include "turnout/traffic/seen_passes.h"

/// Which task, and which attempt at it, a request belongs to. docs/identity.md.
namespace turnout::traffic {

/// The rules of docs/identity.md by their numbers; the first that applies to a request decides.
enum class MatchRule : std::uint8_t {
  kHelper = 0,             ///< no pass at all: a title, a compaction, a subagent
  kRetry = 1,              ///< a client's own retry: the same pass
  kStep = 2,               ///< an agent's next call for the same prompt: the same pass
  kCertain = 3,            ///< certainly a re-prompt: ids, the same words again, an edited turn
  kFurtherTurn = 4,        ///< a conversation goes on: a re-prompt or a new task, by the words
  kOtherConversation = 5,  ///< the same person asks alike in another conversation
  kNewTask = 6,
};
inline constexpr std::size_t kMatchRules = 7;
/// @returns "helper", "retry", "step", "certain", "further_turn", "other_conversation", "new_task".
std::string_view name_of(MatchRule rule);

/// What the last message of a request is.
enum class LastItem : std::uint8_t {
  kUnknown,  ///< the request's messages are not known
  kUser,
  kToolResult,  ///< of a tool, in whatever form the API writes it
  kAssistant,   ///< the beginning of an answer, given
  kEmptyUser,   ///< of the user, with nothing in it that a user wrote
};

/// What a request says of where it belongs. Ids and texts come as 64-bit hashes, ids hashed
/// together with whatever they are unique in; 0 is "not known".
struct Request {
  static constexpr std::int64_t kInFlight = std::numeric_limits<std::int64_t>::max();
  std::int64_t started_us = 0;
  std::int64_t ended_us = kInFlight;  ///< or what TaskMatcher::ended() will say
  bool answered = true;               ///< false: it ended in an error, or before its first token
  bool helper = false;                ///< or a subagent, which has its own models
  bool batch = false;        ///< identical requests are meant: no retry is told by the text
  bool agent = false;        ///< the client says that no user began it (X-Initiator: agent)
  std::int64_t retries = 0;  ///< as the client counts them (x-stainless-retry-count)
  /// A hash of the whole request, the model's name and all: that of a retry is the same.
  std::uint64_t body = 0;
  std::uint64_t call = 0;     ///< the client's name of this very call, again in its retries alone
  std::uint64_t person = 0;   ///< key and user
  std::uint64_t task = 0;     ///< the client's own name of the task
  std::uint64_t prompt = 0;   ///< the client's id of the user's turn; a trace that is one answer
  std::uint64_t message = 0;  ///< the id of the user's message, and of the one that it answers
  std::uint64_t parent = 0;
  std::uint64_t conversation = 0;
  /// The messages are the newest of a context that the API keeps: what they begin is not known.
  bool partial = false;
  std::optional<std::int64_t> turn;     ///< how many turns of the user the context holds
  std::vector<std::uint64_t> messages;  ///< a hash of the first 1, 2, ... messages
  std::uint32_t user_messages = 0;      ///< how many of them are a user's own words
  std::uint32_t last_user = 0;  ///< number of messages up to the user's last one, with it; 0: none
  LastItem last = LastItem::kUnknown;
  PromptText text;  ///< the user's last message
};

/// Where a request belongs.
struct Match {
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  MatchRule rule = MatchRule::kNewTask;
  std::uint64_t task =
      kNone;  ///< Options::first, ... in the order of tasks' starts; kNone: no pass
  std::uint64_t pass = kNone;  ///< likewise; a helper's is the pass that it served, if known
  bool begins_pass = false;    ///< the request is a pass's first
  std::int64_t attempt = 0;    ///< of that pass: 1 + the task's answered passes before it
  /// That the pass is a re-prompt, in [0, 1]: 0 for a task's first that nothing came before.
  double probability = 0;
  bool by_id = false;  ///< rule 3: by the client's name of the task
  bool by_history =
      false;             ///< rule 4: the messages go on from known ones; else by the conversation
  bool by_pace = false;  ///< rule 2: by its haste alone, no words to judge by
  bool without_text = false;  ///< rule 4, no words to judge by: taken for a re-prompt
  /// Rules 4 and 5: the pass that it asks again after, if it does, and what the words say of that.
  std::uint64_t after = kNone;
  std::uint64_t other_task = kNone;  ///< that of `after`, or of the pass that a helper served
  RepromptSigns signs{};
};

/// Puts requests into passes and passes into tasks, one at a time in the order of their starts.
/// What it keeps goes when its window ends, and the oldest first where there is too much: memory is
/// at most about 5 KB for each of `most_tasks`, usually 400 bytes, and 45 bytes for each of twice as
/// many names of tasks as hold. No clock, no store, no text. Not thread safe.
class TaskMatcher {
 public:
  struct Options {
    std::int64_t window_us = 3'600'000'000;  ///< within which a user comes back, >= 0
    std::int64_t retry_us = 600'000'000;  ///< and a client retries: 10 minutes, the SDKs' time-out
    /// For how long a client's own name of a task holds.
    std::int64_t task_name_us = 3'600'000'000;
    std::size_t most_tasks = 100'000;
    /// Of tasks and passes. Matchers that restore() what others took count from numbers of their own,
    /// which differ above kCountBits.
    std::uint64_t first = 0;
    /// Called with the number of each task that goes.
    std::function<void(std::uint64_t task)> forgotten = {};
  };
  static constexpr unsigned kCountBits = 32;
  explicit TaskMatcher(const Options& options)
      : options_(options),
        next_task_(options.first),
        next_pass_(options.first),
        seen_(options.first) {}

  /// @param request  started no earlier than the one before it
  /// @returns where it belongs. O(messages), amortised.
  Match take(const Request& request);
  /// @returns what take() would, and changes nothing: the numbers of a new task and a new pass are
  ///   those that it would have.
  [[nodiscard]] Match look(const Request& request) const;

  /// Says when a request that was in flight ended, and how. A task that has gone by then is passed
  /// over.
  void ended(const Match& match, std::int64_t ended_us, bool answered);

  /// Gives the task of a match a name by which later requests may call it, as if its client had named
  /// it; one that has a name keeps it.
  void name(const Match& match, std::uint64_t name);
  /// Says by what id an answer is known, so that a request whose `parent` it is goes on from it.
  void named(const Match& match, std::uint64_t answer);

  /// Takes a request whose match is known, as if take() had just returned it: for who writes down what
  /// take() said, and begins again with that, or for who is told what another took. Of `messages` those at the ends of the user's last and
  /// last but one turns, and the last one, count.
  void restore(const Request& request, const Match& match);

  /// How many tasks are known now.
  [[nodiscard]] std::size_t open_tasks() const { return tasks_.size(); }

 private:
  using Seen = SeenPasses::Pass;
  enum class Kind : std::uint64_t {
    kBody,
    kTurn,
    kHistory,
    kConversation,
    kPrompt,
    kMessage,
    kParent,
    kAnswer,
    kCall
  };
  struct Task {
    std::uint64_t person = 0, name = 0;
    std::int64_t last_end_us = 0;
    std::uint64_t pass = 0;  // the current one
    std::uint64_t body = 0;  // of its latest call
    std::int64_t pass_end_us = 0;
    std::uint32_t answered = 0;  // passes before the current one
    bool name_is_ours = false;   // and goes with it
    bool pass_answered = false;  // any of its calls
    bool last_answered = false;  // the latest
    KeptTexts turns;             // the first and the latest
    std::vector<std::uint64_t> keys;
  };
  struct Named {
    std::uint64_t task = 0;
    std::int64_t last_end_us = 0;
    std::uint32_t answered = 0;
  };
  /// What rule 4 goes on from.
  struct Continued {
    std::uint64_t task = 0;
    bool by_history = false;
  };

  [[nodiscard]] bool in_window(const Task& task, const Request& request) const;
  /// @returns how many answers a task has.
  static std::uint32_t answers(const Task& task) {
    return task.answered + (task.pass_answered ? 1 : 0);
  }
  /// FlatMap's keys are not 0.
  static std::uint64_t key_of(std::uint64_t number) { return ~number; }
  static std::uint64_t key(Kind kind, std::uint64_t scope, std::uint64_t value);
  Task* find(std::uint64_t number);
  [[nodiscard]] const Task* find(std::uint64_t number) const;
  [[nodiscard]] const Task* find_in_window(const std::optional<Seen>& seen,
                                           const Request& request) const;
  [[nodiscard]] bool answer_seen(const std::optional<Seen>& seen, const Request& request) const;
  [[nodiscard]] std::optional<Seen> seen(Kind kind, std::uint64_t scope, std::uint64_t value) const;
  [[nodiscard]] std::optional<Seen> seen_text(Kind kind, const Request& request,
                                              std::size_t messages) const;
  [[nodiscard]] std::optional<Seen> latest_of(const Request& request) const;
  [[nodiscard]] std::optional<Seen> seen_by_anyone(const Request& request, bool told) const;
  [[nodiscard]] Match helper(const Request& request) const;
  [[nodiscard]] std::optional<Seen> prompt_before(const Request& request) const;
  [[nodiscard]] std::optional<Match> retry(const Request& request) const;
  [[nodiscard]] std::optional<Match> step(const Request& request) const;
  [[nodiscard]] std::optional<Match> certain(const Request& request) const;
  [[nodiscard]] std::optional<Match> further_turn(const Request& request) const;
  [[nodiscard]] std::optional<Match> other_conversation(const Request& request) const;
  [[nodiscard]] std::optional<Continued> continued(const Request& request) const;
  [[nodiscard]] std::optional<Match> named_task(const Request& request) const;
  [[nodiscard]] Match same_pass(MatchRule rule, const Seen& pass) const;
  [[nodiscard]] Match next_attempt(MatchRule rule, std::uint64_t number, double probability) const;
  [[nodiscard]] Match new_task(MatchRule rule, double probability) const;
  static void begin(Task& task, const Request& request);
  static void go_on(Task& task, std::uint64_t pass, const Request& request);
  void remember(const Request& request, const Match& match);
  void remember_text(Kind kind, const Request& request, std::size_t messages, const Match& match);
  void remember_key(Kind kind, std::uint64_t scope, std::uint64_t value, const Match& match);
  void forget_key(std::uint64_t name, std::uint64_t task);
  void forget_names(std::int64_t now_us);
  void forget(std::uint64_t number);
  void expire(std::int64_t now_us);

  Options options_;
  std::uint64_t next_task_, next_pass_;
  base::FlatMap<std::unique_ptr<Task>> tasks_;  // by key_of() their numbers
  SeenPasses seen_;
  base::FlatMap<Named> named_;
  std::size_t names_left_ = 0;  // when those that no longer held went
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> recent_;  // tasks of a person
  using Expiry = std::pair<std::int64_t, std::uint64_t>;
  std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> expiries_;
};

}  // namespace turnout::traffic
