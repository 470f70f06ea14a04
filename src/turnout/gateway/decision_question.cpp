#include "turnout/gateway/decision_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "turnout/base/fast_hash.h"
#include "turnout/gateway/body_fields.h"
#include "turnout/traffic/json_index.h"

namespace turnout::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using traffic::LastItem;

constexpr std::int64_t kMostTokens = 1'000'000'000'000;

/// An id, and the line of a client's head that says the same.
struct IdField {
  std::string_view key, header;
};
constexpr std::array<IdField, 7> kIds = {{{"user", "x-turnout-user"},
                                          {"conversation", "x-turnout-conversation"},
                                          {"task", "x-turnout-task"},
                                          {"message", "x-turnout-message"},
                                          {"parent", "x-turnout-parent"},
                                          {"prompt", "x-turnout-prompt"},
                                          {"call", "idempotency-key"}}};

/// Where the client's request stands in the body, and what its outermost keys tell of its shape.
struct Inner {
  Span span;
  bool has_input = false, has_system = false;
};

Result<std::optional<Inner>> find_request(std::string_view body, simdjson::dom::parser& parser) {
  TURNOUT_TRY(const auto index, traffic::JsonIndex::build(body, parser));
  std::optional<Inner> inner;
  int found = 0;
  index.root().each_field([&](std::string_view key, const traffic::JsonValue& value) {
    if (key != "request" || value.is_null()) return;
    ++found;
    inner = Inner{{value.begin(), value.end()}, false, false};
    value.each_field([&](std::string_view name, const traffic::JsonValue&) {
      if (name == "input") inner->has_input = true;
      if (name == "system") inner->has_system = true;
    });
  });
  if (found > 1)
    return Error{ErrorCode::kMalformedInput, "the key `request` stands there twice", ""};
  return inner;
}

LastItem item_of(std::string_view role) {
  if (role == "user") return LastItem::kUser;
  if (role == "tool") return LastItem::kToolResult;
  if (role == "assistant") return LastItem::kAssistant;
  return LastItem::kUnknown;
}

/// Reads one question; what is wrong is in `fields_`.
class QuestionReader {
 public:
  QuestionReader(std::string_view body, Question& question, std::uint64_t seed)
      : fields_(body), question_(question), seed_(seed) {}

  /// @returns the shape that is said; nothing if none is.
  std::optional<Shape> shape() {
    fields_.value("request");  // null here: it is read by itself
    const std::string name = fields_.text("shape");
    if (name.empty()) return std::nullopt;
    for (const Shape shape : {Shape::kChat, Shape::kResponses, Shape::kMessages}) {
      if (name == name_of(shape) || shape_of(name) == shape) return shape;
    }
    fields_.refuse("`shape` is chat, responses or messages, or the path of one of these APIs");
    return std::nullopt;
  }

  /// What may stand beside a client's request, and without one.
  void read_ids() {
    if (const auto* headers = fields_.value("headers")) read_headers(*headers);
    for (const auto& [key, header] : kIds) add(header, fields_.text(key));
    if (const auto retries = fields_.count("retries", 0, 1000))
      add("x-stainless-retry-count", std::to_string(*retries));
    if (fields_.flag("agent")) add("x-initiator", "agent");
    if (fields_.flag("helper")) add("x-turnout-helper", "yes");
    if (fields_.flag("escalate")) add("x-turnout-escalate", "yes");
    question_.preview = fields_.flag("preview");
    if (const auto hold = fields_.count("hold_s", 1, 3600)) question_.hold_us = *hold * 1'000'000;
  }

  /// What is known of a request whose text stays with who asks.
  void read_alone(const std::string& alias) {
    ChatRequest& chat = question_.chat;
    chat.model = fields_.text("model");
    if (chat.model.empty()) chat.model = alias;
    chat.pictures = fields_.flag("images");
    chat.tools = fields_.flag("tools");
    chat.input_tokens = fields_.count("input_tokens", 0, kMostTokens).value_or(0);
    chat.most_tokens = fields_.count("max_output_tokens", 0, kMostTokens);
    chat.request.turn = fields_.count("turn", 1, kMostTokens);
    if (const auto* messages = fields_.value("messages")) read_messages(*messages);
  }

  [[nodiscard]] base::Status finish() const { return fields_.finish(); }

 private:
  void add(std::string_view header, std::string value) {
    if (value.empty()) return;
    question_.fields.push_back({header, question_.texts.emplace_back(std::move(value))});
  }

  void read_headers(const BodyFields::Json& headers) {
    if (!headers.is_object()) return fields_.refuse("`headers` is an object of texts");
    for (const auto& [name, value] : headers.items()) {
      if (!value.is_string()) return fields_.refuse("`headers` is an object of texts");
      const std::string& kept = question_.texts.emplace_back(name);
      question_.fields.push_back({kept, question_.texts.emplace_back(value.get<std::string>())});
    }
  }

  void read_messages(const BodyFields::Json& messages) {
    constexpr std::string_view kWanted =
        "`messages` is a list of objects with a `role` (user, assistant, tool or another) and a "
        "`hash` of the message, a text of 1 to 255 bytes";
    traffic::Request& request = question_.chat.request;
    std::uint64_t hash = seed_;
    if (!messages.is_array()) return fields_.refuse(std::string(kWanted));
    for (const auto& message : messages) {
      BodyFields one(message.dump(-1, ' ', false, BodyFields::Json::error_handler_t::replace));
      const std::string role = one.text("role");
      const std::string text = one.text("hash");
      if (!one.finish() || role.empty() || text.empty())
        return fields_.refuse(std::string(kWanted));
      hash = base::fast_hash(text, base::fast_hash(role, hash));
      request.messages.push_back(hash);
      request.last = item_of(role);
      if (request.last != LastItem::kUser) continue;
      ++request.user_messages;
      request.last_user = static_cast<std::uint32_t>(request.messages.size());
    }
    if (!request.messages.empty()) request.body = base::fast_hash(question_.chat.model, hash);
  }

  BodyFields fields_;
  Question& question_;
  std::uint64_t seed_;
};

}  // namespace

Result<Question> read_question(const http::Request& request, const std::string& alias,
                               simdjson::dom::parser& parser, std::uint64_t seed) {
  TURNOUT_TRY(const auto inner, find_request(request.body, parser));
  std::string outer(request.body);
  if (inner) outer.replace(inner->span.begin, inner->span.end - inner->span.begin, "null");
  Question question;
  question.fields = request.head.fields;
  QuestionReader reader(outer, question, seed);
  const auto said = reader.shape();
  const bool anthropic = !http::field_of(request.head.fields, "anthropic-version").empty();
  if (inner) {
    const Shape told = inner->has_input                 ? Shape::kResponses
                       : inner->has_system || anthropic ? Shape::kMessages
                                                        : Shape::kChat;
    const auto text = request.body.substr(inner->span.begin, inner->span.end - inner->span.begin);
    auto chat = read_chat_request(said.value_or(told), text, parser, seed);
    if (!chat) return chat.error().within("request");
    question.chat = *std::move(chat);
  } else {
    question.chat.shape = said.value_or(anthropic ? Shape::kMessages : Shape::kChat);
    reader.read_alone(alias);
  }
  reader.read_ids();
  TURNOUT_CHECK(reader.finish());
  return question;
}

}  // namespace turnout::gateway
