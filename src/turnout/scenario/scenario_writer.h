#pragma once

#include <map>
#include <string>
#include <vector>

#include "turnout/scenario/scenario.h"

namespace turnout::scenario {

/// What a scenario file says besides its numbers, for who reads it.
struct ScenarioComments {
  std::vector<std::string> head;  ///< a line each, at the top
  /// By key ("user.value", "model[1].cost"): what stands behind it, and in further lines below it.
  std::map<std::string, std::string> keys;
};

/// @returns a scenario file with every key of a scenario that is not at its default, which
///   parse_scenario() reads as the same scenario; numbers have as many digits as that takes. The
///   table of outcomes is named as in the file that was read (Scenario::outcomes_file), so that the
///   new file belongs into the same folder.
/// What the reader would refuse is refused with its words, the lines being those of the file that
/// would have been written: amounts out of range, names that are empty, repeated, too long or not
/// printable, more models than RoutingGame::kMostModels, a file above kLargestScenario.
base::Result<std::string> write_scenario(const Scenario& scenario,
                                         const ScenarioComments& comments = {});

}  // namespace turnout::scenario
