#include "turnout/game/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <utility>

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

Bounds searched(Quantity quantity, double value) {
  const Range allowed = range_of(quantity);
  if (quantity == Quantity::kSuccess || quantity == Quantity::kValueOfTime)
    return {1e-15 * value, allowed.high};
  return {std::max(allowed.low, std::min(0.0, value)), allowed.high};
}

bool same_way(Route a, Route b) { return a == b; }

/// @param way_at  what is played at a value of the parameter; nothing where that is no game
template <class Way, class WayAt>
std::optional<Boundary<Way>> nearest(Quantity quantity, double value, const Way& now, bool upwards,
                                     const WayAt& way_at) {
  const Bounds bounds = searched(quantity, value);
  const auto as_now = [&](double x) {
    const std::optional<Way> way = way_at(x);
    return way && same_way(*way, now);
  };
  double before = value;
  for (const double x : probes(value, upwards, bounds.low, bounds.high)) {
    const std::optional<Way> way = way_at(x);
    if (!way) return std::nullopt;
    if (!same_way(*way, now)) {
      const auto bracket = numeric::bisect(before, x, as_now, 1e-15);
      return Boundary<Way>{bracket.other, way_at(bracket.other).value_or(*way)};
    }
    before = x;
  }
  return std::nullopt;
}

/// One entry per parameter.
template <class Way, class AnyGame, class Solve>
std::vector<SensitivityOf<Way>> entries(const AnyGame& game, const std::vector<Parameter>& varied,
                                        const Way& now, const Solve& solve_for) {
  std::vector<SensitivityOf<Way>> all;
  for (const Parameter parameter : varied) {
    const auto way_at = [&](double x) -> std::optional<Way> {
      const auto moved = game.with(parameter, x);
      if (!moved) return std::nullopt;
      return solve_for(*moved);
    };
    const double value = game.get(parameter);
    all.push_back({parameter, value, nearest(parameter.quantity, value, now, false, way_at),
                   nearest(parameter.quantity, value, now, true, way_at)});
  }
  return all;
}

}  // namespace

std::vector<Sensitivity> sensitivities(const Game& game) {
  const auto route = [](const Game& moved) { return solve(moved).best().route; };
  return entries<Route>(game, varied_parameters(game), route(game), route);
}

std::vector<PolicySensitivity> sensitivities(const RoutingGame& game) {
  if (game.has_switching()) return {};
  const auto policy = [](const RoutingGame& moved) { return *best_paper_policy(moved); };
  return entries<PaperPolicy>(game, varied_parameters(game.user(), game.provider(), game.models()),
                              policy(game), policy);
}

}  // namespace turnout::game
