#include "turnout/store/sqlite_database.h"

#include <sqlite3.h>

#include <utility>

namespace turnout::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

void SqliteStatement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text(statement_.get(), parameter + 1, text.data(), static_cast<int>(text.size()),
                    SQLITE_STATIC);
}
void SqliteStatement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter + 1, value);
}
void SqliteStatement::bind(int parameter, double value) {
  sqlite3_bind_double(statement_.get(), parameter + 1, value);
}
void SqliteStatement::bind_null(int parameter) {
  sqlite3_bind_null(statement_.get(), parameter + 1);
}

Result<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  const Error error{ErrorCode::kUnwritable, sqlite3_errmsg(sqlite3_db_handle(statement_.get())),
                    name_};
  sqlite3_reset(statement_.get());
  if (code == SQLITE_DONE) return false;
  return error;
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

std::string_view SqliteStatement::text(int column) const {
  const auto* text =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));  // NOLINT
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double SqliteStatement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}
bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Error SqliteDatabase::failure() const {
  return Error{ErrorCode::kUnreadable, sqlite3_errmsg(database_.get()), path_};
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path, Mode mode) {
  constexpr int kWait = 60'000;  // milliseconds
  const int flags = mode == Mode::kRead    ? SQLITE_OPEN_READONLY
                    : mode == Mode::kWrite ? SQLITE_OPEN_READWRITE
                                           : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // Counting every allocation takes a lock that we have no use for. Without effect once SQLite has
  // started.
  static const int uncounted =
      sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  (void)uncounted;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  SqliteDatabase database(handle, path);
  if (code != SQLITE_OK) return database.failure();
  sqlite3_busy_timeout(handle, kWait);
  // Reads the file's head, so that a file of another kind is found out here.
  TURNOUT_CHECK(database.run("SELECT count(*) FROM sqlite_schema"));
  return database;
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()), 0,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return failure();
  return SqliteStatement(statement, path_);
}

Status SqliteDatabase::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure();
  return base::Done{};
}

std::int64_t SqliteDatabase::changes() const { return sqlite3_changes64(database_.get()); }

}  // namespace turnout::store
