#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "turnout/base/result.h"
#include "turnout/base/watch.h"
#include "turnout/store/pass_store.h"

namespace turnout::analysis {

/// What was made of a store's closed days. docs/decisions/0016.
struct LogSummaries {
  std::string store;      ///< its name, without a password
  std::int64_t days = 0;  ///< days that were summarised now
  /// Of the tasks that began before, estimates read summaries; none if there is no pass.
  std::optional<std::int64_t> before_us;
  std::optional<std::int64_t> last_us;  ///< start of the latest pass
  bool stopped = false;                 ///< none are kept from now on
};

struct SummariseOptions {
  double window_s = 3600;  ///< within which users come back to a task
  bool again = false;      ///< makes all anew
  bool stop = false;       ///< forgets all, and keeps none any more
};

/// Brings the summaries of a store's closed days up to date, or begins to keep them.
/// @param watch  told of days
/// @returns errors of estimation::summarise().
base::Result<LogSummaries> summarise_log(store::PassStore& store, const SummariseOptions& options,
                                         const base::Watch& watch = {});

/// Likewise, but does nothing for a store that keeps none.
base::Status keep_summaries(store::PassStore& store, double window_s, const base::Watch& watch);

}  // namespace turnout::analysis
