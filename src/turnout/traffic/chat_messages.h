#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/traffic/json_index.h"
#include "turnout/traffic/task_matcher.h"

namespace turnout::traffic {

/// Reads what a chat's messages say of where a request belongs: their hashes, whose turn the last
/// one is, and the sketch of the user's last words. Messages of OpenAI's two shapes, Anthropic's,
/// Gemini's and OpenTelemetry's. Helpers and summaries of clients that are known by their texts
/// (client_texts.h) set `helper` and `partial`. Marks of prompt caches (cache_control) and
/// reasoning, which clients take out of a history or move within it, count in no hash. Total;
/// O(bytes), and copies nothing but the user's last words. For one request after the other.
class ChatReader {
 public:
  /// @param seed  what the hashes begin with: those of two seeds do not agree
  /// @param memory  of texts that were read before, if there is one; it must outlive this
  explicit ChatReader(std::uint64_t seed, PromptMemory* memory = nullptr)
      : hash_(seed), memory_(memory) {}

  /// @param messages  an array, of a tree or of an index: the hashes of the two do not agree
  void read(const simdjson::dom::element& messages, Request& request);
  void read(const JsonValue& messages, Request& request);
  /// @param prompt  all that there is, the user's: a text, which is what a message of the user's
  ///   with it is, or any other value, of which nothing but the hash is read
  void read_alone(std::string_view prompt, Request& request);
  void read_alone(const JsonValue& prompt, Request& request);

  /// The user's last words, without what clients put around them; of more than 32 KB the beginning
  /// and the end. Valid as long as what was read and this reader.
  [[nodiscard]] std::string_view last_words() const { return words_; }
  /// How many pictures, sounds and files there are, and the bytes that they take in an index's
  /// text.
  [[nodiscard]] std::size_t pictures() const { return pictures_; }
  [[nodiscard]] std::size_t picture_bytes() const { return picture_bytes_; }
  /// Reasoning that only its model can read: signed, redacted or encrypted.
  [[nodiscard]] bool foreign_reasoning() const { return foreign_reasoning_; }

 private:
  template <class Json>
  struct Fields;
  template <class Json>
  void read_array(const Json& messages, Request& request);
  template <class Json>
  LastItem read_message(const Json& message);
  template <class Json>
  LastItem users_item();
  template <class Json>
  void read_content(const Json& content);
  template <class Json>
  void read_part(const Json& part);
  template <class Json>
  void add_all(const Json& value);
  template <class Json>
  void join_words(Request& request);
  void begin_alone(Request& request) const;
  void add(std::string_view bytes);
  [[nodiscard]] PromptText prompt(std::string_view text) const;

  std::uint64_t hash_;
  PromptMemory* memory_;
  std::vector<std::string_view> texts_;  // of the message that is read
  std::vector<std::string_view> last_;   // of the user's last one
  bool tool_result_ = false;             // the message has one
  bool picture_ = false;                 // and something else than words
  std::string joined_;
  std::string_view words_;
  std::size_t pictures_ = 0, picture_bytes_ = 0;
  bool foreign_reasoning_ = false;
};

}  // namespace turnout::traffic
