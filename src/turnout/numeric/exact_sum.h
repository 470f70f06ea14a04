#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace turnout::numeric {

/// A sum of doubles without rounding, so that it is the same in every order and in every grouping: a
/// number of 256 bits in units of 2^-128 (Kulisch 1971; a double's range cut to what logs can hold).
/// Below 2^-128 a term's bits are left out, of each term alike; a term beyond +-2^96 counts as that, NaN
/// as 0. Room for 2^30 of the largest terms. 3 ns a term.
class ExactSum {
 public:
  static constexpr std::size_t kWords = 4;
  using Words = std::array<std::uint64_t, kWords>;

  ExactSum() = default;
  /// @param words  of another sum's words()
  explicit ExactSum(const Words& words) : words_(words) {}

  void add(double x) {
    constexpr unsigned kMantissaBits = 52;
    constexpr std::uint64_t kHidden = std::uint64_t{1} << kMantissaBits;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const auto exponent = static_cast<int>(bits >> kMantissaBits & kNoNumber);
    std::uint64_t mantissa = (bits & (kHidden - 1)) | (exponent == 0 ? 0 : kHidden);
    int place = exponent - kLowestBit;
    if (place >= kHighestPlace) {
      if (exponent == kNoNumber && mantissa != kHidden) return;
      mantissa = kHidden;
      place = kHighestPlace;
    }
    if (place < 0) {
      if (place < -static_cast<int>(kMantissaBits)) return;
      mantissa >>= static_cast<unsigned>(-place);
      place = 0;
    }
    const auto word = static_cast<std::size_t>(place) / kBits;
    const unsigned shift = static_cast<unsigned>(place) % kBits;
    const std::uint64_t low = mantissa << shift;
    const std::uint64_t high = shift == 0 ? 0 : mantissa >> (kBits - shift);
    if (bits >> (kBits - 1) == 0) {
      add_at(word, low, high);
    } else {
      subtract_at(word, low, high);
    }
  }

  ExactSum& operator+=(const ExactSum& other);
  /// @returns the sum, rounded once, to the nearest double.
  [[nodiscard]] double value() const;
  /// @returns the number's words, the lowest first, in two's complement: for storage.
  [[nodiscard]] const Words& words() const { return words_; }
  friend bool operator==(const ExactSum&, const ExactSum&) = default;

 private:
  static constexpr unsigned kBits = 64;
  static constexpr int kNoNumber = 0x7ff;  // exponent of what is infinite or no number
  static constexpr int kUnit = -128;       // the lowest bit stands for 2^kUnit
  static constexpr int kLowestBit = 1075 + kUnit;
  static constexpr int kHighestPlace = 96 - 52 - kUnit;

  void add_at(std::size_t word, std::uint64_t low, std::uint64_t high) {
    words_[word] += low;
    std::uint64_t carry = words_[word] < low ? 1 : 0;
    if (++word == kWords) return;
    words_[word] += high;
    const std::uint64_t beyond = words_[word] < high ? 1 : 0;
    words_[word] += carry;
    carry = beyond + (words_[word] < carry ? 1 : 0);
    while (carry != 0 && ++word < kWords) carry = ++words_[word] == 0 ? 1 : 0;
  }
  void subtract_at(std::size_t word, std::uint64_t low, std::uint64_t high) {
    std::uint64_t borrow = words_[word] < low ? 1 : 0;
    words_[word] -= low;
    if (++word == kWords) return;
    const std::uint64_t beyond = words_[word] < high ? 1 : 0;
    words_[word] -= high;
    const std::uint64_t again = words_[word] < borrow ? 1 : 0;
    words_[word] -= borrow;
    borrow = beyond + again;
    while (borrow != 0 && ++word < kWords) borrow = words_[word]-- == 0 ? 1 : 0;
  }

  Words words_{};
};

}  // namespace turnout::numeric
