#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "turnout/game/path.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/task_types.h"
#include "turnout/policy/routing_policy.h"

namespace turnout::simulation {

/// The models that served a task's attempts so far, the last one at the end.
using game::Path;

/// Chance of success, waiting and cost of passes where tasks differ in difficulty (Rasch's model,
/// game/task_types.h).
class PassRule {
 public:
  PassRule(const game::RoutingGame& game, const game::Difficulty& difficulty);
  /// Success of model k on an attempt (from 0) at a task of difficulty theta.
  [[nodiscard]] double success(std::size_t k, double theta, std::size_t attempt) const;
  /// Mean waiting and cost of the last pass of a path, switching included.
  [[nodiscard]] double latency(const Path& path) const;
  [[nodiscard]] double cost(const Path& path) const;
  /// Difficulties with the weights of an integral over them (trapezoidal rule, 1e-10 for sigma <=
  /// 3).
  [[nodiscard]] const std::vector<double>& difficulties() const { return difficulties_; }
  [[nodiscard]] const std::vector<double>& weights() const { return weights_; }
  [[nodiscard]] const game::RoutingGame& game() const { return game_; }

 private:
  game::RoutingGame game_;
  double feedback_;
  std::vector<double> skills_;
  std::vector<double> difficulties_, weights_;
};

/// When users who know the policy and the models that served them go on: after the failures of a
/// path iff V >= w x, x the least over horizons of expected waiting per expected success of going
/// on so long. docs/theory.md, section 20.
class StayRule {
 public:
  /// Computes x for every path of up to kDeepest attempts, fewer where that were more than
  /// kMostPaths; horizons of up to 32 attempts, fewer where they branch into more than 512.
  StayRule(const PassRule& passes, const policy::RoutingPolicy& policy);
  /// @returns x of a path that the policy can produce, of its first kDeepest attempts if it is
  ///   longer.
  [[nodiscard]] double waiting_per_success(const Path& path) const;

  static constexpr std::size_t kDeepest = 6;
  static constexpr std::size_t kMostPaths = 4096;

 private:
  void tabulate(const PassRule& passes, const policy::RoutingPolicy& policy, Path& path);
  std::size_t deepest_ = kDeepest;
  std::map<Path, double> waiting_;
};

}  // namespace turnout::simulation
