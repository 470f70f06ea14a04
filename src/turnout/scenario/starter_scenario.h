#pragma once

#include <span>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/scenario/model_catalog.h"

namespace turnout::scenario {

/// A scenario to start from: models of a catalogue, what a task is worth as ./dev demo assumes it,
/// and a comment at every number that says what it is.
/// @param names    which models, in the order in which they are to be tried first
/// @param catalog  what the comments call the catalogue
/// @returns a file that parse_scenario() reads; kInvalidValue, with what may have been meant, for a
///   model that the catalogue does not have; the reader's error if they are too many or one stands
///   there twice.
base::Result<std::string> starter_scenario(std::span<const CatalogModel> models,
                                           const std::vector<std::string>& names,
                                           const std::string& catalog);

}  // namespace turnout::scenario
