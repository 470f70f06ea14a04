#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/traffic/pass.h"

/// ClickHouse's RowBinary format, which carries numbers to the bit: old servers round decimal text.
namespace turnout::store {

/// Appends (task_id String, attempt UInt32) of a pass.
void append_key(std::string& to, const traffic::Pass& pass);
/// Appends a pass in the order of kStoredColumns.
void append_row_binary(std::string& to, const traffic::Pass& pass);
void append_fixed(std::string& to, std::uint64_t value);

/// Reads a pass in the order of kStoredColumns from the front of `from`, and takes it off.
/// @returns false, with `from` as it was, if the row is not whole.
bool take_row_binary(std::string_view& from, traffic::Pass& pass);

}  // namespace turnout::store
