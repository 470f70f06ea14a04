#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "turnout/policy/policy.h"
#include "turnout/simulation/pass_rule.h"

namespace turnout::simulation {

/// When users who know the policy, where in it their task is and the models that served it go on: after
/// a failure iff some horizon of going on so long is worth it,
///
///     (V - v0) S >= w L + R + (H + v0) M,    a naive user: (V - v0) (S + M) >= w L + R,
///
/// S, M, L and R the expected solved tasks, accepted wrong answers, waiting and prices up to the horizon,
/// with the models' patience. So there is a least V - v0 with which he goes on. docs/theory.md, section
/// 20.
class StayRule {
 public:
  /// Computes that least value for what can come about under the policy.
  /// Where attempts are independent draws, it depends on the policy's state (and, with switching costs,
  /// on the last model) alone and is exact, whatever the horizon, but for tasks that come about with a
  /// probability below 1e-15. Where failures tell, it depends on all models so far: it is tabulated
  /// for as many attempts as the policy lists, at least kDeepest, fewer where that were more than
  /// kMostPaths; longer paths have the value of their beginning. Horizons then go on until the promise
  /// can only get worse, for at most kLongestWait attempts beyond the listed ones, and no further than
  /// failures tell (PassRule::attempts_told()).
  /// @param user  whose w, v0, H and beliefs count, whatever his V
  StayRule(const PassRule& passes, const policy::Policy& policy, const game::User& user);

  /// @param path  the models that served and failed, one that the policy can produce; empty: before the
  ///   first attempt, for users who need not submit
  /// @param next  the policy's state before the next attempt
  /// @returns the least V - v0; infinite where the offer has ended.
  [[nodiscard]] double least_value(const Path& path, policy::State next) const;

  static constexpr std::size_t kDeepest = 6;
  static constexpr std::size_t kMostPaths = 4096;
  static constexpr std::size_t kLongestWait = 256;
  /// Horizons end, too, where a task may be in more places than this, each with what its attempts told.
  static constexpr std::size_t kMostPlaces = 256;

 private:
  /// What the value depends on: the models so far, or nothing of them, or the last one alone.
  [[nodiscard]] Path known(const Path& path) const;
  void tabulate(const PassRule& passes, const policy::Policy& policy, const game::User& user);

  bool independent_ = false;
  bool switching_ = false;
  std::size_t deepest_ = 0;
  double before_ = 0;  // the first attempt
  std::map<std::pair<Path, policy::State>, double> least_;
};

}  // namespace turnout::simulation
