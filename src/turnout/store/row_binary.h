#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/store/pass_key.h"
#include "turnout/traffic/pass.h"

/// ClickHouse's RowBinary format, which carries numbers to the bit: old servers round decimal text.
namespace turnout::store {

/// Appends (task_id String, attempt UInt32) of a pass.
void append_key(std::string& to, const traffic::Pass& pass);
/// Appends a pass in the order of kStoredColumns.
void append_row_binary(std::string& to, const traffic::Pass& pass);
void append_fixed(std::string& to, std::uint64_t value);
void append_fixed(std::string& to, std::int64_t value);
/// Appends how many items an array has, which follow.
void append_size(std::string& to, std::size_t size);
void append_text(std::string& to, std::string_view text);

/// Reads a pass in the order of kStoredColumns from the front of `from`, and takes it off.
/// @returns false, with `from` as it was, if the row is not whole.
bool take_row_binary(std::string_view& from, traffic::Pass& pass);
/// The same for what the others write. The key's text is part of `from`.
bool take_key(std::string_view& from, PassKey& key);
bool take_fixed(std::string_view& from, std::uint64_t& value);
bool take_fixed(std::string_view& from, std::int64_t& value);
bool take_size(std::string_view& from, std::size_t& size);
bool take_text(std::string_view& from, std::string& text);

}  // namespace turnout::store
