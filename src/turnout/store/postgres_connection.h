#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/sql_store.h"

struct pg_conn;
struct pg_result;

namespace turnout::store {

/// What a statement gave, as text.
class PostgresRows {
 public:
  [[nodiscard]] int rows() const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string_view text(int row, int column) const;  ///< empty for NULL
  [[nodiscard]] bool is_null(int row, int column) const;
  /// How many rows an INSERT or DELETE touched.
  [[nodiscard]] std::int64_t touched() const;

 private:
  friend class PostgresConnection;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  explicit PostgresRows(pg_result* result) : result_(result) {}
  std::unique_ptr<pg_result, Clear> result_;
};

/// A connection to a PostgreSQL server by libpq, which also reads PGPASSWORD, PGUSER and their like
/// and ~/.pgpass. Errors are the server's first words, without statement and without password.
class PostgresConnection {
 public:
  /// @param uri   postgres://user:password@host:port/database?options
  /// @param name  the same without the password, for messages
  static base::Result<PostgresConnection> open(const std::string& uri, const std::string& name);

  /// Runs statements that take no values and give nothing of interest.
  base::Status run(const std::string& sql);
  /// @param values  for $1, $2, ...; bound, never part of the statement
  base::Result<PostgresRows> query(const std::string& sql,
                                   const std::vector<SqlValue>& values = {});
  /// Sends the data of a statement COPY ... FROM STDIN, in its text format.
  base::Status copy(const std::string& sql, std::string_view data);

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  PostgresConnection(pg_conn* connection, std::string name)
      : connection_(connection), name_(std::move(name)) {}
  [[nodiscard]] base::Error failure() const;
  std::unique_ptr<pg_conn, Close> connection_;
  std::string name_;
};

}  // namespace turnout::store
