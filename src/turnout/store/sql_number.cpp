#include "turnout/store/sql_number.h"

#include <charconv>
#include <cmath>

#include "turnout/base/number_text.h"

namespace turnout::store {
namespace {

template <class Number>
bool reads(std::string_view text, Number& value) {
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc{} && read.ptr == end;
}

base::Error unreadable(std::string_view text, const char* wanted, const std::string& column) {
  return {base::ErrorCode::kUnreadable, base::in_quotes(text) + " is no " + wanted, column};
}

}  // namespace

base::Result<std::int64_t> sql_integer(std::string_view text, const std::string& column) {
  std::int64_t value = 0;
  if (!reads(text, value)) return unreadable(text, "whole number of 64 bits", column);
  return value;
}

base::Result<double> sql_real(std::string_view text, const std::string& column) {
  double value = 0;
  if (!reads(text, value) || !std::isfinite(value)) {
    return unreadable(text, "finite number", column);
  }
  return value;
}

}  // namespace turnout::store
