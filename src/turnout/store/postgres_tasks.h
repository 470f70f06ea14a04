#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/postgres_connection.h"

/// The log of open tasks that gateways share, in PostgreSQL: tables turnout_task_log,
/// turnout_gateways and turnout_secret (sql/postgres/tasks.sql), made where they are not there.
namespace turnout::store {

/// A row of the log.
struct TaskLogRow {
  std::int64_t number = 0;
  std::uint32_t gateway = 0;
  std::string bytes;
};

/// A connection. Every call ends within five seconds, with kUnreadable if the server is not there
/// or slow; the object is of no use then. Not thread safe.
class PostgresTasks {
 public:
  struct Options {
    std::string uri;           ///< postgres://...
    std::uint64_t models = 0;  ///< rows with another number are not seen
    std::int64_t keep_us = 0;  ///< rows are deleted when they are so old
  };
  static base::Result<PostgresTasks> open(const Options& options);

  /// @param mine  64 hexadecimal digits
  /// @returns the secret of all gateways: `mine` if this is the first.
  base::Result<std::string> agree_on_secret(const std::string& mine);
  /// Writes rows behind all others that can be seen, in one transaction; those of which (gateway,
  /// nth) is there already are left out.
  base::Status write(std::uint32_t gateway, std::uint64_t first,
                     const std::vector<std::string>& rows);
  /// @returns the next rows behind a number, at most 2,000.
  base::Result<std::vector<TaskLogRow>> read(std::int64_t after);
  /// Notes that a gateway lives, and deletes a part of what is too old.
  /// @returns the gateways that have not said so for five seconds.
  base::Result<std::vector<std::uint32_t>> beat(std::uint32_t gateway);

 private:
  PostgresTasks(PostgresConnection connection, Options options, std::string name)
      : connection_(std::move(connection)), options_(std::move(options)), name_(std::move(name)) {}
  void begin_waiting();
  PostgresConnection connection_;
  Options options_;
  std::string name_;
};

}  // namespace turnout::store
