#pragma once

namespace turnout::numeric {

/// @returns I_x(a, b) = P(X <= x) for X Beta(a, b), a and b > 0, x in [0, 1]: Lentz's continued
///   fraction (DLMF 8.17.22). Relative error 1e-12, growing to 1e-9 at a + b = 10^6; about sqrt(a +
///   b) terms.
double beta_below(double a, double b, double x);

/// @returns x with P(X <= x) = P(Z <= score) for X Beta(a, b) and Z standard normal, |score| <= 37.
///   Bisection on the smaller tail to neighbouring doubles.
double beta_at_score(double a, double b, double score);

}  // namespace turnout::numeric
