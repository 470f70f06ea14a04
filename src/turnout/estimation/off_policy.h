#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/estimation/log_estimate.h"
#include "turnout/estimation/logged_tasks.h"
#include "turnout/estimation/policy_paths.h"
#include "turnout/numeric/interval.h"
#include "turnout/policy/policy.h"

/// What another policy would have come to, from the tasks of a log whose policies drew their models.
/// docs/theory.md, section 22.
namespace turnout::estimation {

/// A number with its 95 % interval; or, where the log only bounds it, a range that holds it in 95 % of
/// cases, and no number.
struct Evaluated {
  std::optional<double> value;
  double low = 0, high = 0;
};

/// One quantity, a task's mean.
struct EvaluatedQuantity {
  std::string name;      ///< service_cost, latency, attempts, success; provider_cost: J
  Evaluated logged;      ///< under the log's own policies
  Evaluated policy;      ///< under the policy
  Evaluated difference;  ///< policy less logged, on the same users: its interval is paired
};

struct OffPolicyAnswer {
  std::int64_t tasks = 0;     ///< that count
  std::int64_t users = 0;     ///< who brought them; tasks without a user count as one each
  std::int64_t left_out = 0;  ///< tasks without a propensity on some attempt, or with gaps
  bool propensities_estimated = false;
  double effective_tasks = 0;  ///< (sum w)^2 / sum w^2
  double largest_weight = 0;
  double told = 0;            ///< ends with feedback, in what they are worth of the policy's own
  bool success_told = false;  ///< by feedback; else success is bounded
  std::vector<AttemptSupport> support;  ///< by attempt and model that the policy uses
  /// Share of the policy's tasks that come to where the log does not support it: what they come to
  /// from there on is bounded.
  double beyond = 0;
  std::vector<EvaluatedQuantity> quantities;  ///< without J
  std::optional<EvaluatedQuantity> provider_cost;
};

/// Ends with feedback, in what they are worth of the policy's own, for success to be more than
/// bounded.
inline constexpr double kLeastTold = 20;
/// A first attempt that the log does not support for more than this share of tasks: no answer.
inline constexpr double kMostUnsupported = 0.02;

/// Follows the policy on the log's tasks: a doubly robust estimate, whose model (path_worth.h) comes
/// from one half of the users and is corrected by the weighed tasks of the other. Errors are judged by
/// user, and hold those of silent ends, of propensities that were estimated, of P, and of their sum.
/// Users are taken to react to the models that serve them, not to the policy.
/// @param penalty  P, dollars, with its interval; a range where it is bounded; nothing: no J
/// @returns the estimates of docs/theory.md, section 22; kUnsupported with the reason where the log has
///   fewer than two users or no overlap on the first attempt.
/// Cost: some passes over the log in memory, about a microsecond a pass.
base::Result<OffPolicyAnswer> evaluate_policy(const LoggedTasks& tasks,
                                              const policy::Policy& policy,
                                              const std::optional<Figure>& penalty);

}  // namespace turnout::estimation
