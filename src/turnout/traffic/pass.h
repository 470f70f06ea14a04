#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Records of real traffic, one per pass, and the stores that hold them. docs/formats.md, "Traffic
/// log".
namespace turnout::traffic {

/// What is known of a pass's result from explicit feedback.
enum class Outcome : std::uint8_t { kUnknown, kSuccess, kFailure };

/// What came after a pass. A task that ended in silence stays open: the log cannot tell a success
/// from a user who left.
enum class Ending : std::uint8_t { kOpen, kResolved, kReprompted, kAbandoned };

/// One pass: one model's answer to one attempt at a task. (task_id, attempt) names it.
struct Pass {
  std::string task_id;
  std::string user_id;       ///< empty if not known
  std::int64_t attempt = 1;  ///< from 1
  std::string model;
  std::int64_t started_us = 0;                ///< microseconds since 1970-01-01T00:00:00Z
  double latency_s = 0;                       ///< >= 0
  std::optional<double> ttft_s;               ///< time to the first token, >= 0
  std::optional<std::int64_t> input_tokens;   ///< >= 0
  std::optional<std::int64_t> output_tokens;  ///< >= 0
  std::optional<double> cost_usd;             ///< what the pass cost the provider
  Outcome outcome = Outcome::kUnknown;
  Ending ending = Ending::kOpen;
  std::string policy_id;             ///< empty if not known
  std::optional<double> propensity;  ///< probability with which this model was chosen, in (0, 1]

  friend bool operator==(const Pass&, const Pass&) = default;
};

/// What somebody says of an answer later: of an attempt, or of the last one of the task that is stored.
struct ToldOutcome {
  std::string task_id;
  std::optional<std::int64_t> attempt;
  Outcome outcome = Outcome::kUnknown;
};

/// The names under which formats and stores know these values.
std::string_view name_of(Outcome outcome);
std::string_view name_of(Ending ending);
/// @returns nothing for a name that is none.
std::optional<Outcome> outcome_of(std::string_view name);
std::optional<Ending> ending_of(std::string_view name);

/// Why a row cannot be a pass. Such rows are counted and reported by reason, never used.
enum class Defect : std::uint8_t {
  kNone,
  kNoTask,      ///< task_id is missing or empty
  kNoModel,     ///< model is missing or empty
  kAttempt,     ///< attempt is missing, or not in 1 .. 1,000,000
  kTime,        ///< started_at is missing, or no time between 1970 and 2200
  kLatency,     ///< latency_s is missing, negative or over 1e9
  kCost,        ///< cost_usd is beyond 1e9 in size
  kTokens,      ///< a count of tokens or a time to the first token is negative or over 1e12
  kPropensity,  ///< propensity is not in (0, 1]
  kWord,        ///< outcome or ending is none of the allowed words
  /// an id is over kLongestName, a model's name over kLongestModel, or one holds a control
  /// character or
  kText,
  ///< is no UTF-8
};
inline constexpr std::size_t kDefects = 11;

/// @returns what a row's defect is called in reports, e.g. "negative or missing latency_s".
std::string_view name_of(Defect defect);

/// @returns the first rule that a pass breaks, kNone if it is sound. NaN breaks the rule of its
///   column.
Defect defect_of(const Pass& pass);

/// Longest id, and longest name of a model (a scenario's limit), in bytes.
inline constexpr std::size_t kLongestName = 1000;
inline constexpr std::size_t kLongestModel = 200;

/// @returns the time that RFC 3339 text says, to the microsecond; nothing if it is none
///   ("2026-11-24T10:20:30.5Z", "2026-11-24 10:20:30+01:00"; "T" or a space; a missing zone is
///   UTC), or text that databases write: "+01", "+0100", " UTC".
std::optional<std::int64_t> parse_time(std::string_view text);

/// Writes a time as RFC 3339 with microseconds in UTC, "2026-11-24T10:20:30.500000Z".
inline constexpr std::size_t kTimeLength = 27;
void write_time(char* out, std::int64_t microseconds);
std::string time_text(std::int64_t microseconds);

}  // namespace turnout::traffic
