#pragma once

#include <vector>

#include "turnout/gateway/config.h"
#include "turnout/gateway/config_table.h"

namespace turnout::gateway {

/// @returns what the table [control] says; its problems are noted in the table.
/// @param models  whose prices a loop that is on cannot do without
ControlConfig read_control(ConfigTable table, const std::vector<Rung>& models);

}  // namespace turnout::gateway
