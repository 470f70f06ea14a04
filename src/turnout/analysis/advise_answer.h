#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/log_reading.h"
#include "turnout/base/watch.h"
#include "turnout/estimation/choice_limits.h"
#include "turnout/numeric/interval.h"
#include "turnout/policy/policy.h"

namespace turnout::analysis {

struct AdviseOptions {
  /// What a customer is worth who stays, dollars, > 0; P is that times how much likelier he is
  /// never to come back after an unsolved task.
  std::optional<double> lifetime_value;
  /// P itself, dollars an unsolved task, >= 0; instead of a lifetime value.
  std::optional<double> penalty;
  /// What the advice is compared with: a policy as text, of models in the log; empty: what the log's
  /// own policies did on average.
  std::string in_force;
  double most_explored = 1;  ///< of an attempt, in AdviseAnswer::exploring. 0 to 1
  std::size_t draws = 1200;  ///< of the posterior, kLeastDraws to kMostDraws
  std::uint64_t seed = 1;
  static constexpr std::size_t kLeastDraws = 100;
  static constexpr std::size_t kMostDraws = 10'000;
  static constexpr double kMostDollars = 1e9;
};

/// What a policy comes to per task, each with its 95 % interval. Dollars, shares, seconds.
struct PolicyFigures {
  numeric::Interval cost;     ///< J, lost users included
  numeric::Interval service;  ///< of that, what models cost
  numeric::Interval leaving;  ///< share of tasks that end unsolved
  numeric::Interval latency;
};

/// A number that the advice rests on, and where it would be another.
struct AdviceLimit {
  std::string assumption;  ///< in words, with its unit
  double value = 0;
  std::optional<double> flips_at;  ///< the nearest value with another best policy, if in reach
  std::string policy_then;         ///< and which
};

/// What finding out more would save per task, at most.
struct WorthOfData {
  std::string what;  ///< the unknown, in words
  std::string how;   ///< how it is learnt, in words
  double gain = 0;   ///< dollars a task
};

/// Lifetime values in dollars for which one policy is best; without --ltv.
struct LifetimeRange {
  double from = 0;
  std::optional<double> to;  ///< nothing: without end
  std::string policy;
};

/// What to do, from a log. docs/theory.md, section 25.
struct AdviseAnswer {
  std::string source;
  LogReading reading;
  std::vector<std::string> models;
  std::optional<double> lifetime_value, penalty;  ///< as they were given
  bool costs_known = false;                       ///< each model has passes with a cost
  /// P was given; or a lifetime value was, and the log tells who comes back.
  bool penalty_known = false;
  bool declined = false;
  std::string reason;  ///< why it declines, and what would help; empty if it does not
  /// As simulate --policy reads it: the best so far, where it declines, with 0 for costs and P that
  /// are not known.
  std::string policy;
  estimation::Sequence sequence;  ///< the same; its last model repeats
  /// What it is compared with: AdviseOptions::in_force, else what the log's attempts 1, 2, ... were
  /// served by, on average.
  std::string policy_today;
  /// How likely each model is to be the best one's on attempts 1, 2, ...: estimation::best_models().
  std::vector<std::vector<double>> chances;
  /// A policy that learns what is not known: each attempt is served by the model that may be the best
  /// one's as often as it may be so (in hundredths; below two counts as none), as far as at most
  /// most_explored of it is served by others than the sequence's own model, and halved until it costs
  /// at most kWorthExploring of `regret`; 10 % of the attempts drawn from all models where costs or P
  /// are not known.
  std::string exploring;
  double exploring_costs = 0;  ///< its J less the policy's, dollars a task in expectation
  PolicyFigures then;   ///< service means nothing without costs, cost without costs and penalty
  PolicyFigures today;  ///< likewise
  numeric::Interval saving;  ///< J today less J then, dollars a task; needs both
  double regret = 0;  ///< what knowing everything would save besides, dollars a task; needs both
  /// Probability that it costs over a tenth more than the best policy; needs both.
  double chance_of_regret = 0;
  std::vector<AdviceLimit> rests_on;    ///< the nearest first
  std::vector<WorthOfData> worth_most;  ///< the largest first
  /// Where only the lifetime value is missing: for which one which policy is best.
  std::vector<LifetimeRange> ranges;
  std::vector<std::string> notes;
};

/// @returns how many of worth_most, the first ones, would save at least a thousandth of the policy's
///   cost: the others are not worth telling.
std::size_t worth_telling(const AdviseAnswer& answer);

/// Exploring costs at most this share of what knowing everything would save. What is learnt from as many
/// tasks again is a part of that, and pays for about as many tasks to come. docs/closed-loop.md
inline constexpr double kWorthExploring = 0.5;

/// A chance of notable regret above this declines: the data do not decide. Of logs below it the
/// mean chance is 0.05 or so: docs/theory.md, section 25.
inline constexpr double kMostChanceOfRegret = 0.2;

/// @returns the answer; kInvalidValue where the log has no first attempt or an option is out of
///   range; kCancelled. Cost: some seconds.
/// @param watch  told of steps; advice_steps() in all
base::Result<AdviseAnswer> advise_answer(const std::string& source, LogReading reading,
                                         const AdviseOptions& options,
                                         const base::Watch& watch = {});
std::size_t advice_steps(const AdviseOptions& options);

}  // namespace turnout::analysis
