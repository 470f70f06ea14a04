#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "turnout/analysis/advise_answer.h"

namespace turnout::control {

/// What the control loop must not do by itself.
struct GuardRails {
  std::size_t least_tasks = 30;  ///< fewer say nothing
  /// A change that saves less than this share of J is not made.
  double least_saving = 0.01;
  /// A change of what models cost a task, or of the wait, by more than this share takes a person.
  double largest_step = 0.5;
  /// The share of tasks solved that the log must promise, at the lower end of its 95 % interval; a
  /// policy that may solve fewer takes a person. 0 to 1
  double least_success = 0;
  /// Share of an attempt that models other than the best may serve, to find out. 0 to 1
  double most_explored = 0.3;
};

/// @returns of a policy that is advised what takes a person, a sentence each with the numbers; none
///   if nothing does.
/// @param advice  compared with the policy in force
std::vector<std::string> broken_rails(const GuardRails& rails,
                                      const analysis::AdviseAnswer& advice);

}  // namespace turnout::control
