#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/postgres_connection.h"

/// The policies that gateways share, in PostgreSQL: tables turnout_policy_log and turnout_control
/// (sql/postgres/policies.sql), made where they are not there.
namespace turnout::store {

/// What a gateway says, and what it is told, when it beats.
struct ControlBeat {
  bool wants_turn = false, asks = false;
  std::string look;  ///< empty: as it is
};
struct ControlTurn {
  bool ours = false, asked = false;
  std::string look;
};

/// A connection. Every call ends with kUnreadable if the server is not there or slow; the object is of
/// no use then. Not thread safe.
class PostgresPolicies {
 public:
  struct Options {
    std::string uri;                       ///< postgres://...
    std::uint64_t models = 0;              ///< rows with another number are not seen
    std::uint32_t gateway = 0;             ///< a process, that no other has
    std::chrono::milliseconds patience{};  ///< of open(), and of each call
    bool in_all = false;                   ///< patience is of open() and all calls together
  };
  static base::Result<PostgresPolicies> open(const Options& options);

  /// @returns all lines behind a number, in order.
  base::Result<std::vector<std::string>> read(std::uint64_t after);
  /// @returns false if there is a line of this number.
  base::Result<bool> append(std::uint64_t number, const std::string& line);
  /// Takes the turn if it is free and wanted; it is held for five seconds.
  base::Result<ControlTurn> beat(const ControlBeat& beat);
  /// Gives the turn back if it is ours.
  base::Status release();

 private:
  PostgresPolicies(PostgresConnection connection, Options options, std::string name)
      : connection_(std::move(connection)), options_(std::move(options)), name_(std::move(name)) {}
  void begin_waiting();
  PostgresConnection connection_;
  Options options_;
  std::string name_;
};

}  // namespace turnout::store
