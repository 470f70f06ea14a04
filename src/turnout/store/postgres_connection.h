#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/base/result.h"
#include "turnout/store/sql_text.h"

struct pg_conn;
struct pg_result;

namespace turnout::store {

/// What a statement gave, as text.
class PostgresRows {
 public:
  [[nodiscard]] int rows() const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string_view text(int row, int column) const;  ///< empty for NULL
  /// @returns the integer in a place of an answer; kUnreadable for any other text, and for a place
  ///   that the answer does not have.
  [[nodiscard]] base::Result<std::int64_t> integer(int row, int column) const;
  /// @returns how many rows an INSERT or DELETE touched; kUnreadable if the server does not say.
  [[nodiscard]] base::Result<std::int64_t> touched() const;

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
/// Every wait for the server ends with kCancelled within a tenth of a second once that is asked
/// for; the server is told to stop, and the connection is closed. (Looking up a host's name cannot
/// be ended early.)
class PostgresConnection {
 public:
  /// @param uri   postgres://user:password@host:port/database?options; a server must let us in
  ///   within connect_timeout seconds, 30 if that is not given
  /// @param name  the same without the password, for messages
  static base::Result<PostgresConnection> open(const std::string& uri, const std::string& name,
                                               const base::Cancellation& cancellation = {});

  /// From here on waits end as this says, no longer as open() was told.
  void wait_until(const base::Cancellation& cancellation) { cancellation_ = cancellation; }
  /// Runs statements that take no values and give nothing of interest.
  base::Status run(const std::string& sql);
  /// @param values  for $1, $2, ...; bound, never part of the statement
  base::Result<PostgresRows> query(const std::string& sql,
                                   const std::vector<SqlValue>& values = {});
  /// Sends the data of a statement COPY ... FROM STDIN, in its text format.
  base::Status copy(const std::string& sql, std::string_view data);
  /// @returns whether the statement that failed last did so since a key was there already.
  [[nodiscard]] bool was_refused_as_repeated() const { return sql_state_ == "23505"; }
  /// Gives the messages of a statement COPY ... TO STDOUT as they come, a row each, until `use`
  /// returns false; the server is told to stop then. Constant memory.
  /// @returns also the error of `use`.
  base::Status copy_out(const std::string& sql,
                        const std::function<base::Result<bool>(std::string_view)>& use);
  /// Begins a statement COPY ... TO STDOUT, whose messages next_copied() gives. The server goes on
  /// while we do something else.
  base::Status begin_copy_out(const std::string& sql);
  /// @returns the next message, a row, valid until the next call; nothing after the last.
  base::Result<std::optional<std::string_view>> next_copied();

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  PostgresConnection(pg_conn* connection, std::string name, const base::Cancellation& cancellation)
      : connection_(connection), name_(std::move(name)), cancellation_(cancellation) {}
  base::Status connect(const base::Cancellation& patience);
  base::Status send(const std::string& sql);
  base::Status wait(short events, const base::Cancellation& patience);
  base::Status flush();
  base::Result<std::optional<PostgresRows>> next_result();
  base::Result<PostgresRows> last_result();
  base::Status put(std::string_view piece);
  base::Status put_all(std::string_view data);
  base::Result<std::optional<std::string_view>> next_message();
  base::Status leave_copy();
  base::Error stop();
  /// @param state  the result's, if there is one
  [[nodiscard]] base::Error failure(std::string_view state = {}) const;
  [[nodiscard]] base::Error refused() const;
  struct FreeMessage {
    void operator()(char* message) const;
  };
  std::unique_ptr<pg_conn, Close> connection_;
  std::unique_ptr<char, FreeMessage> message_;  // of a COPY, the one that was read last
  std::string name_;
  std::string statement_;  // that was sent last
  std::string sql_state_;  // of the last result that was an error, PostgreSQL's five letters
  base::Cancellation cancellation_;
};

}  // namespace turnout::store
