#pragma once

#include <cmath>
#include <vector>

namespace turnout::numeric {

/// @returns the real roots x of a x^2 + b x + c in (low, high), both ends excluded, in no order; a
///   may be 0. A double root may be found twice. Error: of the root, some 2^-50 relative unless it
///   is nearly double (the stable form, no cancellation but in b^2 - 4 a c).
inline std::vector<double> roots_between(double low, double high, double a, double b, double c) {
  std::vector<double> roots;
  const auto keep = [&](double x) {
    if (x > low && x < high) roots.push_back(x);
  };
  const double discriminant = b * b - 4 * a * c;
  if (a == 0) {
    if (b != 0) keep(-c / b);
  } else if (discriminant >= 0) {
    const double q = -(b + std::copysign(std::sqrt(discriminant), b)) / 2;
    keep(q / a);
    if (q != 0 && q / a != c / q) keep(c / q);
  }
  return roots;
}

}  // namespace turnout::numeric
