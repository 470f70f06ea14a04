#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::traffic {

class JsonValue;

/// Where the values of a JSON text are, without reading them: the text's structure is checked (RFC
/// 8259), its UTF-8, its numbers and words too; the escapes within its strings are not. A sixth of
/// the time of simdjson's tree, whose first stage this is: about 60 us per MB of a chat, and four
/// bytes for each bracket, comma, colon and value.
class JsonIndex {
 public:
  /// @param text    stays where it is as long as the index is used
  /// @param parser  its buffers are used until it parses something else
  /// @returns kMalformedInput: not UTF-8, no JSON object, nested more deeply than kDeepest
  static base::Result<JsonIndex> build(std::string_view text, simdjson::dom::parser& parser);

  /// @returns the outermost object.
  [[nodiscard]] JsonValue root() const;

  static constexpr std::size_t kDeepest = 128;

 private:
  friend class JsonValue;
  class Checker;

  std::string_view text_;
  const std::uint32_t* at_ = nullptr;  // offsets of brackets, commas, colons, beginnings of values
  std::vector<std::uint32_t> close_;   // of an opening bracket's number: its closing one's
};

/// A value of a JsonIndex, which it must not outlive.
class JsonValue {
 public:
  [[nodiscard]] bool is_string() const { return first() == '"'; }
  [[nodiscard]] bool is_object() const { return first() == '{'; }
  [[nodiscard]] bool is_array() const { return first() == '['; }
  [[nodiscard]] bool is_null() const { return first() == 'n'; }
  [[nodiscard]] bool is_true() const { return first() == 't'; }
  /// Of the text: its first byte, and the one after its last.
  [[nodiscard]] std::size_t begin() const { return index_->at_[number_]; }
  [[nodiscard]] std::size_t end() const;
  /// @returns the value as it is written.
  [[nodiscard]] std::string_view json() const {
    return index_->text_.substr(begin(), end() - begin());
  }
  /// @returns a string as it is written, without its quotes, escapes and all; empty for other
  ///   values.
  [[nodiscard]] std::string_view raw_text() const {
    const auto all = is_string() ? json() : std::string_view();
    return all.size() < 2 ? std::string_view() : all.substr(1, all.size() - 2);
  }
  /// @param each  (std::string_view raw key, JsonValue), for an object's fields in their order
  template <class Each>
  void each_field(const Each& each) const {
    if (!is_object() || index_->close_[number_] == number_ + 1) return;
    for (std::uint32_t key = number_ + 1;; ++key) {
      const JsonValue value(*index_, key + 2);
      each(JsonValue(*index_, key).raw_text(), value);
      key = value.next();
      if (index_->text_[index_->at_[key]] == '}') return;
    }
  }
  /// @param each  (JsonValue), for an array's elements in their order
  template <class Each>
  void each_element(const Each& each) const {
    if (!is_array() || index_->close_[number_] == number_ + 1) return;
    for (std::uint32_t element = number_ + 1;; ++element) {
      const JsonValue value(*index_, element);
      each(value);
      element = value.next();
      if (index_->text_[index_->at_[element]] == ']') return;
    }
  }

 private:
  friend class JsonIndex;
  JsonValue(const JsonIndex& index, std::uint32_t number) : index_(&index), number_(number) {}
  [[nodiscard]] char first() const { return index_->text_[index_->at_[number_]]; }
  [[nodiscard]] std::uint32_t next() const {
    return (is_object() || is_array() ? index_->close_[number_] : number_) + 1;
  }
  const JsonIndex* index_;
  std::uint32_t number_;
};

inline JsonValue JsonIndex::root() const { return {*this, 0}; }

/// Appends what a JSON string says, from what is written between its quotes. An escape that is none
/// is taken as it stands, half a pair of surrogates as U+FFFD.
void append_unescaped(std::string_view raw, std::string& to);

}  // namespace turnout::traffic
