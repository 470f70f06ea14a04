#include "turnout/mapping/json_text.h"

#include <fmt/format.h>

#include <array>

namespace turnout::mapping {
namespace {

/// Whether a byte stands for itself.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < plain.size(); ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

}  // namespace

void append_json_text(std::string& to, std::string_view text) {
  to += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (kPlain[c]) continue;
    to += text.substr(from, i - from);
    if (c < 0x20) {
      to += fmt::format("\\u{:04x}", c);
    } else {
      to += '\\';
      to += text[i];
    }
    from = i + 1;
  }
  to += text.substr(from);
  to += '"';
}

}  // namespace turnout::mapping
