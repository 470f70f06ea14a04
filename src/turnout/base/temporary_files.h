#pragma once

#include <string>

#include "turnout/base/result.h"

/// Files that must not outlive the program, however it ends. What is alive is known to the process
/// as a whole, because the one who ends it early (a signal) has no object in hand.
namespace turnout::base {

/// A path that is to go if the program ends before this object does: a file not yet complete, a
/// folder with a temporary store. Safe for threads. A killed process (SIGKILL) leaves it behind.
class TemporaryPath {
 public:
  TemporaryPath() = default;
  /// @param path  a file or a folder, there or not yet
  explicit TemporaryPath(std::string path);
  TemporaryPath(TemporaryPath&& other) noexcept;
  TemporaryPath& operator=(TemporaryPath&& other) noexcept;
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;
  /// Removes what is at the path, unless keep() was called.
  ~TemporaryPath();

  /// Leaves what is there alone from now on.
  void keep();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void remove();
  std::string path_;  // empty: none
};

/// A folder of our own in the folder for temporary files (TMPDIR, or /tmp), which nobody else may
/// look into or put anything into (mkdtemp, mode 0700).
/// @returns the folder, gone with all that is in it when the object is; kUnwritable if none can be
///   made.
Result<TemporaryPath> temporary_folder();

/// Removes what every TemporaryPath that lives now names; for the end of the program before theirs.
void remove_temporary_paths();

}  // namespace turnout::base
