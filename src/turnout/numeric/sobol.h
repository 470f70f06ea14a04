#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace turnout::numeric {

/// Sobol's sequence in up to 20 dimensions (direction numbers of Joe and Kuo 2008, "Constructing
/// Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30:5), shifted
/// digit by digit by random bits (Owen 1995 calls such points randomised nets): every point is
/// uniform, and means over different shifts are independent.
class Sobol {
 public:
  static constexpr std::size_t kDimensions = 20;
  /// @param shift       of the digits of each dimension
  /// @param dimensions  how many are wanted, the first; up to kDimensions
  explicit Sobol(const std::array<std::uint64_t, kDimensions>& shift,
                 std::size_t dimensions = kDimensions);
  /// Goes to point `index`, below 2^40.
  void seek(std::uint64_t index);
  /// @returns the coordinates of the present point, in (0, 1), those that are not wanted 0, and
  ///   goes to the next. O(dimensions).
  std::array<double, kDimensions> next();

 private:
  std::size_t dimensions_;
  std::uint64_t index_ = 0;
  std::array<std::uint64_t, kDimensions> digits_{}, shift_{};
};

}  // namespace turnout::numeric
