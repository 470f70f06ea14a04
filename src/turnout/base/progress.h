#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace turnout::base {

/// A progress bar on standard error for work that lasts: silent unless standard error is a
/// terminal, and for the first two seconds. The destructor wipes the line. Cost of step(): a
/// comparison, a clock reading every 1/1000 of the work.
class Progress {
 public:
  /// @param what   a few words, shown before the bar
  /// @param total  number of steps; 0 shows a running count instead of a share
  Progress(std::string what, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(std::size_t count = 1);

 private:
  void draw();

  std::string what_;
  std::size_t total_;
  std::size_t done_ = 0;
  std::size_t next_look_ = 0;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point last_drawn_;
};

}  // namespace turnout::base
