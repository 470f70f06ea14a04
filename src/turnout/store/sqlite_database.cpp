#include "turnout/store/sqlite_database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

namespace turnout::store {

using base::Cancellation;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

/// SQLite asks this every so many steps of its machine; not 0 ends the statement.
constexpr int kStepsBetweenLooks = 10'000;
int should_stop(void* cancellation) {
  return static_cast<const Cancellation*>(cancellation)->requested() ? 1 : 0;
}

/// SQLite asks this when another process holds the lock that it needs; 0 gives up.
int wait_for_lock(void* cancellation, int waited) {
  constexpr auto kBetween = std::chrono::milliseconds(10);
  constexpr int kMost = 6000;  // times: a minute
  if (waited >= kMost || should_stop(cancellation) != 0) return 0;
  std::this_thread::sleep_for(kBetween);
  return 1;
}

bool may_write(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  return ::access(path.c_str(), W_OK) == 0 && ::access(folder.c_str(), W_OK) == 0;
}

/// Whether a log of writes lies beside the file, which a reader must look into.
bool has_log(const std::string& path) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(path + "-wal", none);
  return !none && bytes > 0;
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

void SqliteStatement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text(statement_.get(), parameter + 1, text.data(), static_cast<int>(text.size()),
                    SQLITE_STATIC);
}
void SqliteStatement::bind_bytes(int parameter, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), parameter + 1, bytes.data(), bytes.size(), SQLITE_STATIC);
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
  if (const auto asked = cancellation_->check(); !asked) return asked.error().within(name_);
  return error;
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

std::string_view SqliteStatement::text(int column) const {
  const auto* text =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));  // NOLINT
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::string_view SqliteStatement::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
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
  if (const auto asked = cancellation_->check(); !asked) return asked.error().within(path_);
  return Error{ErrorCode::kUnreadable, sqlite3_errmsg(database_.get()), path_};
}

SqliteDatabase::SqliteDatabase(sqlite3* database, std::string path,
                               const Cancellation& cancellation)
    : cancellation_(std::make_unique<Cancellation>(cancellation)),
      database_(database),
      path_(std::move(path)) {}

SqliteDatabase::Stamp SqliteDatabase::stamp_of(const std::string& path) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec, info.st_size};
}

/// The name under which SQLite takes no locks and makes no files.
std::string SqliteDatabase::unlocked_name(const std::string& path) {
  std::string name = "file:";
  for (const char c : std::filesystem::absolute(path).lexically_normal().string()) {
    if (c == '%' || c == '?' || c == '#') {
      name += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      name += c;
    }
  }
  return name + "?immutable=1";
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path, Mode mode,
                                            const Cancellation& cancellation) {
  // Even a reader of a WAL file locks through a file beside it, and takes that away at the end: it
  // must be able to write there. SQLite's own read-only mode leaves the file, for others to trip
  // over.
  const bool reads = mode == Mode::kRead;
  const bool shares = !reads || may_write(path);
  const bool unlocked = !shares && !has_log(path);
  const int flags = mode == Mode::kCreate ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                    : shares              ? SQLITE_OPEN_READWRITE
                    : unlocked            ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                                          : SQLITE_OPEN_READONLY;
  // Counting every allocation takes a lock that we have no use for. Without effect once SQLite has
  // started.
  static const int uncounted =
      sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  (void)uncounted;
  const Stamp stamp = stamp_of(path);
  const bool had_log = has_log(path);
  sqlite3* handle = nullptr;
  const std::string name = unlocked ? unlocked_name(path) : path;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  SqliteDatabase database(handle, path, cancellation);
  if (code != SQLITE_OK) return database.failure();
  if (unlocked) database.unlocked_ = stamp;
  sqlite3_busy_handler(handle, wait_for_lock, database.cancellation_.get());
  sqlite3_progress_handler(handle, kStepsBetweenLooks, should_stop, database.cancellation_.get());
  if (reads) TURNOUT_CHECK(database.only_read(had_log));
  // Reads the file's head, so that a file of another kind is found out here.
  TURNOUT_CHECK(database.run("SELECT count(*) FROM sqlite_schema"));
  return database;
}

/// @param keep_log  whether a log that a killed writer left stays as it is: the last connection to
///   close would otherwise write it into the file
Status SqliteDatabase::only_read(bool keep_log) {
  if (keep_log) {
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                      nullptr);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  }
  return run("PRAGMA query_only = ON");
}

Status SqliteDatabase::unchanged() const {
  if (!unlocked_ || (*unlocked_ == stamp_of(path_) && !has_log(path_))) return base::Done{};
  return Error{ErrorCode::kUnreadable, "was written to by another program while it was read",
               path_};
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()), 0,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return failure();
  return SqliteStatement(statement, path_, cancellation_.get());
}

Status SqliteDatabase::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure();
  return base::Done{};
}

std::int64_t SqliteDatabase::changes() const { return sqlite3_changes64(database_.get()); }

}  // namespace turnout::store
