#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Most texts have single spaces only: letters and spaces stay where they are, so that all is done
/// at once.
std::string plain_in_place(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    const auto letter = static_cast<unsigned char>(c - 'A');
    const char small = static_cast<char>(c + (letter < 26 ? 'a' - 'A' : 0));
    c = is_space(c) ? ' ' : small;
  }
  return plain;
}

bool has_spaces_together(std::string_view plain) {
  unsigned together = 0;
  for (std::size_t i = 1; i < plain.size(); ++i)
    together |= static_cast<unsigned>(plain[i] == ' ') & static_cast<unsigned>(plain[i - 1] == ' ');
  return together != 0;
}

}  // namespace

std::string plain_text(std::string_view text) {
  if (text.find('\xc2') == std::string_view::npos && !text.empty() && !is_space(text.front())) {
    std::string plain = plain_in_place(text);
    if (!has_spaces_together(plain)) {
      if (plain.back() == ' ') plain.pop_back();
      return plain;
    }
  }
  std::string plain(text.size(), '\0');
  std::size_t end = 0;
  bool after_space = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool mark =
        c == '\xc2' && i + 1 < text.size() && (text[i + 1] == '\xa1' || text[i + 1] == '\xbf');
    i += mark ? 1U : 0U;
    const bool space = mark || is_space(c);
    plain[end] = space ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    end += space && after_space ? 0U : 1U;
    after_space = space;
  }
  while (end > 0 && plain[end - 1] == ' ') --end;
  plain.resize(end);
  return plain;
}

}  // namespace turnout::traffic
