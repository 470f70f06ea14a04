#pragma once

#include <cmath>

namespace turnout::numeric {

/// An unevaluated sum hi + lo with |lo| <= ulp(hi)/2: about 31 decimal digits out of two doubles.
/// For differences of nearly equal quantities, where a double would keep no digit. Algorithms of
/// Dekker (1971) and Knuth; the relative error of each operation is below 2^-100. Needs
/// -ffp-contract=off (set by our build). Not for values near the limits of a double's range
/// (products beyond 1e300 or below 1e-290 lose digits).
struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  DoubleDouble() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): exact, and formulas mix both
  DoubleDouble(double value) : hi(value) {}
  DoubleDouble(double high, double low) : hi(high), lo(low) {}
  explicit operator double() const { return hi + lo; }

  /// The exact sum of two doubles.
  static DoubleDouble sum(double a, double b) {
    const double s = a + b;
    const double bb = s - a;
    return {s, (a - (s - bb)) + (b - bb)};
  }
  /// The exact product of two doubles.
  static DoubleDouble product(double a, double b) {
    const double p = a * b;
    return {p, std::fma(a, b, -p)};
  }
};

inline DoubleDouble operator-(const DoubleDouble& a) { return {-a.hi, -a.lo}; }

inline DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b) {
  DoubleDouble s = DoubleDouble::sum(a.hi, b.hi);
  DoubleDouble t = DoubleDouble::sum(a.lo, b.lo);
  s = DoubleDouble::sum(s.hi, s.lo + t.hi);
  return DoubleDouble::sum(s.hi, s.lo + t.lo);
}

inline DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b) { return a + (-b); }

inline DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b) {
  DoubleDouble p = DoubleDouble::product(a.hi, b.hi);
  return DoubleDouble::sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

inline DoubleDouble operator/(const DoubleDouble& a, const DoubleDouble& b) {
  const double q1 = a.hi / b.hi;
  DoubleDouble rest = a - b * DoubleDouble(q1);
  const double q2 = rest.hi / b.hi;
  rest = rest - b * DoubleDouble(q2);
  return DoubleDouble::sum(q1, q2) + DoubleDouble(rest.hi / b.hi);
}

inline DoubleDouble sqrt(const DoubleDouble& a) {
  if (a.hi <= 0) return {};
  const double root = std::sqrt(a.hi);
  const DoubleDouble rest = a - DoubleDouble::product(root, root);
  return DoubleDouble::sum(root, rest.hi / (2 * root));
}

inline bool operator<(const DoubleDouble& a, const DoubleDouble& b) {
  return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

}  // namespace turnout::numeric
