#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "turnout/policy/policy.h"
#include "turnout/simulation/pass_rule.h"

namespace turnout::simulation {

/// When users who know the policy, where in it their task is and the models that served it go on:
/// after a failure iff V - v0 >= w x, x the least over horizons of expected waiting per expected success
/// of going on so long, with the models' patience. docs/theory.md, section 20.
class StayRule {
 public:
  /// Computes x for what can come about under the policy.
  /// Where attempts are independent draws, x depends on the policy's state (and, with switching costs,
  /// on the last model) alone and is exact, whatever the horizon, but for tasks that come about with a
  /// probability below 1e-15. Where failures tell, it depends on all models so far: it is tabulated
  /// for as many attempts as the policy lists, at least kDeepest, fewer where that were more than
  /// kMostPaths; longer paths have the x of their beginning. Horizons then go on until the promise can
  /// only get worse, for at most kLongestWait attempts beyond the listed ones.
  StayRule(const PassRule& passes, const policy::Policy& policy);

  /// @param path  the models that served and failed, one that the policy can produce
  /// @param next  the policy's state before the next attempt
  /// @returns x; infinite where the offer has ended.
  [[nodiscard]] double waiting_per_success(const Path& path, policy::State next) const;

  static constexpr std::size_t kDeepest = 6;
  static constexpr std::size_t kMostPaths = 4096;
  static constexpr std::size_t kLongestWait = 256;

 private:
  /// What x depends on: the models so far, or nothing of them, or the last one alone.
  [[nodiscard]] Path known(const Path& path) const;
  void tabulate(const PassRule& passes, const policy::Policy& policy);

  bool independent_ = false;
  bool switching_ = false;
  std::size_t deepest_ = 0;
  std::map<std::pair<Path, policy::State>, double> waiting_;
};

}  // namespace turnout::simulation
