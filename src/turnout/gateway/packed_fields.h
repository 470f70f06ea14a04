#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// Fields of records as bytes, small numbers in few of them. Of one process only: nothing that is stored.
namespace turnout::gateway {

/// What a real number is in a block: what most of them are takes one byte.
enum class Real : std::uint8_t {
  kNone,
  kZero,
  kOne,
  kAgain,         ///< as the one before
  kMicroseconds,  ///< so many, by a count
  kBits,
};

constexpr double kMicrosecond = 1e-6;

/// Small numbers, negative ones too, have few bits.
inline std::uint64_t zigzag(std::uint64_t value) { return (value << 1U) ^ (0 - (value >> 63U)); }
inline std::uint64_t zagzig(std::uint64_t value) { return (value >> 1U) ^ (0 - (value & 1U)); }

/// Writes fields one after the other; Unpacker below reads them in the same order.
class Packer {
 public:
  /// @param to  room for all of them
  explicit Packer(char* to) : to_(to) {}
  [[nodiscard]] char* end() const { return to_; }

  /// Seven bits a byte, the last ones first.
  template <class T>
  void count(T value) {
    auto rest = static_cast<std::uint64_t>(value);
    for (; rest >= 0x80; rest >>= 7U) byte(rest | 0x80U);
    byte(rest);
  }
  /// A number near another one.
  template <class T>
  void near(T value, std::uint64_t other) {
    count(zigzag(static_cast<std::uint64_t>(value) - other));
  }
  template <class T>
  void byte(T value) {
    *to_++ = static_cast<char>(value);
  }
  void bits(std::uint64_t value) {
    std::memcpy(to_, &value, sizeof value);
    to_ += sizeof value;
  }
  void text(std::string_view text) {
    count(text.size());
    to_ = std::copy(text.begin(), text.end(), to_);
  }
  void real(const std::optional<double>& value) {
    if (!value) return byte(Real::kNone);
    const auto bits_of_it = std::bit_cast<std::uint64_t>(*value);
    if (bits_of_it == 0) return byte(Real::kZero);
    if (*value == 1.0) return byte(Real::kOne);
    if (bits_of_it == before_) return byte(Real::kAgain);
    before_ = bits_of_it;
    constexpr double kMost = 1e9;
    const double micros = std::round(*value / kMicrosecond);
    if (micros > 0 && micros < kMost && micros * kMicrosecond == *value) {
      byte(Real::kMicroseconds);
      return count(static_cast<std::uint64_t>(micros));
    }
    byte(Real::kBits);
    bits(bits_of_it);
  }
  void tokens(const std::optional<std::int64_t>& value) {
    byte(value.has_value());
    if (value) near(*value, 0);
  }
  template <class... Flags>
  void flags(Flags... flags) {
    unsigned all = 0;
    unsigned bit = 1;
    ((all |= flags ? bit : 0U, bit <<= 1U), ...);
    byte(all);
  }

 private:
  char* to_;
  std::uint64_t before_ = 0;
};

/// Reads what a Packer wrote, which it does not check.
class Unpacker {
 public:
  explicit Unpacker(const char* bytes) : at_(bytes) {}

  template <class T>
  void count(T& value) {
    std::uint64_t read = 0;
    for (unsigned shift = 0;; shift += 7U) {
      const auto next = static_cast<unsigned char>(*at_++);
      read |= std::uint64_t{next & 0x7fU} << shift;
      if (next < 0x80) break;
    }
    value = static_cast<T>(read);
  }
  template <class T>
  void near(T& value, std::uint64_t other) {
    std::uint64_t read = 0;
    count(read);
    value = static_cast<T>(zagzig(read) + other);
  }
  template <class T>
  void byte(T& value) {
    value = static_cast<T>(static_cast<unsigned char>(*at_++));
  }
  void bits(std::uint64_t& value) {
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
  }
  void text(std::string& text) {
    std::size_t size = 0;
    count(size);
    text.assign(at_, size);
    at_ += size;
  }
  void real(std::optional<double>& value) {
    Real kind{};
    byte(kind);
    value.reset();
    if (kind == Real::kNone) return;
    value = kind == Real::kOne ? 1.0 : 0.0;
    if (kind == Real::kZero || kind == Real::kOne) return;
    if (kind == Real::kMicroseconds) {
      std::uint64_t micros = 0;
      count(micros);
      before_ = std::bit_cast<std::uint64_t>(static_cast<double>(micros) * kMicrosecond);
    } else if (kind == Real::kBits) {
      bits(before_);
    }
    value = std::bit_cast<double>(before_);
  }
  void real(double& value) {
    std::optional<double> read;
    real(read);
    value = *read;
  }
  void tokens(std::optional<std::int64_t>& value) {
    value.reset();
    if (*at_++ != 0) near(value.emplace(), 0);
  }
  template <class... Flags>
  void flags(Flags&... flags) {
    unsigned all = 0;
    byte(all);
    ((flags = (all & 1U) != 0, all >>= 1U), ...);
  }

 private:
  const char* at_;
  std::uint64_t before_ = 0;
};

}  // namespace turnout::gateway
