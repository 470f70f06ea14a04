#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// How a number of a random game is drawn.
namespace turnout::landscape {

struct Distribution {
  enum class Kind : std::uint8_t {
    kConstant,
    kUniform,
    kLogUniform,
    kLognormal,
    kExponential,
    kColumn,  ///< one of the values of `column`, all alike
    /// `column` holds its quantiles at the normal scores -kFarScore, -kFarScore + 1/kScoresPerUnit,
    /// ...
    kScores,
  } kind = Kind::kConstant;
  double first = 0;   ///< the constant; low; the median; the mean
  double second = 0;  ///< high; sigma of the logarithm
  std::vector<double> column;
  std::size_t table =
      0;  ///< columns of one table are drawn by row: with the dimension of the first of them
};

/// A double's smallest share lies 8.2 standard deviations below the middle.
inline constexpr double kFarScore = 8.5;
inline constexpr double kScoresPerUnit = 32;
inline constexpr std::size_t kScores = 545;  ///< 2 * kFarScore * kScoresPerUnit + 1

/// @returns the number at a share of the distribution, in (0, 1). kScores is read by lines between
///   the quantiles that it holds: off by less than 1e-4 of a standard deviation for the posteriors
///   of scenario/posterior.h.
double quantile(const Distribution& distribution, double share);

/// Replaces shares by the numbers at them: quantile() of each to 1e-14 of it, some of them many
/// times as fast.
void to_quantiles(const Distribution& distribution, std::span<double> shares);

}  // namespace turnout::landscape
