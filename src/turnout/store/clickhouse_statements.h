#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/clickhouse_connection.h"
#include "turnout/store/sql_text.h"

namespace turnout::store {

/// Statements about a ClickHouse store. In them {name} stands for a value, which becomes part of the
/// statement as a quoted literal alone, or for one of the store's tables ({passes}, {stored_passes},
/// {pass_keys}): with a cluster the table over all its servers. {row_hash} is a number made of a row of
/// passes, the same for the same values in every column.
class ClickHouseStatements {
 public:
  explicit ClickHouseStatements(ClickHouseConnection connection)
      : connection_(std::move(connection)) {}

  [[nodiscard]] std::string fill(std::string_view sql, const SqlValues& values) const;
  /// @returns the rows of a small answer.
  base::Result<std::vector<SqlRow>> query(std::string_view sql, const SqlValues& values);
  /// @returns the one number that a question has for an answer.
  base::Result<std::int64_t> one_integer(std::string_view sql, const SqlValues& values = {});
  /// Statements end with a semicolon at the end of a line: the server takes one at a time.
  base::Status run_all(std::string_view statements);
  [[nodiscard]] ClickHouseConnection& connection() { return connection_; }
  [[nodiscard]] const std::string& cluster() const { return connection_.address().cluster; }
  /// What an answer in RowBinary is that ends within a row.
  [[nodiscard]] base::Error cut_off() const {
    return {base::ErrorCode::kUnreadable, "the server's answer ends within a row", name()};
  }
  /// The store's name, for messages.
  [[nodiscard]] const std::string& name() const { return connection_.address().name; }

 private:
  ClickHouseConnection connection_;
};

}  // namespace turnout::store
