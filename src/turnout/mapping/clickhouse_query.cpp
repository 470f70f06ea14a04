#include "turnout/mapping/clickhouse_query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace turnout::mapping {
namespace {

std::string in_signs(std::string_view text, char sign) {
  std::string literal(1, sign);
  for (const char c : text) {
    if (c == '\\' || c == sign) literal += '\\';
    literal += c;
  }
  return literal + sign;
}

std::string identifier(std::string_view name) { return in_signs(name, '`'); }

/// "LowCardinality(Nullable(String))" -> "String"
std::string_view bare(std::string_view type) {
  for (const std::string_view around : {"LowCardinality(", "Nullable("}) {
    if (!type.starts_with(around)) continue;
    type.remove_prefix(around.size());
    type.remove_suffix(1);
  }
  return type;
}

/// A column as it is to be sent.
std::string sent(const std::string& name, std::string_view type) {
  const char* function = bare(type).starts_with("DateTime64") ? "toUnixTimestamp64Micro"
                         : bare(type).starts_with("DateTime") ? "toUnixTimestamp"
                                                              : nullptr;
  if (function == nullptr) return identifier(name);
  return fmt::format("{}({}) AS {}", function, identifier(name), identifier(name));
}

/// FROM what, and WHERE.
std::string from(const ClickHouseTable& table, std::vector<std::string> conditions) {
  const bool replaces = table.engine.find("Replacing") != std::string::npos;
  if (table.types.contains("is_deleted")) conditions.insert(conditions.begin(), "is_deleted = 0");
  return fmt::format("{}{}{}{}", identifier(table.name), replaces ? " FINAL" : "",
                     conditions.empty() ? "" : " WHERE ", fmt::join(conditions, " AND "));
}

std::vector<std::string> conditions_of(const ClickHouseTable& table, const WantedRows& wanted) {
  std::vector<std::string> all;
  for (const auto& [place, values] : wanted.when) {
    if (place.constant || place.steps.size() != 1) continue;
    const auto column = table.types.find(place.steps.front());
    if (column == table.types.end() || bare(column->second) != "String") continue;
    std::vector<std::string> literals;
    for (const auto& value : values) literals.push_back(clickhouse_text(value));
    all.push_back(fmt::format("{} IN ({})", identifier(column->first), fmt::join(literals, ", ")));
  }
  for (const auto& column : wanted.times.columns) {
    const auto found = table.types.find(column);
    if (found == table.types.end()) continue;
    if (!bare(found->second).starts_with("DateTime")) break;
    if (wanted.times.since_s)
      all.push_back(fmt::format("{} >= toDateTime({})", identifier(column), *wanted.times.since_s));
    if (wanted.times.until_s)
      all.push_back(fmt::format("{} < toDateTime({})", identifier(column), *wanted.times.until_s));
    break;
  }
  return all;
}

}  // namespace

std::string clickhouse_text(std::string_view text) { return in_signs(text, '\''); }

std::string clickhouse_rows_query(const ClickHouseTable& table, const WantedRows& wanted,
                                  const std::optional<ClickHouseJoin>& join) {
  std::vector<std::string> read, sends, joined, keys;
  for (const auto& [column, type] : table.types) {
    const bool is_key = join && join->on.contains(column);
    const bool is_wanted = wanted.columns.contains(column);
    if (is_key || is_wanted) read.push_back(identifier(column));
    if (is_wanted) sends.push_back(sent(column, type));
  }
  // Times are turned into numbers outside: a name that means two things there would be judged as the
  // wrong one.
  const std::string rows = fmt::format("(SELECT {} FROM {}) AS read", fmt::join(read, ", "),
                                       from(table, conditions_of(table, wanted)));
  std::string joining;
  if (join) {
    for (const auto& [ours, theirs] : join->on) {
      keys.push_back(identifier(ours));
      joined.push_back(fmt::format("{} AS {}", identifier(theirs), identifier(ours)));
    }
    for (const auto& [column, type] : join->table.types) {
      if (!wanted.columns.contains(column) || table.types.contains(column)) continue;
      joined.push_back(identifier(column));
      sends.push_back(sent(column, type));
    }
    joining = fmt::format(" ANY LEFT JOIN (SELECT {} FROM {}) AS joined USING ({})",
                          fmt::join(joined, ", "), from(join->table, {}), fmt::join(keys, ", "));
  }
  return fmt::format("SELECT {} FROM {}{} FORMAT JSONEachRow", fmt::join(sends, ", "), rows,
                     joining);
}

}  // namespace turnout::mapping
