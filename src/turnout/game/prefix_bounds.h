#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/game/attempt_outcome.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/stopping_choice.h"
#include "turnout/game/task_types.h"
#include "turnout/game/user_hopes.h"

/// What the first attempts of a sequence come to in one game, and the least that any completion
/// costs there: the steps of the search for one sequence (sequence_search.h). docs/theory.md,
/// section 17.
namespace turnout::game {

/// A game as it may be, with the users who play it and the types of task that they bring.
struct PossibleGame {
  RoutingGame game;               ///< all but the users and the success rates
  std::vector<Segment> segments;  ///< at least one; shares sum to 1
  TaskTypes types;
};

/// @returns the first number of attempts after which a user may leave: 0 if he need not submit.
inline std::size_t first_stop(const RoutingGame& game) { return game.participates() ? 0 : 1; }

/// @returns users who are alike counted once, those without a share left out, in increasing V.
///   n log n.
std::vector<Segment> merged(std::span<const Segment> segments);

/// Some attempts that have all failed.
struct Prefix {
  double left = 1;                   ///< share of tasks unsolved, for a user who never left
  double spent = 0;                  ///< cost so far, for a user who never left
  Stop stop;                         ///< to leave now
  double going_on = 0;               ///< least cost of a user who makes another attempt
  double bound = 0;                  ///< least cost of any completion
  std::vector<double> open;          ///< weight of unsolved tasks by type
  std::vector<double> best_utility;  ///< by segment: of its stops so far
  /// By segment: the least cost of its stops that may still tie with its best. A stop is dropped when
  /// a later one beats all before it by more than what counts as a tie; one that ties in the end
  /// never is.
  std::vector<double> best_cost;
};

/// The bounds of one game for sequences of `depth` attempts. Immutable. What is passed in must
/// outlive it.
class PrefixBounds {
 public:
  /// @param segments  as merged() gives them
  /// @param hopes     most numbers to keep for what going on can be worth, see UserHopes
  PrefixBounds(const RoutingGame& game, std::span<const Segment> segments, const TaskTypes& types,
               std::size_t depth, std::size_t hopes = UserHopes::kMostNumbers);

  /// @returns the prefix of no attempt.
  [[nodiscard]] Prefix start() const;
  /// Puts into `after`, which start() made, what `before` and an attempt on `k` come to.
  /// @param made  the models of `before`
  /// Cost: about 1 ns a type and 2 ns a segment.
  void extend(const Prefix& before, std::span<const std::size_t> made, std::size_t k,
              Prefix& after) const;
  /// @returns prefix.bound, but that those who cannot be won for another attempt cost what their
  ///   stop costs; never below prefix.bound. Cost: as extend().
  [[nodiscard]] double settled(const Prefix& prefix, std::size_t made) const;
  /// @returns J of a whole sequence, by the stops that it offers: after 0, 1, 2, ... attempts.
  [[nodiscard]] double cost(std::span<const Stop> stops) const;

 private:
  /// The segments, one array per number.
  struct Users {
    std::vector<double> share, solved, misled, time;
    std::vector<double> tie;  ///< at least what counts as a tie after any sequence
  };
  [[nodiscard]] double utility(std::size_t s, const Tally& had) const {
    return users_.solved[s] * had.solved + users_.misled[s] * had.misled -
           users_.time[s] * had.latency - had.paid;
  }
  [[nodiscard]] double add_stop(const Prefix& before, Prefix& after) const;

  const RoutingGame* game_;
  std::span<const Segment> segments_;
  const TaskTypes* types_;
  std::size_t depth_;
  Users users_;
  InformedCosts informed_;
  UserHopes hopes_;
};

}  // namespace turnout::game
