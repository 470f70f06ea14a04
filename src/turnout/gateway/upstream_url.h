#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "turnout/base/result.h"

namespace turnout::gateway {

/// Where an upstream is.
struct UpstreamUrl {
  bool tls = true;
  std::string host;  ///< a name or an address, in lower case; IPv6 without its brackets
  std::uint16_t port = 443;
  std::string path;  ///< "/v1"; "" for none, and never with '/' at its end
  friend bool operator==(const UpstreamUrl&, const UpstreamUrl&) = default;
};

/// Reads `http://` or `https://`, a host, a port of 1 to 65535 if it is not 80 or 443, and a path
/// of unreserved characters (RFC 3986) in segments that are not empty, "." or "..".
/// @returns kInvalidValue that says what is allowed. A user or password before the host, a query and
///   a fragment are refused; the message does not show the text then.
base::Result<UpstreamUrl> read_upstream_url(std::string_view text);

/// @returns where a request of OpenAI's shape goes at an upstream. As with the base URL of OpenAI's
///   SDKs a path stands for "/v1".
/// @param behind  what the client's target has behind "/v1", "/chat/completions?x=1"
std::string openai_target(std::string_view base_path, std::string_view behind);
/// @returns the same for Anthropic's shape, whose SDKs put "/v1/messages" behind the base URL: "/v1"
///   is put there unless the path ends in it.
std::string anthropic_target(std::string_view base_path, std::string_view behind);

}  // namespace turnout::gateway
