#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/base/watch.h"
#include "turnout/landscape/played_map.h"
#include "turnout/landscape/policy_map.h"
#include "turnout/landscape/region_map.h"

namespace turnout::analysis {

/// Whether the lines between regions, and the curves, are wanted besides the points: they take many
/// times longer.
enum class MapLines : std::uint8_t { kTraced, kNone };

/// A map as its user asks for it, word by word.
struct MapOptions {
  std::string x, y;                ///< axes, see landscape::Axis::parse()
  std::string show;                ///< one of landscape::kShownNames; empty: policy, or utility
                                   ///< where s or q is an axis
  std::string size = "1000x1000";  ///< points along x and y, 1 to 10,000 each
  std::string output;              ///< the file that it will go to, empty for none
  MapLines lines = MapLines::kTraced;
};

/// The endings of files that a map can be written to.
enum class MapFormat { kSvg, kPng, kPdf, kCsv, kNpy, kJson };

/// @returns what a path's ending asks for; kInvalidValue naming --output, the path and the endings.
base::Result<MapFormat> map_format(const std::string& path);

/// The optimal policy, or what it comes to, over two quantities of a game; or, where s or q is an
/// axis, what a posted policy and the user's way to leave come to.
struct MapAnswer {
  /// The game that is moved: of two models; or, with policies (i, s) on any two, of any number of
  /// models, whose users may stay away.
  std::variant<scenario::TwoModelScenario, scenario::Scenario> scenario;
  std::vector<std::string> names;  ///< of its models
  std::vector<std::string> notes;  ///< what was simplified, a sentence each
  landscape::RegionMap map;
  std::vector<landscape::BoundaryPiece> boundaries;  ///< none where s or q is an axis
  std::vector<landscape::Curve> curves;              ///< landscape::response_curves()
  /// Where the scenario itself is, in the axes' values: over s and q its optimum and the response
  /// to it; absent where the optimum starts on model 2, or is no number.
  std::optional<std::array<double, 2>> own;
};

/// @returns how many steps map_answer() tells its watch of: the rows of the map; 0 where its size
///   is not one.
std::size_t map_steps(const MapOptions& options);

/// @param watch  told of each row of the map as one step, asked after each
/// @returns the map: of other than two models, or where users may stay away, of the best policy of
///   any two; where s or q is an axis, of the two models of the best policy. Before anything is
///   solved: kInvalidValue naming --x, --y, --show, --size or --output, the text and what is
///   allowed; then errors of paper_scenario() or policy_scenario(), kUnsupported for s or q where
///   users may stay away, kInvalidValue where no point is a game, kCancelled.
/// Cost: that of landscape::region_map(), policy_map() or played_map(), and some 20 ms for the
///   lines, 0.5 s between policies of four models.
base::Result<MapAnswer> map_answer(scenario::Scenario scenario, const MapOptions& options,
                                   const base::Watch& watch = {});
/// The same for what is known to be the paper's game.
base::Result<MapAnswer> map_answer(PaperScenario paper, const MapOptions& options,
                                   const base::Watch& watch = {});

}  // namespace turnout::analysis
