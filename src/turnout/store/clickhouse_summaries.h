#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/clickhouse_prints.h"
#include "turnout/store/clickhouse_statements.h"
#include "turnout/store/day_summaries.h"

namespace turnout::store {

/// The summaries of a ClickHouse store, where nothing can be written together with the passes. A state is
/// one row, so that it is there whole or not at all: prints of all passes, taken before any of them was
/// read, and the summaries that are right for these passes. Whoever reads takes the prints anew: a task
/// that has a pass at a time whose print differs may have changed, and its days are not read from
/// summaries. decisions/0017 has why that misses nothing, whoever writes at the same time.
class ClickHouseSummaries {
 public:
  explicit ClickHouseSummaries(ClickHouseStatements& statements) : statements_(statements) {}

  // As PassStore declares them.
  base::Status begin(std::int64_t first_day);
  base::Result<KeptSummaries> kept();
  base::Status for_each(const Days& days, const std::optional<std::string>& model,
                        const std::optional<std::string>& policy,
                        const std::function<base::Status(const DaySummary&)>& use);
  base::Status replace(const Days& days, std::span<const DaySummary> summaries);
  base::Status end(std::int64_t end_day, std::span<const std::int64_t> done);
  base::Status drop();

  /// Runs `use`, and again, after a while, if what it would read has just been made anew by another.
  base::Status at_one_moment(const std::function<base::Status()>& use);

 private:
  /// The summaries of some days.
  struct Made {
    std::uint64_t made = 0;  ///< the step that made them; 0: they hold no more
    std::uint64_t summaries = 0;
    std::int64_t last_us = 0;
  };
  struct State {
    std::uint64_t made = 0;
    std::int64_t end_day = 0, hours_from_us = 0;
    std::vector<Print> prints;
    std::map<Days, Made> kept;
  };
  base::Result<std::optional<State>> latest();
  base::Status write(const State& state);
  base::Status send();
  base::Result<std::vector<Days>> merged_away(const State& state);
  [[nodiscard]] static std::uint64_t next_step(std::uint64_t latest);

  ClickHouseStatements& statements_;
  State state_;                     // the latest, as kept() found it
  std::vector<Print> prints_;       // of the passes then, by the hour as those of the state
  std::vector<std::int64_t> days_;  // of which summaries do not hold, ascending
  std::uint64_t step_ = 0;          // what is made now
  std::map<Days, Made> new_;
  std::string rows_;            // of them, not sent yet
  std::vector<Days> not_sent_;  // whose rows these are
  bool replaced_ = false;       // whether a reading found summaries gone
};

}  // namespace turnout::store
