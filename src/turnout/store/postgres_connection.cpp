#include "turnout/store/postgres_connection.h"

#include <charconv>
#include <utility>

#include "turnout/store/libpq_functions.h"

namespace turnout::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

constexpr Oid kBigint = 20;
constexpr Oid kText = 25;

/// The first line of a message, without libpq's "ERROR:  ".
std::string first_line(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  for (const std::string_view start : {"ERROR:  ", "FATAL:  "}) {
    if (message.starts_with(start)) message.remove_prefix(start.size());
  }
  return std::string(message);
}

}  // namespace

void PostgresRows::Clear::operator()(pg_result* result) const { libpq().clear(result); }
void PostgresConnection::Close::operator()(pg_conn* connection) const {
  libpq().finish(connection);
}

int PostgresRows::rows() const { return libpq().ntuples(result_.get()); }
int PostgresRows::columns() const { return libpq().nfields(result_.get()); }
std::string_view PostgresRows::text(int row, int column) const {
  return {libpq().getvalue(result_.get(), row, column),
          static_cast<std::size_t>(libpq().getlength(result_.get(), row, column))};
}
bool PostgresRows::is_null(int row, int column) const {
  return libpq().getisnull(result_.get(), row, column) != 0;
}
std::int64_t PostgresRows::touched() const {
  const std::string_view text = libpq().cmdTuples(result_.get());
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

Error PostgresConnection::failure() const {
  return Error{ErrorCode::kUnreadable, first_line(libpq().errorMessage(connection_.get())), name_};
}

Result<PostgresConnection> PostgresConnection::open(const std::string& uri,
                                                    const std::string& name) {
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
  PostgresConnection connection(libpq().connectdb(uri.c_str()), name);
  if (libpq().status(connection.connection_.get()) != CONNECTION_OK) return connection.failure();
  // Notices would go to standard error.
  libpq().setNoticeProcessor(
      connection.connection_.get(), [](void*, const char*) {}, nullptr);
  TURNOUT_CHECK(connection.run("SET client_encoding = 'UTF8'; SET extra_float_digits = 3"));
  return connection;
}

Status PostgresConnection::run(const std::string& sql) {
  const PostgresRows result(libpq().exec(connection_.get(), sql.c_str()));
  const auto status = libpq().resultStatus(result.result_.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failure();
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
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  PostgresRows result(libpq().execParams(connection_.get(), sql.c_str(),
                                         static_cast<int>(texts.size()), types.data(),
                                         pointers.data(), nullptr, nullptr, 0));
  const auto status = libpq().resultStatus(result.result_.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failure();
  return result;
}

Status PostgresConnection::copy(const std::string& sql, std::string_view data) {
  {
    const PostgresRows started(libpq().exec(connection_.get(), sql.c_str()));
    if (libpq().resultStatus(started.result_.get()) != PGRES_COPY_IN) return failure();
  }
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  bool sent = true;
  for (std::size_t at = 0; sent && at < data.size(); at += kPiece) {
    const auto piece = data.substr(at, kPiece);
    sent =
        libpq().putCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size())) == 1;
  }
  sent = sent && libpq().putCopyEnd(connection_.get(), nullptr) == 1;
  if (!sent) return failure();
  Status status = base::Done{};
  while (pg_result* result = libpq().getResult(connection_.get())) {
    const PostgresRows owned(result);
    if (libpq().resultStatus(result) != PGRES_COMMAND_OK) status = failure();
  }
  return status;
}

}  // namespace turnout::store
