#include "turnout/store/clickhouse_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "turnout/store/pass_key.h"
#include "turnout/store/pass_store.h"
#include "turnout/store/row_binary.h"

namespace turnout::store {
namespace {

using base::Result;
using traffic::Pass;

/// A question may read so many rows, some batches, before another way is tried.
constexpr std::int64_t kFewRows = 400'000;

std::string keys_of(std::span<const Pass> passes) {
  std::string keys;
  for (const Pass& pass : passes) append_key(keys, pass);
  return keys;
}

ClickHouseConnection::Attached incoming_keys(std::string_view keys) {
  return {"incoming", "task_id String, attempt UInt32", keys};
}

SqlValues first_and_last(std::span<const Pass> passes) {
  const auto [first, last] =
      std::minmax_element(passes.begin(), passes.end(),
                          [](const auto& a, const auto& b) { return a.task_id < b.task_id; });
  return {{"first", first->task_id}, {"last", last->task_id}};
}

/// Whether little of the table lies between two tasks. The server refuses what would read too much
/// before it reads; whatever else it may refuse the way without a bound meets again.
bool ids_rise(ClickHouseStatements& store, const SqlValues& ids) {
  return store
      .query(fmt::format("SELECT attempt FROM {{passes}} WHERE task_id >= {{first}} AND task_id <= "
                         "{{last}} LIMIT 1 SETTINGS max_rows_to_read = {}",
                         kFewRows),
             ids)
      .has_value();
}

/// Of what lies between the tasks the ids alone are read, but for rows of these tasks.
Result<std::vector<Held>> held_by_ids(ClickHouseStatements& store, std::span<const Pass> passes,
                                      const SqlValues& ids) {
  const std::string keys = keys_of(passes);
  TURNOUT_TRY(
      const auto body,
      store.connection().query(
          store.fill(
              fmt::format("SELECT {} FROM {{passes}} PREWHERE task_id >= {{first}} AND task_id <= "
                          "{{last}} AND task_id GLOBAL IN (SELECT task_id FROM incoming) WHERE "
                          "(task_id, attempt) GLOBAL IN incoming ORDER BY kept DESC FORMAT "
                          "RowBinary",
                          kStoredColumns),
              ids),
          incoming_keys(keys)));
  std::vector<Pass> stored;
  std::string_view rest = body;
  for (Pass pass; !rest.empty() && take_row_binary(rest, pass);) stored.push_back(pass);
  if (!rest.empty()) return store.cut_off();
  std::unordered_map<PassKey, const Pass*, HashPassKey> by_key;
  for (const Pass& pass : stored) by_key.try_emplace(key_of(pass), &pass);  // the first is kept
  std::vector<Held> held;
  for (const Pass& pass : passes) {
    const auto there = by_key.find(key_of(pass));
    held.push_back(there == by_key.end()    ? Held::kNothing
                   : *there->second == pass ? Held::kSame
                                            : Held::kOther);
  }
  return held;
}

/// The server's row_hash of passes.
/// @param which  their places
Result<std::vector<std::uint64_t>> hashes_of(ClickHouseStatements& store,
                                             std::span<const Pass> passes,
                                             const std::vector<std::size_t>& which) {
  std::string rows;
  for (std::size_t i = 0; i < which.size(); ++i) {
    append_row_binary(rows, passes[which[i]]);
    append_fixed(rows, i);
  }
  constexpr std::string_view kStructure =
      "task_id String, attempt UInt32, user_id String, model String, started_us Int64, latency_s "
      "Float64, ttft_s Nullable(Float64), input_tokens Nullable(Int64), output_tokens "
      "Nullable(Int64), cost_usd Nullable(Float64), outcome Int8, ending Int8, policy_id String, "
      "propensity Nullable(Float64), place UInt64";
  TURNOUT_TRY(const auto body,
              store.connection().query(
                  store.fill("SELECT {row_hash} FROM incoming ORDER BY place FORMAT RowBinary", {}),
                  {"incoming", std::string(kStructure), rows}));
  std::vector<std::uint64_t> hashes(which.size());
  std::string_view rest = body;
  for (auto& hash : hashes) {
    if (!take_fixed(rest, hash)) return store.cut_off();
  }
  return hashes;
}

Result<std::vector<Held>> held_by_times(ClickHouseStatements& store, std::span<const Pass> passes) {
  const std::string keys = keys_of(passes);
  TURNOUT_TRY(
      const auto body,
      store.connection().query(
          store.fill(fmt::format("SELECT task_id, attempt, row_hash FROM {{pass_keys}} WHERE "
                                 "({}) AND (task_id, attempt) GLOBAL IN incoming ORDER BY "
                                 "kept DESC SETTINGS max_rows_to_read = {} FORMAT RowBinary",
                                 condition_of_times(passes), kFewRows),
                     {}),
          incoming_keys(keys)));
  std::unordered_map<PassKey, std::uint64_t, HashPassKey> stored;
  std::string_view rest = body;
  for (PassKey key; !rest.empty();) {
    std::uint64_t hash = 0;
    if (!take_key(rest, key) || !take_fixed(rest, hash)) return store.cut_off();
    stored.try_emplace(key, hash);  // the first is kept
  }
  std::vector<Held> held(passes.size(), Held::kNothing);
  std::vector<std::size_t> met;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    if (stored.contains(key_of(passes[i]))) met.push_back(i);
  }
  if (met.empty()) return held;
  TURNOUT_TRY(const auto hashes, hashes_of(store, passes, met));
  for (std::size_t i = 0; i < met.size(); ++i) {
    const bool same = stored.at(key_of(passes[met[i]])) == hashes[i];
    held[met[i]] = same ? Held::kSame : Held::kOther;
  }
  return held;
}

}  // namespace

std::string condition_of_times(std::span<const Pass> passes) {
  constexpr std::int64_t kMargin = 60'000'000, kShortestGap = 3'600'000'000;
  constexpr std::size_t kMostGaps = 15;
  assert(!passes.empty());
  std::vector<std::int64_t> starts;
  starts.reserve(passes.size());
  for (const Pass& pass : passes) starts.push_back(pass.started_us);
  std::sort(starts.begin(), starts.end());
  std::vector<std::pair<std::int64_t, std::size_t>> gaps;  // length, and what comes after it
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const std::int64_t gap = starts[i] - starts[i - 1];
    if (gap > kShortestGap) gaps.emplace_back(gap, i);
  }
  std::sort(gaps.begin(), gaps.end(), std::greater<>());
  gaps.resize(std::min(gaps.size(), kMostGaps));
  std::sort(gaps.begin(), gaps.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  gaps.emplace_back(0, starts.size());
  std::string condition;
  std::size_t first = 0;
  for (const auto& [gap, after] : gaps) {
    condition += fmt::format("{}(started_us >= {} AND started_us <= {})", first == 0 ? "" : " OR ",
                             std::max<std::int64_t>(starts[first] - kMargin, 0),
                             starts[after - 1] + kMargin);
    first = after;
  }
  return condition;
}

Result<std::vector<Held>> held_of(ClickHouseStatements& store, std::span<const Pass> passes) {
  if (passes.empty()) return std::vector<Held>();
  const SqlValues ids = first_and_last(passes);
  if (ids_rise(store, ids)) return held_by_ids(store, passes, ids);
  auto held = held_by_times(store, passes);
  if (held) return held;  // otherwise the server refused to read so much
  return held_by_ids(store, passes, ids);
}

}  // namespace turnout::store
