#pragma once

#include <optional>
#include <vector>

#include "turnout/game/paper_policy.h"

namespace turnout::game {

/// The nearest value of one parameter, in one direction, at which the optimal way to play changes.
template <class Way>
struct Boundary {
  double at = 0;  ///< the parameter's value, to 1e-12 relative
  Way beyond{};
};

/// How far one parameter may move, all else equal, before the provider would play another way.
template <class Way>
struct SensitivityOf {
  Parameter parameter;
  double value = 0;
  std::optional<Boundary<Way>> below;
  std::optional<Boundary<Way>> above;
};
/// Of the route of two models, and of the policy of any number of models, where the models may
/// change too.
using Sensitivity = SensitivityOf<Route>;
using PolicySensitivity = SensitivityOf<PaperPolicy>;

/// @returns one entry per parameter of the game, see varied_parameters(). A route that stays while
///   its s0 or sL moves is no change.
/// Method: the game is solved at 32 values per decade of distance from 1e-12 to 1e6 times the
/// parameter (from 1e-12 to 1e6 for a parameter that is 0), over its allowed range with costs from
/// 0 on, and a change is bisected. So a boundary that is reported is one; a region narrower than 7
/// % of its distance can be missed; none further than 10^6 times the parameter is looked for. Cost:
/// about 10,000 solves, a millisecond or two.
std::vector<Sensitivity> sensitivities(const Game& game);

/// @returns where best_paper_policy() becomes another one, see same_way(), by the same method.
///   Empty with switching costs. Cost: 6,000 N^3 solves, 0.04 s for four models.
std::vector<PolicySensitivity> sensitivities(const RoutingGame& game);

}  // namespace turnout::game
