#pragma once

#include <string>
#include <string_view>

#include "turnout/base/result.h"

/// What kind of log a file is, by looking into it.
namespace turnout::mapping {

/// How much of a file is looked at, at most: rows with long conversations are long.
inline constexpr std::size_t kLookedAt = std::size_t{1} << 22U;

struct RecognisedLog {
  std::string map;   ///< the map that reads it, see read_row_map(); empty: a traffic log of our own
  std::string form;  ///< "CSV", "JSON Lines", "a JSON array", ...
  bool seen = true;  ///< whether a row told it
  /// @returns what was recognised, as a sentence for people; empty for a traffic log of our own.
  [[nodiscard]] std::string taken() const;
};

/// Looks at the keys or columns of a log's first rows: a traffic log has task_id, attempt, model,
/// started_at, latency_s; LiteLLM's spend logs request_id, call_type, startTime; Langfuse's
/// observations a trace's id, type and start time, its scores name and value; OpenTelemetry's
/// export requests resourceSpans or resourceLogs.
/// @param first_bytes  plain ones, up to kLookedAt of them; a last row that is cut off is passed over
/// @param is_csv       see traffic::LogFile
/// @returns what it is. A file without a row, or whose first row is no row at all, counts as a
///   traffic log: its reader says what is wrong. kMalformedInput without a context for another
///   format: what was seen, and what a map would need, with a guess where the names tell.
base::Result<RecognisedLog> recognise_log(std::string_view first_bytes, bool is_csv);

}  // namespace turnout::mapping
