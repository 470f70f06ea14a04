#include "turnout/traffic/chat_messages.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "turnout/base/fast_hash.h"
#include "turnout/traffic/client_texts.h"
#include "turnout/traffic/envelopes.h"

namespace turnout::traffic {
namespace {

namespace dom = simdjson::dom;

/// A value of simdjson's tree, seen as a JsonValue is.
class DomValue {
 public:
  static constexpr bool kEscaped = false;
  explicit DomValue(dom::element element) : element_(element) {}
  [[nodiscard]] bool is_string() const { return element_.is_string(); }
  [[nodiscard]] bool is_object() const { return element_.is_object(); }
  [[nodiscard]] bool is_array() const { return element_.is_array(); }
  [[nodiscard]] bool is_null() const { return element_.is_null(); }
  [[nodiscard]] std::string_view raw_text() const {
    std::string_view text;
    return element_.get(text) == simdjson::SUCCESS ? text : std::string_view();
  }
  [[nodiscard]] static std::size_t size() { return 0; }
  [[nodiscard]] std::uint64_t scalar() const {
    std::int64_t whole = 0;
    std::uint64_t large = 0;
    double real = 0;
    bool truth = false;
    if (element_.get(whole) == simdjson::SUCCESS) return static_cast<std::uint64_t>(whole);
    if (element_.get(large) == simdjson::SUCCESS) return large;
    if (element_.get(real) == simdjson::SUCCESS) return std::bit_cast<std::uint64_t>(real);
    return element_.get(truth) == simdjson::SUCCESS && truth ? 1 : 0;
  }
  template <class Each>
  void each_field(const Each& each) const {
    dom::object object;
    if (element_.get(object) != simdjson::SUCCESS) return;
    for (const auto field : object) each(field.key, DomValue(field.value));
  }
  template <class Each>
  void each_element(const Each& each) const {
    dom::array array;
    if (element_.get(array) != simdjson::SUCCESS) return;
    for (const dom::element element : array) each(DomValue(element));
  }

 private:
  dom::element element_;
};

/// A value of an index, whose strings are as they are written.
class IndexValue {
 public:
  static constexpr bool kEscaped = true;
  explicit IndexValue(const JsonValue& value) : value_(value) {}
  [[nodiscard]] bool is_string() const { return value_.is_string(); }
  [[nodiscard]] bool is_object() const { return value_.is_object(); }
  [[nodiscard]] bool is_array() const { return value_.is_array(); }
  [[nodiscard]] bool is_null() const { return value_.is_null(); }
  [[nodiscard]] std::string_view raw_text() const { return value_.raw_text(); }
  [[nodiscard]] std::size_t size() const { return value_.end() - value_.begin(); }
  [[nodiscard]] std::uint64_t scalar() const { return base::fast_hash(value_.json(), 0); }
  template <class Each>
  void each_field(const Each& each) const {
    value_.each_field(
        [&](std::string_view key, const JsonValue& value) { each(key, IndexValue(value)); });
  }
  template <class Each>
  void each_element(const Each& each) const {
    value_.each_element([&](const JsonValue& value) { each(IndexValue(value)); });
  }

 private:
  JsonValue value_;
};

bool is_tool_result(std::string_view type) {
  return type == "tool_result" || type == "tool_call_response" || type.ends_with("_call_output") ||
         type == "mcp_approval_response";
}

bool is_tool_call(std::string_view type) {
  return type == "tool_use" || type == "tool_call" || type.ends_with("_call");
}

bool is_reasoning(std::string_view type) {
  return type == "thinking" || type == "redacted_thinking" || type == "reasoning";
}

/// Whether an encoder wrote '<' as an escape, as Go's does.
bool hides_tags(std::string_view raw) {
  return raw.find('<') == std::string_view::npos && raw.find("\\u003c") != std::string_view::npos;
}

ClientText kind_of(std::string_view text, bool escaped) {
  return client_text(from_first_word(text, escaped), escaped);
}

bool is_clients_own(std::string_view text, bool escaped) {
  const ClientText kind = kind_of(text, escaped);
  return kind == ClientText::kInstructions || kind == ClientText::kSummary;
}

/// Whether a text has nothing of the user's, by as little of its beginning as tells.
bool says_nothing(std::string_view text, bool escaped, EnvelopeSkipper& skipper) {
  if (is_clients_own(text, escaped)) return true;
  while (!text.empty()) {
    if (!skipper.inside()) {
      text = from_first_word(text, escaped);
      if (text.empty()) return true;
      if (escaped && text.starts_with("\\u003c")) {
        std::string plain;
        append_unescaped(text, plain);
        return says_nothing(plain, false, skipper);
      }
      if (text.front() != '<') return false;
    }
    if (!from_first_word(skipper.next(text), escaped).empty()) return false;
  }
  return true;
}

/// Of more words than this only the beginning and the end are looked at.
constexpr std::size_t kMostBareBytes = 2 * kMostPromptBytes;

/// What is left of a message's texts without envelopes.
struct BarePieces {
  BarePieces(const std::vector<std::string_view>& texts, bool escaped) {
    EnvelopeSkipper skipper;
    for (std::string_view text : texts) {
      if (is_clients_own(text, escaped)) continue;
      while (!text.empty()) {
        const auto piece = skipper.next(text);
        if (!piece.empty()) pieces.push_back(piece);
        bytes += piece.size();
      }
    }
  }

  [[nodiscard]] std::string joined(bool escaped) const {
    const bool all = bytes <= kMostBareBytes;
    std::string text;
    text.reserve(std::min(bytes, kMostBareBytes) + pieces.size() + 1);
    append(0, all ? bytes : kMostBareBytes / 2, escaped, text);
    if (!all) append(bytes - kMostBareBytes / 2, bytes, escaped, text);
    return text;
  }

  std::vector<std::string_view> pieces;
  std::size_t bytes = 0;

 private:
  /// The bytes [from, to) of all pieces.
  void append(std::size_t from, std::size_t to, bool escaped, std::string& text) const {
    std::size_t begin = 0;
    for (const auto piece : pieces) {
      const std::size_t cut = std::min(piece.size(), from - std::min(from, begin));
      const std::size_t end = std::min(piece.size(), to - std::min(to, begin));
      begin += piece.size();
      if (end <= cut) continue;
      if (!text.empty()) text += '\n';
      if (escaped) {
        append_unescaped(piece.substr(cut, end - cut), text);
      } else {
        text += piece.substr(cut, end - cut);
      }
    }
  }
};

bool is_picture(std::string_view type) {
  return type.starts_with("image") || type.starts_with("audio") || type.starts_with("video") ||
         type == "input_image" || type == "input_file" || type == "input_audio" || type == "file" ||
         type == "document";
}

}  // namespace

/// What of a message, or of a part of one, is looked at.
template <class Json>
struct ChatReader::Fields {
  explicit Fields(const Json& object) {
    object.each_field([this](std::string_view key, const Json& value) { take(key, value); });
    tool_result |= is_tool_result(type);
  }
  /// By their lengths, since a history has many.
  void take(std::string_view key, const Json& value) {
    switch (key.size()) {
      case 4:
        if (key == "role") role = value.raw_text();
        if (key == "type") type = value.raw_text();
        if (key == "text") text = value;
        break;
      case 5:
        if (key == "parts") parts = value;
        if (key == "input") arguments = value;
        break;
      case 7:
        if (key == "content" && !value.is_null()) content = value;
        break;
      default:
        if (key == "tool_calls") calls = value;
        if (key == "arguments") arguments = value;
        if (key == "functionResponse") tool_result = true;
        if (key.starts_with("reasoning")) reasoning = true;
    }
  }
  std::string_view role, type;
  bool tool_result = false, reasoning = false;
  std::optional<Json> text, content, parts, calls, arguments;
};

PromptText ChatReader::prompt(std::string_view text) const {
  return memory_ != nullptr ? memory_->read(text) : read_prompt(text);
}

void ChatReader::add(std::string_view bytes) { hash_ = base::fast_hash(bytes, hash_); }

/// All that a value says, for the hash.
template <class Json>
void ChatReader::add_all(const Json& value) {
  if (value.is_string()) return add(value.raw_text());
  if (value.is_array()) {
    add("[");
    value.each_element([this](const Json& element) { add_all(element); });
  } else if (value.is_object()) {
    std::string_view type;
    value.each_field([&](std::string_view key, const Json& field) {
      if (key == "cache_control") return;
      if (key == "type") type = field.raw_text();
      add(key);
      add_all(field);
    });
    if (!is_picture(type)) return;
    ++pictures_;
    picture_bytes_ += value.size();
  } else {
    hash_ = (hash_ ^ value.scalar()) * 0x9e3779b97f4a7c15ULL + 1;
  }
}

/// A message's content, or an array of its parts.
template <class Json>
void ChatReader::read_content(const Json& content) {
  if (content.is_string()) {
    texts_.push_back(content.raw_text());
    return add(content.raw_text());
  }
  if (content.is_array())
    return content.each_element([this](const Json& part) { read_content(part); });
  if (content.is_object()) read_part(content);
}

template <class Json>
void ChatReader::read_part(const Json& part) {
  const Fields<Json> fields(part);
  if (fields.tool_result) {
    tool_result_ = true;
    return add_all(part);
  }
  for (const auto& inner : {fields.text, fields.content, fields.parts}) {
    if (inner) return read_content(*inner);
  }
  if (is_reasoning(fields.type)) {
    foreign_reasoning_ = true;
    return;
  }
  picture_ |= !is_tool_call(fields.type);
  add_all(part);
}

template <class Json>
LastItem ChatReader::users_item() {
  EnvelopeSkipper skipper;
  const bool empty = std::all_of(texts_.begin(), texts_.end(), [&](std::string_view text) {
    return says_nothing(text, Json::kEscaped, skipper);
  });
  if (empty && tool_result_) return LastItem::kToolResult;
  if (empty && !picture_) return LastItem::kEmptyUser;
  if (texts_.empty() || kind_of(texts_.front(), Json::kEscaped) != ClientText::kReport)
    return LastItem::kUser;
  for (const auto text : texts_) {
    const auto words = words_in_report(text);
    if (words.empty()) continue;
    texts_.assign({words});
    return LastItem::kUser;
  }
  return LastItem::kToolResult;
}

template <class Json>
LastItem ChatReader::read_message(const Json& message) {
  const Fields<Json> fields(message);
  texts_.clear();
  tool_result_ = picture_ = false;
  if (is_reasoning(fields.type)) {
    foreign_reasoning_ = true;
    return LastItem::kAssistant;
  }
  foreign_reasoning_ |= fields.reasoning;
  add(fields.role);
  if (is_tool_result(fields.type)) {
    add_all(message);
    return LastItem::kToolResult;
  }
  for (const auto& content : {fields.content, fields.parts, fields.text}) {
    if (!content) continue;
    read_content(*content);
    break;
  }
  for (const auto& calls : {fields.calls, fields.arguments}) {
    if (calls) add_all(*calls);
  }
  if (fields.role == "tool" || fields.role == "function") return LastItem::kToolResult;
  if (fields.role == "assistant" || fields.role == "model" || is_tool_call(fields.type))
    return LastItem::kAssistant;
  const bool user = fields.role == "user" || fields.role == "human";
  return user ? users_item<Json>() : LastItem::kUnknown;
}

template <class Json>
void ChatReader::read_array(const Json& messages, Request& request) {
  request.messages.reserve(request.messages.size() + 16);
  messages.each_element([&](const Json& message) {
    const std::uint64_t before = hash_;
    request.last = read_message(message);
    // Reasoning alone is no message: clients leave it out when they like.
    if (hash_ == before && request.last == LastItem::kAssistant) return;
    request.messages.push_back(hash_);
    if (request.last == LastItem::kUnknown && !texts_.empty())
      request.helper |= kind_of(texts_.front(), Json::kEscaped) == ClientText::kHelper;
    if (request.last != LastItem::kAssistant)
      request.partial |= std::any_of(texts_.begin(), texts_.end(), [](std::string_view text) {
        return kind_of(text, Json::kEscaped) == ClientText::kSummary;
      });
    if (request.last != LastItem::kUser) return;
    ++request.user_messages;
    request.last_user = static_cast<std::uint32_t>(request.messages.size());
    std::swap(texts_, last_);
  });
  if (!last_.empty())
    request.helper |= kind_of(last_.front(), Json::kEscaped) == ClientText::kHelper;
  join_words<Json>(request);
}

/// Puts the user's last words together, without envelopes and escapes.
template <class Json>
void ChatReader::join_words(Request& request) {
  std::string plain;
  const bool hidden = Json::kEscaped && std::any_of(last_.begin(), last_.end(), hides_tags);
  if (hidden) {
    for (const auto text : last_) append_unescaped(text, plain);
    last_.assign({plain});
  }
  const bool escaped = Json::kEscaped && !hidden;
  const BarePieces bare(last_, escaped);
  joined_ = bare.joined(escaped);
  last_.clear();
  words_ = joined_;
  request.text = prompt(words_);
  if (bare.bytes > kMostBareBytes)
    request.text.bytes = static_cast<std::uint32_t>(std::min<std::size_t>(bare.bytes, UINT32_MAX));
}

void ChatReader::read(const dom::element& messages, Request& request) {
  read_array(DomValue(messages), request);
}

void ChatReader::read(const JsonValue& messages, Request& request) {
  read_array(IndexValue(messages), request);
}

void ChatReader::read_alone(std::string_view prompt, Request& request) {
  add("user");
  add(prompt);
  begin_alone(request);
  words_ = prompt;
  request.text = this->prompt(prompt);
}

void ChatReader::read_alone(const JsonValue& prompt, Request& request) {
  add("user");
  if (prompt.is_string()) last_.assign({prompt.raw_text()});
  add_all(IndexValue(prompt));
  begin_alone(request);
  join_words<IndexValue>(request);
}

void ChatReader::begin_alone(Request& request) const {
  request.messages.push_back(hash_);
  request.user_messages = request.last_user = 1;
  request.last = LastItem::kUser;
}

}  // namespace turnout::traffic
