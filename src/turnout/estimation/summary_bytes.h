#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "turnout/numeric/exact_sum.h"

/// How the summary of a day is written: numbers of seven bits a byte, the lowest first (LEB128), signed
/// ones with their sign in the lowest bit. docs/formats.md, "Summaries of closed days".
namespace turnout::estimation {

/// Writes numbers and texts one after the other.
class SummaryWriter {
 public:
  void number(std::uint64_t value) {
    constexpr unsigned kBits = 7;
    constexpr std::uint64_t kMore = 0x80;
    for (; value >= kMore; value >>= kBits) bytes_ += static_cast<char>(value | kMore);
    bytes_ += static_cast<char>(value);
  }
  void whole(std::int64_t value) {
    number(static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U));
  }
  void fixed(std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) bytes_ += static_cast<char>(value >> (8 * i));
  }
  void text(std::string_view text) {
    number(text.size());
    bytes_ += text;
  }
  /// The words without those at either end that say nothing.
  void sum(const numeric::ExactSum& sum);
  /// @returns what was written; it begins anew.
  [[nodiscard]] std::string take() { return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
};

/// Reads what SummaryWriter wrote. Past the end, and for what cannot be, it gives zeros and says so later:
/// loops ask good() before they go on.
class SummaryReader {
 public:
  explicit SummaryReader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    constexpr unsigned kBits = 7;
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += kBits) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::int64_t whole() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1U ^ (~(value & 1U) + 1));
  }
  std::uint64_t fixed() {
    std::uint64_t value = 0;
    if (rest_.size() < 8) return fail();
    for (unsigned i = 0; i < 8; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(8);
    return value;
  }
  /// @returns a text, which lives as long as the bytes.
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) return rest_.substr(0, fail());
    const auto text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  /// @returns of how many things of a byte or more there is room.
  [[nodiscard]] std::uint64_t count_left() const { return rest_.size(); }
  numeric::ExactSum sum();
  /// @returns a number below `limit`.
  std::uint64_t below(std::uint64_t limit) {
    const std::uint64_t value = number();
    return value < limit ? value : fail();
  }
  /// @returns how many of something follow, each of a byte or more.
  std::uint64_t count() { return below(rest_.size() + 1); }
  /// Takes what was read for damaged. @returns 0
  std::uint64_t fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

inline void SummaryWriter::sum(const numeric::ExactSum& sum) {
  const auto& words = sum.words();
  std::size_t first = 0;
  while (first < words.size() && words[first] == 0) ++first;
  const std::uint64_t sign = words.back() >> 63U;
  std::size_t end = words.size();
  while (end > first && words[end - 1] == std::uint64_t{0} - sign) --end;
  number(first | end << 3U | sign << 6U);
  for (std::size_t i = first; i < end; ++i) fixed(words.at(i));
}

inline numeric::ExactSum SummaryReader::sum() {
  numeric::ExactSum::Words words{};
  const std::uint64_t shape = below(1U << 7U);
  const std::size_t first = shape & 7U;
  const std::size_t end = shape >> 3U & 7U;
  if (first > words.size() || end > words.size() || first > end) {
    fail();
    return {};
  }
  for (std::size_t i = first; i < end; ++i) words.at(i) = fixed();
  for (std::size_t i = end; i < words.size(); ++i) words.at(i) = std::uint64_t{0} - (shape >> 6U);
  return numeric::ExactSum(words);
}

}  // namespace turnout::estimation
