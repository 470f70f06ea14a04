#include "turnout/mapping/row_messages.h"

#include <string>

#include "turnout/base/hash.h"
#include "turnout/traffic/chat_messages.h"

namespace turnout::mapping {
namespace {

namespace dom = simdjson::dom;
using traffic::Request;

/// The beginning of a text, white space as one space, cut between characters of UTF-8.
std::string excerpt_of(std::string_view text) {
  std::string excerpt;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && (excerpt.empty() || excerpt.back() == ' ')) continue;
    excerpt += space ? ' ' : c;
    if (excerpt.size() > kExcerpt) break;
  }
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
  if (excerpt.size() > kExcerpt) {
    while (continues(excerpt.back())) excerpt.pop_back();
    excerpt.pop_back();
    return excerpt + "...";
  }
  while (excerpt.ends_with(' ')) excerpt.pop_back();
  return excerpt;
}

std::string read_alone(std::string_view prompt, traffic::PromptMemory& memory, Request& request) {
  traffic::ChatReader reader(base::kHashOfNothing, &memory);
  reader.read_alone(prompt, request);
  return excerpt_of(prompt);
}

}  // namespace

std::optional<std::string> read_messages(dom::element value, JsonTexts& texts,
                                         traffic::PromptMemory& memory, Request& request) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    if (const auto within = texts.parse(text))
      return read_messages(*within, texts, memory, request);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::nullopt;
    return read_alone(text, memory, request);
  }
  if (value.is_array()) {
    traffic::ChatReader reader(base::kHashOfNothing, &memory);
    reader.read(value, request);
    return request.messages.empty() ? std::nullopt : std::optional(excerpt_of(reader.last_words()));
  }
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS || object.size() == 0) return std::nullopt;
  for (const char* key : {"messages", "input", "contents", "prompt"}) {
    dom::element within;
    if (object[key].get(within) != simdjson::SUCCESS) continue;
    if (auto words = read_messages(within, texts, memory, request)) return words;
  }
  return read_alone(std::string(simdjson::minify(value)), memory, request);
}

}  // namespace turnout::mapping
