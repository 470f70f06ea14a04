#pragma once

#include <cstddef>
#include <optional>
#include <vector>

/// What a solved task is worth to users, from who stays: revealed preference. docs/theory.md,
/// section 20.
namespace turnout::estimation {

/// The share of users who go on after the last failure of a path, and what going on promises.
struct StayShare {
  double bar =
      0;  ///< M, the greatest waiting per success so far: who is still there has V >= bar before it
  double bar_before = 0;  ///< M one attempt earlier; 0 after the first
  double share = 0;       ///< of those who failed here, who went on
  double variance = 0;    ///< of that share, sampling
  double kept = 0;        ///< of all who failed the first attempt of the path, who went on so far
  std::size_t failures = 1;
};

struct ValueFit {
  double log_median = 0;  ///< of V, in units of the value of time
  double sigma = 0;       ///< of ln V
  double patience =
      1;  ///< probability that a failure does not make a user leave for reasons of his own
};

/// @returns the lognormal and the patience that fit share = patience P(V >= bar) / P(V >=
///   bar_before), equation (22), by weighted least squares: damped steps of Gauss and Newton
///   (Levenberg 1944, Marquardt 1963) from the best point of a grid, or from `start`. ln V's median
///   is kept within 2.5 of the bars' logarithms, sigma in [kLeastValueSigma, kMostValueSigma],
///   patience in [0.05, 1]. Ends when the misfit falls by less than 1e-9 of it, after 60 steps at
///   most. Total; what it gives without a positive bar means nothing.
/// @param shares  each with a variance > 0; bars in the unit of V over the value of time
/// Cost: a thousand misfits for the grid.
ValueFit fit_values(const std::vector<StayShare>& shares,
                    const std::optional<ValueFit>& start = {});

/// @returns the sum of squares, in variances, by which a fit misses the shares of equation (22):
///   a chi-square if it holds. Each share's variance is > 0. Total; O(shares).
double misfit(const std::vector<StayShare>& shares, const ValueFit& fit);

/// @returns the best fit of equation (22) to users who all value the task beyond every bar, and
///   leave for their own reasons only: the mean of the shares by inverse variances, at most 1.
///   Needs at least one share. O(shares).
ValueFit fit_patience(const std::vector<StayShare>& shares);

/// What patience may be, both ends included.
struct PatienceRange {
  double low = 1, high = 1;
};

/// @returns the patiences with which some lognormal of V fits equation (22) about as well as any: with
///   a misfit at most 7.81 (the 95 % point of chi-square with three degrees of freedom) above the
///   least. Who leaves for the wait and who leaves anyway look alike where few bars tell them apart.
///   On a grid of patience in steps of 0.005, of ln V's median and of its spread; users who all value
///   the task beyond every bar are on it. Needs at least one share.
/// Cost: 17,000 misfits.
PatienceRange patience_range(const std::vector<StayShare>& shares);

/// @returns whether the shares tell the median and the spread of equation (22): at least two bars,
///   10 % apart, at which neither all nor nobody stays (2 to 98 %). Total; O(shares).
bool tells_values(const std::vector<StayShare>& shares);

inline constexpr double kLeastValueSigma = 0.02;
inline constexpr double kMostValueSigma = 3;

}  // namespace turnout::estimation
