#include "turnout/store/pass_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "turnout/base/number_text.h"
#include "turnout/store/clickhouse_store.h"
#include "turnout/store/postgres_store.h"
#include "turnout/store/sqlite_store.h"

namespace turnout::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kClickHouse = "clickhouse://";

bool is_postgres(const std::string& source) {
  return source.starts_with("postgres://") || source.starts_with("postgresql://");
}

/// A store of a kind as any store.
template <class Store>
base::Result<std::unique_ptr<PassStore>> as_store(base::Result<std::unique_ptr<Store>> store) {
  if (!store) return store.error();
  return std::unique_ptr<PassStore>(*std::move(store));
}

}  // namespace

InsertCounts& InsertCounts::operator+=(const InsertCounts& other) {
  added += other.added;
  repeated += other.repeated;
  conflicting += other.conflicting;
  return *this;
}

base::Status PassStore::put(std::span<const traffic::Pass> /*passes*/) {
  return base::Error{base::ErrorCode::kUnsupported,
                     "this engine cannot change a pass that it holds; SQLite and PostgreSQL can",
                     name()};
}

base::Result<std::size_t> PassStore::tell(std::span<const traffic::ToldOutcome> /*outcomes*/) {
  return base::Error{base::ErrorCode::kUnsupported,
                     "this engine cannot change a pass that it holds; SQLite and PostgreSQL can",
                     name()};
}

std::string_view tell_sql(bool attempt) {
  return attempt
             ? "UPDATE passes SET outcome = $1, ending = CASE WHEN $1 = 'success' THEN 'resolved' "
               "WHEN ending = 'resolved' THEN 'open' ELSE ending END "
               "WHERE task_id = $2 AND attempt = $3"
             : "UPDATE passes SET outcome = $1, ending = CASE WHEN $1 = 'success' THEN 'resolved' "
               "WHEN ending = 'resolved' THEN 'open' ELSE ending END "
               "WHERE task_id = $2 AND attempt = "
               "(SELECT max(attempt) FROM passes WHERE task_id = $2)";
}

bool is_store(const std::string& source) {
  return source.starts_with(kSqlite) || is_postgres(source) || source.starts_with(kClickHouse);
}

std::string without_password(const std::string& source) {
  const auto start = source.find("://");
  if (start == std::string::npos) return source;
  std::string shown = source;
  // A password may also be among the options.
  for (auto at = shown.find("password="); at != std::string::npos;
       at = shown.find("password=", at + 1)) {
    at += std::string_view("password=").size();
    shown.replace(at, std::min(shown.find('&', at), shown.size()) - at, "...");
  }
  const auto at = shown.rfind('@');
  const auto colon = shown.find(':', start + 3);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return shown;
  return shown.substr(0, colon) + shown.substr(at);
}

base::Result<std::unique_ptr<PassStore>> open_store(const std::string& source, Access access,
                                                    const base::Cancellation& cancellation) {
  if (source.starts_with(kSqlite))
    return as_store(SqliteStore::open(source.substr(kSqlite.size()), access, cancellation));
  if (is_postgres(source)) return as_store(PostgresStore::open(source, access, cancellation));
  if (source.starts_with(kClickHouse))
    return as_store(ClickHouseStore::open(source, access, cancellation));
  return base::Error{base::ErrorCode::kUnsupported,
                     "is not supported, must be sqlite:FILE, postgres://... or clickhouse://...",
                     base::in_quotes(without_password(source))};
}

}  // namespace turnout::store
