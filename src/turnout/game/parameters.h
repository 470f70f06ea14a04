#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::game {

/// What one pass of a model does. docs/theory.md, section 1.
struct Model {
  double success = 1;  ///< p, probability that a pass solves the task, in (0, 1]
  double latency = 0;  ///< t, expected time of a pass, >= 0
  double cost = 0;     ///< c, what a pass costs the provider, finite
};

struct User {
  double value = 0;          ///< V, what a solved task is worth, >= 0
  double value_of_time = 1;  ///< w, worth of one unit of latency in V's unit, > 0
};

/// A part of the users: how many, and what a solved task and their time are worth to them.
struct Segment {
  double share = 1;
  User user;
};

struct Provider {
  double churn_penalty = 0;  ///< P, what an unsolved task costs the provider, >= 0
};

/// The kinds of number that make up a game. kPrice is a RoutingGame's only (routing_game.h).
enum class Quantity { kValue, kValueOfTime, kChurnPenalty, kSuccess, kLatency, kCost, kPrice };

/// One number of a game; `model` (from 0) counts for success, latency and cost only.
struct Parameter {
  Quantity quantity = Quantity::kValue;
  std::size_t model = 0;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// @returns the symbol used by the CSV format and by messages: V, w, P, p1, t1, c1, p2, ...
std::string symbol(Parameter parameter);

/// What a quantity may be, both ends included. Magnitudes stop at 1e100 and success and value of
/// time start at 1e-100, so that no result can overflow.
struct Range {
  double low;
  double high;
};
Range range_of(Quantity quantity);

/// @returns kInvalidValue, saying what was read and what is allowed, unless `value` is in the
///   quantity's range.
base::Status check(Quantity quantity, double value);

/// The two-model game: a provider that routes between models, a user who leaves or re-prompts after
/// a failure. A Game that exists is valid, so all mathematics on it is total. Immutable; 72 bytes
/// and cheap to copy.
class Game {
 public:
  static constexpr std::size_t kModels = 2;

  /// @returns the error of check() for the first value out of range, with its symbol as context.
  static base::Result<Game> make(const User& user, const Provider& provider,
                                 const std::array<Model, kModels>& models);

  [[nodiscard]] double value() const { return user_.value; }
  [[nodiscard]] double value_of_time() const { return user_.value_of_time; }
  [[nodiscard]] double churn_penalty() const { return provider_.churn_penalty; }
  [[nodiscard]] const Model& model(std::size_t k) const { return models_[k]; }

  [[nodiscard]] double get(Parameter parameter) const;
  /// @returns this game with one number replaced, or why that is no game.
  [[nodiscard]] base::Result<Game> with(Parameter parameter, double value) const;

 private:
  Game(const User& user, const Provider& provider, const std::array<Model, kModels>& models)
      : user_(user), provider_(provider), models_(models) {}
  User user_;
  Provider provider_;
  std::array<Model, kModels> models_;
};

/// @returns every parameter of the game, in the order V, w, P, p1, t1, c1, p2, t2, c2.
std::vector<Parameter> parameters();

/// @returns the paper's assumptions that the game breaks, each as the inequality that should hold
///   with its two numbers ("c1 < c2, but c1 = 3, c2 = 2"); empty if all hold: t1 < t2, c1 < c2, p1
///   < p2 < 1, V > 0. The solver is exact all the same; only the theorems' names do not apply.
std::vector<std::string> broken_assumptions(const Game& game);

}  // namespace turnout::game
