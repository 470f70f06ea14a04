#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/mock/directives.h"

/// The bodies that OpenAI's and Anthropic's clients send, as far as an answer depends on them.
namespace turnout::mock {

/// Which endpoint, and so how its bodies are written.
enum class Shape : std::uint8_t {
  kChat,         ///< POST /v1/chat/completions
  kResponses,    ///< POST /v1/responses
  kMessages,     ///< POST /v1/messages
  kCountTokens,  ///< POST /v1/messages/count_tokens
  kCompletions,  ///< POST /v1/completions
  kEmbeddings,   ///< POST /v1/embeddings
};

/// @returns the shape of a path; nothing for others.
std::optional<Shape> shape_of(std::string_view path);

/// What was asked.
struct Asked {
  std::string model;
  /// The task's name: of the user's texts, from the last to the first, the first one that has a line
  /// beginning with "task NAME:"; else the first text as it is. At most kLongestName bytes.
  std::string task;
  std::size_t input_tokens = 0;            ///< of all texts, four bytes a token
  std::optional<std::size_t> most_tokens;  ///< max_tokens and its other names
  bool stream = false;
  Directives directives;       ///< of the user's last text; no call behind a tool's result
  bool include_usage = false;  ///< chat and completions: stream_options.include_usage
};
inline constexpr std::size_t kLongestName = 255;

/// @returns what a body asks; kMalformedInput, worded for a vendor's error message, if it is no JSON or
///   has no model or no prompt.
base::Result<Asked> read_request(Shape shape, std::string_view body);

}  // namespace turnout::mock
