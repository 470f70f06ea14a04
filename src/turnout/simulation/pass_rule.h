#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "turnout/game/attempt_outcome.h"
#include "turnout/game/path.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/task_types.h"

namespace turnout::simulation {

/// The models that served a task's attempts so far, the last one at the end.
using game::Path;

/// What passes do and what they tell, where tasks differ in difficulty and in which model suits them
/// (Rasch's model with an effect of task and model, game/task_types.h), and how users take the answers.
class PassRule {
 public:
  /// @param attempts  failures of so many attempts may be told apart where tau > 0 (fewer where there is
  ///   feedback, too: TaskTypes::deepest()); later ones tell nothing more
  PassRule(const game::RoutingGame& game, const game::Difficulty& difficulty,
           std::size_t attempts = kAttemptsTold);
  static constexpr std::size_t kAttemptsTold = 320;

  /// Success of model k on an attempt (from 0) at a task of difficulty theta - phi_k.
  [[nodiscard]] double success(std::size_t k, double theta, std::size_t attempt) const;
  /// Chances of success of model k by difficulty, as believed after the attempts `before`, all in vain.
  [[nodiscard]] std::vector<double> chances(std::size_t k, const Path& before) const;
  /// Mean waiting and cost of the last pass of a path, switching included.
  [[nodiscard]] double latency(const Path& path) const;
  [[nodiscard]] double cost(const Path& path) const;
  /// The same of a pass on `to` after one on `from`.
  [[nodiscard]] double latency(std::size_t from, std::size_t to) const;
  /// How users take the answers of model k on an attempt (from 0).
  [[nodiscard]] game::Reception reception(std::size_t k, std::size_t attempt) const {
    return {game_, k, attempt};
  }
  /// Difficulties with the weights of an integral over them (trapezoidal rule, 1e-10 for sigma <=
  /// 3).
  [[nodiscard]] const std::vector<double>& difficulties() const { return difficulties_; }
  [[nodiscard]] const std::vector<double>& weights() const { return weights_; }
  /// Whether what an attempt does, does not depend on the attempts before it.
  [[nodiscard]] bool independent() const {
    return difficulties_.size() == 1 && feedback_ == 0 && !types_ &&
           !game_.has_patience_by_attempt();
  }
  /// @returns what must be kept of the attempts before to know chances(): an attempt's number alone,
  ///   how often each model was tried, or all.
  [[nodiscard]] Path told(Path before) const;
  /// How many attempts patience is listed for.
  [[nodiscard]] std::size_t patience_listed() const;
  /// How many attempts are told apart; the largest number where nothing limits it.
  [[nodiscard]] std::size_t attempts_told() const { return attempts_; }
  /// Whether no rejected answer makes the next success likelier.
  [[nodiscard]] bool failures_discourage() const;
  [[nodiscard]] const game::RoutingGame& game() const { return game_; }

 private:
  game::RoutingGame game_;
  double feedback_;
  std::vector<double> skills_;
  std::vector<double> difficulties_, weights_;
  std::optional<game::TaskTypes> types_;  // only where tau > 0
  std::size_t attempts_;
};

}  // namespace turnout::simulation
