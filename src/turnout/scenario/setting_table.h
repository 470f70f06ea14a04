#pragma once

#include <toml++/toml.h>

#include <string>

#include "turnout/base/result.h"

namespace turnout::scenario {

/// Does one "KEY=VALUE" of scenario_setting.h to a file that was parsed.
base::Status apply_setting(toml::table& root, const std::string& setting);

}  // namespace turnout::scenario
