#include "turnout/base/number_text.h"

#include <dragonbox/dragonbox.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace turnout::base {
namespace {

Error not_a_number(std::string_view text, const char* why) {
  return {ErrorCode::kMalformedInput, fmt::format("{} {}", in_quotes(text), why), ""};
}

constexpr std::array<double, 16> kPowersOfTen = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/// The decimal digits of a significand, at most 17, copied in pieces of fixed size since that is
/// what is quick.
struct Digits {
  static constexpr std::size_t kMost = 17;
  std::array<char, 3 * kMost> text{};  // room for a copy of kMost from any digit on
  int count = 0;

  explicit Digits(std::uint64_t significand) {
    const fmt::format_int written(significand);
    count = static_cast<int>(written.size());
    std::memcpy(text.data(), written.data(), written.size());
  }
  /// @param out  has room for kMost characters, whatever `length` is
  char* copy(char* out, int from, int length) const {
    std::memcpy(out, text.data() + from, kMost);
    return out + length;
  }
};

char* write_scientific(char* out, const Digits& digits, int exponent) {
  out = digits.copy(out, 0, 1);
  if (digits.count > 1) {
    *out++ = '.';
    out = digits.copy(out, 1, digits.count - 1);
  }
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  const int size = std::abs(exponent);
  if (size < 10) *out++ = '0';
  const fmt::format_int text(size);
  return std::copy_n(text.data(), text.size(), out);
}

}  // namespace

const char* read_number(const char* begin, const char* end, double& value) {
  // Up to 15 digits without an exponent, as most numbers are: digits and power of ten are exact
  // doubles, so one division rounds correctly (Clinger 1990). Half the cost of the library, which
  // reads all the rest.
  constexpr int kExactDigits = 15;
  const char* at = begin;
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  std::uint64_t digits = 0;
  const auto read_digits = [&] {
    const char* const first = at;
    for (; at != end && *at >= '0' && *at <= '9' && at - first <= kExactDigits; ++at) {
      digits = 10 * digits + static_cast<std::uint64_t>(*at - '0');
    }
    return static_cast<int>(at - first);
  };
  const int whole = read_digits();
  int fraction = 0;
  if (at != end && *at == '.') {
    ++at;
    fraction = read_digits();
  }
  const bool plain = at == end || *at == ',';
  if (plain && whole + fraction > 0 && whole + fraction <= kExactDigits) {
    const double size =
        static_cast<double>(digits) / kPowersOfTen.at(static_cast<std::size_t>(fraction));
    value = negative ? -size : size;
    return at;
  }
  const auto [stop, status] = std::from_chars(begin, end, value);
  return status == std::errc() ? stop : nullptr;
}

Result<double> parse_number(std::string_view text) {
  if (text.empty()) return Error{ErrorCode::kMalformedInput, "is empty, expected a number", ""};
  const char* begin = text.data();
  const char* const end = text.data() + text.size();
  // from_chars takes no leading '+', spreadsheets write it.
  if (*begin == '+' && text.size() > 1 && text[1] != '-') ++begin;
  double value = 0;
  if (read_number(begin, end, value) != end) return not_a_number(text, "is not a number");
  if (!std::isfinite(value)) return not_a_number(text, "is not a finite number");
  return value;
}

char* write_number(char* out, double value) {
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  if (value == 0) {
    *out++ = '0';
    return out;
  }
  const auto decimal = jkj::dragonbox::to_decimal(value);
  const Digits digits(decimal.significand);
  const int point = digits.count + decimal.exponent;  // digits before the decimal point
  if (point > 16 || point < -3) return write_scientific(out, digits, point - 1);
  if (point <= 0) {
    out = std::copy_n("0.000", 2 - point, out);
    return digits.copy(out, 0, digits.count);
  }
  if (point >= digits.count) {
    out = digits.copy(out, 0, digits.count);
    return std::fill_n(out, point - digits.count, '0');
  }
  out = digits.copy(out, 0, point);
  *out++ = '.';
  return digits.copy(out, point, digits.count - point);
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '\\') {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  if (text.size() > kLongest) out += "...";
  return out;
}

std::string in_quotes(std::string_view text) { return fmt::format("'{}'", printable(text)); }

}  // namespace turnout::base
