#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/estimation/log_statistics.h"
#include "turnout/store/clickhouse_connection.h"
#include "turnout/store/pass_store.h"
#include "turnout/store/postgres_connection.h"

/// What the tests of engines have in common: the servers that tests/engines/servers.py started, and a log
/// of hostile rows.
namespace turnout {

using estimation::LogSelection;
using estimation::LogStatistics;
using store::PassStore;
using traffic::Ending;
using traffic::Outcome;
using traffic::Pass;

inline std::string server(const char* variable) {
  const char* address = std::getenv(variable);
  if (address == nullptr)
    throw std::runtime_error(std::string(variable) + " is not set: run by servers.py");
  return address;
}

inline void empty_postgres() {
  auto connection =
      store::PostgresConnection::open(server("TURNOUT_TEST_POSTGRES"), "test").value();
  ASSERT_TRUE(connection.run(
      "DROP VIEW IF EXISTS numbered_passes; DROP TABLE IF EXISTS passes, day_summaries, "
      "changed_days, summary_state, schema_version"));
}

inline void empty_clickhouse(const char* variable) {
  store::ClickHouseConnection connection(store::ClickHouseAddress::parse(server(variable)).value());
  for (const char* table :
       {"passes_on_pair", "stored_passes_on_pair", "pass_keys_on_pair", "numbered_passes_on_pair",
        "numbered_passes", "pass_keys_as_they_come", "pass_keys", "pruned_tasks", "stored_passes",
        "passes", "day_summaries", "summary_state", "schema_version"}) {
    ASSERT_TRUE(connection.query(fmt::format("DROP TABLE IF EXISTS {}", table)));
  }
}

inline const std::vector<std::string> kNames = {"mini", "large", "it's; DROP TABLE passes; --",
                                                "\\' OR 1=1 {since} $1 \\", "模型 \\N"};

/// A log with every contradiction there is, made of hostile names.
inline std::vector<Pass> random_log(std::uint64_t seed, int tasks) {
  base::Rng rng(seed);
  const auto one_of = [&](std::size_t count) {
    return static_cast<std::size_t>(rng.uniform(0, static_cast<double>(count)));
  };
  std::vector<Pass> passes;
  for (int task = 0; task < tasks; ++task) {
    auto started = static_cast<std::int64_t>(rng.uniform(0, 30 * 86'400e6)) + 1'700'000'000'000'000;
    if (one_of(20) == 0) started = 1'700'000'000'000'000;  // ties
    const std::string user =
        one_of(10) == 0
            ? ""
            : fmt::format("user {} '\"\\", one_of(static_cast<std::size_t>(tasks) / 3 + 1));
    const std::string policy = one_of(3) == 0 ? "" : kNames[one_of(kNames.size())];
    std::int64_t attempt = one_of(30) == 0 ? 2 : 1;
    for (; one_of(3) != 0 || attempt == 1; ++attempt) {
      Pass pass;
      pass.task_id =
          fmt::format("task {} {}", kNames[static_cast<std::size_t>(task) % kNames.size()], task);
      pass.attempt = attempt;
      pass.user_id = one_of(25) == 0 ? "someone else" : user;
      pass.model = kNames[one_of(kNames.size())];
      started += static_cast<std::int64_t>(rng.uniform(-0.05e9, 1e9));
      pass.started_us = std::max<std::int64_t>(started, 0);
      pass.latency_s = one_of(40) == 0 ? 0 : one_of(10) == 0 ? 8 : rng.exponential(5);
      if (one_of(2) == 0) pass.ttft_s = rng.uniform();
      if (one_of(2) == 0) pass.input_tokens = static_cast<std::int64_t>(one_of(1000));
      if (one_of(4) != 0) pass.output_tokens = static_cast<std::int64_t>(one_of(900));
      if (one_of(4) != 0) pass.cost_usd = rng.uniform(-1e-3, 1);
      pass.outcome = static_cast<Outcome>(one_of(3));
      pass.ending = static_cast<Ending>(one_of(4));
      pass.policy_id = policy;
      if (one_of(2) == 0) pass.propensity = 1 - rng.uniform();
      if (one_of(15) == 0) ++attempt;  // the next one is missing
      passes.push_back(pass);
      if (one_of(15) == 0) break;
    }
  }
  for (std::size_t i = passes.size(); i > 1; --i) std::swap(passes[i - 1], passes[one_of(i)]);
  return passes;
}

}  // namespace turnout
