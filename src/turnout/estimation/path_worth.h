#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "turnout/estimation/logged_tasks.h"
#include "turnout/estimation/policy_paths.h"

/// What a policy is believed to come to behind each path of a log: the model that weights correct.
/// docs/theory.md, section 22.
namespace turnout::estimation {

/// What an attempt gives.
enum Reward : std::size_t {
  kRewardCost,
  kRewardLatency,
  kRewardAttempts,
  kRewardSolved,  ///< silent ends, and those told, count with the share believed to be solved
  kRewardKnown,   ///< ends that are told to be solved
  kRewardMaybe,   ///< ends that are not told to have failed
};
inline constexpr std::size_t kRewards = 6;
using Rewards = std::array<double, kRewards>;

/// Beliefs from one half of the users, to be corrected by the other half's tasks: so a path that few
/// tasks took cannot agree with itself.
class PathWorth {
 public:
  /// @param half  0 or 1: learns from the users whose number is not of that parity
  /// Means of paths are drawn towards those of their last model by some 5 passes' worth. Cost: the
  /// log's passes.
  PathWorth(const LoggedTasks& tasks, const PolicyPaths& paths, std::size_t half);
  /// Expected rewards from the pass that ends a path on (Q).
  [[nodiscard]] const Rewards& of_pass(std::size_t node) const { return of_pass_[node]; }
  /// Expected rewards behind a path, before the next model is drawn (V).
  [[nodiscard]] const Rewards& behind(std::size_t node) const { return behind_[node]; }
  /// Q of what an arm leads to, where the log has never gone too.
  [[nodiscard]] const Rewards& of_arm(const PolicyArm& arm) const {
    return arm.child == 0 ? forever_[arm.model] : of_pass_[arm.child];
  }
  /// The share of a path's ends that is believed to be solved.
  [[nodiscard]] double solved(std::size_t node) const { return solved_[node]; }

 private:
  std::vector<Rewards> of_pass_, behind_;  // by node
  std::vector<double> solved_;             // by node
  std::vector<Rewards> forever_;           // by model, if it serves until the user ends
};

}  // namespace turnout::estimation
