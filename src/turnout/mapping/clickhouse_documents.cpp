#include "turnout/mapping/clickhouse_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "turnout/base/number_text.h"
#include "turnout/mapping/clickhouse_query.h"
#include "turnout/store/clickhouse_connection.h"
#include "turnout/store/server_errors.h"

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using store::ClickHouseAddress;
using store::ClickHouseConnection;

/// The pieces of an answer as they come, read ahead by a thread.
class Pieces {
 public:
  Pieces(ClickHouseConnection& connection, std::string sql)
      : thread_([this, &connection, sql = std::move(sql)] {
          end(connection.stream(sql, [this](std::string_view piece) { return put(piece); }));
        }) {}
  ~Pieces() {
    {
      const std::scoped_lock lock(mutex_);
      unwanted_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;
  Pieces(Pieces&&) = delete;
  Pieces& operator=(Pieces&&) = delete;

  /// @returns the next piece; nothing when the answer has ended, see status().
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !pieces_.empty(); });
    if (pieces_.empty()) return std::nullopt;
    std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    held_ -= piece.size();
    lock.unlock();
    changed_.notify_all();
    return piece;
  }
  /// Whether the answer came to its end. Only after next() gave nothing.
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  static constexpr std::size_t kAhead = std::size_t{4} << 20U;

  bool put(std::string_view piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return unwanted_ || held_ < kAhead; });
    if (unwanted_) return false;
    held_ += piece.size();
    pieces_.emplace_back(piece);
    lock.unlock();
    changed_.notify_all();
    return true;
  }
  void end(Status status) {
    {
      const std::scoped_lock lock(mutex_);
      status_ = std::move(status);
      ended_ = true;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> pieces_;
  std::size_t held_ = 0;  // bytes in pieces_
  bool ended_ = false, unwanted_ = false;
  Status status_ = base::Done{};
  std::thread thread_;  // last: it uses the others
};

/// The rows of statements, one after the other.
class ClickHouseDocuments final : public RowDocuments {
 public:
  ClickHouseDocuments(ClickHouseConnection connection, std::vector<std::string> statements)
      : connection_(std::move(connection)), statements_(std::move(statements)) {}

  Result<std::optional<std::string_view>> next() override {
    for (;;) {
      const auto line = next_line();
      if (line && is_row(*line)) {
        ++read_;
        return std::optional(*line);
      }
      if (line) return wrong(*line);
      if (pieces_) TURNOUT_CHECK(answer_ended());
      pieces_.reset();
      if (asked_ == statements_.size()) return std::optional<std::string_view>();
      pieces_ = std::make_unique<Pieces>(connection_, statements_[asked_++]);
    }
  }
  [[nodiscard]] std::string place() const override {
    return fmt::format("{}: row {}", name(), read_);
  }

 private:
  [[nodiscard]] const std::string& name() const { return connection_.address().name; }

  /// @returns the next line that has an end, valid until the next call; nothing at the end of an
  ///   answer.
  std::optional<std::string_view> next_line() {
    while (pieces_) {
      const auto end = text_.find('\n', std::max(at_, looked_));
      if (end != std::string::npos) {
        const std::string_view line(text_.data() + at_, end - at_);
        looked_ = at_ = end + 1;
        return line;
      }
      text_.erase(0, at_);
      at_ = 0;
      looked_ = text_.size();
      if (text_.size() > kLongestDocument) return std::string_view(text_);
      auto piece = pieces_->next();
      if (!piece) break;
      text_ += *piece;
    }
    return std::nullopt;
  }
  /// A server that fails in the midst of rows says so on a line of its own, or as a row.
  static bool is_row(std::string_view line) {
    return line.starts_with('{') && line.ends_with('}') && line.size() <= kLongestDocument &&
           !(line.starts_with(R"({"exception":)") && store::exception_in(line));
  }
  [[nodiscard]] Error wrong(std::string_view said) {
    std::string all(said);
    while (auto piece = pieces_->next()) all += '\n' + *piece;
    const char* what = said.size() > kLongestDocument ? "a row is longer than 64 MiB"
                                                      : "the server sent something that is no row";
    return {ErrorCode::kUnreadable, store::exception_in(all).value_or(what), name()};
  }
  /// At the end of an answer.
  [[nodiscard]] Status answer_ended() {
    const auto why = store::exception_in(text_);
    if (why) return Error{ErrorCode::kUnreadable, *why, name()};
    TURNOUT_CHECK(pieces_->status());
    if (!text_.empty())
      return Error{ErrorCode::kUnreadable, "the server's answer ends within a row", name()};
    return base::Done{};
  }

  ClickHouseConnection connection_;
  std::vector<std::string> statements_;
  std::size_t asked_ = 0, read_ = 0;
  std::string text_;                 // of the answer, what has not been returned
  std::size_t at_ = 0, looked_ = 0;  // in it: where the next line begins; up to where none ends
  std::unique_ptr<Pieces> pieces_;
};

/// Lines of an answer in TabSeparated format, whose values have nothing to escape.
Result<std::vector<std::vector<std::string>>> ask(ClickHouseConnection& connection,
                                                  const std::string& sql) {
  TURNOUT_TRY(const auto body, connection.query(sql));
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    auto& row = rows.emplace_back();
    for (std::string field; std::getline(fields, field, '\t');) row.push_back(field);
  }
  return rows;
}

Result<ClickHouseTable> describe(ClickHouseConnection& connection, const std::string& name) {
  ClickHouseTable table{name, "", {}};
  const std::string where =
      fmt::format(" WHERE database = currentDatabase() AND {{}} = {}", clickhouse_text(name));
  TURNOUT_TRY(const auto tables, ask(connection, "SELECT engine FROM system.tables" +
                                                     fmt::format(fmt::runtime(where), "name")));
  TURNOUT_TRY(const auto columns, ask(connection, "SELECT name, type FROM system.columns" +
                                                      fmt::format(fmt::runtime(where), "table")));
  for (const auto& row : columns) {
    if (row.size() == 2) table.types[row[0]] = row[1];
  }
  if (!tables.empty() && !tables[0].empty()) table.engine = tables[0][0];
  if (!table.types.empty()) return table;
  return Error{ErrorCode::kUnreadable,
               fmt::format("has no table {} that this user may read, in the database {}",
                           base::in_quotes(name), base::in_quotes(connection.address().database)),
               connection.address().name};
}

/// A user with readonly = 1 may set nothing, not even for a statement.
Status use_settings(ClickHouseConnection& connection) {
  connection.use(ClickHouseConnection::Settings::kNone);
  TURNOUT_TRY(const auto rows,
              ask(connection, "SELECT value FROM system.settings WHERE name = 'readonly'"));
  if (rows.size() == 1 && rows[0].size() == 1 && rows[0][0] != "1")
    connection.use(ClickHouseConnection::Settings::kReading);
  return base::Done{};
}

/// @returns nothing if a table has none of the columns wanted
Result<std::string> statement(ClickHouseConnection& connection, const std::string& name,
                              const WantedRows& wanted, const std::optional<JoinMap>& joined) {
  TURNOUT_TRY(const auto table, describe(connection, name));
  std::optional<ClickHouseJoin> join;
  if (joined) {
    TURNOUT_TRY(auto other, describe(connection, joined->table));
    join = {std::move(other), joined->on};
  }
  const bool has_any = std::any_of(table.types.begin(), table.types.end(), [&](const auto& column) {
    return wanted.columns.contains(column.first);
  });
  if (has_any) return clickhouse_rows_query(table, wanted, join);
  return Error{ErrorCode::kUnreadable,
               fmt::format("the table {} has no column that the map names", base::in_quotes(name)),
               connection.address().name};
}

}  // namespace

Result<std::unique_ptr<RowDocuments>> open_clickhouse_tables(
    const std::string& source, const RowMap& map, const TimesWanted& times,
    const base::Cancellation& cancellation) {
  TURNOUT_TRY(auto address, ClickHouseAddress::parse(source));
  if (!address.cluster.empty())
    return Error{ErrorCode::kUnsupported,
                 "a map reads the tables of one server: leave out ?cluster", address.name};
  ClickHouseConnection connection(std::move(address), cancellation);
  TURNOUT_CHECK(use_settings(connection));
  std::vector<std::string> statements;
  TURNOUT_TRY(auto passes, statement(connection, map.table, wanted_passes(map, times), map.join));
  statements.push_back(std::move(passes));
  if (map.feedback && !map.feedback->table.empty()) {
    TURNOUT_TRY(auto feedback, statement(connection, map.feedback->table,
                                         wanted_feedback(*map.feedback), std::nullopt));
    statements.push_back(std::move(feedback));
  }
  return std::unique_ptr<RowDocuments>(
      std::make_unique<ClickHouseDocuments>(std::move(connection), std::move(statements)));
}

}  // namespace turnout::mapping
