#pragma once

#include <string>
#include <string_view>

namespace turnout::base {

/// @returns a text as it stands in HTML, between tags or in double quotes: & < > " are written as
///   entities, control characters as spaces.
std::string html_text(std::string_view text);

}  // namespace turnout::base
