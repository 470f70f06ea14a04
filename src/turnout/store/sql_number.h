#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "turnout/base/result.h"

namespace turnout::store {

/// Numbers in the answers of databases, which come as text. Text that is none, or that goes on
/// after one, is kUnreadable and never 0: an answer that cannot be read must not look like a count.
/// @param column  what the error calls the column
base::Result<std::int64_t> sql_integer(std::string_view text, const std::string& column);

}  // namespace turnout::store
