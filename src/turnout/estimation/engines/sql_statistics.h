#pragma once

#include <cstdint>

#include "turnout/base/watch.h"
#include "turnout/estimation/log_statistics.h"
#include "turnout/store/sql_store.h"

namespace turnout::estimation {

/// What docs/theory.md, section 19, asks of a log.
/// @returns the statistics of a log, gathered by the server that holds it: one statement a
///   statistic (sql/<engine>/*.sql), whose answers, some kilobytes, are all that travels. The same
///   as gather() of the same rows, counts exactly and sums to rounding (1e-9, tests/engines), but
///   for users: here all of them count. Errors of the server, and those of
///   StatisticsGatherer::finish().
/// @param watch  told after each statement of a share of the log's passes; asked between statements.
///   A statement is ended by the cancellation that the store was opened with.
base::Result<LogStatistics> sql_statistics(store::SqlStore& store, const LogSelection& selection,
                                           const base::Watch& watch);

}  // namespace turnout::estimation
