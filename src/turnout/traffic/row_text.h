#pragma once

#include <string_view>

#include "turnout/base/error.h"

namespace turnout::traffic {

/// @returns what is wrong with a row's text that a JSON parser refuses, and what to do about it
///   where the text is in another encoding than UTF-8; no context.
/// @param reason  the parser's
base::Error no_json(std::string_view text, const char* reason);

/// @returns that a row's text is no UTF-8, with its first byte that shows it and how to convert the
///   file; no context.
base::Error no_utf8(std::string_view text);

}  // namespace turnout::traffic
