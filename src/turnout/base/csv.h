#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::base {

/// Splits one CSV record (RFC 4180 on a single line) into `fields`, which is cleared first and may
/// be reused to save allocations. A field in double quotes may hold commas and doubled quotes;
/// views point into `line`, with the outer quotes still on, see csv_text(). Line breaks inside a
/// field are not supported.
/// @returns kMalformedInput for an unclosed quote or for text after a closing quote.
Status split_csv(std::string_view line, std::vector<std::string_view>& fields);

/// @returns what a field of split_csv() says: without outer quotes, doubled quotes made single.
std::string csv_text(std::string_view field);

/// @returns `text` as one CSV field, quoted if it has to be.
std::string csv_field(std::string_view text);

/// Where the columns that a reader needs stand in a header.
struct CsvColumns {
  std::size_t count = 0;                ///< columns in the header
  std::vector<std::size_t> required;    ///< position of each wanted column, in the order asked for
  std::vector<std::string> unexpected;  ///< names in the header that were not asked for
};

/// Finds `wanted` in a header, in any order.
/// @returns kMalformedInput naming the column that is missing or stands there twice, and what was
///   found.
Result<CsvColumns> find_columns(std::string_view header, std::span<const std::string_view> wanted);

}  // namespace turnout::base
