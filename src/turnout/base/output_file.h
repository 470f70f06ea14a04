#pragma once

#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/base/temporary_files.h"

namespace turnout::base {

/// A place to write to: standard output, or a file that appears under its name only when it is
/// complete. A file is written as `PATH.partial-<pid>` beside its destination, flushed to disk and
/// renamed by commit(); destruction without commit() removes it, and so does a signal
/// (base/temporary_files.h), so that a failure leaves no partial file and an existing file
/// untouched; only a killed process (SIGKILL) leaves the partial file behind. Not thread safe.
/// Writes are buffered (256 KiB).
class OutputFile {
 public:
  /// Standard output. Its earlier bytes are already with the reader when a later write fails.
  static OutputFile standard_output();
  /// @param path  "-" for standard output; a file to create or replace; a symbolic link, whose
  ///   target is created or replaced while the link stays; or what is written in place: a device
  ///   such as /dev/full, a FIFO (waits for its reader), an open descriptor (/dev/stdout)
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
  OutputFile(int descriptor, std::string name, std::string destination, TemporaryPath partial);
  Status flush();
  [[nodiscard]] Error failure(int system_error) const;

  int descriptor_;
  std::string name_;         // as the caller spells it; "standard output" for it
  std::string destination_;  // what the partial file becomes: the name with its links followed
  TemporaryPath partial_;    // none where bytes go to their place directly
  std::string buffer_;
};

/// Writes a whole file: create(), write() and commit(), with their errors.
Status write_file(const std::string& path, std::string_view bytes);

}  // namespace turnout::base
