#pragma once

#include <string>

namespace turnout::base {

/// What kind of thing went wrong. One line per code; callers branch on the code, people read the
/// message.
enum class ErrorCode {
  kInvalidValue,    ///< a value was read but lies outside what is allowed
  kMalformedInput,  ///< a file, line or argument could not be read as what it should be
  kUnreadable,      ///< a file could not be opened or read
  kUnwritable,      ///< an output could not be written (disk full, closed pipe, no permission)
  kUnsupported,     ///< the request is well formed but this operation does not cover it
  kCancelled,       ///< it was interrupted, or its time was up
};

/// A failure that data, users or the operating system can cause. Broken invariants are asserts
/// instead.
struct Error {
  ErrorCode code = ErrorCode::kInvalidValue;
  std::string message;  ///< what was read and what is allowed; one line, no trailing full stop
  /// where: "file.toml:12", "line 7, column p1"; empty if the caller knows best
  std::string context;

  /// @returns "context: message", or the message alone when there is no context.
  [[nodiscard]] std::string to_string() const {
    return context.empty() ? message : context + ": " + message;
  }

  /// @returns the same error seen from further out: `outer` is put before the context.
  [[nodiscard]] Error within(const std::string& outer) const {
    return Error{code, message, context.empty() ? outer : outer + ": " + context};
  }
};

}  // namespace turnout::base
