#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "turnout/policy/policy.h"

namespace turnout::policy {

/// What the models that served a task tell of its state under a policy: the probability of each state,
/// given them. A log has the models and not the states; where a policy explores a cascade, a "large"
/// may have been the switch or a draw that leaves no trace. Exact: Bayes' rule over the states that
/// are possible, one for a sequence, at most two for a cascade.
class StateFilter {
 public:
  /// Before the first attempt. The policy must outlive this.
  explicit StateFilter(const Policy& policy) : policy_(&policy) {}

  /// Fills the probability of each model on the next attempt; they sum to 1, or are all 0 where the
  /// offer has ended or the policy cannot have used the models seen.
  void next(std::vector<double>& weights) const;
  /// An attempt was served by this model.
  void see(std::size_t model);
  /// Whether another attempt may be on offer.
  [[nodiscard]] bool offers() const;

 private:
  const Policy* policy_;
  std::vector<std::pair<State, double>> belief_ = {{0, 1}};
};

}  // namespace turnout::policy
