#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "turnout/game/best_response.h"

/// The provider's cost J of (1, s) as a function of s, for one user who responds in his best way:
/// a few pieces, each of them smooth. What population.h adds up over many users.
namespace turnout::game {

/// How a user responds to all s of a piece.
enum class ResponseForm {
  kStays,   ///< q = 0: J = c2/p2 + (c1 - c2 p1/p2) / D1, D1 = p1 + b1 s
  kLeaves,  ///< q = 1: J = c1 + P b1, whatever s
  kMixes,   ///< 0 < q < 1, the first-order condition (7), between sL and sH
  kTies     ///< indifferent at every s: the cheaper of staying and leaving
};

class CascadeCost {
 public:
  explicit CascadeCost(const Game& game);

  /// The values of s strictly between 0 and 1 at which the form of the response changes: none, s0,
  /// or sL and sH, increasing.
  struct Kinks {
    std::size_t count = 0;
    std::array<double, 2> at{};
  };
  [[nodiscard]] const Kinks& kinks() const { return kinks_; }

  /// @returns J at s in (0, 1); at s0 the cheaper of staying and leaving. The same as evaluate()
  ///   with best_response(), to some 2^-50 of the sizes that are added up.
  [[nodiscard]] double at(double s) const;

  /// @returns a number that J(s) is not below for any s in [low, high], a part of [0, 1] with
  ///   low < high. Staying is monotone in s, leaving constant; where the user mixes, n1 falls with
  ///   q and with s, and n2 with q, so that the visits at the ends bound J = P + sum eta_k n_k.
  [[nodiscard]] double least(double low, double high) const;

  /// @returns the one form that the user's response has everywhere in (low, high); nothing if a
  ///   kink lies between.
  [[nodiscard]] std::optional<ResponseForm> form_between(double low, double high) const;

  /// @returns J at s if the user responds in this form.
  [[nodiscard]] double in_form(ResponseForm form, double s) const;

  /// @returns M such that in_form(), less a constant, is analytic in s and at most M in the complex
  ///   disc of this radius around `middle`, and M is at most 100 times its value there; nothing if
  ///   that cannot be shown (the disc comes too near to a pole or a branch point) or the form is
  ///   kTies.
  /// Staying: a pole at s = -p1/b1. Mixing: (7) has the discriminant
  ///   4 (1-s)^2 b2^2 W^2, W^2 = s m (b1 s (xi1 + m) - xi1 (b1 - b2)) / ((1-s) b2), m = -xi2, so
  ///   that a = (xi1 - W) / (xi1 b2 + b1 s m) branches at s = 0, 1 and xi1 (b1 - b2) /
  ///   (b1 (xi1 + m)) only. In the disc each factor of W stays near its value in the middle, hence
  ///   so do a, D1 and D2.
  [[nodiscard]] std::optional<double> modulus(ResponseForm form, double middle,
                                              double radius) const;

 private:
  [[nodiscard]] double least_in_form(ResponseForm form, double low, double high) const;
  [[nodiscard]] std::optional<double> modulus_of_mixing(double middle, double radius) const;

  Game game_;
  Primitives<double> primitives_;
  double leaving_;  ///< c1 + P b1
  double second_;   ///< c2 / p2
  Kinks kinks_;
  std::array<ResponseForm, 3> forms_{};  ///< before, between and after the kinks
};

}  // namespace turnout::game
