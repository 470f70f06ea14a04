#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/mock/vendor_request.h"

/// What OpenAI's and Anthropic's servers answer, field by field.
namespace turnout::mock {

/// An answer whatever its shape.
struct Answer {
  std::string id;  ///< without the shape's prefix: "3f0c..."
  std::string model;
  std::vector<std::string> pieces;  ///< the text, in the parts in which a stream sends it
  bool cut_short = false;           ///< it ended at the most tokens that were asked for
  std::size_t input_tokens = 0, output_tokens = 0;
  std::optional<ToolCall> call = {};  ///< instead of a text
};

/// A part of a stream: one or more events of server-sent events.
struct Event {
  std::string bytes;
  bool is_text = false;  ///< a model took time to write it; the others come at once
};

/// @returns the body of an answer in one piece.
std::string whole_answer(Shape shape, const Answer& answer);
/// @returns the events of a stream, in the vendor's order. Not for embeddings and counts of tokens.
/// @param include_usage  chat and completions: a last chunk with the usage
std::vector<Event> streamed_answer(Shape shape, const Answer& answer, bool include_usage);

/// Whose errors and lists are written.
enum class Vendor : std::uint8_t { kOpenAi, kAnthropic };

/// @returns the body of an error.
/// @param status  400, 401, 404, 413, 429, 500, 529; others read as 400 or 500
/// @param code    OpenAI's `code`; empty: null
std::string error_body(Vendor vendor, int status, std::string_view message,
                       std::string_view code = "");
/// @returns the body of a list of models, and of one.
std::string models_body(Vendor vendor, const std::vector<std::string>& names);
std::string model_body(Vendor vendor, const std::string& name);

/// When the mock's models and answers were made, whenever that was: 2026-01-01, in seconds.
inline constexpr std::int64_t kCreated = 1'767'225'600;

}  // namespace turnout::mock
