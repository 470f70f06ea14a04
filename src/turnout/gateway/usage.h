#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What an answer of a language model cost, and whether it came whole.
namespace turnout::gateway {

/// Tokens as the origin counts them; what it does not tell is 0.
struct Usage {
  bool known = false;                     ///< the answer told any
  std::int64_t input = 0;                 ///< all of the context, cached or not
  std::int64_t cached_input = 0;          ///< of them read from a cache
  std::int64_t cache_write = 0;           ///< of them written to one
  std::int64_t output = 0;                ///< reasoning with it
  std::optional<std::int64_t> reasoning;  ///< of the output
  std::string model, response_id;         ///< as the answer has them; at most 127 bytes
  bool failed = false;                    ///< it is an error, or ended in one
  bool complete = false;  ///< its end was seen: [DONE], message_stop, response.completed, or a '}'
};

/// Reads the tokens from an answer as it passes: the JSON of OpenAI's chat completions and
/// responses, of Anthropic's messages, or a stream of events of one of them. Keeps less than 1 KB.
/// An answer whose keys say `usage` in two places has what the last one says.
class UsageReader {
 public:
  /// @param part  the answer's next bytes, cut anywhere
  void feed(std::string_view part);
  /// @returns whether something has come that a user sees: words, or a tool's call; not reasoning.
  [[nodiscard]] bool first_content() const { return content_; }
  /// @returns whether what came can be read without its end: events, not a body of JSON.
  [[nodiscard]] bool streams() const { return kind_ == Kind::kEvents; }
  /// Nothing comes after this.
  [[nodiscard]] Usage finish();

 private:
  enum class Kind : std::uint8_t { kUnknown, kJson, kEvents };
  void feed_line(std::string_view segment, bool ends);
  void find_usage(std::string_view segment);
  void capture(std::string_view segment);
  void end_capture();
  void keep_head(std::string_view segment);
  void read_head(std::string_view head);
  void read_data(std::string_view data);
  void read_type(std::string_view type);
  void read_ids(std::string_view data);
  void find_content(std::string_view data, std::string_view type);

  /// What `usage` says, by its keys; -1: nothing.
  struct Counts {
    std::int64_t input = -1, output = -1;
    std::int64_t cached = -1;                          // within the input
    std::int64_t cache_read = -1, cache_written = -1;  // beside the input
    std::int64_t reasoning = -1;
  };
  void read_counts(std::string_view json);

  Kind kind_ = Kind::kUnknown;
  bool content_ = false, failed_ = false, complete_ = false;
  bool capturing_ = false;
  bool head_read_ = false;  // of a JSON body
  char last_ = '\0';        // that is no white space
  int depth_ = 0;           // of what is captured
  std::string head_;        // of a line that has not ended
  std::string edge_;        // the last bytes of the part before, which a key may begin in
  std::string captured_;    // what stands behind "usage"
  std::string model_, id_;
  Counts counts_;
};

}  // namespace turnout::gateway
