#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/traffic/match_counts.h"

/// How the rows of another program's log came to their tasks: docs/identity.md.
namespace turnout::report {

/// $defs/matched of docs/schemas/common.json
nlohmann::ordered_json matched_json(const traffic::MatchCounts& matches);
/// How many rows each rule decided, as $defs/rules of docs/schemas/common.json
nlohmann::ordered_json rules_json(const traffic::MatchCounts& matches);
/// The counts, a line each.
std::string matches_text(const traffic::MatchCounts& matches);
/// Examples of doubtful re-prompts, and a question about them; empty without one.
std::string doubts_text(const traffic::MatchCounts& matches);

}  // namespace turnout::report
