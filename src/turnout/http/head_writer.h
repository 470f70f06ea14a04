#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "turnout/http/exchange.h"

/// The heads that are sent. Fields that belong to one connection (Connection and what it names,
/// Keep-Alive, Proxy-*, TE, Trailer, Transfer-Encoding, Upgrade) never pass.
namespace turnout::http {

/// Whom an answer's head is for.
struct Recipient {
  int minor = 1;           ///< speaks HTTP/1.minor
  bool keep_alive = true;  ///< the connection is used again afterwards
};

/// @param host   what the origin is called in Host
/// @param bytes  of the body that follows
std::string head_for_origin(const RequestHead& head, const Forward& forward, std::string_view host,
                            std::uint64_t bytes);

/// The head of a relayed answer. @param chunked  the body follows in chunks
std::string head_for_client(const ResponseHead& head, const Relay& relay, const Recipient& client,
                            bool chunked);

/// The head of an answer of one's own. @param date  as HTTP writes it; the value of Date
std::string head_of(const Reply& reply, const Recipient& client, std::string_view date);

/// @returns a chunk's bytes: its length, the part, the line's end.
std::string chunk_of(std::string_view part);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace turnout::http
