#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "turnout/game/escalation_plan.h"
#include "turnout/game/task_types.h"

/// What one attempt of a sequence does to the tasks that are open, and what that is worth: the
/// steps that the searches over sequences share (belief_plan.h, population_plan.h).
/// docs/theory.md, section 12.
namespace turnout::game {

/// What an attempt takes, per attempt made.
struct AttemptTerms {
  double wait = 0;     ///< w t + r and what switching adds
  double cost = 0;     ///< c - r and what switching adds
  double latency = 0;  ///< t and what switching adds
};

/// @returns what an attempt on k takes after the attempts on `before`. To start is no switch.
inline AttemptTerms attempt_terms(const RoutingGame& game, std::span<const std::size_t> before,
                                  std::size_t k) {
  const std::size_t from = before.empty() ? k : before.back();
  const Model& model = game.model(k);
  return {game.user().value_of_time * model.latency + model.price + game.switch_wait(from, k),
          game.pass(k).service + game.switch_cost(from, k),
          model.latency + game.switch_latency(from, k)};
}

/// How the users take the answers of one model on an attempt, as shares of right and of wrong ones.
struct Reception {
  double right_accepted;  ///< 1 - fr
  double wrong_accepted;  ///< fa
  double patience;        ///< rho

  /// @param attempt  counted from 0
  Reception(const RoutingGame& game, std::size_t k, std::size_t attempt)
      : right_accepted(1 - game.model(k).false_reject),
        wrong_accepted(game.model(k).false_accept),
        patience(game.patience(k, attempt)) {}
  /// Of tasks that a pass solves and of those that it fails: how many are rejected.
  [[nodiscard]] double rejected(double right, double wrong) const {
    return (1 - right_accepted) * right + (1 - wrong_accepted) * wrong;
  }
};

/// What an attempt does to the open tasks, in shares of all tasks.
struct AttemptOutcome {
  double right = 0;     ///< answered right
  double wrong = 0;     ///< answered wrong
  double rejected = 0;  ///< answered in vain
};

/// What that is worth to the user: as he decides, and as he gets it.
struct AttemptGain {
  double believed = 0;
  double actual = 0;
  double at_stake = 0;  ///< the sum of the absolute terms
};

/// @returns (V - v0) solved - (H + v0) misled - wait; a naive user decides by (V - v0) (solved +
///   misled) - wait.
/// @param wait  reach times AttemptTerms::wait
inline AttemptGain gain_of(const User& user, const Reception& users, const AttemptOutcome& outcome,
                           double wait) {
  const double solved = users.right_accepted * outcome.right;
  const double misled = users.wrong_accepted * outcome.wrong;
  const double value = user.value - user.outside;
  const double harm = (user.harm + user.outside) * misled;
  const double actual = value * solved - harm - wait;
  const double believed = user.naive ? value * (solved + misled) - wait : actual;
  return {believed, actual, std::abs(value) * (solved + misled) + harm + wait};
}

/// @returns what the provider loses by users who leave of their own will or learn later that they
///   were misled: P (1 - rho) rejected + P_w misled.
inline double loss_of(const Provider& provider, const Reception& users,
                      const AttemptOutcome& outcome) {
  return provider.churn_penalty * (1 - users.patience) * outcome.rejected +
         provider.late_churn.value_or(provider.churn_penalty) * users.wrong_accepted *
             outcome.wrong;
}

/// Plays a sequence attempt by attempt for a user who never leaves. Cost of an attempt: the number
/// of types.
struct AttemptWalk {
  std::vector<double> open;  ///< weight of each type's tasks that are still unsolved
  PlanPayoffs payoffs;       ///< without the penalty; the utility is that of the game's user
  double misled = 0;         ///< share of tasks that ended with an accepted wrong answer
  double paid = 0;           ///< prices
  double reach = 1;
  double believed = 0;  ///< the utility by which the game's user decides
  double at_stake = 0;  ///< sum of the absolute terms of the utility

  explicit AttemptWalk(const TaskTypes& types)
      : open(types.weights().begin(), types.weights().end()) {}

  void attempt(const RoutingGame& game, const TaskTypes& types, std::span<const std::size_t> before,
               std::size_t k);
  /// @returns what it comes to if whoever is left leaves now.
  [[nodiscard]] PlanPayoffs ended(const RoutingGame& game) const;
};

/// The bounds of the searches: the cost that a provider who knew each task's type and whom no user
/// could leave would still have for an open task, by attempts made and type: [m * types + type].
struct InformedCosts {
  std::vector<double> least;  ///< min(P, going_on)
  /// with at least one more attempt; infinite after `depth` attempts
  std::vector<double> going_on;
};

/// @returns those costs, for sequences of `depth` attempts. Of switching costs only those that are
///   rewards count, the greatest one on every attempt on the model that earns it: true bounds for
///   costs of any sign. Cost: depth x types x models.
/// @param behind  what an open task costs behind all of them, by type, at most P. Nothing: P, for the
///   offer ends
InformedCosts informed_costs(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                             std::span<const double> behind = {});

/// @returns the least that switching to k costs, below 0 where it is a reward, else 0.
double least_switch_cost(const RoutingGame& game, std::size_t k);

/// One attempt for a search, which needs no more of it than three sums over the types.
struct AttemptSums {
  double right = 0;  ///< answered right
  double left = 0;   ///< of whom may go on
  double bound = 0;  ///< what they cost at least: the sum of what is open times `informed`
};

/// @returns those sums, and leaves in `next` what is open by type after the attempt.
/// @param open, success, informed, next  n types each; next is no other array of these
/// Cost: about 1 ns a type.
AttemptSums advance(const Reception& users, const double* open, const double* success,
                    const double* informed, double* next, std::size_t n);

/// Visits the sequences of `depth` attempts that switch model at most once, the static ones first
/// for each first model.
template <class Visitor>
void for_each_cascade(std::size_t models, std::size_t depth, Visitor visit) {
  for (std::size_t i = 0; i < models; ++i) {
    visit(std::vector<std::size_t>(depth, i));
    for (std::size_t j = 0; j < models; ++j) {
      for (std::size_t at = 1; j != i && at < depth; ++at) {
        std::vector<std::size_t> sequence(depth, j);
        for (std::size_t m = 0; m < at; ++m) sequence[m] = i;
        visit(sequence);
      }
    }
  }
}

}  // namespace turnout::game
