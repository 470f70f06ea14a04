#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "turnout/game/payoffs.h"

/// Several numbers that are computed with as one: what the formulas of payoffs.h and
/// best_response.h need of a number, and what a program without branches needs besides. Width 1 is
/// a plain double. Every operation rounds as the double's does, so that all widths give the same
/// bits. Each width is used by one source file alone, which is compiled for its instructions.
namespace turnout::game::kernels {

using game::select;

// Width 1.
constexpr std::size_t width_of(double /*like*/) { return 1; }
inline double load(const double* from, double /*like*/) { return *from; }
inline void store(double* to, double x) { *to = x; }
inline double absolute(double x) { return x < 0 ? -x : x; }
inline double larger(double a, double b) { return a < b ? b : a; }
inline double smaller(double a, double b) { return b < a ? b : a; }
/// @returns the smaller of |a| and |b|.
inline double smaller_size(double a, double b) { return smaller(absolute(a), absolute(b)); }
inline bool both(bool a, bool b) { return a && b; }
inline bool either(bool a, bool b) { return a || b; }
inline bool neither(bool a) { return !a; }
inline bool differ(bool a, bool b) { return a != b; }
inline unsigned bits(bool mask) { return mask ? 1U : 0U; }

/// A byte for each number.
inline std::uint8_t codes(std::uint8_t code, double /*like*/) { return code; }
inline std::uint8_t select(bool condition, std::uint8_t yes, std::uint8_t no) {
  return condition ? yes : no;
}
inline void store(std::uint8_t* to, std::uint8_t x) { *to = x; }

/// The most, unsigned, or the least, signed, of upper halves of numbers' bits. Those of numbers
/// that are not negative are in the numbers' order; unsigned, negative numbers, infinity and NaN
/// come behind them, signed, negative numbers before them.
inline std::uint32_t upper_half(double x) {
  return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(x) >> 32U);
}
inline std::uint32_t no_halves(std::uint32_t start, double /*like*/) { return start; }
inline std::uint32_t most(std::uint32_t a, double x) { return std::max(a, upper_half(x)); }
inline std::uint32_t least(std::uint32_t a, double x) {
  return static_cast<std::uint32_t>(
      std::min(static_cast<std::int32_t>(a), static_cast<std::int32_t>(upper_half(x))));
}
inline std::uint32_t most_of(std::uint32_t a) { return a; }
inline std::int32_t least_of(std::uint32_t a) { return static_cast<std::int32_t>(a); }

#if defined(__AVX2__)

// What differs between the two widths is a register, its intrinsics, and what a comparison gives:
// a bit for each number with AVX-512, all bits of the number with AVX2.
#if defined(__AVX512F__)
using Register = __m512d;
using Halved = __m512i;  // a register as whole numbers of 32 bits
using Comparison = __mmask8;
inline Register broadcast(double x) { return _mm512_set1_pd(x); }
inline Halved broadcast(std::uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
inline Halved halved(Register x) { return _mm512_castpd_si512(x); }
#else
using Register = __m256d;
using Halved = __m256i;
using Comparison = __m256d;
inline Register broadcast(double x) { return _mm256_set1_pd(x); }
inline Halved broadcast(std::uint32_t x) { return _mm256_set1_epi32(static_cast<int>(x)); }
inline Halved halved(Register x) { return _mm256_castpd_si256(x); }
#endif

struct Lanes {
  Register v;
  Lanes() = default;
  Lanes(double x) : v(broadcast(x)) {}  // NOLINT(google-explicit-constructor): formulas mix both
  Lanes(Register x) : v(x) {}           // NOLINT(google-explicit-constructor)
};
struct Mask {
  Comparison m;
};
constexpr std::size_t width_of(Lanes /*like*/) { return sizeof(Register) / sizeof(double); }
inline Lanes operator+(Lanes a, Lanes b) { return a.v + b.v; }
inline Lanes operator-(Lanes a, Lanes b) { return a.v - b.v; }
inline Lanes operator*(Lanes a, Lanes b) { return a.v * b.v; }
inline Lanes operator/(Lanes a, Lanes b) { return a.v / b.v; }
inline Lanes operator-(Lanes a) { return -a.v; }

struct Halves {
  Halved v;
};
inline Halves no_halves(std::uint32_t start, Lanes /*like*/) { return {broadcast(start)}; }

#if defined(__AVX512F__)

inline Mask operator<(Lanes a, Lanes b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
inline Mask operator<=(Lanes a, Lanes b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
inline Lanes select(Mask condition, Lanes yes, Lanes no) {
  return _mm512_mask_blend_pd(condition.m, no.v, yes.v);
}
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_pd(a.v, b.v, c.v); }
// The plain intrinsics make GCC 12 warn of its own header.
inline Lanes sqrt(Lanes a) { return _mm512_maskz_sqrt_pd(0xff, a.v); }
inline Lanes larger(Lanes a, Lanes b) { return _mm512_maskz_max_pd(0xff, a.v, b.v); }
inline Lanes smaller(Lanes a, Lanes b) { return _mm512_maskz_min_pd(0xff, a.v, b.v); }
inline Lanes absolute(Lanes a) { return _mm512_abs_pd(a.v); }
inline Lanes smaller_size(Lanes a, Lanes b) {
  constexpr int kLessOfAbsolute = 0b1010;
  return _mm512_maskz_range_pd(0xff, a.v, b.v, kLessOfAbsolute);
}
inline Mask both(Mask a, Mask b) { return {static_cast<__mmask8>(a.m & b.m)}; }
inline Mask either(Mask a, Mask b) { return {static_cast<__mmask8>(a.m | b.m)}; }
inline Mask neither(Mask a) { return {static_cast<__mmask8>(~a.m)}; }
inline Mask differ(Mask a, Mask b) { return {static_cast<__mmask8>(a.m ^ b.m)}; }
inline unsigned bits(Mask mask) { return mask.m; }
inline Lanes load(const double* from, Lanes /*like*/) { return _mm512_loadu_pd(from); }
inline void store(double* to, Lanes x) { _mm512_storeu_pd(to, x.v); }

struct Codes {
  __m128i v;  // its first half
};
inline Codes codes(std::uint8_t code, Lanes /*like*/) {
  return {_mm_set1_epi8(static_cast<char>(code))};
}
inline Codes select(Mask condition, Codes yes, Codes no) {
  return {_mm_mask_blend_epi8(condition.m, no.v, yes.v)};
}
inline void store(std::uint8_t* to, Codes x) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), x.v);  // NOLINT
}

inline Halves most(Halves a, Lanes x) { return {_mm512_maskz_max_epu32(0xffff, a.v, halved(x.v))}; }
inline Halves least(Halves a, Lanes x) {
  return {_mm512_maskz_min_epi32(0xffff, a.v, halved(x.v))};
}

#else

inline Mask operator<(Lanes a, Lanes b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ)}; }
inline Mask operator<=(Lanes a, Lanes b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LE_OQ)}; }
inline Lanes select(Mask condition, Lanes yes, Lanes no) {
  return _mm256_blendv_pd(no.v, yes.v, condition.m);
}
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return _mm256_fmadd_pd(a.v, b.v, c.v); }
inline Lanes sqrt(Lanes a) { return _mm256_sqrt_pd(a.v); }
inline Lanes larger(Lanes a, Lanes b) { return _mm256_max_pd(a.v, b.v); }
inline Lanes smaller(Lanes a, Lanes b) { return _mm256_min_pd(a.v, b.v); }
inline Lanes absolute(Lanes a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v); }
inline Lanes smaller_size(Lanes a, Lanes b) { return smaller(absolute(a), absolute(b)); }
inline Mask both(Mask a, Mask b) { return {_mm256_and_pd(a.m, b.m)}; }
inline Mask either(Mask a, Mask b) { return {_mm256_or_pd(a.m, b.m)}; }
inline Mask neither(Mask a) {
  return {_mm256_xor_pd(a.m, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)))};
}
inline Mask differ(Mask a, Mask b) { return {_mm256_xor_pd(a.m, b.m)}; }
inline unsigned bits(Mask mask) { return static_cast<unsigned>(_mm256_movemask_pd(mask.m)); }
inline Lanes load(const double* from, Lanes /*like*/) { return _mm256_loadu_pd(from); }
inline void store(double* to, Lanes x) { _mm256_storeu_pd(to, x.v); }

struct Codes {
  __m256i v;
};
inline Codes codes(std::uint8_t code, Lanes /*like*/) { return {_mm256_set1_epi64x(code)}; }
inline Codes select(Mask condition, Codes yes, Codes no) {
  return {_mm256_blendv_epi8(no.v, yes.v, _mm256_castpd_si256(condition.m))};
}
inline void store(std::uint8_t* to, Codes x) {
  const __m256i first =
      _mm256_shuffle_epi8(x.v, _mm256_set1_epi32(static_cast<int>(0x80800800U)));  // of each half
  const auto low = static_cast<unsigned>(_mm_cvtsi128_si32(_mm256_castsi256_si128(first)));
  const auto high = static_cast<unsigned>(_mm_cvtsi128_si32(_mm256_extracti128_si256(first, 1)));
  const std::uint32_t four = (low & 0xffffU) | high << 16U;
  std::memcpy(to, &four, sizeof four);
}

inline Halves most(Halves a, Lanes x) { return {_mm256_max_epu32(a.v, halved(x.v))}; }
inline Halves least(Halves a, Lanes x) { return {_mm256_min_epi32(a.v, halved(x.v))}; }
#endif

inline std::uint32_t most_of(Halves a) {
  const auto all = std::bit_cast<std::array<std::uint32_t, sizeof a / 4>>(a);
  std::uint32_t found = 0;
  for (std::size_t i = 1; i < all.size(); i += 2) found = std::max(found, all.at(i));
  return found;
}
inline std::int32_t least_of(Halves a) {
  const auto all = std::bit_cast<std::array<std::int32_t, sizeof a / 4>>(a);
  std::int32_t found = std::numeric_limits<std::int32_t>::max();
  for (std::size_t i = 1; i < all.size(); i += 2) found = std::min(found, all.at(i));
  return found;
}
#endif

}  // namespace turnout::game::kernels
