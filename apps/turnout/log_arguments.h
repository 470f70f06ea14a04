#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/log_reading.h"

namespace turnout::program {

/// How a verb is told which log, and which of its tasks. The same for every verb that reads one.
class LogArguments {
 public:
  /// @param as_option  whether the log is given as --log, and not as the first argument
  /// @param required  whether the verb can do nothing without one
  void add_to(CLI::App& verb, bool as_option, bool required = true);
  /// @returns which tasks count; kInvalidValue naming the option that is wrong.
  [[nodiscard]] base::Result<estimation::LogSelection> selection() const;
  /// Reads the log with a progress bar.
  [[nodiscard]] base::Result<analysis::LogReading> read() const;
  /// Opens it with a progress bar, to be read more than once.
  [[nodiscard]] base::Result<mapping::OpenLog> open() const;
  /// @returns the map that --map names and the window to match re-prompts in; nothing without
  ///   --map.
  [[nodiscard]] base::Result<std::optional<mapping::MappedLog>> mapped() const;
  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  std::string source_, map_, since_, until_;
  std::vector<std::string> where_;
  double window_s_ = 3600;
};

/// What --map takes, for the help of an option.
std::string map_help();

/// @returns the time that an option says: RFC 3339, or a day such as 2026-11-24.
base::Result<std::int64_t> option_time(const std::string& option, const std::string& text);

}  // namespace turnout::program
