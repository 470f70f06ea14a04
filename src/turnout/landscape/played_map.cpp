#include "turnout/landscape/played_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace turnout::landscape {
namespace {

using Moves = Axis::Moves;

bool has(const AxisPair& axes, Moves moves) {
  return axes.x().moves() == moves || axes.y().moves() == moves;
}

/// A point of the map: what is played there.
struct Play {
  game::Policy policy;
  double abandon = 0;
};

Play play_of(const game::Game& game, std::optional<double> cascade, std::optional<double> abandon) {
  const game::Policy policy = cascade ? game::Policy{0, *cascade} : game::solve(game).best().policy;
  return {policy, abandon ? *abandon : game::best_response(game, policy).abandon};
}

double value_of(const game::Game& game, const Play& play, Shown shown) {
  if (shown == Shown::kCascade) return play.policy.cascade;
  if (shown == Shown::kAbandon) return play.abandon;
  const game::Payoffs<double> payoffs = evaluate(game, play.policy, play.abandon);
  if (shown == Shown::kUtility) return game.user().outside + payoffs.user_utility;
  if (shown == Shown::kSuccess) return payoffs.success;
  if (shown == Shown::kLatency) return payoffs.latency;
  return shown == Shown::kServiceCost ? payoffs.service_cost : payoffs.provider_cost;
}

/// What the axis that moves s or q says at a point.
std::optional<double> said(const AxisPair& axes, Moves moves, double x, double y) {
  if (axes.x().moves() == moves) return x;
  return axes.y().moves() == moves ? std::optional(y) : std::nullopt;
}

/// Adds a line's points one by one; where there is none, or the line jumps, it starts again.
class CurveParts {
 public:
  explicit CurveParts(std::string name) : name_(std::move(name)) {}
  void add(std::array<double, 2> point) {
    if (!open_) parts_.push_back({name_, {}});
    open_ = true;
    parts_.back().points.push_back(point);
  }
  void cut() { open_ = false; }
  [[nodiscard]] const std::vector<Curve>& parts() const { return parts_; }

 private:
  std::string name_;
  bool open_ = false;
  std::vector<Curve> parts_;
};

std::vector<Curve> best_responses(const game::Game& game, const AxisPair& axes, std::size_t steps) {
  const bool s_is_x = axes.x().moves() == Moves::kCascade;
  const Axis& s_axis = s_is_x ? axes.x() : axes.y();
  std::vector<double> cascades;
  for (std::size_t i = 0; i <= steps; ++i)
    cascades.push_back(s_axis.at(static_cast<double>(i) / static_cast<double>(steps)));
  const auto at = thresholds(game);
  for (const auto& s : {at.stay, at.patience, at.leave}) {
    if (s && *s > s_axis.low() && *s < s_axis.high()) cascades.push_back(*s);
  }
  std::sort(cascades.begin(), cascades.end());
  CurveParts curve("q*");
  const auto add = [&](double s, double q) {
    curve.add(s_is_x ? std::array{s, q} : std::array{q, s});
  };
  for (const double s : cascades) {
    if (at.stay == s) {  // there leaving and staying are as good, and nothing between them
      add(s, 1);
      curve.cut();
      add(s, 0);
    } else {
      add(s, best_response(game, {0, s}).abandon);
    }
  }
  return curve.parts();
}

std::vector<Curve> threshold_curves(const game::Game& game, const AxisPair& axes,
                                    std::size_t steps) {
  const bool s_is_x = axes.x().moves() == Moves::kCascade;
  const Axis& s_axis = s_is_x ? axes.x() : axes.y();
  const Axis& other = s_is_x ? axes.y() : axes.x();
  std::vector<CurveParts> curves = {CurveParts("s0"), CurveParts("sL"), CurveParts("sH")};
  for (std::size_t i = 0; i <= steps; ++i) {
    const double value = other.at(static_cast<double>(i) / static_cast<double>(steps));
    Numbers numbers = numbers_of(game);
    game::Thresholds at;
    if (axes.move(numbers, value, value)) at = thresholds(*game_from(numbers));
    const std::array<std::optional<double>, 3> found = {at.stay, at.patience, at.leave};
    for (std::size_t k = 0; k < found.size(); ++k) {
      const auto& s = found.at(k);
      if (s && *s >= s_axis.low() && *s <= s_axis.high()) {
        curves[k].add(s_is_x ? std::array{*s, value} : std::array{value, *s});
      } else {
        curves[k].cut();
      }
    }
  }
  std::vector<Curve> all;
  for (const auto& curve : curves)
    all.insert(all.end(), curve.parts().begin(), curve.parts().end());
  return all;
}

}  // namespace

bool can_be_played(const AxisPair& axes, Shown shown) {
  switch (shown) {
    case Shown::kCost:
    case Shown::kUtility:
    case Shown::kSuccess:
    case Shown::kLatency:
    case Shown::kServiceCost:
      return true;
    case Shown::kCascade:
      return !has(axes, Moves::kCascade);
    case Shown::kAbandon:
      return !has(axes, Moves::kAbandon);
    default:
      return false;
  }
}

base::Result<RegionMap> played_map(const game::Game& game, const AxisPair& axes, Shown shown,
                                   std::array<std::size_t, 2> size, const base::Watch& watch) {
  RegionMap map{axes, size[0], size[1], shown, {}, {}, {}};
  map.values.resize(map.width * map.height, std::numeric_limits<double>::quiet_NaN());
  const Numbers base = numbers_of(game);
  bool any = false;
  for (std::size_t j = 0; j < map.height; ++j) {
    TURNOUT_CHECK(watch.cancellation.check());
    const double y = axes.y().at_cell(j, map.height);
    for (std::size_t i = 0; i < map.width; ++i) {
      const double x = axes.x().at_cell(i, map.width);
      Numbers numbers = base;
      if (!axes.move(numbers, x, y)) continue;
      any = true;
      const game::Game here = *game_from(numbers);
      const Play play =
          play_of(here, said(axes, Moves::kCascade, x, y), said(axes, Moves::kAbandon, x, y));
      map.values[j * map.width + i] = value_of(here, play, shown);
    }
    watch.on_steps(1);
  }
  if (any) return map;
  return no_point_is_a_game();
}

std::vector<Curve> response_curves(const game::Game& game, const AxisPair& axes,
                                   std::size_t steps) {
  if (!has(axes, Moves::kCascade)) return {};
  return has(axes, Moves::kAbandon) ? best_responses(game, axes, steps)
                                    : threshold_curves(game, axes, steps);
}

}  // namespace turnout::landscape
