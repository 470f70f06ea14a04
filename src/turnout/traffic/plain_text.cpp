#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto two = text.substr(i, 2);
    const bool mark = two == "\xc2\xa1" || two == "\xc2\xbf";
    const bool space = mark || is_space(text[i]);
    const char c = text[i];
    i += mark ? 1U : 0U;
    if (space && (plain.empty() || plain.back() == ' ')) continue;
    plain += space ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (!plain.empty() && plain.back() == ' ') plain.pop_back();
  return plain;
}

}  // namespace turnout::traffic
