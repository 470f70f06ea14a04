#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "turnout/game/sensitivity.h"

/// How far numbers may move before something else is best, in the form in which answers say it.
namespace turnout::analysis {

/// Where another way to play is best if one parameter moves one way.
template <class Way>
struct WayChange {
  game::Boundary<Way> boundary;
  /// |boundary - value| / |value|; nothing for a parameter that is 0.
  std::optional<double> distance;
};

/// One parameter, and where moving it alone changes the way to play.
template <class Way>
struct ParameterReach {
  game::Parameter parameter;
  double value = 0;
  std::optional<WayChange<Way>> below, above;  ///< nothing: nowhere in reach
};

/// The one move that changes the way to play soonest, relative to the parameter.
struct NearestChange {
  game::Parameter parameter;
  double from = 0, to = 0;
  double distance = 0;  ///< relative
};

/// @returns the same with relative distances, in the same order.
template <class Way>
std::vector<ParameterReach<Way>> reaches_of(const std::vector<game::SensitivityOf<Way>>& found) {
  std::vector<ParameterReach<Way>> reaches;
  for (const auto& one : found) {
    const auto change = [&](const std::optional<game::Boundary<Way>>& boundary) {
      std::optional<WayChange<Way>> said;
      if (!boundary) return said;
      said.emplace(WayChange<Way>{*boundary, std::nullopt});
      if (one.value != 0) said->distance = std::abs(boundary->at - one.value) / std::abs(one.value);
      return said;
    };
    reaches.push_back({one.parameter, one.value, change(one.below), change(one.above)});
  }
  return reaches;
}

/// @returns the change of least relative distance; nothing where no single parameter makes one.
template <class Way>
std::optional<NearestChange> nearest_change(const std::vector<ParameterReach<Way>>& reaches) {
  std::optional<NearestChange> least;
  for (const auto& reach : reaches) {
    for (const auto* to : {&reach.below, &reach.above}) {
      if (!*to || !(*to)->distance) continue;
      if (least && *(*to)->distance >= least->distance) continue;
      least = {reach.parameter, reach.value, (*to)->boundary.at, *(*to)->distance};
    }
  }
  return least;
}

}  // namespace turnout::analysis
