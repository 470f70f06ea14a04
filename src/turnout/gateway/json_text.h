#pragma once

#include <string>
#include <string_view>

namespace turnout::gateway {

/// @returns the text behind a key of a small JSON object that a client put into a header or an id,
///   wherever the key stands; empty if it is not there, is no text, or has an escape in it.
std::string json_text(std::string_view json, std::string_view key);

}  // namespace turnout::gateway
