#pragma once

namespace turnout::numeric {

/// @returns P(X > x) for X chi-square with `degrees` > 0 degrees of freedom; relative error 1e-10.
///   Series below the mean, Lentz's continued fraction above (DLMF 8.7.1 and 8.9.2).
double chi_square_above(double x, double degrees);

}  // namespace turnout::numeric
