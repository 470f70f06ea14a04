#include "turnout/base/number_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>

namespace turnout::base {
namespace {

Error not_a_number(std::string_view text, const char* why) {
  return {ErrorCode::kMalformedInput, fmt::format("{} {}", in_quotes(text), why), ""};
}

}  // namespace

Result<double> parse_number(std::string_view text) {
  if (text.empty()) return Error{ErrorCode::kMalformedInput, "is empty, expected a number", ""};
  const char* begin = text.data();
  const char* const end = text.data() + text.size();
  // from_chars takes no leading '+', spreadsheets write it.
  if (*begin == '+' && text.size() > 1 && text[1] != '-') ++begin;
  double value = 0;
  const auto [stop, status] = std::from_chars(begin, end, value);
  if (status == std::errc::result_out_of_range) return not_a_number(text, "is beyond the range of a double");
  if (status != std::errc() || stop != end) return not_a_number(text, "is not a number");
  if (!std::isfinite(value)) return not_a_number(text, "is not a finite number");
  return value;
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
