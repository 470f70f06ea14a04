#include "turnout/numeric/cholesky.h"

#include <cmath>

namespace turnout::numeric {

std::optional<SymmetricMatrix> cholesky(const SymmetricMatrix& matrix) {
  constexpr double kSingular = 1e-10;
  const std::size_t n = matrix.n;
  SymmetricMatrix lower(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix.at(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= lower.at(i, k) * lower.at(j, k);
      if (i == j) {
        if (!(sum > kSingular * matrix.at(i, i))) return std::nullopt;
        lower.at(i, i) = std::sqrt(sum);
      } else {
        lower.at(i, j) = sum / lower.at(j, j);
      }
    }
  }
  return lower;
}

std::optional<SymmetricMatrix> inverse(const SymmetricMatrix& matrix) {
  const auto factor = cholesky(matrix);
  if (!factor) return std::nullopt;
  const SymmetricMatrix& lower = *factor;
  const std::size_t n = matrix.n;
  SymmetricMatrix result(n);
  for (std::size_t column = 0; column < n; ++column) {
    std::vector<double> x(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      double sum = i == column ? 1 : 0;
      for (std::size_t k = 0; k < i; ++k) sum -= lower.at(i, k) * x[k];
      x[i] = sum / lower.at(i, i);
    }
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t k = i + 1; k < n; ++k) x[i] -= lower.at(k, i) * x[k];
      x[i] /= lower.at(i, i);
      result.at(i, column) = x[i];
    }
  }
  return result;
}

}  // namespace turnout::numeric
