#include "turnout/traffic/row_text.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "turnout/base/number_text.h"

namespace turnout::traffic {

namespace {

/// Whether a value is what Python and JavaScript write for numbers that are none.
bool has_no_number(std::string_view text) {
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const auto before = text.find_last_not_of(" \t", at == 0 ? 0 : at - 1);
      if (before != std::string_view::npos && (text[before] == ':' || text[before] == ','))
        return true;
    }
  }
  return false;
}

}  // namespace

base::Error no_json(std::string_view text, const char* reason) {
  if (!simdjson::validate_utf8(text)) return no_utf8(text);
  if (has_no_number(text)) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       "is no JSON: NaN and Infinity are no numbers there; write null for them",
                       ""};
  }
  return base::Error{base::ErrorCode::kMalformedInput,
                     fmt::format("is no JSON object ({}): {}", reason, base::in_quotes(text)), ""};
}

base::Error no_utf8(std::string_view text) {
  // Before its first byte that is none, a text is UTF-8.
  std::size_t good = 0;
  for (std::size_t step = text.size(); step > 0; step /= 2) {
    while (good + step <= text.size() && simdjson::validate_utf8(text.substr(0, good + step)))
      good += step;
  }
  // A prefix may end within a character; then the character's bytes are looked at one by one.
  while (good < text.size() && static_cast<unsigned char>(text[good]) < 0x80) ++good;
  const unsigned byte = good < text.size() ? static_cast<unsigned char>(text[good]) : 0;
  return base::Error{
      base::ErrorCode::kMalformedInput,
      fmt::format("is no UTF-8 (byte 0x{:02x} at {}); a log must be UTF-8: if it is in Latin-1 or "
                  "Windows-1252, convert it first: iconv -f WINDOWS-1252 -t UTF-8 FILE",
                  byte, good + 1),
      ""};
}

}  // namespace turnout::traffic
