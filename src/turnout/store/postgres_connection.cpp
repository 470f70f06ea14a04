#include "turnout/store/postgres_connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "turnout/store/libpq_functions.h"
#include "turnout/store/server_errors.h"
#include "turnout/store/sql_number.h"

namespace turnout::store {

using base::Cancellation;
using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

constexpr Oid kBigint = 20;
constexpr Oid kText = 25;

/// @returns the seconds that the connection's options or the environment allow for connecting.
std::chrono::seconds patience_of(PGconn* connection) {
  constexpr std::int64_t kUsual = 30;
  std::int64_t seconds = 0;
  PQconninfoOption* options = libpq().conninfo(connection);
  for (const auto* option = options; option != nullptr && option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) != "connect_timeout" || option->val == nullptr) continue;
    const auto said = sql_integer(option->val, option->keyword);
    if (said) seconds = *said;
  }
  libpq().conninfoFree(options);
  return std::chrono::seconds(seconds > 0 ? seconds : kUsual);
}

/// Asks the server to stop what it does for a connection. libpq asks over a connection of its own
/// and waits for it without end, so a thread does, and we wait a little.
void ask_to_stop(PGconn* connection) {
  constexpr auto kWait = std::chrono::milliseconds(200);
  PGcancel* request = libpq().getCancel(connection);
  if (request == nullptr) return;
  const auto asked = std::make_shared<std::promise<void>>();
  auto done = asked->get_future();
  std::thread([request, asked] {
    std::array<char, 256> reason{};
    libpq().cancel(request, reason.data(), static_cast<int>(reason.size()));
    libpq().freeCancel(request);
    asked->set_value();
  }).detach();
  done.wait_for(kWait);
}

}  // namespace

void PostgresRows::Clear::operator()(pg_result* result) const { libpq().clear(result); }
void PostgresConnection::Close::operator()(pg_conn* connection) const {
  libpq().finish(connection);
}

void PostgresConnection::FreeMessage::operator()(char* message) const { libpq().freemem(message); }

int PostgresRows::rows() const { return libpq().ntuples(result_.get()); }
int PostgresRows::columns() const { return libpq().nfields(result_.get()); }
std::string_view PostgresRows::text(int row, int column) const {
  return {libpq().getvalue(result_.get(), row, column),
          static_cast<std::size_t>(libpq().getlength(result_.get(), row, column))};
}
Result<std::int64_t> PostgresRows::integer(int row, int column) const {
  const std::string where = fmt::format("row {}, column {}", row + 1, column + 1);
  if (row >= rows() || column >= columns())
    return Error{ErrorCode::kUnreadable, "is missing from the server's answer", where};
  return sql_integer(text(row, column), where);
}
Result<std::int64_t> PostgresRows::touched() const {
  return sql_integer(libpq().cmdTuples(result_.get()), "number of rows");
}

Error PostgresConnection::failure(std::string_view state) const {
  if (const auto asked = cancellation_.check(); !asked) return asked.error().within(name_);
  PGconn* connection = connection_.get();
  const char* role = libpq().user(connection);
  const bool lost = libpq().status(connection) == CONNECTION_BAD;
  return Error{ErrorCode::kUnreadable,
               postgres_sentence({state, libpq().errorMessage(connection), statement_,
                                  role == nullptr ? "" : role, lost}),
               name_};
}

Error PostgresConnection::refused() const {
  if (const auto asked = cancellation_.check(); !asked) return asked.error().within(name_);
  return Error{ErrorCode::kUnreadable,
               postgres_connect_sentence(libpq().errorMessage(connection_.get())), name_};
}

/// Ends a connection in the midst of something.
Error PostgresConnection::stop() {
  Error error = failure();
  if (libpq().status(connection_.get()) == CONNECTION_OK) ask_to_stop(connection_.get());
  connection_.reset();
  return error;
}

/// Waits until the socket can be read or written, whichever of `events` comes first.
Status PostgresConnection::wait(short events, const Cancellation& patience) {
  constexpr auto kLook = std::chrono::milliseconds(50);
  for (;;) {
    if (patience.requested()) return stop();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience.deadline().left(kLook));
    pollfd socket{libpq().socket(connection_.get()), events, 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
    if (ready > 0) return base::Done{};
    if (ready < 0 && errno != EINTR)
      return Error{ErrorCode::kUnreadable, std::strerror(errno), name_};
  }
}

Status PostgresConnection::connect(const Cancellation& patience) {
  short events = POLLOUT;
  for (;;) {
    if (auto waited = wait(events, patience); !waited) {
      if (cancellation_.requested()) return waited;
      return Error{ErrorCode::kUnreadable, "the server did not let us in in time", name_};
    }
    switch (libpq().connectPoll(connection_.get())) {
      case PGRES_POLLING_OK:
        return base::Done{};
      case PGRES_POLLING_READING:
        events = POLLIN;
        break;
      case PGRES_POLLING_WRITING:
        events = POLLOUT;
        break;
      default:
        return refused();
    }
  }
}

Result<PostgresConnection> PostgresConnection::open(const std::string& uri, const std::string& name,
                                                    const Cancellation& cancellation) {
  if (!libpq_functions()) return libpq_functions().error().within(name);
  // libpq quotes what it cannot read, which may be a password.
  PQconninfoOption* options = libpq().conninfoParse(uri.c_str(), nullptr);
  if (options == nullptr) {
    return Error{ErrorCode::kMalformedInput,
                 "is no connection URI, must be postgres://user:password@host:port/database with % "
                 "for signs",
                 name};
  }
  libpq().conninfoFree(options);
  PostgresConnection opened(libpq().connectStart(uri.c_str()), name, cancellation);
  PGconn* connection = opened.connection_.get();
  if (libpq().status(connection) == CONNECTION_BAD) return opened.refused();
  // Notices would go to standard error.
  libpq().setNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  TURNOUT_CHECK(opened.connect(cancellation.until(Deadline::after(patience_of(connection)))));
  libpq().setnonblocking(connection, 1);
  TURNOUT_CHECK(opened.run("SET client_encoding = 'UTF8'; SET extra_float_digits = 3"));
  return opened;
}

/// Hands all that libpq holds back to the server, which may want to be read in between.
Status PostgresConnection::flush() {
  for (;;) {
    const int left = libpq().flush(connection_.get());
    if (left == 0) return base::Done{};
    if (left < 0) return failure();
    TURNOUT_CHECK(wait(POLLIN | POLLOUT, cancellation_));
    if (libpq().consumeInput(connection_.get()) == 0) return failure();
  }
}

/// @returns the next result of what was sent; nothing after the last.
Result<std::optional<PostgresRows>> PostgresConnection::next_result() {
  TURNOUT_CHECK(flush());
  while (libpq().isBusy(connection_.get()) != 0) {
    TURNOUT_CHECK(wait(POLLIN, cancellation_));
    if (libpq().consumeInput(connection_.get()) == 0) return failure();
  }
  pg_result* result = libpq().getResult(connection_.get());
  if (result == nullptr) return std::optional<PostgresRows>();
  return std::optional(PostgresRows(result));
}

/// @returns the last result of what was sent, or the first that is an error; the one with which the
///   server begins to listen to a COPY or to send one.
Result<PostgresRows> PostgresConnection::last_result() {
  std::optional<PostgresRows> last;
  std::optional<Error> wrong;
  for (;;) {
    TURNOUT_TRY(auto result, next_result());
    if (!result) break;
    const auto status = libpq().resultStatus(result->result_.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) return *std::move(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !wrong) {
      const char* state = libpq().resultErrorField(result->result_.get(), PG_DIAG_SQLSTATE);
      sql_state_ = state == nullptr ? "" : state;
      wrong = failure(sql_state_);
    }
    last = std::move(result);
  }
  if (wrong) return *wrong;
  if (!last) return failure();
  return *std::move(last);
}

Status PostgresConnection::send(const std::string& sql) {
  statement_ = sql;
  if (libpq().sendQuery(connection_.get(), sql.c_str()) == 0) return failure();
  return base::Done{};
}

Status PostgresConnection::run(const std::string& sql) {
  TURNOUT_CHECK(send(sql));
  TURNOUT_CHECK(last_result());
  return base::Done{};
}

Result<PostgresRows> PostgresConnection::query(const std::string& sql,
                                               const std::vector<SqlValue>& values) {
  std::vector<std::string> texts;
  std::vector<Oid> types;
  for (const auto& value : values) {
    const auto* number = std::get_if<std::int64_t>(&value);
    texts.push_back(number != nullptr ? std::to_string(*number) : std::get<std::string>(value));
    types.push_back(number != nullptr ? kBigint : kText);
  }
  statement_ = sql;
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  if (libpq().sendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(texts.size()),
                              types.data(), pointers.data(), nullptr, nullptr, 0) == 0)
    return failure();
  return last_result();
}

Status PostgresConnection::put(std::string_view piece) {
  for (;;) {
    const int put =
        libpq().putCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size()));
    if (put < 0) return failure();
    TURNOUT_CHECK(flush());
    if (put == 1) return base::Done{};
  }
}

Status PostgresConnection::put_all(std::string_view data) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  for (std::size_t at = 0; at < data.size(); at += kPiece) {
    TURNOUT_CHECK(put(data.substr(at, kPiece)));
  }
  int ended = 0;
  while ((ended = libpq().putCopyEnd(connection_.get(), nullptr)) == 0) {
    TURNOUT_CHECK(flush());
  }
  if (ended < 0) return failure();
  return base::Done{};
}

Status PostgresConnection::copy(const std::string& sql, std::string_view data) {
  TURNOUT_CHECK(send(sql));
  TURNOUT_TRY(const auto started, last_result());
  if (libpq().resultStatus(started.result_.get()) != PGRES_COPY_IN) return failure();
  auto sent = put_all(data);
  // A server that refuses a row ends the COPY before all is sent, and says why in its result.
  if (!sent && !connection_) return sent;
  TURNOUT_CHECK(last_result());
  return sent;
}

/// @returns the next message of a COPY, which lives until the next call; nothing after the last.
Result<std::optional<std::string_view>> PostgresConnection::next_message() {
  for (;;) {
    char* data = nullptr;
    const int size = libpq().getCopyData(connection_.get(), &data, 1);
    message_.reset(data);
    if (size > 0) return std::optional(std::string_view(data, static_cast<std::size_t>(size)));
    if (size == -1) return std::optional<std::string_view>();
    if (size < -1) return failure();
    TURNOUT_CHECK(wait(POLLIN, cancellation_));
    if (libpq().consumeInput(connection_.get()) == 0) return failure();
  }
}

/// Ends a COPY that nobody wants the rest of. The server's word that it stopped is no error.
Status PostgresConnection::leave_copy() {
  ask_to_stop(connection_.get());
  for (;;) {
    TURNOUT_TRY(const auto message, next_message());
    if (!message) break;
  }
  for (;;) {
    TURNOUT_TRY(const auto result, next_result());
    if (!result) return base::Done{};
  }
}

Status PostgresConnection::begin_copy_out(const std::string& sql) {
  TURNOUT_CHECK(send(sql));
  TURNOUT_TRY(const auto started, last_result());
  if (libpq().resultStatus(started.result_.get()) != PGRES_COPY_OUT) return failure();
  return base::Done{};
}

Result<std::optional<std::string_view>> PostgresConnection::next_copied() {
  TURNOUT_TRY(const auto message, next_message());
  if (!message) TURNOUT_CHECK(last_result());
  return message;
}

Status PostgresConnection::copy_out(const std::string& sql,
                                    const std::function<Result<bool>(std::string_view)>& use) {
  TURNOUT_CHECK(begin_copy_out(sql));
  for (;;) {
    TURNOUT_TRY(const auto message, next_copied());
    if (!message) return base::Done{};
    const auto more = use(*message);
    if (more && *more) continue;
    TURNOUT_CHECK(leave_copy());
    return more ? Status(base::Done{}) : Status(more.error());
  }
}

}  // namespace turnout::store
