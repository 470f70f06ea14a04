#include "turnout/http/head_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace turnout::http {
namespace {

/// Most names differ in their lengths already.
bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && same_name(a, b);
}

/// Whether one of the fields has this name.
bool is_among(const std::vector<Field>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const Field& field) { return same(field.name, name); });
}

bool is_among(std::span<const std::string_view> names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view other) { return same(other, name); });
}

/// Whether a comma-separated list has a name.
bool lists(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const auto end = list.find(',');
    std::string_view word = list.substr(0, end);
    while (!word.empty() && (word.front() == ' ' || word.front() == '\t')) word.remove_prefix(1);
    while (!word.empty() && (word.back() == ' ' || word.back() == '\t')) word.remove_suffix(1);
    if (same_name(word, name)) return true;
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return false;
}

/// Fields of one connection, or of the framing, which is written anew.
bool is_of_connection(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "connection", "keep-alive", "te",     "trailer",       "transfer-encoding",
      "upgrade",    "host",       "expect", "content-length"};
  if (name.size() > 6 && same_name(name.substr(0, 6), "proxy-")) return true;
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view other) { return same(other, name); });
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// Whether one of the Connection lines names a field.
bool is_named_by_connection(const Framing& framing, std::string_view name) {
  return std::any_of(framing.fields.begin(), framing.fields.end(), [&](const FieldView& field) {
    return same(field.name, "connection") && lists(field.value, name);
  });
}

/// The fields of a message that pass, then those that are added.
template <class Added>
void append_fields(std::string& out, const Framing& framing, const Added& added) {
  for (const FieldView& field : framing.fields) {
    if (is_of_connection(field.name) || is_named_by_connection(framing, field.name) ||
        is_among(added.fields, field.name) || is_among(added.without, field.name))
      continue;
    append(out, field.name, field.value);
  }
  for (const Field& field : added.fields) append(out, field.name, field.value);
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 307:
      return "Temporary Redirect";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

void append_status(std::string& out, int status) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, reason_of(status));
}

void append_end(std::string& out, const Recipient& client) {
  if (!client.keep_alive) out += "Connection: close\r\n";
  if (client.keep_alive && client.minor == 0) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

}  // namespace

std::string head_for_origin(const RequestHead& head, const Forward& forward, std::string_view host,
                            std::uint64_t bytes) {
  std::string out;
  out.reserve(1000);  // malloc has blocks up to 1,032 bytes at hand
  out.append(head.method).append(" ").append(forward.target).append(" HTTP/1.1\r\n");
  append(out, "Host", host);
  append_fields(out, head, forward);
  if (bytes > 0 || head.method == "POST" || head.method == "PUT")
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", bytes);
  out += "\r\n";
  return out;
}

std::string head_for_client(const ResponseHead& head, const Relay& relay, const Recipient& client,
                            bool chunked) {
  std::string out;
  out.reserve(512);
  append_status(out, head.status);
  append_fields(out, head, relay);
  if (chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (head.length) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *head.length);
  }
  append_end(out, client);
  return out;
}

std::string head_of(const Reply& reply, const Recipient& client, std::string_view date) {
  std::string out;
  out.reserve(256);
  append_status(out, reply.status);
  append(out, "Date", date);
  for (const Field& field : reply.fields) append(out, field.name, field.value);
  if (reply.parts.empty() && !reply.more) {
    if (reply.status != 204 && reply.status != 304)  // which have no body
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", reply.body.size());
  } else if (client.minor > 0) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  append_end(out, client);
  return out;
}

std::string chunk_of(std::string_view part) {
  return fmt::format("{:x}\r\n{}\r\n", part.size(), part);
}

}  // namespace turnout::http
