#pragma once

#include <chrono>
#include <cstdint>

#include "turnout/base/result.h"
#include "turnout/store/clickhouse_statements.h"

namespace turnout::store {

/// Deletes the tasks whose first pass started before a time, whole, with their keys. A server deletes
/// in the background, part of a table by part, and asks anew for each part what is to go: the tasks are
/// therefore written down first (table pruned_tasks).
/// @param store  of one server
/// @returns also kCancelled if it is not done after `longest`, with what is in its way; the server goes
///   on with it.
base::Status delete_tasks(ClickHouseStatements& store, std::int64_t before_us,
                          std::chrono::minutes longest);

}  // namespace turnout::store
