#pragma once

#include <simdjson.h>

#include <optional>
#include <string>

#include "turnout/mapping/row_values.h"
#include "turnout/traffic/task_matcher.h"

namespace turnout::mapping {

/// Puts what a chat's messages say into a request: their hashes, whose turn the last one is, and the
/// sketch of the user's last words. Messages of OpenAI's two shapes, Anthropic's, Gemini's and
/// OpenTelemetry's; an object that holds `messages`; or the prompt alone, as text.
/// @param value  what stands at the place of the messages; text that is JSON is looked into
/// @returns the beginning of the user's last words, on one line: at most kExcerpt bytes, and "..."
///   if there are more; nothing if the value says nothing: {}, [] and empty text do not.
/// @param memory  of users' texts that were read before
std::optional<std::string> read_messages(simdjson::dom::element value, JsonTexts& texts,
                                         traffic::PromptMemory& memory, traffic::Request& request);

inline constexpr std::size_t kExcerpt = 100;

}  // namespace turnout::mapping
