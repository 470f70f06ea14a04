#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/estimation/logged_tasks.h"
#include "turnout/policy/policy.h"

/// What a policy would do on the paths of a log, and how well the log shows it. docs/theory.md,
/// section 22.
namespace turnout::estimation {

/// A model that the policy may use behind a path.
struct PolicyArm {
  std::size_t model = 0;
  double chance = 0;      ///< probability of it there, > 0
  std::size_t child = 0;  ///< the node that follows; 0: the log never went there
  bool supported = true;  ///< the log shows it often enough to be weighed
};

/// How well a log shows one model on one attempt of the policy.
struct AttemptSupport {
  std::size_t attempt = 1;
  std::size_t model = 0;
  double share = 0;      ///< of the policy's tasks that come to it, as far as the log tells
  double effective = 0;  ///< what the log's passes there are worth: (sum w)^2 / sum w^2
  bool supported = false;
};

/// A policy over the tree of a log's paths.
class PolicyPaths {
 public:
  /// Where the policy's state is not told by the models, the chance is that over all states behind
  /// them (policy/state_filter.h). An arm is supported if the log's passes of its model on its
  /// attempt are worth kLeastEffective, and its path is not one that kSeenOften tasks passed by and
  /// none took. Cost: the log's passes, twice.
  PolicyPaths(const LoggedTasks& tasks, const policy::Policy& policy);
  /// Behind a path, none where the offer has ended or the policy cannot have come.
  [[nodiscard]] std::span<const PolicyArm> arms(std::size_t node) const {
    return {arms_.data() + first_[node], first_[node + 1] - first_[node]};
  }
  /// The arm that a step took; nothing if the policy never does.
  [[nodiscard]] const PolicyArm* arm(std::size_t parent, std::size_t model) const;
  /// Whether the policy can have come to a path and offers another attempt behind it.
  [[nodiscard]] bool offers(std::size_t node) const { return first_[node + 1] > first_[node]; }
  /// By attempt and model, of what the policy uses.
  [[nodiscard]] const std::vector<AttemptSupport>& support() const { return support_; }
  [[nodiscard]] double effective_tasks() const { return effective_tasks_; }
  [[nodiscard]] double largest_weight() const { return largest_weight_; }

 private:
  void judge_overlap(const LoggedTasks& tasks);
  std::vector<PolicyArm> arms_;
  std::vector<std::size_t> first_;  // by node, one more than nodes
  std::vector<AttemptSupport> support_;
  double effective_tasks_ = 0, largest_weight_ = 0;
};
inline constexpr double kLeastEffective = 30;
inline constexpr double kSeenOften = 300;

}  // namespace turnout::estimation
