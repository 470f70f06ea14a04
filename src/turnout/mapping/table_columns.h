#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::mapping {

/// A name as SQL quotes it.
std::string sql_name(std::string_view name);

/// The columns that are read of a PostgreSQL table: what to select of it for a binary COPY, and the
/// JSON objects that its rows become. They say what row_to_json() would, at half the cost to the
/// server: it writes a long text twice, and looks at the type of each value.
class TableColumns {
 public:
  /// @param type  as format_type() names it; what a type that is not known here is of is left to
  ///   the server's to_json()
  void add(const std::string& name, std::string_view type);
  [[nodiscard]] bool empty() const { return columns_.empty(); }
  /// @returns the list behind SELECT.
  [[nodiscard]] const std::string& selected() const { return selected_; }

  /// Writes a message of the COPY as an object. Times are in UTC; one that no log can have is
  /// "infinity" or "-infinity".
  /// @returns whether there was a row in it: not so in the format's header alone and its trailer;
  ///   kUnreadable if the message is none of these
  base::Result<bool> read(std::string_view message, std::string& json) const;

 private:
  enum class Kind : std::uint8_t { kText, kJson, kJsonb, kInteger, kReal, kTruth, kTime };
  struct Column {
    std::string key;  // with what stands before and behind it in the object
    Kind kind;
  };
  static Kind kind_of(std::string_view type);
  static bool append(Kind kind, std::string_view bytes, std::string& json);

  std::vector<Column> columns_;
  std::string selected_;
};

}  // namespace turnout::mapping
