#include "turnout/numeric/chebyshev.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace turnout::numeric {
namespace {

constexpr std::size_t kPoints = Chebyshev::kPoints;

struct Cosines {
  Chebyshev::Values nodes{};                           ///< x_j = cos((2j + 1) pi / 32)
  std::array<Chebyshev::Values, kPoints> transform{};  ///< values to coefficients

  Cosines() {
    for (std::size_t j = 0; j < kPoints; ++j) {
      const double angle = static_cast<double>(2 * j + 1) * std::numbers::pi / (2.0 * kPoints);
      nodes[j] = std::cos(angle);
      for (std::size_t k = 0; k < kPoints; ++k)
        transform[k][j] = (k == 0 ? 1.0 : 2.0) / kPoints * std::cos(static_cast<double>(k) * angle);
    }
  }
};

const Cosines& cosines() {
  static const Cosines table;
  return table;
}

}  // namespace

Chebyshev::Values Chebyshev::points(double low, double high) {
  Values at{};
  const double middle = low + (high - low) / 2;
  for (std::size_t j = 0; j < kPoints; ++j) at[j] = middle + (high - low) / 2 * cosines().nodes[j];
  return at;
}

Chebyshev Chebyshev::interpolating(double low, double high, const Values& values) {
  Chebyshev made(low, high);
  for (std::size_t k = 0; k < kPoints; ++k) {
    double sum = 0;
    for (std::size_t j = 0; j < kPoints; ++j) sum += cosines().transform[k][j] * values[j];
    made.coefficients_[k] = sum;
  }
  return made;
}

double Chebyshev::at(double s) const {
  const double x = ((s - low_) - (high_ - s)) / (high_ - low_);
  double after = 0;
  double next = 0;
  for (std::size_t k = kPoints - 1; k > 0; --k) {
    const double here = coefficients_[k] + 2 * x * next - after;
    after = next;
    next = here;
  }
  return coefficients_[0] + x * next - after;
}

Chebyshev::Values Chebyshev::values_on(double low, double high) const {
  Values values = points(low, high);
  for (double& value : values) value = at(value);
  return values;
}

double Chebyshev::least() const {
  const double slope = coefficients_[1];
  const double bend = coefficients_[2];
  double least = bend - std::abs(slope);
  // c1 x + c2 (2 x^2 - 1) has its least value inside if it bends upwards and its slope is small.
  if (std::abs(slope) < 4 * bend) least = -bend - slope * slope / (8 * bend);
  for (std::size_t k = 3; k < kPoints; ++k) least -= std::abs(coefficients_[k]);
  return coefficients_[0] + least;
}

}  // namespace turnout::numeric
