#include "turnout/game/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "turnout/numeric/bisection.h"

namespace turnout::game {
namespace {

constexpr int kPointsPerDecade = 32;
constexpr int kFirstDecade = -12;
constexpr int kLastDecade = 6;

/// The values tried in one direction, moving away from `value`, inside [low, high].
std::vector<double> probes(double value, bool upwards, double low, double high) {
  const double scale = value != 0 ? std::abs(value) : 1;
  std::vector<double> tried;
  for (int i = kFirstDecade * kPointsPerDecade; i <= kLastDecade * kPointsPerDecade; ++i) {
    const double distance = scale * std::pow(10.0, static_cast<double>(i) / kPointsPerDecade);
    const double x = upwards ? value + distance : value - distance;
    if (x < low || x > high) break;
    tried.push_back(x);
  }
  const double end = upwards ? high : low;
  // Close in on the end of the range from this side: near p = 0 or c = 0 much can happen in little
  // space.
  const double last = tried.empty() ? value : tried.back();
  if (std::abs(end - value) > scale * std::pow(10.0, kLastDecade)) return tried;
  for (int i = 1; i <= -kFirstDecade * kPointsPerDecade; ++i) {
    tried.push_back(end +
                    (last - end) * std::pow(10.0, -static_cast<double>(i) / kPointsPerDecade));
  }
  tried.push_back(end);
  return tried;
}

struct Bounds {
  double low;
  double high;
};

Bounds searched(const Game& game, Parameter parameter) {
  if (parameter.quantity == Quantity::kSuccess || parameter.quantity == Quantity::kValueOfTime)
    return {1e-15 * game.get(parameter), range_of(parameter.quantity).high};
  const Range allowed = range_of(parameter.quantity);
  return {std::max(allowed.low, std::min(0.0, game.get(parameter))), allowed.high};
}

std::optional<Boundary> nearest(const Game& game, Parameter parameter, Route now, bool upwards) {
  const auto route_at = [&](double x) -> std::optional<Route> {
    const auto moved = game.with(parameter, x);
    if (!moved) return std::nullopt;
    return solve(*moved).best().route;
  };
  const Bounds bounds = searched(game, parameter);
  double before = game.get(parameter);
  for (const double x : probes(before, upwards, bounds.low, bounds.high)) {
    const auto route = route_at(x);
    if (!route) return std::nullopt;
    if (*route != now) {
      const auto bracket = numeric::bisect(
          before, x, [&](double y) { return route_at(y) == now; }, 1e-15);
      return Boundary{bracket.other, route_at(bracket.other).value_or(*route)};
    }
    before = x;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Sensitivity> sensitivities(const Game& game) {
  const Route now = solve(game).best().route;
  std::vector<Sensitivity> all;
  for (const Parameter parameter : varied_parameters(game)) {
    all.push_back({parameter, game.get(parameter), nearest(game, parameter, now, false),
                   nearest(game, parameter, now, true)});
  }
  return all;
}

}  // namespace turnout::game
