#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace turnout::base {

/// Seeded pseudo-random numbers, the same bytes on every machine: xoshiro256++ (Blackman and Vigna
/// 2021, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47:4), seeded through
/// splitmix64 as its authors advise. Not for secrets. The standard's engines are portable but its
/// distributions are not.
class Rng {
 public:
  /// Stream `stream` of seed `seed`: two streams of one seed share no state, so that item i of a
  /// computation draws the same numbers whichever thread works on it.
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) {
    std::uint64_t state = mix(seed) ^ mix(stream + 0x632be59bd9b4e019ULL);
    for (auto& word : state_) word = mix(state += 0x9e3779b97f4a7c15ULL);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// @returns uniform on [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
  /// @returns uniform on [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// @returns exponential with the given mean (> 0).
  double exponential(double mean) { return -mean * std::log1p(-uniform()); }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace turnout::base
