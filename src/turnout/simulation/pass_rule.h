#pragma once

#include <cstddef>
#include <vector>

#include "turnout/game/path.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/task_types.h"

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
  /// The same of a pass on `to` after one on `from`.
  [[nodiscard]] double latency(std::size_t from, std::size_t to) const;
  /// Probability that a user is still there after a failure of model k.
  [[nodiscard]] double patience(std::size_t k) const { return game_.model(k).patience; }
  /// Difficulties with the weights of an integral over them (trapezoidal rule, 1e-10 for sigma <=
  /// 3).
  [[nodiscard]] const std::vector<double>& difficulties() const { return difficulties_; }
  [[nodiscard]] const std::vector<double>& weights() const { return weights_; }
  /// Whether an attempt's success does not depend on the attempts before it.
  [[nodiscard]] bool independent() const { return difficulties_.size() == 1 && feedback_ == 0; }
  [[nodiscard]] double feedback() const { return feedback_; }
  [[nodiscard]] const game::RoutingGame& game() const { return game_; }

 private:
  game::RoutingGame game_;
  double feedback_;
  std::vector<double> skills_;
  std::vector<double> difficulties_, weights_;
};

}  // namespace turnout::simulation
