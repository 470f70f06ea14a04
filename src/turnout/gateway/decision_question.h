#pragma once

#include <simdjson.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/gateway/chat_request.h"
#include "turnout/http/exchange.h"

namespace turnout::gateway {

/// What another gateway asks: who is to serve a request. docs/gateway.md, "Asking for a decision".
struct Question {
  ChatRequest chat;
  /// What a client's head would say: the fields of the question's own head, then its `headers`, then
  /// its ids. Views of the request and of `texts`.
  std::vector<http::FieldView> fields;
  std::deque<std::string> texts;
  bool preview = false;
  std::int64_t hold_us = 600'000'000;  ///< for so long the decision waits for its report
};

/// Reads a question: a request of a client (`request`), or what is known of one without its text.
/// @param alias  the model that is asked for where the question names none
/// @param seed   of the key: what hashes begin with (read_chat_request)
/// @returns kMalformedInput with what is wrong, in words for who sent it.
base::Result<Question> read_question(const http::Request& request, const std::string& alias,
                                     simdjson::dom::parser& parser, std::uint64_t seed);

}  // namespace turnout::gateway
