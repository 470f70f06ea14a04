#pragma once

#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/http/exchange.h"

/// A window's answers as HTTP has them.
namespace turnout::window {

/// @returns an answer that no other site may show, read or guess the type of: all answers of a window
///   are made here.
http::Reply reply(int status, std::string_view type, std::string body);

/// The same for a picture that may be opened by itself: SVG as cairo writes it has styles and images
/// within it. No script runs in it, and it is of no origin.
http::Reply picture_reply(std::string_view type, std::string body);

/// @returns {"error": {"message": ..., "code": ...}}
http::Reply error_reply(int status, std::string_view message, std::string_view code);

/// What went wrong with a question, in the program's words: 400 for what the question is to blame for,
/// 503 for what took too long, 500 for what could not be written.
http::Reply error_reply(const base::Error& error);

/// @returns "invalid_value", "malformed_input", ...
std::string_view name_of(base::ErrorCode code);

}  // namespace turnout::window
