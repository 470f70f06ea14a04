#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/pass_store.h"

namespace turnout::store {

using SqlValue = std::variant<std::int64_t, std::string>;
using SqlValues = std::map<std::string, SqlValue, std::less<>>;
/// One row of a small answer, every column as text, SQL's NULL as empty text.
using SqlRow = std::vector<std::string>;

/// A store in a server that answers questions in SQL, so that only answers travel.
class SqlStore : public PassStore {
 public:
  /// The folder of this engine's statements: "postgres" or "clickhouse".
  [[nodiscard]] virtual std::string_view engine() const = 0;
  /// @param sql  one statement; {name} stands for a value, {passes} and {numbered_passes} for the
  ///   store's tables Values never become part of the statement unless as quoted literals.
  ///   kUnreadable with the server's words.
  virtual base::Result<std::vector<SqlRow>> query(std::string_view sql,
                                                  const SqlValues& values) = 0;
  /// Runs `use` such that all its questions see the same rows; ClickHouse cannot promise that, and
  /// they see what is there when each is asked.
  virtual base::Status in_snapshot(const std::function<base::Status()>& use) = 0;
};

/// @returns `sql` with every {name} replaced by what `replace` says of it. Names are letters and
///   underscores; any other brace stays as it is.
std::string fill_names(std::string_view sql,
                       const std::function<std::string(std::string_view)>& replace);

}  // namespace turnout::store
