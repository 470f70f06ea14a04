#include "turnout/store/postgres_policies.h"

#include <utility>

#include "turnout/store/embedded_texts.h"
#include "turnout/store/pass_store.h"

namespace turnout::store {
namespace {

using base::Cancellation;
using base::Deadline;
using base::Result;
using base::Status;

/// A number of 64 bits as the database's, which have a sign.
std::int64_t as_bigint(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

Result<PostgresPolicies> PostgresPolicies::open(const Options& options) {
  std::string name = without_password(options.uri);
  const Cancellation soon(Deadline::after(options.patience));
  TURNOUT_TRY(auto connection, PostgresConnection::open(options.uri, name, soon));
  PostgresPolicies opened(std::move(connection), options, std::move(name));
  // CREATE needs its privilege also where the tables are there.
  TURNOUT_TRY(const auto there,
              opened.connection_.query("SELECT 1 WHERE to_regclass('turnout_control') IS NULL"));
  if (there.rows() > 0) {
    const auto tables = base::find_text(embedded_texts(), "sql/postgres/policies.sql");
    TURNOUT_CHECK(opened.connection_.run(std::string(tables)));
  }
  TURNOUT_CHECK(opened.connection_.query(
      "INSERT INTO turnout_control (models) VALUES ($1) ON CONFLICT DO NOTHING",
      {as_bigint(options.models)}));
  return opened;
}

void PostgresPolicies::begin_waiting() {
  if (options_.in_all) return;
  connection_.wait_until(Cancellation(Deadline::after(options_.patience)));
}

Result<std::vector<std::string>> PostgresPolicies::read(std::uint64_t after) {
  begin_waiting();
  TURNOUT_TRY(const auto rows,
              connection_.query("SELECT line FROM turnout_policy_log WHERE models = $1 "
                                "AND number > $2 ORDER BY number",
                                {as_bigint(options_.models), as_bigint(after)}));
  std::vector<std::string> lines;
  for (int row = 0; row < rows.rows(); ++row) lines.emplace_back(rows.text(row, 0));
  return lines;
}

Result<bool> PostgresPolicies::append(std::uint64_t number, const std::string& line) {
  begin_waiting();
  TURNOUT_TRY(
      const auto rows,
      connection_.query("INSERT INTO turnout_policy_log (models, number, line) VALUES ($1, $2, $3) "
                        "ON CONFLICT DO NOTHING",
                        {as_bigint(options_.models), as_bigint(number), line}));
  TURNOUT_TRY(const auto touched, rows.touched().within(name_));
  return touched == 1;
}

/// One statement, so that of two gateways one has the turn. Whoever is told that it was asked has taken
/// that on, which the second statement notes.
Result<ControlTurn> PostgresPolicies::beat(const ControlBeat& beat) {
  begin_waiting();
  const auto models = as_bigint(options_.models);
  const std::int64_t gateway = options_.gateway;
  TURNOUT_TRY(
      const auto rows,
      connection_.query(
          "UPDATE turnout_control SET "
          "holder = CASE WHEN $3 = 1 AND (until < now() OR holder = $2) THEN $2 ELSE holder END, "
          "until = CASE WHEN $3 = 1 AND (until < now() OR holder = $2) "
          "THEN now() + interval '5 seconds' WHEN holder = $2 THEN now() ELSE until END, "
          "asked = asked OR $4 = 1, look = CASE WHEN $5 = '' THEN look ELSE $5 END "
          "WHERE models = $1 "
          "RETURNING (holder = $2 AND until > now())::int, asked::int, look",
          {models, gateway, std::int64_t{beat.wants_turn}, std::int64_t{beat.asks}, beat.look}));
  if (rows.rows() != 1)
    return base::Error{base::ErrorCode::kUnreadable, "has no row of these gateways", name_};
  ControlTurn turn;
  turn.ours = rows.text(0, 0) == "1";
  turn.asked = turn.ours && rows.text(0, 1) == "1";
  turn.look = rows.text(0, 2);
  if (turn.asked) {
    TURNOUT_CHECK(connection_.query(
        "UPDATE turnout_control SET asked = false WHERE models = $1 AND holder = $2",
        {models, gateway}));
  }
  return turn;
}

Status PostgresPolicies::release() {
  begin_waiting();
  TURNOUT_CHECK(
      connection_.query("UPDATE turnout_control SET until = now() - interval '1 second' "
                        "WHERE models = $1 AND holder = $2",
                        {as_bigint(options_.models), std::int64_t{options_.gateway}}));
  return base::Done{};
}

}  // namespace turnout::store
