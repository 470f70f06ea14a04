#pragma once

#include <string>
#include <vector>

#include "turnout/game/equilibrium.h"

namespace turnout::game {

/// One comparison that a decision rests on.
struct Comparison {
  std::string left;  ///< what stands on the left, as a formula: "c1/p1"
  double left_value = 0;
  const char* relation = "";  ///< how the two compare: "<", "=" or ">"
  std::string right;
  double right_value = 0;
  std::string meaning;  ///< what follows from it, one clause
};

/// The rule that applied to a game: the case of Theorems 3 to 5, as docs/theory.md, section 4,
/// reconstructs them.
struct DecisionRule {
  std::string name;  ///< "Theorem 4 (as reconstructed), xi1 < 0 < xi2: ..."
  /// in the order in which they are made; the last one decides
  std::vector<Comparison> comparisons;
};

/// @returns the rule that leads to equilibrium.best(), with the numbers compared. With xi_k = 0 or
///   in a game beyond the paper's, the two cheapest candidates are compared instead.
DecisionRule decision_rule(const Game& game, const Equilibrium& equilibrium);

}  // namespace turnout::game
