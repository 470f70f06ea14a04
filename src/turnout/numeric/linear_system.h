#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace turnout::numeric {

/// @returns x with A x = b, by Gaussian elimination with partial pivoting. A must not be singular.
/// Backward error of a few roundings for the diagonally dominant systems it is used on. Cost:
/// N^3/3.
template <std::size_t N>
std::array<double, N> solve_linear(std::array<std::array<double, N>, N> a,
                                   std::array<double, N> b) {
  for (std::size_t column = 0; column < N; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < N; ++row) {
      if (std::abs(a[row][column]) > std::abs(a[pivot][column])) pivot = row;
    }
    std::swap(a[pivot], a[column]);
    std::swap(b[pivot], b[column]);
    for (std::size_t row = column + 1; row < N; ++row) {
      const double factor = a[row][column] / a[column][column];
      for (std::size_t k = column; k < N; ++k) a[row][k] -= factor * a[column][k];
      b[row] -= factor * b[column];
    }
  }
  for (std::size_t row = N; row-- > 0;) {
    for (std::size_t k = row + 1; k < N; ++k) b[row] -= a[row][k] * b[k];
    b[row] /= a[row][row];
  }
  return b;
}

}  // namespace turnout::numeric
