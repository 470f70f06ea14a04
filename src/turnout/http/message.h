#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// HTTP/1.1 messages (RFC 9110, RFC 9112), read strictly: whatever two programs could read in two ways
/// is refused, so that nothing can be smuggled past one of them.
namespace turnout::http {

/// A line of a head. Views point into the head's bytes.
struct FieldView {
  std::string_view name, value;  ///< without the white space about the value
};
/// The same, owned: a line that is added.
struct Field {
  std::string name, value;
};

/// @returns whether two names of fields are the same: ASCII letters of either case.
bool same_name(std::string_view a, std::string_view b);
/// @returns the first value of a field; empty if there is none.
std::string_view field_of(const std::vector<FieldView>& fields, std::string_view name);

/// What both kinds of heads say of their message.
struct Framing {
  std::vector<FieldView> fields;
  bool keep_alive = true;               ///< the connection may be used again after this message
  bool chunked = false;                 ///< the body comes in chunks
  std::optional<std::uint64_t> length;  ///< the body's bytes, if the head says
};

/// The head of a request. Its views hold until the request's answer ends.
struct RequestHead : Framing {
  std::string_view method;  ///< "POST"
  std::string_view target;  ///< path and query, "/v1/models?limit=3"
  int minor = 1;            ///< of HTTP/1.minor
};

/// The head of an answer.
struct ResponseHead : Framing {
  int status = 0;  ///< 200 to 599; interim answers (1xx) are passed over
  /// The first bytes of the body, none if it has none, where Forward::looks_at_body; else nothing.
  std::optional<std::string_view> begins = std::nullopt;
};

/// A request whole. At least kPadding more bytes may be read behind the body, as simdjson wants.
struct Request {
  const RequestHead& head;
  std::string_view body;
  std::string_view peer;  ///< the client's address, "127.0.0.1"
};
inline constexpr std::size_t kPadding = 64;

/// @returns the path of a target, without its query.
std::string_view path_of(std::string_view target);
/// @returns what "name=" has in a target's query; nothing if it is not there. Nothing is decoded.
std::optional<std::string_view> query_of(std::string_view target, std::string_view name);

}  // namespace turnout::http
