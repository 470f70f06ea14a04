#pragma once

#include <memory>
#include <string>

#include "turnout/base/cancellation.h"
#include "turnout/base/result.h"
#include "turnout/mapping/row_documents.h"
#include "turnout/mapping/row_map.h"

namespace turnout::mapping {

/// Opens the tables of a ClickHouse server that a map names: the rows of its table, filled up by the
/// one that it joins, then those that say how a pass went. What is read is at most a few MB ahead of
/// what is asked for; nothing is held here. The server holds what it joins: of each of the joined
/// table's rows the columns that the map wants.
/// @param source  clickhouse://...
/// @returns kUnreadable for a table that is not there, or has none of the columns wanted, and for all
///   that a server fails at.
base::Result<std::unique_ptr<RowDocuments>> open_clickhouse_tables(
    const std::string& source, const RowMap& map, const TimesWanted& times,
    const base::Cancellation& cancellation = {});

}  // namespace turnout::mapping
