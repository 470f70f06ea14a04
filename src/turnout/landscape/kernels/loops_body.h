#pragma once

#include <bit>
#include <cstring>

#include "turnout/game/equilibrium.h"
#include "turnout/landscape/kernels/loops.h"

/// Included by one source file for each instruction set.
namespace turnout::landscape::kernels {

// In a namespace without a name: what a file makes of it for its instructions must not serve
// another file.
namespace {

inline constexpr double kLn2High =
    6.93147180369123816490e-01;  // ln 2 to 33 bits; times a small whole number it is exact
inline constexpr double kLn2Low = 1.90821492927058770002e-10;  // the rest
inline constexpr unsigned kMantissa = 52;

/// @returns log(x), x > 0 and normal, to 1 unit in the last place: the method and coefficients of
///   fdlibm (Sun Microsystems 1993).
inline double log_of(double x) {
  constexpr std::uint64_t kRootHalf =
      0x3fe6a09e00000000;  // so that the mantissa m lies in [sqrt(1/2), sqrt(2))
  constexpr std::uint64_t kBias = 1023;
  constexpr std::uint64_t kTwoTo52 = 0x4330000000000000;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t biased = (bits - kRootHalf + (kBias << kMantissa)) >> kMantissa;
  const double k = std::bit_cast<double>(biased | kTwoTo52) - (0x1p52 + static_cast<double>(kBias));
  const double f = std::bit_cast<double>(bits - ((biased - kBias) << kMantissa)) - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (3.999999999940941908e-01 +
                           w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 +
                               w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double half = 0.5 * f * f;
  return k * kLn2High - ((half - (s * (half + (even + odd)) + k * kLn2Low)) - f);
}

/// @returns exp(x), |x| < 700, to 1 unit in the last place, likewise.
inline double exp_of(double x) {
  constexpr double kInverseLn2 = 1.44269504088896338700e+00;
  constexpr double kToWhole =
      0x1.8p52;  // adding it rounds to a whole number, which stands in the low bits
  const double shifted = x * kInverseLn2 + kToWhole;
  const double k = shifted - kToWhole;
  const double high = x - k * kLn2High;
  const double low = k * kLn2Low;
  const double r = high - low;
  const double t = r * r;
  const double c =
      r - t * (1.66666666666666019037e-01 +
               t * (-2.77777777770155933842e-03 +
                    t * (6.61375632143793436117e-05 +
                         t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  const double y = 1 - ((low - r * c / (2 - c)) - high);
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) +
                               (std::bit_cast<std::uint64_t>(shifted) << kMantissa));
}

inline void exponential(double mean, double* x, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) x[i] = -mean * log_of(1 - x[i]);
}

inline void log_uniform(double low, double width, double* x, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) x[i] = low * exp_of(width * x[i]);
}

inline void check_range(double low, double high, const double* x, std::uint64_t* is_game,
                        std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    is_game[i] &= (x[i] >= low ? ~std::uint64_t{0} : 0) & (x[i] <= high ? ~std::uint64_t{0} : 0);
  }
}

inline void find_regimes(const RegimeColumns& g, double* regime, std::size_t size) {
  const auto number = [](game::Regime r) { return static_cast<double>(r); };
  constexpr double kWithinRounding =
      1 - 0x1p-51;  // V p = w t to two units in the last place counts as value, see value_sign()
  for (std::size_t i = 0; i < size; ++i) {
    const bool first = g.value[i] * g.first_success[i] >=
                       g.value_of_time[i] * g.first_latency[i] * kWithinRounding;
    const bool second = g.value[i] * g.second_success[i] >=
                        g.value_of_time[i] * g.second_latency[i] * kWithinRounding;
    const double stays =
        second ? number(game::Regime::kValueValue) : number(game::Regime::kValueLatency);
    const double leaves =
        second ? number(game::Regime::kLatencyValue) : number(game::Regime::kLatencyLatency);
    regime[i] = first ? stays : leaves;
  }
}

inline constexpr std::size_t kParts = 8;
using Parts = double __attribute__((vector_size(kParts * sizeof(double))));

inline double sum_of(const Parts& parts) {
  double sum = 0;
  for (std::size_t j = 0; j < kParts; ++j) sum += parts[j];
  return sum;
}

inline GroupTotals add_up(const double* x, const double* group, double wanted, std::size_t size) {
  Parts count{};
  Parts sum{};
  Parts squares{};
  for (std::size_t i = 0; i < size; i += kParts) {
    Parts number;
    Parts of;
    std::memcpy(&number, x + i, sizeof number);
    std::memcpy(&of, group + i, sizeof of);
    const auto counts = of == wanted;
    const Parts counted = counts ? number : Parts{};
    count += counts ? Parts{} + 1.0 : Parts{};
    sum += counted;
    squares += counted * counted;
  }
  return {sum_of(count), sum_of(sum), sum_of(squares)};
}

inline constexpr Loops kLoops = {exponential, log_uniform, check_range, find_regimes, add_up};

}  // namespace

}  // namespace turnout::landscape::kernels
