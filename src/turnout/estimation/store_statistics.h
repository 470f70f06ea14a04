#pragma once

#include "turnout/base/watch.h"
#include "turnout/estimation/log_statistics.h"
#include "turnout/store/pass_store.h"

namespace turnout::estimation {

/// What docs/theory.md, section 19, asks of a log.
/// @returns the statistics of a store's log, whose rows are streamed to a StatisticsGatherer
///   (decisions/0015). Passes that come while it reads count as the last window's. Errors of the
///   store, and those of StatisticsGatherer::finish().
/// @param watch  told now and then of the number of passes read since; asked as often. A question
///   to a server is ended by the cancellation that its store was opened with.
base::Result<LogStatistics> store_statistics(store::PassStore& store, const LogSelection& selection,
                                             const base::Watch& watch);

}  // namespace turnout::estimation
