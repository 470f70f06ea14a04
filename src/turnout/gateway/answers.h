#pragma once

#include <string>
#include <string_view>

#include "turnout/http/exchange.h"

/// Answers of the gateway's own, in the shape that the caller's library understands.
namespace turnout::gateway {

/// An error: {"error": {...}} of OpenAI, or {"type": "error", ...} of Anthropic.
/// @param code     a word for programs: "offer_ended"
/// @param message  for people
/// @param retry    whether the client's library should try again by itself (x-should-retry)
http::Reply error_reply(int status, std::string_view code, std::string_view message, bool anthropic,
                        bool retry = false);

/// @returns 200 with JSON.
http::Reply json_reply(std::string body, int status = 200);
/// @returns 200 with text.
http::Reply text_reply(std::string body, std::string_view type = "text/plain; charset=utf-8");

/// @returns whether errors about a target are told in Anthropic's shape: /v1/messages and below.
bool speaks_anthropic(std::string_view path);

}  // namespace turnout::gateway
