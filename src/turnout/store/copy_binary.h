#pragma once

#include <string_view>

#include "turnout/base/result.h"
#include "turnout/store/day_summaries.h"
#include "turnout/traffic/pass.h"

/// PostgreSQL's COPY ... TO STDOUT (FORMAT binary), which carries numbers to the bit and costs the
/// server no text. https://www.postgresql.org/docs/15/sql-copy.html
namespace turnout::store {

/// Reads a pass in the order of kStoredColumns from one message of the copy. The format's header
/// may come before the first row, and its trailer is a message without a row.
/// @returns whether there was a row; kUnreadable if the message is none of these.
base::Result<bool> read_copied_pass(std::string_view message, traffic::Pass& pass);

/// Reads model, policy, latest start and content of a summary likewise.
base::Result<bool> read_copied_summary(std::string_view message, DaySummary& summary);

}  // namespace turnout::store
