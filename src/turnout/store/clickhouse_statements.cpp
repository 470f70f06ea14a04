#include "turnout/store/clickhouse_statements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

#include "turnout/store/sql_number.h"

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// Part of the schema, as a view calls it: to change it takes a new version. Unknown is told from every
/// number that a sound pass can have; a hash of NULL would be NULL.
constexpr const char* kRowHash =
    "cityHash64(started_us, user_id, model, latency_s, ifNull(ttft_s, toFloat64(-1)), "
    "ifNull(input_tokens, toInt64(-1)), ifNull(output_tokens, toInt64(-1)), ifNull(cost_usd, "
    "toFloat64(0)), isNull(cost_usd), toInt8(outcome), toInt8(ending), policy_id, "
    "ifNull(propensity, "
    "toFloat64(-1)))";

/// Text as a literal of SQL.
std::string quoted(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') literal += '\\';
    literal += c;
  }
  return literal + "'";
}

/// What text in ClickHouse's TabSeparated format says.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    constexpr std::string_view kCodes = "bfnrt0";
    constexpr std::string_view kMeant("\b\f\n\r\t\0", 6);
    const char code = text[++i];
    if (code == 'N') continue;  // NULL
    const auto place = kCodes.find(code);
    plain += place == std::string_view::npos ? code : kMeant[place];
  }
  return plain;
}

std::vector<SqlRow> rows_of(std::string_view body) {
  std::vector<SqlRow> rows;
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    SqlRow& row = rows.emplace_back();
    for (;;) {
      const auto tab = std::min(line.find('\t'), line.size());
      row.push_back(unescaped(line.substr(0, tab)));
      if (tab == line.size()) break;
      line.remove_prefix(tab + 1);
    }
  }
  return rows;
}

}  // namespace

std::string ClickHouseStatements::fill(std::string_view sql, const SqlValues& values) const {
  return fill_names(sql, [&](std::string_view name) {
    if (name == "cluster") return cluster();
    if (name == "row_hash") return std::string(kRowHash);
    if (name.ends_with("passes") || name == "pass_keys") {
      return std::string(name) + (cluster().empty() ? "" : "_on_" + cluster());
    }
    const auto value = values.find(name);
    assert(value != values.end());
    const auto* number = std::get_if<std::int64_t>(&value->second);
    return number != nullptr ? fmt::format("toInt64({})", *number)
                             : quoted(std::get<std::string>(value->second));
  });
}

Result<std::vector<SqlRow>> ClickHouseStatements::query(std::string_view sql,
                                                        const SqlValues& values) {
  TURNOUT_TRY(auto body, connection_.query(fill(sql, values)));
  return rows_of(body);
}

Result<std::int64_t> ClickHouseStatements::one_integer(std::string_view sql,
                                                       const SqlValues& values) {
  TURNOUT_TRY(const auto rows, query(sql, values));
  if (rows.size() == 1 && rows[0].size() == 1) {
    return sql_integer(rows[0][0], fmt::format("{}: {}", name(), sql));
  }
  return Error{ErrorCode::kUnreadable, "one number was expected, and did not come",
               fmt::format("{}: {}", name(), sql)};
}

Status ClickHouseStatements::run_all(std::string_view statements) {
  while (statements.find_first_not_of(" \n") != std::string_view::npos) {
    const auto end = std::min(statements.find(";\n"), statements.size());
    TURNOUT_TRY(auto done, connection_.query(fill(statements.substr(0, end), {})));
    statements.remove_prefix(std::min(end + 2, statements.size()));
  }
  return base::Done{};
}

}  // namespace turnout::store
