#pragma once

#include <string>
#include <string_view>

namespace turnout::mapping {

/// Appends a text as JSON writes it, in quotes.
/// @param text  UTF-8
void append_json_text(std::string& to, std::string_view text);

}  // namespace turnout::mapping
