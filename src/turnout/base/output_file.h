#pragma once

#include <string>
#include <string_view>

#include "turnout/base/result.h"

namespace turnout::base {

/// A place to write to: standard output, or a file that appears under its name only when it is
/// complete. A file is written as `PATH.partial-<pid>` beside its destination, flushed to disk and
/// renamed by commit(); destruction without commit() removes it, so that a failure leaves no
/// partial file and an existing file untouched; only a killed process leaves the partial file
/// behind. Not thread safe. Writes are buffered (256 KiB).
class OutputFile {
 public:
  /// Standard output. Its earlier bytes are already with the reader when a later write fails.
  static OutputFile standard_output();
  /// @param path  file to create or replace, or an existing device such as /dev/full, written in
  ///   place
  /// @returns kUnwritable with the path and the system's reason if it cannot be created.
  static Result<OutputFile> create(const std::string& path);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// @returns kUnwritable once the device refuses bytes (no space, closed pipe); nothing after that
  ///   is written.
  Status write(std::string_view bytes);
  /// Flushes, and for a file makes it durable and gives it its name.
  Status commit();

 private:
  OutputFile(int descriptor, std::string path, std::string partial_path);
  Status flush();
  [[nodiscard]] Error failure(int system_error) const;

  int descriptor_;
  std::string path_;          // "standard output" for it
  std::string partial_path_;  // empty where bytes go to their place directly
  std::string buffer_;
};

}  // namespace turnout::base
