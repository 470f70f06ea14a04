#pragma once

#include <cstddef>
#include <optional>

#include "turnout/policy/policy.h"
#include "turnout/simulation/stay_rule.h"

namespace turnout::simulation {

/// The expectation of a task's payoffs.
struct ExpectedPayoffs {
  double provider_cost = 0, user_utility = 0, success = 0, latency = 0, service_cost = 0,
         attempts = 0;
};

/// Users who differ in what a task is worth to them.
struct Differing {
  game::User user;         ///< with the median V
  double value_sigma = 0;  ///< V is lognormal with this sigma of its logarithm
  double patience = 1;     ///< beside the models'
};

/// Passes after which a task is given up.
inline constexpr std::size_t kLongestTask = 100'000;

/// A plan may promise a user exactly what going on takes from him, who then stays: sums that are equal
/// but for rounding are equal.
/// @returns the least V - v0 with which a user stays whom StayRule gives `least`.
double least_gain(double least);

/// The payoffs of a deterministic policy, by sums over its attempts, the difficulties and the normal
/// integral; to 1e-9. Users still there after some attempts are those whose V - v0 is the greatest of
/// the least ones so far. docs/theory.md, section 21.
/// @param policy  has one model for every attempt
/// @param stays   of the same passes, policy and user
/// @returns nothing if the policy goes on for longer than failures are told apart
///   (PassRule::attempts_told()). Cost: attempts x difficulties.
std::optional<ExpectedPayoffs> expected_payoffs(const PassRule& passes,
                                                const policy::Policy& policy,
                                                const Differing& users, const StayRule& stays);

}  // namespace turnout::simulation
