#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace turnout::numeric {

/// Symmetric positive definite matrix in row order, n x n.
struct SymmetricMatrix {
  std::size_t n = 0;
  std::vector<double> values;
  explicit SymmetricMatrix(std::size_t size) : n(size), values(size * size, 0) {}
  double& at(std::size_t i, std::size_t j) { return values[i * n + j]; }
  [[nodiscard]] double at(std::size_t i, std::size_t j) const { return values[i * n + j]; }
};

/// @returns the lower triangular L with L L^T = matrix; nothing if a pivot is below 1e-10 of its
///   diagonal entry, that is, if the data that made the matrix hardly tell two parameters apart.
///   Cost: n^3/3.
std::optional<SymmetricMatrix> cholesky(const SymmetricMatrix& matrix);

/// @returns the inverse by Cholesky's decomposition; nothing where that has none. Cost: n^3.
std::optional<SymmetricMatrix> inverse(const SymmetricMatrix& matrix);

}  // namespace turnout::numeric
