#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "turnout/base/result.h"

/// What decides which model serves an attempt.
namespace turnout::policy {

/// Models by their numbers and the probability of each; they sum to 1.
using Lottery = std::vector<std::pair<std::size_t, double>>;

/// The same lottery for some attempts in a row.
struct Run {
  Lottery lottery;
  std::size_t times = 1;
  friend bool operator==(const Run&, const Run&) = default;
};

/// Attempt after attempt, and how it goes on behind the last one.
struct Sequence {
  std::vector<Run> runs;
  /// The last so many runs are repeated for ever; 0: the offer ends with the last attempt.
  std::size_t repeated = 1;
  friend bool operator==(const Sequence&, const Sequence&) = default;
};

/// The paper's (i, s): `first` serves until a re-prompt, each with probability s, goes to `last`, and
/// all later ones with it.
struct Cascade {
  std::size_t first = 0, last = 0;
  double switches = 0;  ///< s
  friend bool operator==(const Cascade&, const Cascade&) = default;
};

/// A policy as it is written.
struct Form {
  std::variant<Sequence, Cascade> plan;
  /// With this probability an attempt is served by a model drawn uniformly from all. What the plan
  /// drew, and where it goes on from there, is as if it had been served.
  double explores = 0;
  friend bool operator==(const Form&, const Form&) = default;
};

/// How far a task has come under a policy: a number of one of its steps. 0 before the first attempt.
using State = std::uint32_t;

/// Who serves an attempt.
struct Decision {
  std::uint32_t model = 0;  ///< kNoModel: the offer has ended, nobody does
  State next = 0;           ///< the state before the attempt behind it
  double propensity = 0;  ///< probability of this model in this state, whatever is drawn behind it
};
inline constexpr std::uint32_t kNoModel = 0xffff'ffff;

/// One thing that can happen in a state: a model serves, and the task goes on from another state.
struct Draw {
  double up_to = 1;  ///< it does if the random number is below this and not below others' before
  double probability = 1;  ///< of this draw; those of a state sum to 1
  double propensity = 1;   ///< of its model: the sum over the state's draws of that model
  std::uint32_t model = 0;
  std::int32_t advance = 0;  ///< next state less this one
};

/// A list of steps, each a lottery over models whose outcome says which step is next. What a task is
/// served next depends on its state and on chance alone; the state is a number of four bytes that
/// whoever serves keeps with the task. Immutable, cheap to read from many threads.
///
/// As text:
///
///     mini                        always mini
///     mini,mini,large             mini twice, then large for good: the last attempt's repeats
///     mini*5,mini=0.4+large=0.6,large      five times mini, one lottery, then large for good
///     mini,large,end              two attempts are on offer, no more
///     mini,(large,huge)           mini, then large and huge in turn, for ever
///     cascade:mini,large,0.3      mini first; each re-prompt goes to large with probability 0.3, and
///                                 all later ones with it (the paper's (i,s))
///     lottery:mini=0.7,large=0.3  a draw for every attempt
///     explore:0.1/mini,large      any of the above; each attempt is served with probability 0.1 by a
///                                 model drawn uniformly, which does not change what comes next
///
/// Names with , * = or " in them, with brackets at their start or unpaired, and a model called end are
/// written in double quotes, where "" is one ". Spaces about names are of no account.
class Policy {
 public:
  /// @param models  the names that may stand in `text`
  /// @returns kInvalidValue with what was read and what is allowed.
  static base::Result<Policy> parse(const std::string& text, std::span<const std::string> models);
  /// @param form  its models are numbers of `models`, its probabilities sum to 1 within 1e-9
  /// @returns the policy; kInvalidValue if it has no attempt or more than kMostAttempts.
  static base::Result<Policy> make(const Form& form, std::span<const std::string> models);

  /// What can happen in a state, in the order of models; nothing where the offer has ended. For sums
  /// over all that can happen; decide() draws one.
  [[nodiscard]] std::span<const Draw> draws(State state) const noexcept {
    if (state >= steps_.size()) return {};
    const Step& step = steps_[state];
    return {draws_.data() + step.first, step.count};
  }
  /// Whether another attempt is on offer in this state.
  [[nodiscard]] bool offers(State state) const noexcept { return state < steps_.size(); }
  /// How many states there are; the offer has ended in all numbers from there on.
  [[nodiscard]] std::size_t states() const { return steps_.size(); }
  [[nodiscard]] std::size_t models() const { return models_; }
  /// Whether every attempt has one possible model.
  [[nodiscard]] bool is_deterministic() const { return draws_.size() == distinct_; }
  /// The policy in its shortest spelling; parse() reads it as the same policy.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const Form& form() const { return form_; }

 private:
  struct Step {
    std::uint32_t first = 0, count = 0;
  };
  Policy() = default;
  std::uint32_t add_draws(const Lottery& lottery, const std::vector<std::int32_t>& advances);
  void add_steps(const Sequence& sequence);
  void add_steps(const Cascade& cascade);
  std::vector<Step> steps_;
  std::vector<Draw> draws_;   // runs of steps share theirs
  std::size_t distinct_ = 0;  // lists of draws
  std::size_t models_ = 0;
  std::string text_;
  Form form_;
};

inline constexpr std::size_t kMostAttempts = 100'000;

/// @returns who serves the attempt in this state, and what state the task is in behind it.
/// @param random  uniform on [0, 1)
/// Total: a state in which the offer has ended stays so. Allocates nothing; a load and a comparison
/// for each model that may serve (bench/policy_bench.cpp).
inline Decision decide(const Policy& policy, State state, double random) noexcept {
  const auto draws = policy.draws(state);
  if (draws.empty()) return {kNoModel, state, 0};
  std::size_t i = 0;
  while (i + 1 < draws.size() && random >= draws[i].up_to) ++i;
  const Draw& drawn = draws[i];
  return {drawn.model, state + static_cast<State>(drawn.advance), drawn.propensity};
}

}  // namespace turnout::policy
