#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace turnout::numeric {

/// A maximum of a function of several numbers.
struct Summit {
  std::vector<double> at;
  double value = 0;
};

/// Where an ascent may go, and when it ends.
struct AscentOptions {
  std::vector<double> low, high;  ///< the box
  std::vector<bool> held;         ///< numbers that stay as they are
  double difference = 0.05;       ///< of the finite differences, in the numbers' unit
  double gain = 1e-5;             ///< ends where a further step promises less
};

/// @returns a maximum of a smooth f near a start: Newton's steps by finite differences, damped after
///   Levenberg and Marquardt (Marquardt 1963, SIAM J. Appl. Math. 11:2) until they climb, no number by
///   more than 1 at once, within the box (f is called up to `difference` outside of it). The only
///   maximum where f has one. Error: of the value about `gain`, of the argument what that leaves.
///   At most 60 steps; a value of at least f(start) in any case.
/// Cost: with n free numbers 1 + (n + 1)(n + 2)/2 calls a step; some 5 steps.
Summit ascend(const std::function<double(const std::vector<double>&)>& f, std::vector<double> start,
              const AscentOptions& options);

}  // namespace turnout::numeric
