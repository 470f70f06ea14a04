#include "turnout/mapping/table_columns.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/mapping/json_text.h"
#include "turnout/store/copied_fields.h"
#include "turnout/traffic/pass.h"

namespace turnout::mapping {
namespace {

using store::CopiedFields;

bool append_integer(std::string_view bytes, std::string& json) {
  std::int64_t value = 0;
  switch (bytes.size()) {
    case sizeof(std::int16_t):
      value = CopiedFields::number<std::int16_t>(bytes);
      break;
    case sizeof(std::int32_t):
      value = CopiedFields::number<std::int32_t>(bytes);
      break;
    case sizeof(std::int64_t):
      value = CopiedFields::number<std::int64_t>(bytes);
      break;
    default:
      return false;
  }
  fmt::format_to(std::back_inserter(json), "{}", value);
  return true;
}

bool append_real(std::string_view bytes, std::string& json) {
  if (bytes.size() != sizeof(double)) return false;
  const auto value = std::bit_cast<double>(CopiedFields::number<std::uint64_t>(bytes));
  if (!std::isfinite(value)) {
    json += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return true;
  }
  std::array<char, base::kNumberRoom> digits;  // NOLINT(*-member-init): written before it is read
  json.append(digits.data(), base::write_number(digits.data(), value));
  return true;
}

bool append_time(std::string_view bytes, std::string& json) {
  constexpr std::int64_t kEpoch = 946'684'800'000'000;       // 2000, PostgreSQL's
  constexpr std::int64_t kLatest = 253'402'300'800'000'000;  // the year 10,000
  if (bytes.size() != sizeof(std::int64_t)) return false;
  const auto since_2000 = CopiedFields::number<std::int64_t>(bytes);
  json += '"';
  if (since_2000 < -kEpoch) {
    json += "-infinity";
  } else if (since_2000 >= kLatest - kEpoch) {
    json += "infinity";
  } else {
    json += traffic::time_text(since_2000 + kEpoch);
  }
  json += '"';
  return true;
}

}  // namespace

std::string sql_name(std::string_view name) {
  std::string quoted(1, '"');
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

TableColumns::Kind TableColumns::kind_of(std::string_view type) {
  constexpr auto kKinds = std::to_array<std::pair<std::string_view, Kind>>({
      {"text", Kind::kText},
      {"character varying", Kind::kText},
      {"jsonb", Kind::kJsonb},
      {"smallint", Kind::kInteger},
      {"integer", Kind::kInteger},
      {"bigint", Kind::kInteger},
      {"double precision", Kind::kReal},
      {"boolean", Kind::kTruth},
      {"timestamp without time zone", Kind::kTime},
      {"timestamp with time zone", Kind::kTime},
  });
  for (const auto& [name, kind] : kKinds) {
    if (name == type) return kind;
  }
  return Kind::kJson;
}

void TableColumns::add(const std::string& name, std::string_view type) {
  const Kind kind = kind_of(type);
  const bool is_sent = kind != Kind::kJson || type == "json";
  selected_ += columns_.empty() ? "" : ", ";
  selected_ += is_sent ? sql_name(name) : fmt::format("to_json({})", sql_name(name));
  std::string key(1, columns_.empty() ? '{' : ',');
  append_json_text(key, name);
  columns_.push_back({key + ':', kind});
}

/// @returns false for bytes that are no value of the kind.
bool TableColumns::append(Kind kind, std::string_view bytes, std::string& json) {
  switch (kind) {
    case Kind::kText:
      append_json_text(json, bytes);
      return true;
    case Kind::kJson:
      json += bytes;
      return true;
    case Kind::kJsonb:  // the number of the form that it is sent in, of which there is one
      json += bytes.substr(bytes.empty() ? 0 : 1);
      return bytes.starts_with('\1');
    case Kind::kInteger:
      return append_integer(bytes, json);
    case Kind::kReal:
      return append_real(bytes, json);
    case Kind::kTruth:
      json += bytes == std::string_view("\1", 1) ? "true" : "false";
      return bytes.size() == 1;
    case Kind::kTime:
      return append_time(bytes, json);
  }
  return false;
}

base::Result<bool> TableColumns::read(std::string_view message, std::string& json) const {
  CopiedFields row(message);
  const auto columns = row.begin();
  if (!columns) return false;
  bool good = *columns == static_cast<std::int16_t>(columns_.size());
  json.clear();
  for (const Column& column : columns_) {
    json += column.key;
    const auto field = row.field();
    if (field) {
      good = good && append(column.kind, *field, json);
    } else {
      json += "null";
    }
  }
  json += '}';
  if (good && row.whole() && row.at_end()) return true;
  return base::Error{base::ErrorCode::kUnreadable, "the server sent a row that is not what it said",
                     ""};
}

}  // namespace turnout::mapping
