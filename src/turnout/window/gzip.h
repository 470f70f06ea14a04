#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "turnout/http/exchange.h"

namespace turnout::window {

enum class Effort : std::uint8_t {
  kFast,   ///< somebody waits
  kSmall,  ///< once, for many who ask
};

/// @returns bytes as a gzip file; empty if that is not smaller.
std::string gzipped(std::string_view bytes, Effort effort);

/// Compresses an answer whose body is JSON of more than kLeastGzipped bytes, if the client takes that.
/// @param accepted  the request's Accept-Encoding
void compress(http::Reply& reply, std::string_view accepted);
inline constexpr std::size_t kLeastGzipped = 1024;

/// @returns whether a field such as Accept-Encoding or If-None-Match lists a value, or "*"; a value
///   with q=0 is not listed.
bool accepts(std::string_view list, std::string_view value);

}  // namespace turnout::window
