#include "turnout/traffic/json_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

namespace turnout::traffic {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 8259, section 6.
bool is_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  const bool zero = at < text.size() && text[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

base::Error malformed(std::string message, std::size_t at) {
  return {base::ErrorCode::kMalformedInput, std::move(message), fmt::format("byte {}", at + 1)};
}

}  // namespace

/// Walks over what the first stage of simdjson found, once, and pairs the brackets.
class JsonIndex::Checker {
 public:
  Checker(JsonIndex& index, std::uint32_t count) : index_(index), count_(count) {}

  base::Status check() {
    index_.close_.assign(count_, 0);
    if (first(0) != '{') return malformed("the body is no JSON object", offset(0));
    std::uint32_t at = 0;
    TURNOUT_CHECK(value(at));
    while (depth_ > 0) TURNOUT_CHECK(after_value(at));
    if (at != count_) return malformed("there is more behind the JSON object", offset(at));
    return base::Done{};
  }

 private:
  [[nodiscard]] char first(std::uint32_t number) const {
    return number < count_ ? index_.text_[index_.at_[number]] : '\0';
  }
  [[nodiscard]] std::size_t offset(std::uint32_t number) const {
    return number < count_ ? index_.at_[number] : index_.text_.size();
  }

  /// A value begins at `at`, which is moved behind it, or into it.
  base::Status value(std::uint32_t& at) {
    const char c = first(at);
    if (c == '{' || c == '[') return open(at);
    if (c != '"' && !scalar(at)) return malformed("here a JSON value is missing", offset(at));
    ++at;
    return base::Done{};
  }

  base::Status open(std::uint32_t& at) {
    if (depth_ == kDeepest)
      return malformed(fmt::format("the JSON is nested more than {} deep", kDeepest), offset(at));
    const bool object = first(at) == '{';
    open_[depth_++] = at++;
    if (first(at) == (object ? '}' : ']')) {
      close(at);
      return base::Done{};
    }
    return object ? key(at) : value(at);
  }

  void close(std::uint32_t& at) { index_.close_[open_[--depth_]] = at++; }

  base::Status key(std::uint32_t& at) {
    if (first(at) != '"') return malformed("here an object's key is missing", offset(at));
    if (first(at + 1) != ':') return malformed("here a colon is missing", offset(at + 1));
    at += 2;
    return value(at);
  }

  base::Status after_value(std::uint32_t& at) {
    const bool object = first(open_[depth_ - 1]) == '{';
    const char c = first(at);
    if (c == (object ? '}' : ']')) {
      close(at);
      return base::Done{};
    }
    if (c != ',') return malformed("here a comma or a closing bracket is missing", offset(at));
    ++at;
    return object ? key(at) : value(at);
  }

  [[nodiscard]] bool scalar(std::uint32_t at) const {
    if (at >= count_) return false;
    const auto text = JsonValue(index_, at).json();
    return text == "true" || text == "false" || text == "null" || is_number(text);
  }

  JsonIndex& index_;
  std::uint32_t count_;
  std::array<std::uint32_t, kDeepest> open_{};
  std::size_t depth_ = 0;
};

base::Result<JsonIndex> JsonIndex::build(std::string_view text, simdjson::dom::parser& parser) {
  // What a huge text needed is not kept for ever.
  constexpr std::size_t kKept = 4U << 20U;
  const std::size_t capacity = parser.capacity();
  const bool wasteful = capacity > kKept && text.size() < capacity / 16;
  if (text.size() > capacity || wasteful || parser.implementation == nullptr) {
    if (text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES)
      return malformed("the body is too long", text.size());
    const std::size_t room = std::bit_ceil(std::max<std::size_t>(text.size(), 4096));
    if (parser.allocate(room, kDeepest) != simdjson::SUCCESS)
      return malformed("the body is too long", text.size());
  }
  // The first stage alone, of a class that simdjson calls internal: it has been there since 0.4.
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto error =
      parser.implementation->stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  if (error == simdjson::UTF8_ERROR) return malformed("the body is not UTF-8", 0);
  if (error == simdjson::EMPTY) return malformed("the body is empty", 0);
  if (error != simdjson::SUCCESS)
    return malformed(fmt::format("the body is no JSON: {}", simdjson::error_message(error)), 0);
  JsonIndex index;
  index.text_ = text;
  index.at_ = parser.implementation->structural_indexes.get();
  TURNOUT_CHECK(Checker(index, parser.implementation->n_structural_indexes).check());
  return index;
}

std::size_t JsonValue::end() const {
  if (is_object() || is_array()) return index_->at_[index_->close_[number_]] + 1;
  // The outermost value is an object: something stands behind every other.
  std::size_t end = index_->at_[number_ + 1];
  while (is_space(index_->text_[end - 1])) --end;
  return end;
}

namespace {

/// The four digits of \uXXXX; nothing if they are none.
std::optional<std::uint32_t> hex_of(std::string_view digits) {
  std::uint32_t value = 0;
  if (digits.size() != 4) return std::nullopt;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return error == std::errc() && end == digits.data() + 4 ? std::optional(value) : std::nullopt;
}

void append_utf8(std::uint32_t c, std::string& to) {
  const auto rest = [&](unsigned shift) {
    to += static_cast<char>(0x80U | ((c >> shift) & 0x3fU));
  };
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += static_cast<char>(0xc0U | (c >> 6U));
    rest(0);
  } else if (c < 0x10000) {
    to += static_cast<char>(0xe0U | (c >> 12U));
    rest(6);
    rest(0);
  } else {
    to += static_cast<char>(0xf0U | (c >> 18U));
    rest(12);
    rest(6);
    rest(0);
  }
}

/// @param raw  begins with \u
/// @returns the bytes that were read
std::size_t append_unicode(std::string_view raw, std::string& to) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const auto high = hex_of(raw.substr(2, 4));
  if (!high) return 0;
  if (*high < 0xd800 || *high > 0xdfff) {
    append_utf8(*high, to);
    return 6;
  }
  const auto low = raw.substr(6, 2) == "\\u" ? hex_of(raw.substr(8, 4)) : std::nullopt;
  if (*high > 0xdbff || !low || *low < 0xdc00 || *low > 0xdfff) {
    append_utf8(kReplacement, to);
    return 6;
  }
  append_utf8(0x10000 + ((*high - 0xd800) << 10U) + (*low - 0xdc00), to);
  return 12;
}

/// @param raw  begins with a backslash
/// @returns the bytes that were read; 0: it is no escape
std::size_t append_escape(std::string_view raw, std::string& to) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (raw.size() < 2) return 0;
  if (raw[1] == 'u') return append_unicode(raw, to);
  const auto letter = kLetters.find(raw[1]);
  if (letter == std::string_view::npos) return 0;
  to += kMeant[letter];
  return 2;
}

}  // namespace

void append_unescaped(std::string_view raw, std::string& to) {
  while (!raw.empty()) {
    const void* found = std::memchr(raw.data(), '\\', raw.size());
    const std::size_t plain =
        found == nullptr ? raw.size()
                         : static_cast<std::size_t>(static_cast<const char*>(found) - raw.data());
    to.append(raw.data(), plain);
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    std::size_t read = append_escape(raw, to);
    if (read == 0) to += raw[read++];
    raw.remove_prefix(read);
  }
}

}  // namespace turnout::traffic
