#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/verification/ledger.h"

/// The verification ledger as a page and as JSON. Deviations are rounded up to a power of ten in
/// the page, so that it is the same on every machine.
namespace turnout::report {

std::string ledger_markdown(const verification::Ledger& ledger);
/// docs/schemas/verify.json
nlohmann::ordered_json ledger_json(const verification::Ledger& ledger);

/// @returns one line per finding and the totals, for a terminal.
std::string ledger_text(const verification::Ledger& ledger);

}  // namespace turnout::report
