#include "turnout/store/sql_number.h"

#include <charconv>

#include "turnout/base/number_text.h"

namespace turnout::store {
base::Result<std::int64_t> sql_integer(std::string_view text, const std::string& column) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec == std::errc{} && read.ptr == end) return value;
  return base::Error{base::ErrorCode::kUnreadable,
                     base::in_quotes(text) + " is no whole number of 64 bits", column};
}

}  // namespace turnout::store
