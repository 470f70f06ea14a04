#include "turnout/store/postgres_tasks.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "turnout/store/embedded_texts.h"
#include "turnout/store/pass_store.h"

namespace turnout::store {
namespace {

using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr auto kPatience = std::chrono::seconds(5);
constexpr std::int64_t kRowsAtOnce = 2000;
constexpr std::int64_t kDeletedAtOnce = 10'000;

void append_hex(std::string& to, std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    to += kDigits[byte >> 4U];
    to += kDigits[byte & 15U];
  }
}

int digit_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit_of(hex[i]) * 16 + digit_of(hex[i + 1]));
  return bytes;
}

/// A number of 64 bits as the database's, which have a sign.
std::int64_t as_bigint(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

Result<PostgresTasks> PostgresTasks::open(const Options& options) {
  std::string name = without_password(options.uri);
  const base::Cancellation soon(Deadline::after(kPatience));
  TURNOUT_TRY(auto connection, PostgresConnection::open(options.uri, name, soon));
  const auto tables = base::find_text(embedded_texts(), "sql/postgres/tasks.sql");
  PostgresTasks opened(std::move(connection), options, std::move(name));
  opened.begin_waiting();
  TURNOUT_CHECK(opened.connection_.run(std::string(tables)));
  return opened;
}

void PostgresTasks::begin_waiting() {
  connection_.wait_until(base::Cancellation(Deadline::after(kPatience)));
}

Result<std::string> PostgresTasks::agree_on_secret(const std::string& mine) {
  begin_waiting();
  TURNOUT_CHECK(connection_.query(
      "INSERT INTO turnout_secret (hex) VALUES ($1) ON CONFLICT DO NOTHING", {mine}));
  TURNOUT_TRY(const auto rows, connection_.query("SELECT hex FROM turnout_secret"));
  if (rows.rows() != 1)
    return Error{ErrorCode::kUnreadable, "has no secret of the gateways", name_};
  return std::string(rows.text(0, 0));
}

/// One message of several statements is one transaction: no gateway holds the lock while it is
/// slow. With the lock rows become visible in the order of their numbers, so that none is read
/// past.
Status PostgresTasks::write(std::uint32_t gateway, std::uint64_t first,
                            const std::vector<std::string>& rows) {
  begin_waiting();
  std::string sql =
      "SELECT pg_advisory_xact_lock(hashtext('turnout task log')); "
      "INSERT INTO turnout_task_log (gateway, nth, models, entry) VALUES ";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sql += fmt::format("{}({}, {}, {}, decode('", i == 0 ? "" : ", ", gateway, first + i,
                       as_bigint(options_.models));
    append_hex(sql, rows[i]);
    sql += "', 'hex'))";
  }
  return connection_.run(sql + " ON CONFLICT (gateway, nth) DO NOTHING");
}

Result<std::vector<TaskLogRow>> PostgresTasks::read(std::int64_t after) {
  begin_waiting();
  TURNOUT_TRY(const auto rows,
              connection_.query("SELECT number, gateway, encode(entry, 'hex') FROM "
                                "turnout_task_log WHERE number > $1 AND models = $2 "
                                "ORDER BY number LIMIT $3",
                                {after, as_bigint(options_.models), kRowsAtOnce}));
  std::vector<TaskLogRow> read(static_cast<std::size_t>(rows.rows()));
  for (int row = 0; row < rows.rows(); ++row) {
    TaskLogRow& to = read[static_cast<std::size_t>(row)];
    TURNOUT_TRY(to.number, rows.integer(row, 0).within(name_));
    TURNOUT_TRY(const auto gateway, rows.integer(row, 1).within(name_));
    to.gateway = static_cast<std::uint32_t>(gateway);
    to.bytes = bytes_of(rows.text(row, 2));
  }
  return read;
}

Result<std::vector<std::uint32_t>> PostgresTasks::beat(std::uint32_t gateway) {
  begin_waiting();
  TURNOUT_CHECK(
      connection_.query("INSERT INTO turnout_gateways (gateway, seen_at) VALUES ($1, now()) "
                        "ON CONFLICT (gateway) DO UPDATE SET seen_at = excluded.seen_at",
                        {std::int64_t{gateway}}));
  // A gateway's row outlives its entries, so that who reads them knows that it has gone.
  TURNOUT_CHECK(connection_.query(
      "DELETE FROM turnout_gateways WHERE seen_at < now() - 2 * $1 * interval '1 microsecond'",
      {options_.keep_us}));
  // The first row is looked at before the many.
  TURNOUT_CHECK(connection_.query(
      "DELETE FROM turnout_task_log WHERE told_at < now() - $1 * interval '1 microsecond' AND "
      "number IN (SELECT number FROM turnout_task_log ORDER BY number LIMIT $2) AND "
      "(SELECT told_at FROM turnout_task_log ORDER BY number LIMIT 1) < "
      "now() - $1 * interval '1 microsecond'",
      {options_.keep_us, kDeletedAtOnce}));
  TURNOUT_TRY(const auto rows,
              connection_.query("SELECT gateway FROM turnout_gateways WHERE seen_at < now() - "
                                "interval '5 seconds' AND gateway <> $1",
                                {std::int64_t{gateway}}));
  std::vector<std::uint32_t> silent;
  for (int row = 0; row < rows.rows(); ++row) {
    TURNOUT_TRY(const auto one, rows.integer(row, 0).within(name_));
    silent.push_back(static_cast<std::uint32_t>(one));
  }
  return silent;
}

}  // namespace turnout::store
