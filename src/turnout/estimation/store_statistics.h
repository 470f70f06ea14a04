#pragma once

#include <functional>

#include "turnout/estimation/log_statistics.h"
#include "turnout/store/pass_store.h"

namespace turnout::estimation {

/// @returns the statistics of a store's log: a server gathers them itself
///   (engines/sql_statistics.h), the rows of SQLite, which runs in our process, are streamed to a
///   StatisticsGatherer. Errors of the store, and those of StatisticsGatherer::finish().
/// @param on_passes  called now and then with the number of passes read since
base::Result<LogStatistics> store_statistics(store::PassStore& store, const LogSelection& selection,
                                             const std::function<void(std::size_t)>& on_passes);

}  // namespace turnout::estimation
