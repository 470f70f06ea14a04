#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/http/exchange.h"
#include "turnout/traffic/task_matcher.h"

/// What the body of a request to a language model says, in the shape of OpenAI or Anthropic, as far
/// as a gateway must know it. docs/identity.md.
namespace turnout::gateway {

/// Which API a request speaks.
enum class Shape : std::uint8_t {
  kChat,         ///< OpenAI's POST /v1/chat/completions
  kResponses,    ///< OpenAI's POST /v1/responses
  kMessages,     ///< Anthropic's POST /v1/messages
  kCountTokens,  ///< Anthropic's POST /v1/messages/count_tokens
  kCompletions,  ///< OpenAI's POST /v1/completions
  kEmbeddings,   ///< OpenAI's POST /v1/embeddings
};
/// @returns "chat", "responses", "messages", "count_tokens", "completions", "embeddings".
std::string_view name_of(Shape shape);
/// @returns the shape that a path, without its query, stands for; nothing for any other path.
std::optional<Shape> shape_of(std::string_view path);
/// @returns whether errors are told in Anthropic's shape.
constexpr bool is_anthropic(Shape shape) {
  return shape == Shape::kMessages || shape == Shape::kCountTokens;
}

/// Bytes [begin, end) of a body.
struct Span {
  std::size_t begin = 0, end = 0;
};

/// A key of the body's outermost object and what stands there: the key's bytes without its quotes,
/// the value's with them.
struct TopField {
  Span key, value;
};

struct ChatRequest {
  Shape shape = Shape::kChat;
  std::string model;
  Span model_span;        ///< the model's name in the body, with its quotes
  bool stream = false;    ///< the answer is to come in parts
  bool tools = false;     ///< tools are offered
  bool pictures = false;  ///< there is something else than text and tools: pictures, sounds, files
  bool foreign_reasoning = false;  ///< the history holds reasoning that only its model can read
  /// The most tokens that the answer may have: max_tokens, max_completion_tokens,
  /// max_output_tokens.
  std::optional<std::int64_t> most_tokens;
  /// Of the context, by its bytes: one for four, and 1,000 for each picture. An estimate to within
  /// a factor of two, for a context window and a budget; bills go by `usage`.
  std::int64_t input_tokens = 0;
  std::string user;               ///< safety_identifier, user, or metadata.user_id
  std::string session;            ///< of Claude Code's metadata.user_id, litellm_session_id
  std::string cache_key;          ///< prompt_cache_key: near a conversation
  std::string previous_response;  ///< previous_response_id
  std::string turn_metadata;      ///< Codex's client_metadata: JSON, as its header has it
  /// Of all bytes, but that bodies which differ in marks of caches, reasoning or the white space of
  /// their messages alone have one hash.
  std::vector<TopField> fields;  ///< in the order of the body
  /// What the messages say: messages, user_messages, last, last_user, text; helper where the shape
  /// or a limit of one token says so. The rest is of read_client_ids().
  traffic::Request request;
};

/// Reads a body. Total: any bytes are read or refused. O(bytes): the words of a last message of
/// more than traffic::kMostPromptBytes count in part.
/// @param body  at least http::kPadding more bytes may be read behind it
/// @param seed  what hashes begin with: those of two seeds do not agree. Not 0 and secret, and a
///   different one for each key, so that nobody's texts meet another's.
/// @returns kMalformedInput, in words for who sent it, for what is no JSON or UTF-8, is nested too
///   deeply, has no text as its `model`, or has a key of the outermost object twice or written with
///   escapes, since two programs could read it in two ways
base::Result<ChatRequest> read_chat_request(Shape shape, std::string_view body,
                                            simdjson::dom::parser& parser, std::uint64_t seed);

/// A key of the outermost object, and the JSON that it is to have.
struct Parameter {
  std::string key, json_value;
};

/// @returns the edits of the body that name another model and set parameters: in place of what
///   stands there, or behind the model's name where the key is not there. All other bytes stay.
/// @param model  any text; it is written as JSON
std::vector<http::Edit> with_parameters(const ChatRequest& chat, std::string_view body,
                                        std::string_view model,
                                        std::span<const Parameter> parameters);

/// @returns the body after edits: what goes to an origin. For tests and logs.
std::string edited(std::string_view body, std::span<const http::Edit> edits);

}  // namespace turnout::gateway
