#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "turnout/game/best_response.h"
#include "turnout/scenario/scenario_scope.h"

/// The user's best response and both payoffs as functions of the policy.
namespace turnout::report {

/// One policy with the response to it.
struct ResponsePoint {
  game::Policy policy;
  game::Response response;
  game::Payoffs<double> payoffs{};
  std::string mark;  ///< "s0", "sL", "sH" at a threshold; "optimum" at the provider's optimum
};

/// @param points  number of equally spaced s in [0, 1], at least 2
/// @returns (1, s) for these s and for every threshold, in increasing s, then (2, 0). U and J jump
///   at s0, where the user is indifferent; the point there has the response that costs the provider
///   less.
std::vector<ResponsePoint> response_curve(const game::Game& game, std::size_t points);

std::string response_text(const scenario::TwoModelScenario& scenario,
                          const std::vector<ResponsePoint>& curve);
std::string response_csv(const std::vector<ResponsePoint>& curve);
nlohmann::ordered_json response_json(const scenario::TwoModelScenario& scenario,
                                     const std::vector<ResponsePoint>& curve);

}  // namespace turnout::report
