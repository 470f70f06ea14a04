#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"

/// How other programs' logs say what a pass is: docs/formats.md, "Maps".
namespace turnout::mapping {

/// Where a value is in a row: the steps of a JSON Pointer (RFC 6901), or the value itself. In an
/// array of objects a step also finds the one whose "key" or "name" it is, as OpenTelemetry writes
/// attributes and events.
struct Place {
  std::vector<std::string> steps;
  std::optional<std::string> constant;
  double times = 1;  ///< what a number there is multiplied with: 0.001 for milliseconds
};
/// The first place that has a value counts.
using Places = std::vector<Place>;

/// What a row may say of a pass, beyond the columns of a traffic log.
enum class MappedColumn : std::uint8_t {
  kId,         ///< names the row
  kAttemptId,  ///< rows with the same one are calls of one answer: one pass
  kTaskId,     ///< the task, where the log knows it
  kUserId,
  kConversation,  ///< the conversation or session
  kTurn,          ///< how many turns of the user the context holds: 1 begins a conversation
  kModel,
  kStartedAt,     ///< RFC 3339, or a number of seconds, milli-, micro- or nanoseconds since 1970
  kEndedAt,       ///< the same; gives the latency where latency_s does not
  kFirstTokenAt,  ///< the same; gives the time to the first token where ttft_s does not
  kLatency,
  kTtft,
  kInputTokens,
  kOutputTokens,
  kCost,
  kOutcome,
  kPolicyId,
  kPropensity,
  /// a chat's messages {role, content or parts}, as JSON or as text that is JSON; or the prompt
  /// alone
  kMessages,
  kTrueTask,   ///< the task as someone who knows labelled it, to measure how well rows are matched
  kRetries,    ///< how often the client has sent the request before
  kInitiator,  ///< "agent" if no user began the request
  kMessageId,  ///< the id of the user's message
  kParentId,   ///< and of the message that it answers
};
inline constexpr std::array<std::string_view, 24> kMappedColumnNames = {
    "id",           "attempt_id",    "task_id",  "user_id",        "conversation", "turn",
    "model",        "started_at",    "ended_at", "first_token_at", "latency_s",    "ttft_s",
    "input_tokens", "output_tokens", "cost_usd", "outcome",        "policy_id",    "propensity",
    "messages",     "true_task",     "retries",  "initiator",      "message_id",   "parent_id"};

/// A row counts only if it has one of these values at a place.
struct RowCondition {
  Place place;
  std::vector<std::string> values;
};

/// A table of a server whose columns fill up those that the map's table lacks.
struct JoinMap {
  std::string table;
  std::map<std::string, std::string> on;  ///< columns of the map's table and of this one that agree
};

/// Rows that say how a pass went.
struct FeedbackMap {
  std::string table;  ///< of a server, if they have one of their own; or ""
  std::vector<RowCondition> when;
  Places of;                  ///< the id or attempt_id of the pass
  Places value;               ///< a number, true or false, or a word
  double success_from = 0.5;  ///< numbers from here on are a success, others a failure
  std::vector<std::string> success, failure;  ///< words; another one says nothing
};

struct RowMap {
  std::string table;  ///< of a server; empty: the map is for files
  std::optional<JoinMap> join;
  /// where rows are in a document, "*" for all of an array; empty: the document
  std::vector<Place> rows;
  std::vector<RowCondition> when;
  std::vector<RowCondition> no_answer;  ///< one holds: the request ended in an error
  std::vector<RowCondition> helper;     ///< one holds: no user's prompt is served
  std::map<MappedColumn, Places> columns;
  std::optional<FeedbackMap> feedback;
};

/// Of when rows are wanted. What has none of the columns, or no time in it, is read whole.
struct TimesWanted {
  std::vector<std::string> columns;              ///< the first that a table has counts
  std::optional<std::int64_t> since_s, until_s;  ///< in [since, until), seconds since 1970
};

/// What is wanted of a table.
struct WantedRows {
  std::set<std::string> columns;
  std::vector<RowCondition> when;  ///< what else is there is of no use
  TimesWanted times;
};

/// @returns the first steps of all places of a map: the columns of a table that it reads; empty if it
///   looks for rows within documents.
std::set<std::string> columns_read(const RowMap& map);
/// @returns what a map wants of its table; what says how a pass went is part of it unless that has a
///   table of its own.
/// @param times  its columns are filled in
WantedRows wanted_passes(const RowMap& map, TimesWanted times);
WantedRows wanted_feedback(const FeedbackMap& map);

/// @param source  the map's name, for messages
/// @returns kMalformedInput or kInvalidValue naming source, key and what is allowed.
base::Result<RowMap> parse_row_map(std::string_view toml, const std::string& source);

/// @param name  of a map that is part of the program ("auditor", "litellm", "langfuse",
///   "opentelemetry"), or a file
base::Result<RowMap> read_row_map(const std::string& name);

/// @returns the names of the maps that are part of the program.
std::vector<std::string> row_map_names();
/// @returns the text of one, empty for another name.
std::string_view row_map_text(std::string_view name);

}  // namespace turnout::mapping
