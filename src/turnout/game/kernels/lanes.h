#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "turnout/game/payoffs.h"

/// Several numbers that are computed with as one: what the formulas of payoffs.h and best_response.h need of a number,
/// and what a program without branches needs besides. Width 1 is a plain double. Every operation rounds as the double's
/// does, so that all widths give the same bits. Each width is used by one source file alone, which is compiled for its
/// instructions.
namespace turnout::game::kernels {

using game::select;

// Width 1.
constexpr std::size_t width_of(double /*like*/) { return 1; }
inline double load(const double* from, double /*like*/) { return *from; }
inline void store(double* to, double x) { *to = x; }
inline void store_bytes(std::uint8_t* to, double x) { *to = static_cast<std::uint8_t>(x); }
inline double absolute(double x) { return x < 0 ? -x : x; }
inline double larger(double a, double b) { return a < b ? b : a; }
inline double smaller(double a, double b) { return b < a ? b : a; }
inline bool both(bool a, bool b) { return a && b; }
inline bool either(bool a, bool b) { return a || b; }
inline bool neither(bool a) { return !a; }
inline unsigned bits(bool mask) { return mask ? 1U : 0U; }

#if defined(__AVX512F__)

/// Two vectors: their chains of divisions overlap.
struct Lanes {
  __m512d v, w;
  Lanes() = default;
  Lanes(double x) : v(_mm512_set1_pd(x)), w(v) {}  // NOLINT(google-explicit-constructor): formulas mix both
  Lanes(__m512d x, __m512d y) : v(x), w(y) {}
};
struct Mask {
  __mmask8 m, n;
};
constexpr std::size_t width_of(Lanes /*like*/) { return 16; }
inline Lanes operator+(Lanes a, Lanes b) { return {a.v + b.v, a.w + b.w}; }
inline Lanes operator-(Lanes a, Lanes b) { return {a.v - b.v, a.w - b.w}; }
inline Lanes operator*(Lanes a, Lanes b) { return {a.v * b.v, a.w * b.w}; }
inline Lanes operator/(Lanes a, Lanes b) { return {a.v / b.v, a.w / b.w}; }
inline Lanes operator-(Lanes a) { return {-a.v, -a.w}; }
inline Mask operator<(Lanes a, Lanes b) {
  return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ), _mm512_cmp_pd_mask(a.w, b.w, _CMP_LT_OQ)};
}
inline Mask operator<=(Lanes a, Lanes b) {
  return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ), _mm512_cmp_pd_mask(a.w, b.w, _CMP_LE_OQ)};
}
inline Lanes select(Mask condition, Lanes yes, Lanes no) {
  return {_mm512_mask_blend_pd(condition.m, no.v, yes.v), _mm512_mask_blend_pd(condition.n, no.w, yes.w)};
}
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm512_fmadd_pd(a.v, b.v, c.v), _mm512_fmadd_pd(a.w, b.w, c.w)}; }
// The plain intrinsics make GCC 12 warn of its own header.
inline Lanes sqrt(Lanes a) { return {_mm512_maskz_sqrt_pd(0xff, a.v), _mm512_maskz_sqrt_pd(0xff, a.w)}; }
inline Lanes larger(Lanes a, Lanes b) {
  return {_mm512_maskz_max_pd(0xff, a.v, b.v), _mm512_maskz_max_pd(0xff, a.w, b.w)};
}
inline Lanes smaller(Lanes a, Lanes b) {
  return {_mm512_maskz_min_pd(0xff, a.v, b.v), _mm512_maskz_min_pd(0xff, a.w, b.w)};
}
inline Lanes absolute(Lanes a) { return {_mm512_abs_pd(a.v), _mm512_abs_pd(a.w)}; }
inline Mask both(Mask a, Mask b) { return {static_cast<__mmask8>(a.m & b.m), static_cast<__mmask8>(a.n & b.n)}; }
inline Mask either(Mask a, Mask b) { return {static_cast<__mmask8>(a.m | b.m), static_cast<__mmask8>(a.n | b.n)}; }
inline Mask neither(Mask a) { return {static_cast<__mmask8>(~a.m), static_cast<__mmask8>(~a.n)}; }
inline unsigned bits(Mask mask) { return mask.m | static_cast<unsigned>(mask.n) << 8U; }
inline Lanes load(const double* from, Lanes /*like*/) { return {_mm512_loadu_pd(from), _mm512_loadu_pd(from + 8)}; }
inline void store(double* to, Lanes x) {
  _mm512_storeu_pd(to, x.v);
  _mm512_storeu_pd(to + 8, x.w);
}
inline void store_bytes(std::uint8_t* to, Lanes x) {
  const __m512i whole = _mm512_maskz_cvttpd_epi64(0xff, x.v);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm512_maskz_cvtepi64_epi8(0xff, whole));  // NOLINT
  const __m512i more = _mm512_maskz_cvttpd_epi64(0xff, x.w);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to + 8), _mm512_maskz_cvtepi64_epi8(0xff, more));  // NOLINT
}

#elif defined(__AVX2__)

struct Lanes {
  __m256d v;
  Lanes() = default;
  Lanes(double x) : v(_mm256_set1_pd(x)) {}  // NOLINT(google-explicit-constructor): formulas mix both
  Lanes(__m256d x) : v(x) {}                 // NOLINT(google-explicit-constructor)
};
struct Mask {
  __m256d m;
};
constexpr std::size_t width_of(Lanes /*like*/) { return 4; }
inline Lanes operator+(Lanes a, Lanes b) { return a.v + b.v; }
inline Lanes operator-(Lanes a, Lanes b) { return a.v - b.v; }
inline Lanes operator*(Lanes a, Lanes b) { return a.v * b.v; }
inline Lanes operator/(Lanes a, Lanes b) { return a.v / b.v; }
inline Lanes operator-(Lanes a) { return -a.v; }
inline Mask operator<(Lanes a, Lanes b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ)}; }
inline Mask operator<=(Lanes a, Lanes b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LE_OQ)}; }
inline Lanes select(Mask condition, Lanes yes, Lanes no) { return _mm256_blendv_pd(no.v, yes.v, condition.m); }
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return _mm256_fmadd_pd(a.v, b.v, c.v); }
inline Lanes sqrt(Lanes a) { return _mm256_sqrt_pd(a.v); }
inline Lanes larger(Lanes a, Lanes b) { return _mm256_max_pd(a.v, b.v); }
inline Lanes smaller(Lanes a, Lanes b) { return _mm256_min_pd(a.v, b.v); }
inline Lanes absolute(Lanes a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v); }
inline Mask both(Mask a, Mask b) { return {_mm256_and_pd(a.m, b.m)}; }
inline Mask either(Mask a, Mask b) { return {_mm256_or_pd(a.m, b.m)}; }
inline Mask neither(Mask a) { return {_mm256_xor_pd(a.m, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)))}; }
inline unsigned bits(Mask mask) { return static_cast<unsigned>(_mm256_movemask_pd(mask.m)); }
inline Lanes load(const double* from, Lanes /*like*/) { return _mm256_loadu_pd(from); }
inline void store(double* to, Lanes x) { _mm256_storeu_pd(to, x.v); }
inline void store_bytes(std::uint8_t* to, Lanes x) {
  const __m128i whole = _mm_packs_epi32(_mm256_cvttpd_epi32(x.v), _mm_setzero_si128());
  const auto four = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_packus_epi16(whole, whole)));
  for (unsigned i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(four >> (8 * i));
}

#endif

}  // namespace turnout::game::kernels
