#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a store keeps of closed days beside their passes, so that a long log need not be read whole. The
/// store knows of a summary whose it is and how long it holds; what is in it is the estimation's.
/// docs/decisions/0016.
namespace turnout::store {

inline constexpr std::int64_t kDayUs = 86'400'000'000;

/// @returns the number of the day of a time, from 1970-01-01 (UTC) on: that time in days, rounded down.
constexpr std::int64_t day_of(std::int64_t time_us) {
  return time_us / kDayUs - (time_us % kDayUs < 0 ? 1 : 0);
}

/// Days that follow each other.
struct Days {
  std::int64_t first = 0;
  std::int64_t count = 1;
  [[nodiscard]] std::int64_t end() const { return first + count; }  ///< the first day after them
  friend auto operator<=>(const Days&, const Days&) = default;      // NOLINT(modernize-use-nullptr)
};

/// Of the tasks that began in some days, by their first pass, with one model under one policy.
struct DaySummary {
  Days days;
  std::string model, policy;
  std::int64_t last_us = 0;  ///< start of the latest pass of these tasks
  std::string bytes;
};

/// Which summaries a store keeps.
struct KeptSummaries {
  /// All days before this one are summarised: none if no summaries are kept.
  std::optional<std::int64_t> end_day;
  /// Days among them of which tasks have changed since, ascending: their summaries hold no more.
  std::vector<std::int64_t> changed;
  struct Block {
    Days days;
    std::int64_t last_us = 0;  ///< the latest of its summaries
  };
  std::vector<Block> blocks;  ///< of which there is a summary, ordered by days; others have no task
};

}  // namespace turnout::store
