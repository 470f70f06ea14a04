#pragma once

#include <cmath>

namespace turnout::numeric {

/// Two neighbouring arguments between which a yes/no answer changes.
struct Bracket {
  double same;   ///< answers as the start did
  double other;  ///< answers otherwise
};

/// Narrows [same, other], where holds(same) and not holds(other), by bisection until the ends are
/// neighbouring doubles or differ by less than `relative` of the larger. Error: of the argument.
/// Cost: about log2(1/relative) calls.
template <class Predicate>
Bracket bisect(double same, double other, Predicate holds, double relative) {
  while (std::abs(other - same) > relative * std::fmax(std::abs(same), std::abs(other))) {
    const double middle = same + (other - same) / 2;
    if (middle == same || middle == other) break;
    (holds(middle) ? same : other) = middle;
  }
  return {same, other};
}

}  // namespace turnout::numeric
