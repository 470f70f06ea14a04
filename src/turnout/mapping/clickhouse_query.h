#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/mapping/row_map.h"

namespace turnout::mapping {

/// A table of a ClickHouse server, as system.tables and system.columns describe it.
struct ClickHouseTable {
  std::string name, engine;
  std::map<std::string, std::string> types;  ///< of its columns
};

/// A table whose columns fill up those of another one.
struct ClickHouseJoin {
  ClickHouseTable table;
  std::map<std::string, std::string> on;  ///< columns of the other table and of this one that agree
};

/// @returns the statement that gives the rows of a table that a map wants, each as JSON, in no order:
///   of the columns wanted those that the table or the joined one has, times as microseconds since
///   1970 (a server writes them in its own zone), of rows with one key (a Replacing engine) the last,
///   without those whose is_deleted is not 0. What the server can judge it leaves out: values of text
///   columns other than `when` allows, times of `times.column` outside of its range.
/// @param join  every row has at most one of its rows; without one its columns are empty
std::string clickhouse_rows_query(const ClickHouseTable& table, const WantedRows& wanted,
                                  const std::optional<ClickHouseJoin>& join);

/// Text as a literal of ClickHouse's SQL.
std::string clickhouse_text(std::string_view text);

}  // namespace turnout::mapping
