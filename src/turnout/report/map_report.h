#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "turnout/landscape/region_map.h"
#include "turnout/scenario/scenario_scope.h"

/// A region map as a picture for people, and as CSV, NPY and JSON for programs. docs/formats.md,
/// "Maps of regions".
namespace turnout::report {

struct MapReport {
  scenario::TwoModelScenario scenario;
  landscape::RegionMap map;
  std::vector<landscape::BoundaryPiece> boundaries;
};

/// @returns a header and one row a point: the two quantities, route and, unless it is the policy,
///   the value; empty where there is no such game.
std::string map_csv(const MapReport& report);
/// @returns a NumPy file of the values, height x width, from low y; NaN where there is no such
///   game.
std::string map_npy(const MapReport& report);
/// @returns axes, values, routes and boundaries; null where there is no such game.
nlohmann::ordered_json map_json(const MapReport& report);
/// @returns the share of the map that each region covers, as text.
std::string map_text(const MapReport& report);

}  // namespace turnout::report
