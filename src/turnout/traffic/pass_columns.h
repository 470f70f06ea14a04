#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "turnout/traffic/pass.h"

namespace turnout::traffic {

/// The columns of a traffic log, in the order in which we write them.
enum class Column : std::uint8_t {
  kTaskId,
  kUserId,
  kAttempt,
  kModel,
  kStartedAt,
  kLatency,
  kTtft,
  kInputTokens,
  kOutputTokens,
  kCost,
  kOutcome,
  kEnding,
  kPolicyId,
  kPropensity,
};
inline constexpr std::array<std::string_view, 14> kColumnNames = {
    "task_id",   "user_id", "attempt",      "model",         "started_at",
    "latency_s", "ttft_s",  "input_tokens", "output_tokens", "cost_usd",
    "outcome",   "ending",  "policy_id",    "propensity"};
inline constexpr std::size_t kColumns = kColumnNames.size();

/// @returns the column of this name; nothing for another name.
std::optional<Column> column_of(std::string_view name);

/// Empties a pass but keeps its memory. Numbers that a row must have become ones that defect_of()
/// refuses.
void clear(Pass& pass);

/// Sets one column from text, as CSV and stores give it. Empty text leaves it unknown.
/// @returns the defect if the text is no value of the column at all.
Defect set_text(Pass& pass, Column column, std::string_view text);

}  // namespace turnout::traffic
