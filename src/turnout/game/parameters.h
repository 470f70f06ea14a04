#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::game {

/// What one pass of a model does, and how users take its answer. The paper's models have the first
/// three numbers; the others are as in the paper unless they are given. docs/theory.md, section 1.
struct Model {
  double success = 1;  ///< p, probability that a pass solves the task, in (0, 1]
  double latency = 0;  ///< t, expected time of a pass, >= 0
  double cost = 0;     ///< c, what a pass costs the provider, finite
  double price = 0;    ///< r, what the user pays per pass, >= 0
  /// rho, probability that a user whose task an answer did not end is still there: the others leave
  /// for reasons of their own, whatever is promised. In [0, 1]; below 1 users are impatient.
  double patience = 1;
  double false_accept = 0;  ///< fa, share of wrong answers that the user takes for right ones
  double false_reject = 0;  ///< fr, share of right answers that he takes for wrong ones, below 1
};

struct User {
  double value = 0;          ///< V, what a solved task is worth, >= 0
  double value_of_time = 1;  ///< w, worth of one unit of latency in V's unit, > 0
  double outside = 0;        ///< v0, what he gets who leaves, elsewhere, >= 0
  double harm = 0;           ///< H, what an accepted wrong answer costs him, >= 0
  /// Whether he decides as if each answer that he accepts were right. He gets what he gets.
  bool naive = false;
};

/// A part of the users: how many, and what a solved task and their time are worth to them.
struct Segment {
  double share = 1;
  User user;
};

struct Provider {
  double churn_penalty = 0;  ///< P, what an unsolved task costs the provider, >= 0
  /// P_w, what a wrong answer that was accepted costs the provider, >= 0. Nothing: P, for the task
  /// is unsolved.
  std::optional<double> late_churn = {};
};

/// The kinds of number that make up a game: the paper's, then those beyond it.
enum class Quantity {
  kValue,
  kValueOfTime,
  kChurnPenalty,
  kSuccess,
  kLatency,
  kCost,
  kPrice,
  kPatience,
  kFalseAccept,
  kFalseReject,
  kOutside,
  kHarm,
  kLateChurn,
};

/// One number of a game; `model` (from 0) counts for what belongs to a model only.
struct Parameter {
  Quantity quantity = Quantity::kValue;
  std::size_t model = 0;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// Quantities that every model has one of, and those that a game has one of, in the order in which
/// they are checked and listed: the paper's first.
inline constexpr std::array<Quantity, 7> kModelQuantities = {
    Quantity::kSuccess,  Quantity::kLatency,     Quantity::kCost,       Quantity::kPrice,
    Quantity::kPatience, Quantity::kFalseAccept, Quantity::kFalseReject};
inline constexpr std::array<Quantity, 6> kGameQuantities = {
    Quantity::kValue,   Quantity::kValueOfTime, Quantity::kChurnPenalty,
    Quantity::kOutside, Quantity::kHarm,        Quantity::kLateChurn};

/// @returns that number of a model (a quantity of kModelQuantities).
double get(const Model& model, Quantity quantity);
/// Replaces that number of a model (a quantity of kModelQuantities), unchecked.
void set(Model& model, Quantity quantity, double value);

/// @returns the symbol used by the CSV format and by messages: V, w, P, p1, t1, c1, p2, ...
std::string symbol(Parameter parameter);

/// @returns what scenarios call a quantity: "value", "churn_penalty", "false_accept", ...
std::string_view key_of(Quantity quantity);

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

/// @returns the error of check() for the first number out of range, with its symbol as context.
base::Status check(const User& user, const Provider& provider, std::span<const Model> models);

/// The two-model game: a provider that routes between models, a user who leaves or re-prompts after
/// a failure. A Game that exists is valid, so all mathematics on it is total. Immutable and cheap
/// to copy.
class Game {
 public:
  static constexpr std::size_t kModels = 2;

  /// @returns the error of check() for the first value out of range, with its symbol as context.
  static base::Result<Game> make(const User& user, const Provider& provider,
                                 const std::array<Model, kModels>& models);

  [[nodiscard]] double value() const { return user_.value; }
  [[nodiscard]] double value_of_time() const { return user_.value_of_time; }
  [[nodiscard]] double churn_penalty() const { return provider_.churn_penalty; }
  [[nodiscard]] const User& user() const { return user_; }
  [[nodiscard]] const Provider& provider() const { return provider_; }
  [[nodiscard]] const Model& model(std::size_t k) const { return models_[k]; }

  /// Whether nothing but the paper's V, w, P, p, t and c matters. The vector kernel solves such
  /// games only.
  [[nodiscard]] bool is_papers() const;
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

/// @returns the number of `user` or `provider` that a quantity of kGameQuantities names, to read
///   or to replace unchecked. late_churn: P where it is not given; to replace it is to give it.
double get(const User& user, const Provider& provider, Quantity quantity);
void set(User& user, Provider& provider, Quantity quantity, double value);
bool belongs_to_a_model(Quantity quantity);

/// @returns the parameters of the paper's game, in the order V, w, P, p1, t1, c1, p2, t2, c2;
///   so on for more models.
std::vector<Parameter> parameters(std::size_t models = 2);

/// @returns all numbers of a two-model game: those of parameters(), then r1, rho1, fa1, fr1, r2,
///   rho2, fa2, fr2, v0, H, Pw.
std::vector<Parameter> all_parameters();

/// @returns those of parameters(), and of the numbers beyond the paper's those that this game has:
///   price, patience, errors of judgement and an outside option where they are not the paper's,
///   harm where wrong answers are accepted, late churn where it is given.
std::vector<Parameter> varied_parameters(const User& user, const Provider& provider,
                                         std::span<const Model> models);
std::vector<Parameter> varied_parameters(const Game& game);

/// @returns the paper's assumptions that the game breaks, each as the inequality that should hold
///   with its two numbers ("c1 < c2, but c1 = 3, c2 = 2"); empty if all hold: t1 < t2, c1 < c2, p1
///   < p2 < 1, V > 0. The solver is exact all the same; only the theorems' names do not apply.
std::vector<std::string> broken_assumptions(const Game& game);

}  // namespace turnout::game
