#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/verification/closed_loop.h"

/// What the closed loop costs beside the optimum and beside other routers.
namespace turnout::report {

/// docs/schemas/verify.json
nlohmann::ordered_json closed_loop_json(const verification::ClosedLoopAnswer& answer);
/// Tables in Markdown: the standings, then the worlds.
std::string closed_loop_markdown(const verification::ClosedLoopAnswer& answer);

}  // namespace turnout::report
