#pragma once

#include <string>

#include "turnout/base/result.h"

namespace turnout::window {

/// @returns JSON: the tables of the embedded catalogue (catalog/README.md) that have success, latency
///   and cost of models, each with its models in the file's order.
base::Result<std::string> catalog_json();

}  // namespace turnout::window
