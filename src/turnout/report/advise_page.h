#pragma once

#include <string>

#include "turnout/analysis/advise_answer.h"

namespace turnout::report {

/// @returns advice as one HTML page with pictures, which needs nothing beside itself (no script, no
///   network) and prints on one or two sheets. What stands in it of the log is escaped.
std::string advise_page(const analysis::AdviseAnswer& answer);

}  // namespace turnout::report
