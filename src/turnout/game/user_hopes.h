#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/game/routing_game.h"
#include "turnout/game/stopping_choice.h"
#include "turnout/game/task_types.h"

namespace turnout::game {

struct Reception;

/// What going on can still be worth, at most, to each segment of the users: what it is worth to one
/// who is told the task's type, gets the model that is best for him every time, waits for no
/// switching and leaves when he likes. No sequence gives him more, so he who has lost more than
/// that since his best moment to leave is lost for good. docs/theory.md, section 17. Immutable.
class UserHopes {
 public:
  static constexpr std::size_t kMostNumbers = 4'000'000;  // 32 MB

  /// h(m, type) = max(0, max_k xi_k(type) + beta_k(type) h(m + 1, type)), h(depth) = 0. Where
  /// segments x types x depth exceeds `most_numbers`, neighbours are taken together with the most
  /// hopeful numbers that any of them has. Cost: segments x types x depth x models.
  /// @param segments  sorted by V, so that neighbours are alike
  UserHopes(const RoutingGame& game, std::span<const Segment> segments, const TaskTypes& types,
            std::size_t depth, std::size_t most_numbers = kMostNumbers);

  /// Segments of one group share their hopes.
  [[nodiscard]] std::size_t group_of(std::size_t segment) const { return segment / per_group_; }
  /// @returns the most that attempts after the first m can be worth to those who are there.
  /// @param open  weight of open tasks by type
  /// Cost: about 0.5 ns a type.
  [[nodiscard]] double after(std::size_t m, std::size_t group, const double* open) const;

 private:
  void offer(const Model& model, const Reception& users, std::span<const double> success,
             const DecisionWeights& user, double* most, const double* later) const;
  double* row(std::size_t m, std::size_t group) {
    return most_.data() + (m * groups_ + group) * types_;
  }

  std::size_t types_;
  std::size_t per_group_;
  std::size_t groups_;
  std::vector<double> most_;  ///< per open task: [(m * groups + group) * types + type]
};

}  // namespace turnout::game
