#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/base/result.h"

namespace turnout::store {

/// What a source "clickhouse://user:password@host:port/database?cluster=NAME&secure=1" says.
struct ClickHouseAddress {
  std::string name;  ///< the source without its password, for messages
  std::string url;   ///< http://host:port/ or https://
  std::string user,
      password;  ///< else of CLICKHOUSE_USER and CLICKHOUSE_PASSWORD, else "default" and none
  std::string database = "default";
  std::string cluster;  ///< empty: one server

  /// @returns kMalformedInput for text that is no such source; names what is wrong, never the
  ///   password.
  static base::Result<ClickHouseAddress> parse(const std::string& source);
};

/// Statements sent to a ClickHouse server over HTTP, one at a time, by libcurl. The answer of query()
/// comes when the server has finished it (wait_end_of_query), so that an error in its midst is an
/// error and no short answer. Every wait for the server ends with kCancelled within a tenth of a second
/// once that is asked for; the statement is killed, and the connection is closed.
class ClickHouseConnection {
 public:
  explicit ClickHouseConnection(ClickHouseAddress address,
                                const base::Cancellation& cancellation = {});

  /// What the user's profile lets us set for our statements.
  enum class Settings {
    kNone,     ///< nothing: a user with readonly = 1
    kReading,  ///< how much memory a question takes
    kWriting,  ///< the same, and that what is inserted through a cluster has arrived
  };
  void use(Settings settings) { settings_ = settings; }

  /// @returns the body of the answer; kUnreadable as server_errors.h says.
  base::Result<std::string> query(const std::string& sql);
  /// Sends rows of an INSERT.
  base::Status insert(const std::string& sql, std::string_view rows);
  /// A question about a table `name` of rows that travel with it, in RowBinary.
  struct Attached {
    std::string name, structure;
    std::string_view rows;
  };
  base::Result<std::string> query(const std::string& sql, const Attached& table);
  /// Gives pieces of the answer as they come, until `use` returns false. What fails in the midst of
  /// it the server says in place of the rest: the caller must know rows from words (exception_in()).
  base::Status stream(const std::string& sql, const std::function<bool(std::string_view)>& use);
  [[nodiscard]] const ClickHouseAddress& address() const { return address_; }
  [[nodiscard]] const base::Cancellation& cancellation() const { return cancellation_; }

 private:
  struct Request;
  struct Close {
    void operator()(void* curl) const;
  };
  struct CloseAll {
    void operator()(void* multi) const;
  };
  base::Status send(const Request& request);
  base::Result<int> perform();
  void prepare(void* curl) const;
  void kill(const std::string& query_id);
  [[nodiscard]] std::string url(const std::string& parameters) const;
  ClickHouseAddress address_;
  base::Cancellation cancellation_;
  Settings settings_ = Settings::kWriting;
  std::unique_ptr<void, CloseAll> connections_;
  std::unique_ptr<void, Close> curl_;
};

}  // namespace turnout::store
