#include "turnout/gateway/json_text.h"

namespace turnout::gateway {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Takes off white space, then one character, which must be `c`.
bool take(std::string_view& text, char c) {
  const auto at = text.find_first_not_of(kSpace);
  if (at == std::string_view::npos || text[at] != c) return false;
  text.remove_prefix(at + 1);
  return true;
}

}  // namespace

std::string json_text(std::string_view json, std::string_view key) {
  for (auto at = json.find(key); at != std::string_view::npos; at = json.find(key, at + 1)) {
    if (at == 0 || json[at - 1] != '"') continue;
    auto rest = json.substr(at + key.size());
    if (!rest.starts_with('"')) continue;
    rest.remove_prefix(1);
    if (!take(rest, ':')) continue;
    if (!take(rest, '"')) return "";
    const auto text = rest.substr(0, rest.find('"'));
    const bool plain = text.size() < rest.size() && text.find('\\') == std::string_view::npos;
    return plain ? std::string(text) : "";
  }
  return "";
}

}  // namespace turnout::gateway
