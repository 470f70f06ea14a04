#pragma once

#include "turnout/base/watch.h"
#include "turnout/estimation/log_statistics.h"
#include "turnout/store/pass_store.h"

namespace turnout::estimation {

/// What docs/theory.md, section 19, asks of a log.
/// @returns the statistics of a store's log at one moment: of closed days from the summaries that the
///   store keeps, where it keeps any (decisions/0016), of the others from their passes, which are streamed
///   to a StatisticsGatherer (decisions/0015). The same with and without summaries, to the last bit. Errors
///   of the store, and those of StatisticsGatherer::finish().
/// @param watch  told now and then of the number of passes read since; asked as often. A question
///   to a server is ended by the cancellation that its store was opened with.
base::Result<LogStatistics> store_statistics(store::PassStore& store, const LogSelection& selection,
                                             const base::Watch& watch);

}  // namespace turnout::estimation
