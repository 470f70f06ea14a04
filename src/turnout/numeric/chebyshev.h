#pragma once

#include <array>
#include <cstddef>

/// A smooth function on an interval by its values at 16 points: many functions added up once are
/// one such polynomial, and cost the same as one from then on.
namespace turnout::numeric {

/// A polynomial of degree 15 on [low, high] in Chebyshev's basis, sum of c_k T_k(x) with
/// x = (2 s - low - high) / (high - low) in [-1, 1].
class Chebyshev {
 public:
  static constexpr std::size_t kPoints = 16;
  using Values = std::array<double, kPoints>;

  /// The zero polynomial on [low, high], low < high.
  Chebyshev(double low, double high) : low_(low), high_(high) {}

  /// @returns the points s of [low, high] at which interpolating() wants the function's values: the
  ///   zeros of T_16, rounded.
  static Values points(double low, double high);

  /// @returns the polynomial that has these values at points(low, high). For a function that is
  ///   analytic with |f| <= M in the disc of radius kRadius (high - low) around the middle, it is
  ///   within kError M of f on the whole interval: 4 M rho^-15 / (rho - 1) for Bernstein's ellipse
  ///   with rho = 4 + sqrt(15), which lies in that disc (Trefethen, Approximation Theory and
  ///   Approximation Practice, chapter 8). Rounding adds some 2^-50 of the largest value, and what
  ///   f itself changes if s moves by 2^-52.
  ///   Cost: 256 multiplications.
  static Chebyshev interpolating(double low, double high, const Values& values);

  static constexpr double kRadius = 2;
  static constexpr double kError = 2.2e-14;

  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }

  /// @returns the value at s in [low, high] (Clenshaw's recurrence).
  [[nodiscard]] double at(double s) const;

  /// @returns the values at points(low, high) of a part of the interval, from which interpolating()
  ///   makes the same polynomial again. Cost: 256 multiplications.
  [[nodiscard]] Values values_on(double low, double high) const;

  /// @returns a number that no value on the interval is below: the least of the first three terms,
  ///   less the sum of the sizes of the others. The gap falls with the third power of the length.
  [[nodiscard]] double least() const;

 private:
  double low_, high_;
  std::array<double, kPoints> coefficients_{};
};

}  // namespace turnout::numeric
