#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/cancellation.h"
#include "turnout/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace turnout::store {

/// A prepared statement of SqliteDatabase. Parameters and columns count from 0. Values are bound,
/// never pasted into SQL.
class SqliteStatement {
 public:
  void bind(int parameter,
            std::string_view text);  ///< the text must live until the next step() has returned
  /// @param bytes  must live as long as a text
  void bind_bytes(int parameter, std::string_view bytes);
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);
  void bind_null(int parameter);
  template <class Value>
  void bind(int parameter, const std::optional<Value>& value) {
    if (value) {
      bind(parameter, *value);
    } else {
      bind_null(parameter);
    }
  }
  /// @returns whether there is a row; false at the end, after which the statement may run again.
  base::Result<bool> step();
  /// Ends a run early.
  void reset();

  [[nodiscard]] std::string_view text(int column) const;   ///< until the next step()
  [[nodiscard]] std::string_view bytes(int column) const;  ///< until the next step()
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqliteStatement(sqlite3_stmt* statement, std::string name, const base::Cancellation* cancellation)
      : statement_(statement), name_(std::move(name)), cancellation_(cancellation) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string name_;
  const base::Cancellation* cancellation_;
};

/// A connection to a SQLite file (WAL, waits up to a minute for another writer). Statements and
/// waits end with kCancelled within some milliseconds once that is asked for.
class SqliteDatabase {
 public:
  /// kRead: no statement can write. Where the file and its folder may be written, other programs
  /// may write meanwhile. Where they may not (a read-only file, folder or disk), nothing is made
  /// beside the file, no lock is taken, and unchanged() says whether somebody else wrote after all.
  enum class Mode { kRead, kWrite, kCreate };
  /// @returns kUnreadable with the path and SQLite's words, also for a file that is no database.
  static base::Result<SqliteDatabase> open(const std::string& path, Mode mode,
                                           const base::Cancellation& cancellation = {});

  base::Result<SqliteStatement> prepare(std::string_view sql);
  /// Runs statements that give no rows.
  base::Status run(const std::string& sql);
  /// @returns how many rows the last statement changed.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] const std::string& path() const { return path_; }
  /// @returns kUnreadable if another program wrote to a file that is read without locks: what was
  ///   read since it was opened may be of two times.
  [[nodiscard]] base::Status unchanged() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  /// What changes with a write.
  struct Stamp {
    std::int64_t modified_ns = 0;
    std::int64_t bytes = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  SqliteDatabase(sqlite3* database, std::string path, const base::Cancellation& cancellation);
  base::Status only_read(bool keep_log);
  static Stamp stamp_of(const std::string& path);
  static std::string unlocked_name(const std::string& path);
  [[nodiscard]] base::Error failure() const;
  // Where SQLite's callbacks find it; outlives the connection.
  std::unique_ptr<base::Cancellation> cancellation_;
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
  std::optional<Stamp> unlocked_;  // read without locks since
};

}  // namespace turnout::store
