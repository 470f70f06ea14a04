#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/advise_answer.h"
#include "turnout/base/watch.h"
#include "turnout/control/guard_rails.h"

/// The control loop: from what a policy's log says to the policy that is served next. docs/gateway.md,
/// "The control loop".
namespace turnout::control {

/// Which log is read, and what its numbers are worth.
struct Evidence {
  std::string source;                      ///< a store, as `turnout estimate` opens it
  std::optional<std::int64_t> since_us;    ///< tasks that began from then on, since 1970
  std::int64_t window_us = 3'600'000'000;  ///< a user who has not come back for so long will not
  std::optional<double> lifetime_value;    ///< dollars: AdviseOptions; this or
  std::optional<double> penalty;           ///< dollars an unsolved task
  std::size_t draws = 300;                 ///< of the posterior: AdviseOptions
};

/// What the log says of the policy that is served next.
struct Step {
  /// The policy to serve; the one in force if nothing is to change.
  std::string policy;
  bool changes = false;
  /// Why, a sentence each.
  std::vector<std::string> reasons;
  /// The guard rails that the change would break, a sentence each: it then takes a person. None if
  /// nothing changes.
  std::vector<std::string> rails;
  std::int64_t tasks = 0;  ///< of the log, whose users have had the window to come back
  /// The advice that it rests on, compared with the policy in force; nothing if there was none.
  std::optional<analysis::AdviseAnswer> advice;
};

/// Reads the log and says what to serve next:
/// - too few tasks: no change;
/// - a model that has served too few passes to be judged: the policy in force, exploring;
/// - costs or P are not known: no change, and why;
/// - else the policy that costs least in expectation, with as much exploration as may be worth it
///   (AdviseAnswer::exploring), if the two together save GuardRails::least_saving, or if much more is
///   worth exploring than the policy in force does. That the data do not decide
///   (analysis::reason_to_decline()) is said, but is no reason to stay with what nobody chose.
/// @param models    all that can serve, in the configuration's order
/// @param in_force  a policy of these models
/// @returns errors of the store, kCancelled. Cost: that of advise_answer(), some seconds.
base::Result<Step> next_policy(const Evidence& evidence, const std::vector<std::string>& models,
                               const std::string& in_force, const GuardRails& rails,
                               const base::Watch& watch = {});

}  // namespace turnout::control
