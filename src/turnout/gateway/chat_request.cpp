#include "turnout/gateway/chat_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "turnout/base/fast_hash.h"
#include "turnout/gateway/json_text.h"
#include "turnout/traffic/chat_messages.h"
#include "turnout/traffic/client_texts.h"
#include "turnout/traffic/json_index.h"

namespace turnout::gateway {
namespace {

using traffic::JsonIndex;
using traffic::JsonValue;

struct KnownShape {
  std::string_view name, path;
  std::string_view input;  ///< the key of what the model is to go on from
};
/// In the order of Shape.
constexpr std::array<KnownShape, 6> kShapes = {{
    {"chat", "/v1/chat/completions", "messages"},
    {"responses", "/v1/responses", "input"},
    {"messages", "/v1/messages", "messages"},
    {"count_tokens", "/v1/messages/count_tokens", "messages"},
    {"completions", "/v1/completions", "prompt"},
    {"embeddings", "/v1/embeddings", "input"},
}};

constexpr std::size_t kMostFields = 256;
constexpr std::size_t kLongestModel = 255;
constexpr std::size_t kLongestText = 4096;  // of what is kept but for the model's name

base::Error refused(std::string message, std::size_t at) {
  return {base::ErrorCode::kMalformedInput, std::move(message), fmt::format("byte {}", at + 1)};
}

std::string text_of(const JsonValue& value) {
  std::string text;
  if (value.raw_text().size() <= kLongestText) traffic::append_unescaped(value.raw_text(), text);
  return text;
}

std::optional<std::int64_t> whole_number(const JsonValue& value) {
  const auto json = value.json();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  const bool whole = error == std::errc() && end == json.data() + json.size();
  return whole ? std::optional(number) : std::nullopt;
}

bool has_elements(const JsonValue& value) { return value.is_array() && value.json().size() > 2; }

/// Reads the outermost object, field by field.
class Reader {
 public:
  Reader(Shape shape, std::string_view body, std::uint64_t seed)
      : body_(body),
        seed_(seed),
        input_key_(kShapes.at(static_cast<std::size_t>(shape)).input),
        messages_(seed) {
    chat_.shape = shape;
  }

  base::Result<ChatRequest> read(const JsonValue& root) {
    chat_.fields.reserve(16);
    std::optional<base::Error> error;
    root.each_field([&](std::string_view key, const JsonValue& value) {
      if (!error) error = note(key, value);
    });
    if (error) return *error;
    if (!model_) return refused("`model` is missing", body_.size());
    if (!model_->is_string() || model_->raw_text().empty())
      return refused("`model` is no text", model_->begin());
    if (model_->raw_text().size() > kLongestModel)
      return refused(fmt::format("`model` is longer than {} bytes", kLongestModel),
                     model_->begin());
    traffic::append_unescaped(model_->raw_text(), chat_.model);
    chat_.model_span = {model_->begin(), model_->end()};
    read_messages();
    finish();
    return std::move(chat_);
  }

 private:
  std::optional<base::Error> note(std::string_view key, const JsonValue& value) {
    const auto at = static_cast<std::size_t>(key.data() - body_.data());
    if (key.find('\\') != std::string_view::npos)
      return refused("a key of the outermost object is written with escapes", at);
    if (chat_.fields.size() == kMostFields)
      return refused(fmt::format("the outermost object has more than {} keys", kMostFields), at);
    for (const TopField& field : chat_.fields) {
      if (body_.substr(field.key.begin, field.key.end - field.key.begin) == key)
        return refused(fmt::format("the key `{}` stands there twice", key.substr(0, 64)), at);
    }
    chat_.fields.push_back({{at, at + key.size()}, {value.begin(), value.end()}});
    take(key, value);
    return std::nullopt;
  }

  void take(std::string_view key, const JsonValue& value) {
    switch (key.size()) {
      case 4:
        if (key == "user") user_ = value;
        break;
      case 5:
        if (key == "model") model_ = value;
        if (key == "tools") chat_.tools |= has_elements(value);
        if (key == input_key_) input_ = value;
        break;
      case 6:
        if (key == "system") take_system(value);
        if (key == "stream") chat_.stream = value.is_true();
        if (key == input_key_) input_ = value;
        break;
      case 8:
        take_8(key, value);
        break;
      default:
        take_long(key, value);
    }
  }

  void take_8(std::string_view key, const JsonValue& value) {
    if (key == input_key_) input_ = value;
    if (key == "metadata" && is_anthropic(chat_.shape))
      value.each_field([&](std::string_view name, const JsonValue& id) {
        if (name == "user_id") metadata_user_ = text_of(id);
      });
  }

  void take_long(std::string_view key, const JsonValue& value) {
    if (key == "max_tokens" || key == "max_completion_tokens" || key == "max_output_tokens") {
      const auto most = whole_number(value);
      if (most) chat_.most_tokens = std::min(*most, chat_.most_tokens.value_or(*most));
    } else if (key == "instructions") {
      take_system(value);
    } else if (key == "functions") {
      chat_.tools |= has_elements(value);
    } else {
      take_id(key, value);
    }
  }

  /// What the model is told before the messages: helpers are known by it.
  void take_system(const JsonValue& value) {
    const auto read = [this](const JsonValue& text) {
      const auto words = traffic::from_first_word(text.raw_text(), true);
      if (traffic::client_text(words, true) == traffic::ClientText::kHelper)
        chat_.request.helper = true;
    };
    read(value);
    value.each_element([&](const JsonValue& part) {
      part.each_field([&](std::string_view key, const JsonValue& text) {
        if (key == "text") read(text);
      });
    });
  }

  void take_id(std::string_view key, const JsonValue& value) {
    if (key == "safety_identifier") {
      chat_.user = text_of(value);
    } else if (key == "prompt_cache_key") {
      chat_.cache_key = text_of(value);
    } else if (key == "previous_response_id") {
      chat_.previous_response = text_of(value);
    } else if (key == "litellm_session_id") {
      chat_.session = text_of(value);
    } else if (key == "conversation") {  // of the Responses API: an id, or an object that has one
      chat_.session = text_of(value);
      value.each_field([&](std::string_view name, const JsonValue& id) {
        if (name == "id") chat_.session = text_of(id);
      });
      chat_.request.partial = !chat_.session.empty();
    } else if (key == "client_metadata") {
      value.each_field([&](std::string_view name, const JsonValue& turn) {
        if (name == "x-codex-turn-metadata") chat_.turn_metadata = text_of(turn);
      });
    }
  }

  void read_messages() {
    if (!input_) return;
    // Of a context that the API keeps only the newest is here: the same words behind other answers
    // are not the same.
    traffic::Request& request = chat_.request;
    request.partial |= !chat_.previous_response.empty();
    if (request.partial)
      messages_ = traffic::ChatReader(
          base::fast_hash(chat_.previous_response, base::fast_hash(chat_.session, seed_)));
    const bool chat = input_key_ == "messages" || chat_.shape == Shape::kResponses;
    if (chat && input_->is_array()) {
      messages_.read(*input_, request);
    } else {
      messages_.read_alone(*input_, request);
    }
    chat_.pictures = messages_.pictures() > 0;
    chat_.foreign_reasoning = messages_.foreign_reasoning();
  }

  void finish() {
    constexpr std::size_t kBytesAToken = 4;
    constexpr std::size_t kTokensAPicture = 1000;
    const std::size_t written = body_.size() - std::min(body_.size(), messages_.picture_bytes());
    chat_.input_tokens = static_cast<std::int64_t>(written / kBytesAToken + 1 +
                                                   messages_.pictures() * kTokensAPicture);
    chat_.request.helper = chat_.request.helper || chat_.shape == Shape::kCountTokens ||
                           chat_.shape == Shape::kEmbeddings || chat_.most_tokens == 1;
    if (chat_.user.empty() && user_) chat_.user = text_of(*user_);
    if (!metadata_user_.empty()) split_user();
    chat_.request.body = hash_of_body();
  }

  /// Claude Code's metadata.user_id has the session in it: as JSON, or, before, as
  /// user_X_account_Y_session_Z.
  void split_user() {
    constexpr std::string_view kSession = "_session_";
    if (metadata_user_.starts_with('{')) {
      const auto account = json_text(metadata_user_, "account_uuid");
      chat_.user = account.empty() ? json_text(metadata_user_, "device_id") : account;
      chat_.session = json_text(metadata_user_, "session_id");
      return;
    }
    const auto at =
        metadata_user_.starts_with("user_") ? metadata_user_.rfind(kSession) : std::string::npos;
    chat_.user = metadata_user_.substr(0, at);
    if (at != std::string::npos) chat_.session = metadata_user_.substr(at + kSession.size());
  }

  /// The messages are hashed already: the bytes about them remain.
  [[nodiscard]] std::uint64_t hash_of_body() const {
    if (!input_ || chat_.request.messages.empty()) return base::fast_hash(body_, seed_);
    const std::uint64_t before =
        base::fast_hash(body_.substr(0, input_->begin()), chat_.request.messages.back());
    return base::fast_hash(body_.substr(input_->end()), before);
  }

  std::string_view body_;
  std::uint64_t seed_;
  std::string_view input_key_;
  ChatRequest chat_;
  traffic::ChatReader messages_;
  std::optional<JsonValue> model_, user_, input_;
  std::string metadata_user_;
};

/// A text as JSON.
std::string as_json(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  return json += '"';
}

}  // namespace

std::string_view name_of(Shape shape) { return kShapes.at(static_cast<std::size_t>(shape)).name; }

std::optional<Shape> shape_of(std::string_view path) {
  const auto* const found = std::find_if(
      kShapes.begin(), kShapes.end(), [&](const KnownShape& known) { return known.path == path; });
  return found == kShapes.end() ? std::nullopt
                                : std::optional(static_cast<Shape>(found - kShapes.begin()));
}

base::Result<ChatRequest> read_chat_request(Shape shape, std::string_view body,
                                            simdjson::dom::parser& parser, std::uint64_t seed) {
  TURNOUT_TRY(const JsonIndex index, JsonIndex::build(body, parser));
  return Reader(shape, body, seed).read(index.root());
}

std::vector<http::Edit> with_parameters(const ChatRequest& chat, std::string_view body,
                                        std::string_view model,
                                        std::span<const Parameter> parameters) {
  std::vector<http::Edit> edits;
  edits.push_back({chat.model_span.begin, chat.model_span.end, as_json(model)});
  std::string inserted;
  for (const Parameter& parameter : parameters) {
    const auto field =
        std::find_if(chat.fields.begin(), chat.fields.end(), [&](const TopField& top) {
          return body.substr(top.key.begin, top.key.end - top.key.begin) == parameter.key;
        });
    if (parameter.key == "model") continue;
    if (field != chat.fields.end()) {
      edits.push_back({field->value.begin, field->value.end, parameter.json_value});
    } else {
      inserted += fmt::format(",{}:{}", as_json(parameter.key), parameter.json_value);
    }
  }
  edits.front().text += inserted;
  std::sort(edits.begin(), edits.end(),
            [](const http::Edit& a, const http::Edit& b) { return a.begin < b.begin; });
  return edits;
}

std::string edited(std::string_view body, std::span<const http::Edit> edits) {
  std::string whole;
  std::size_t at = 0;
  for (const http::Edit& edit : edits) {
    whole += body.substr(at, edit.begin - at);
    whole += edit.text;
    at = edit.end;
  }
  whole += body.substr(at);
  return whole;
}

}  // namespace turnout::gateway
