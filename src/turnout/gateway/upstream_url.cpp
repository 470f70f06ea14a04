#include "turnout/gateway/upstream_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "turnout/base/number_text.h"

namespace turnout::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view signs) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || signs.find(c) != std::string_view::npos;
  });
}

Error refused(std::string_view text, const std::string& why) {
  return {ErrorCode::kInvalidValue,
          fmt::format("{} {}; must be like https://api.openai.com/v1", base::in_quotes(text), why),
          ""};
}

/// @returns the path without '/' at its end.
Result<std::string> path_from(std::string_view whole, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at + 1, end - at - 1);
    if (!consists_of(segment, "-._~") || segment == "." || segment == "..")
      return refused(whole, "has a path of other than plain segments");
    at = end;
  }
  return std::string(path);
}

/// Takes the host off the front of an authority, with the brackets of an IPv6 address.
Result<std::string> host_from(std::string_view whole, std::string_view& authority) {
  std::string_view host;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return refused(whole, "has a bracket that does not close");
    host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!consists_of(host, ":.") || host.find(':') == std::string_view::npos)
      return refused(whole, "has brackets about what is no IPv6 address");
  } else {
    host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(host.size());
    if (!consists_of(host, "-._")) return refused(whole, "has no host");
  }
  std::string lower(host);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// @param rest  "" or ":8000"
Result<std::uint16_t> port_from(std::string_view whole, std::string_view rest, bool tls) {
  constexpr std::uint16_t kHttp = 80;
  constexpr std::uint16_t kHttps = 443;
  if (rest.empty()) return tls ? kHttps : kHttp;
  std::uint16_t port = 0;
  const char* end = rest.data() + rest.size();
  const auto [read, error] = std::from_chars(rest.data() + 1, end, port);
  if (rest.front() != ':' || read != end || error != std::errc{} || port == 0)
    return refused(whole, "has a port that is not 1 to 65535");
  return port;
}

constexpr std::string_view kVersion = "/v1";

}  // namespace

Result<UpstreamUrl> read_upstream_url(std::string_view text) {
  // What stands before '@', and in a query, may be a secret: such a text is not shown.
  if (text.find_first_of("@?#") != std::string_view::npos) {
    return Error{ErrorCode::kInvalidValue,
                 "has a user, password, query or fragment; must be like https://api.openai.com/v1, "
                 "the key by key_env or key_file",
                 ""};
  }
  UpstreamUrl url;
  std::string_view rest = text;
  url.tls = rest.starts_with("https://");
  if (!url.tls && !rest.starts_with("http://")) return refused(text, "has no https:// or http://");
  rest.remove_prefix(rest.find("//") + 2);
  std::string_view authority = rest.substr(0, rest.find('/'));
  TURNOUT_TRY(url.path, path_from(text, rest.substr(authority.size())));
  TURNOUT_TRY(url.host, host_from(text, authority));
  TURNOUT_TRY(url.port, port_from(text, authority, url.tls));
  return url;
}

std::string openai_target(std::string_view base_path, std::string_view behind) {
  return std::string(base_path.empty() ? kVersion : base_path) += behind;
}

std::string anthropic_target(std::string_view base_path, std::string_view behind) {
  std::string target(base_path);
  if (!base_path.ends_with(kVersion)) target += kVersion;
  return target += behind;
}

}  // namespace turnout::gateway
