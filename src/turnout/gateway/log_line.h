#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/gateway/chat_request.h"

/// What a running gateway says line by line: each request of a language model that has ended, and
/// what changes of its own state. No prompt, no answer, no key.
namespace turnout::gateway {

enum class LogFormat : std::uint8_t {
  kNone,  ///< no line for a request; changes of state as text
  kText,
  kJson,
};
inline constexpr std::array<std::string_view, 3> kLogFormatNames = {"none", "text", "json"};

/// A request's place in its caller's trace, by W3C's traceparent.
struct TraceContext {
  std::string trace_id, span_id;  ///< hexadecimal; empty: none, or none that is sound
};
/// @returns what version 00 of a traceparent says; of later ones its beginning, as W3C demands.
TraceContext read_traceparent(std::string_view value);

/// A request of a language model that has ended.
struct CallLine {
  std::int64_t ended_us = 0;  ///< since 1970
  std::int64_t duration_us = 0;
  std::optional<std::int64_t> first_token_us;
  Shape shape = Shape::kChat;
  int status = 0;                             ///< 0: the client left before any
  std::string request_model, response_model;  ///< as the client and the upstream have it
  std::string provider, model;  ///< the configuration's names; empty: nobody was asked
  std::string error;            ///< empty: none
  std::optional<std::int64_t> input_tokens, output_tokens;
  std::optional<double> cost_usd;
  std::string task, policy, reason, shadow;
  std::string_view rule;     ///< empty: the task was not looked for
  std::int64_t attempt = 0;  ///< 0: none
  int tries = 0;             ///< requests that went to upstreams
  std::string key;           ///< its name
  std::uint64_t person = 0;  ///< as the log of passes hashes it; 0: not known
  TraceContext trace;
};

/// A change of the gateway's own state.
struct StateLine {
  std::int64_t time_us = 0;  ///< since 1970
  bool warns = false;
  std::string text;
};

/// @returns a line with its end; names and units in docs/formats.md, "Log lines". kNone is as kText.
std::string line_of(const CallLine& call, LogFormat format);
std::string line_of(const StateLine& state, LogFormat format);

}  // namespace turnout::gateway
