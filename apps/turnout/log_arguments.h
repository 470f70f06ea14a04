#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "turnout/analysis/log_reading.h"

namespace turnout::program {

/// How a log is given: as an argument, as --log, or either way.
enum class LogIs : std::uint8_t { kArgument, kOption, kEither };

/// How a verb is told which log, and which of its tasks. The same for every verb that reads one.
class LogArguments {
 public:
  /// @param required  whether the verb can do nothing without one
  void add_to(CLI::App& verb, LogIs how, bool required = true);
  /// @returns which tasks count; kInvalidValue naming the option that is wrong.
  [[nodiscard]] base::Result<estimation::LogSelection> selection() const;
  /// Reads the log with a progress bar; says on standard error what its reader should know of how it
  /// was read, see analysis::reading_notes().
  [[nodiscard]] base::Result<analysis::LogReading> read() const;
  /// Opens it likewise, to be read more than once.
  [[nodiscard]] base::Result<mapping::OpenLog> open() const;
  /// The same, or an auditor's record without ids: mapping::open_log_or_record().
  [[nodiscard]] base::Result<mapping::OpenLog> open_log_or_record() const;
  [[nodiscard]] const std::string& source() const { return source_; }
  /// For a verb that takes a log or a scenario as its argument: what was given is a log.
  void set_source(std::string source) { source_ = std::move(source); }

 private:
  static mapping::WantedTasks tasks(const estimation::LogSelection& selection) {
    return {selection.since_us, selection.until_us};
  }
  std::string source_, map_, since_, until_;
  std::vector<std::string> where_;
  double window_s_ = 3600;
};

/// What --map takes, for the help of an option.
std::string map_help();

/// @returns the time that an option says: RFC 3339, or a day such as 2026-11-24.
base::Result<std::int64_t> option_time(const std::string& option, const std::string& text);

}  // namespace turnout::program
