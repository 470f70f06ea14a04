#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"

namespace turnout::traffic {

/// Bytes of a file or of standard input, decompressed as they come: gzip and Zstandard are told by
/// their first bytes, whatever the name. Constant memory.
class ByteSource {
 public:
  /// @param path  a file, or "-" for standard input
  /// @returns kUnreadable with the path and the system's reason.
  static base::Result<ByteSource> open(const std::string& path);
  /// Reads from bytes in memory; they must outlive the source.
  static ByteSource over(std::string_view bytes, std::string name);

  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) = delete;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ~ByteSource();

  /// @returns how many bytes were read, 0 at the end; kUnreadable for a device error,
  ///   kMalformedInput for a damaged or cut off compressed stream.
  base::Result<std::size_t> read(char* to, std::size_t room);
  /// @returns the next plain bytes without taking them: what peek() returned last and more, as soon
  ///   as there are more, up to `room`; as many as before at the end. They are valid until the next
  ///   call. Errors as of read().
  base::Result<std::string_view> peek(std::size_t room);
  /// @returns what peek() returned last and read() has not taken yet; valid as long.
  [[nodiscard]] std::string_view peeked() const {
    return std::string_view(peeked_).substr(peeked_begin_);
  }
  /// The path, or "standard input".
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  class Decoder;
  class Gzip;
  class Zstandard;
  ByteSource(int descriptor, std::string name);
  base::Result<std::size_t> read_raw(char* to, std::size_t room);
  base::Result<std::size_t> read_plain(char* to, std::size_t room);
  base::Status refill();
  base::Status detect();

  int descriptor_;  // -1 when reading from memory
  std::string name_;
  std::string_view memory_;
  std::string raw_;  // compressed bytes not yet decoded, from raw_begin_
  std::size_t raw_begin_ = 0;
  bool raw_ended_ = false;
  bool detected_ = false;
  std::string peeked_;  // plain bytes that read() gives out first, from peeked_begin_
  std::size_t peeked_begin_ = 0;
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace turnout::traffic
