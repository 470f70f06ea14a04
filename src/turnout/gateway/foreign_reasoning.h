#pragma once

#include <simdjson.h>

#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/gateway/chat_request.h"
#include "turnout/http/exchange.h"

namespace turnout::gateway {

/// The edits of a body that take out what only the model that thought it can read, for when another
/// one is to go on: signed, redacted and encrypted reasoning. What is left is as the API wants it.
/// - Anthropic: `thinking` and `redacted_thinking` blocks; a message that had nothing else goes;
///   where the last message answers tools whose call had one, `thinking` is set to disabled,
///   because a call without it is refused.
/// - Responses: `reasoning` items, references to them, and the `id` of messages and calls of a
///   model, by which the API would ask for them.
/// - Chat completions: `reasoning`, `reasoning_content` and `reasoning_details` of messages.
/// @returns in order, none if there is nothing; kMalformedInput as read_chat_request() does.
///   O(bytes)
base::Result<std::vector<http::Edit>> without_foreign_reasoning(Shape shape, std::string_view body,
                                                                simdjson::dom::parser& parser);

/// @returns edits of one body in order; of two that overlap the one that begins first, or stood
///   first.
std::vector<http::Edit> in_order(std::vector<http::Edit> edits);

}  // namespace turnout::gateway
