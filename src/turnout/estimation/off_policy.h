#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "turnout/estimation/log_statistics.h"
#include "turnout/numeric/interval.h"
#include "turnout/policy/policy.h"

/// What another policy would have come to, from the tasks of a log whose policy drew its models
/// with known probabilities. docs/theory.md, section 22.
namespace turnout::estimation {

/// An estimate with its 95 % interval.
using Evaluated = numeric::Interval;

/// One quantity of a task, three ways.
struct EvaluatedQuantity {
  std::string name;           ///< service_cost, latency, attempts, success
  Evaluated logged;           ///< under the log's own policies
  Evaluated inverse;          ///< inverse propensity weights
  Evaluated self_normalised;  ///< the same, divided by the mean weight
  Evaluated doubly_robust;    ///< model of the paths' means, corrected by weights
};

struct OffPolicyAnswer {
  std::int64_t tasks = 0;               ///< with a propensity on every attempt
  std::int64_t without_propensity = 0;  ///< tasks that have none on some attempt: left out
  double effective_tasks = 0;           ///< (sum w)^2 / sum w^2
  double largest_weight = 0;
  std::vector<EvaluatedQuantity> quantities;
};

/// Weighs whole tasks by the probability of their models under a policy over that in the log. Where
/// the policy's state is not told by the models, the probability is that over all states behind them
/// (policy/state_filter.h); where its offer ends before the log's tasks do, they end there. Users
/// are taken to react to the models that serve them, not to the policy: a user who knows the new
/// policy may do otherwise (turnout simulate). Silent ends count as solved with the share that
/// feedback says of the same path's ends.
class OffPolicyEvaluator {
 public:
  /// @param statistics  of the same log, for the model of the paths
  /// @param models  the names that the policy's numbers stand for
  OffPolicyEvaluator(const LogStatistics& statistics, const policy::Policy& policy,
                     std::vector<std::string> models);
  ~OffPolicyEvaluator();
  OffPolicyEvaluator(const OffPolicyEvaluator&) = delete;
  OffPolicyEvaluator& operator=(const OffPolicyEvaluator&) = delete;
  OffPolicyEvaluator(OffPolicyEvaluator&&) = delete;
  OffPolicyEvaluator& operator=(OffPolicyEvaluator&&) = delete;

  /// Passes in the order of (task_id, attempt); what each weighs: docs/theory.md, section 22.
  void add(const traffic::Pass& pass);
  /// @returns the estimates of docs/theory.md, section 22: inverse propensity (Horvitz and Thompson
  ///   1952), self-normalised (Hajek 1971), doubly robust (Jiang and Li 2016); kUnsupported with
  ///   the reason where there is no overlap: the policy uses a model after a path that the log
  ///   never shows, no task has propensities, or the tasks are worth fewer than kLeastEffective.
  base::Result<OffPolicyAnswer> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};
inline constexpr double kLeastEffective = 30;

}  // namespace turnout::estimation
