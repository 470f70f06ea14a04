#include "turnout/traffic/pass_store.h"

#include <fmt/format.h>

#include "turnout/base/number_text.h"
#include "turnout/traffic/sqlite_store.h"

namespace turnout::traffic {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

}  // namespace

InsertCounts& InsertCounts::operator+=(const InsertCounts& other) {
  added += other.added;
  repeated += other.repeated;
  conflicting += other.conflicting;
  return *this;
}

bool is_store(const std::string& source) {
  return source.starts_with(kSqlite) || source.starts_with("postgres://") || source.starts_with("postgresql://") ||
         source.starts_with("clickhouse://");
}

std::string without_password(const std::string& source) {
  const auto start = source.find("://");
  if (start == std::string::npos) return source;
  const auto at = source.rfind('@');
  const auto colon = source.find(':', start + 3);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return source;
  return source.substr(0, colon) + source.substr(at);
}

base::Result<std::unique_ptr<PassStore>> open_store(const std::string& source, Create create) {
  if (source.starts_with(kSqlite)) {
    auto store = SqliteStore::open(source.substr(kSqlite.size()), create);
    if (!store) return store.error();
    return std::unique_ptr<PassStore>(*std::move(store));
  }
  return base::Error{base::ErrorCode::kUnsupported, "is not supported, must be sqlite:FILE",
                     base::in_quotes(without_password(source))};
}

}  // namespace turnout::traffic
