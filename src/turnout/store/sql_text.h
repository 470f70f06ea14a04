#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace turnout::store {

using SqlValue = std::variant<std::int64_t, std::string>;
using SqlValues = std::map<std::string, SqlValue, std::less<>>;
/// One row of a small answer, every column as text, SQL's NULL as empty text.
using SqlRow = std::vector<std::string>;

/// @returns `sql` with every {name} replaced by what `replace` says of it. Names are letters and
///   underscores; any other brace stays as it is.
std::string fill_names(std::string_view sql,
                       const std::function<std::string(std::string_view)>& replace);

}  // namespace turnout::store
