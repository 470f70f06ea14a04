#pragma once

#include <llhttp/llhttp.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "turnout/http/message.h"

namespace turnout::http {

/// Reads one message of HTTP/1.x as its bytes come: the head, then the framing of its body. llhttp
/// does the reading; on top of what it refuses, these are refused too, because others read them
/// differently: lines that end in LF alone, folded lines, several Content-Length, Transfer-Encoding
/// that is not exactly "chunked", a missing or a second Host, targets that are no path.
class MessageReader {
 public:
  enum class Kind : std::uint8_t { kRequest, kResponse };
  enum class Progress : std::uint8_t {
    kMore,   ///< all was read, more is needed
    kReady,  ///< the head, or the body, is whole
    kBad,    ///< no HTTP that is taken; status() says what to answer
  };
  explicit MessageReader(Kind kind) { start(kind); }
  /// Begins another message.
  void start(Kind kind);

  /// Reads on in a head whose first `from` bytes were read before.
  /// @param bytes  the head from its first byte to the last that came; they may have moved since
  Progress read_head(std::string_view bytes, std::size_t from);
  /// How long the head is, with its empty line. Once it is ready.
  [[nodiscard]] std::size_t head_bytes() const { return head_bytes_; }
  /// @param bytes  those of read_head(); the views point into them
  [[nodiscard]] RequestHead request(std::string_view bytes) const;
  [[nodiscard]] ResponseHead response(std::string_view bytes) const;
  /// Of the framing, before request() or response() is asked for: the body's bytes, 0 if the head does
  /// not say.
  [[nodiscard]] std::uint64_t length() const { return length_.value_or(0); }
  [[nodiscard]] bool chunked() const { return chunked_; }
  [[nodiscard]] bool expects_continue(std::string_view bytes) const;
  /// The head's status, before response() is asked for.
  [[nodiscard]] int response_status() const { return parser_.status_code; }
  /// The answer to a HEAD request has no body, whatever its head says.
  void skip_body() { parser_.flags = static_cast<std::uint16_t>(parser_.flags | F_SKIPBODY); }

  /// A part of a body, and what is in it.
  struct Part {
    Progress progress = Progress::kMore;
    std::size_t taken = 0;  ///< bytes that belong to the message
  };
  /// Reads on in the body. @param data  appended: the parts of `bytes` that are body, not framing
  Part read_body(std::string_view bytes, std::vector<std::string_view>& data);
  /// The connection has ended. @returns whether the message may end like that.
  bool at_end();
  /// Whether the body goes on until the connection ends.
  [[nodiscard]] bool until_end() const { return llhttp_message_needs_eof(&parser_) != 0; }

  /// What to answer to a request that is bad: 400, 501 or 505.
  [[nodiscard]] int status() const { return status_; }
  /// Why; words for a person.
  [[nodiscard]] std::string_view reason() const { return reason_; }

 private:
  struct Range {
    std::uint32_t begin = 0, end = 0;
  };
  struct Line {
    Range name, value;
  };
  friend struct Callbacks;
  void extend(Range& range, const char* at, std::size_t length) const;
  [[nodiscard]] Progress refuse(int status, std::string_view reason);
  Progress check(std::string_view bytes);
  Progress check_lines(std::string_view head);
  Progress check_target(std::string_view bytes);
  Progress check_fields(std::string_view bytes);
  void fill(Framing& framing, std::string_view bytes) const;

  llhttp_t parser_{};
  const char* base_ = nullptr;  // of the bytes being read
  std::vector<Line> lines_;
  Range method_, target_;
  bool value_open_ = false;
  bool head_done_ = false, body_done_ = false;
  std::size_t head_bytes_ = 0;
  // As the head says; llhttp forgets it at the body's end.
  bool keep_alive_ = true, chunked_ = false;
  std::optional<std::uint64_t> length_;
  std::vector<std::string_view>* data_ = nullptr;
  int status_ = 400;
  std::string_view reason_ = "the request is no HTTP/1.1";
};

}  // namespace turnout::http
