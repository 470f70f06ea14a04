#include "turnout/mapping/row_messages.h"

#include <algorithm>
#include <string>

#include "turnout/base/hash.h"

namespace turnout::mapping {
namespace {

namespace dom = simdjson::dom;
using traffic::LastItem;
using traffic::Request;

/// What a message is made of.
struct Message {
  std::string text;          // the words
  std::string others;        // tool calls and results, for the hash alone
  bool tool_result = false;  // there is one
  bool picture = false;      // there is something else than words that a user gave
};

std::string_view text_of(dom::element element, const char* key) {
  std::string_view text;
  return element[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

bool is_tool_result(std::string_view type) {
  return type == "tool_result" || type == "tool_call_response" || type == "function_call_output" ||
         type == "custom_tool_call_output";
}

/// The words of a message's content, or of its parts.
void read_content(dom::element element, Message& message) {
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) {
    message.text += text;
    message.text += '\n';
    return;
  }
  dom::array parts;
  if (element.get(parts) == simdjson::SUCCESS) {
    for (const dom::element part : parts) read_content(part, message);
    return;
  }
  if (!element.is_object()) return;
  const auto type = text_of(element, "type");
  dom::element inner;
  if (is_tool_result(type) || element["functionResponse"].get(inner) == simdjson::SUCCESS) {
    message.tool_result = true;
    message.others += simdjson::minify(element);
    return;
  }
  for (const char* key : {"text", "content", "parts"}) {
    if (element[key].get(inner) != simdjson::SUCCESS) continue;
    read_content(inner, message);
    return;
  }
  message.others += simdjson::minify(element);
  message.picture |= type != "thinking" && type != "tool_use" && type != "tool_call";
}

Message read_message(dom::element element) {
  Message message;
  if (is_tool_result(text_of(element, "type"))) {
    message.tool_result = true;
    message.others = simdjson::minify(element);
    return message;
  }
  for (const char* key : {"content", "parts", "text"}) {
    dom::element content;
    if (element[key].get(content) != simdjson::SUCCESS || content.is_null()) continue;
    read_content(content, message);
    break;
  }
  for (const char* key : {"tool_calls", "arguments"}) {
    dom::element calls;
    if (element[key].get(calls) == simdjson::SUCCESS) message.others += simdjson::minify(calls);
  }
  return message;
}

LastItem item_of(std::string_view role, std::string_view type, const Message& message,
                 std::string& words) {
  if (role == "tool" || role == "function" || is_tool_result(type)) return LastItem::kToolResult;
  if (role == "assistant" || role == "model" || type == "function_call")
    return LastItem::kAssistant;
  if (role != "user" && role != "human") return LastItem::kUnknown;
  words = traffic::without_envelopes(message.text);
  const bool empty = words.find_first_not_of(" \t\r\n") == std::string::npos;
  if (empty && message.tool_result) return LastItem::kToolResult;
  return empty && !message.picture ? LastItem::kEmptyUser : LastItem::kUser;
}

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

std::string read_array(const dom::array& messages, Request& request) {
  std::uint64_t hash = base::kHashOfNothing;
  std::string last_words;
  for (const dom::element element : messages) {
    const auto role = text_of(element, "role");
    const Message message = read_message(element);
    hash = base::hash(message.others, base::hash(message.text, base::hash(role, hash)));
    request.messages.push_back(hash);
    std::string words;
    request.last = item_of(role, text_of(element, "type"), message, words);
    if (request.last != LastItem::kUser) continue;
    ++request.user_messages;
    request.last_user = static_cast<std::uint32_t>(request.messages.size());
    last_words = std::move(words);
  }
  request.text = traffic::read_prompt(last_words);
  return excerpt_of(last_words);
}

std::string read_alone(std::string_view prompt, Request& request) {
  request.messages.push_back(base::hash(prompt));
  request.user_messages = request.last_user = 1;
  request.last = LastItem::kUser;
  request.text = traffic::read_prompt(prompt);
  return excerpt_of(prompt);
}

}  // namespace

std::optional<std::string> read_messages(dom::element value, JsonTexts& texts, Request& request) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    if (const auto within = texts.parse(text)) return read_messages(*within, texts, request);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::nullopt;
    return read_alone(text, request);
  }
  dom::array array;
  if (value.get(array) == simdjson::SUCCESS) {
    std::string words = read_array(array, request);
    return request.messages.empty() ? std::nullopt : std::optional(std::move(words));
  }
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS || object.size() == 0) return std::nullopt;
  for (const char* key : {"messages", "input", "contents", "prompt"}) {
    dom::element within;
    if (object[key].get(within) != simdjson::SUCCESS) continue;
    if (auto words = read_messages(within, texts, request)) return words;
  }
  return read_alone(std::string(simdjson::minify(value)), request);
}

}  // namespace turnout::mapping
