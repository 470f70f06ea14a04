#include "turnout/landscape/policy_map.h"

#include <fmt/format.h>

#include <limits>
#include <span>

#include "turnout/game/plan_audit.h"

namespace turnout::landscape {
namespace {

using base::Error;
using base::ErrorCode;

/// The games of a map, and the number of each way to play them.
class Games {
 public:
  Games(const game::RoutingGame& like, const AxisPair& axes, std::vector<game::PaperPolicy>& ways)
      : like_(like), base_(numbers_of(like)), axes_(axes), ways_(ways) {}

  /// @returns the game at a point; nothing where there is none.
  [[nodiscard]] std::optional<game::RoutingGame> at(double x, double y) {
    numbers_ = base_;
    if (!axes_.move(numbers_, x, y)) return std::nullopt;
    auto game = game_from(numbers_, like_);
    return game ? std::optional(std::move(game.value())) : std::nullopt;
  }

  /// @returns the number of its way to play; kNoGame where there is no number left for it.
  std::uint8_t number_of(const game::PaperPolicy& policy) {
    for (std::size_t k = 0; k < ways_.size(); ++k) {
      if (same_way(ways_[k], policy)) return static_cast<std::uint8_t>(k);
    }
    if (ways_.size() == kMostWays) return RegionMap::kNoGame;
    ways_.push_back(policy);
    return static_cast<std::uint8_t>(ways_.size() - 1);
  }

 private:
  const game::RoutingGame& like_;
  std::vector<double> base_, numbers_;
  const AxisPair& axes_;
  std::vector<game::PaperPolicy>& ways_;
};

double audited(const game::RoutingGame& game, Shown shown) {
  const game::PlanAudit audit = game::plan_audit(game);
  if (shown == Shown::kPreferredUtility)
    return game.user().outside + audit.preferred.payoffs.user_utility;
  if (shown == Shown::kMisalignment) return audit.misalignment;
  return shown == Shown::kThrottledCost ? audit.throttling.cost : audit.throttling.gain;
}

double value_at(const game::RoutingGame& game, const game::PaperPolicy& policy, Shown shown) {
  const auto& payoffs = policy.payoffs;
  switch (shown) {
    case Shown::kPolicy:
      return 0;  // its number, which the caller knows
    case Shown::kCascades:
      return policy.submits && is_cascade(policy.route) ? 1 : 0;
    case Shown::kCost:
      return payoffs.provider_cost;
    case Shown::kUtility:
      return game.user().outside + payoffs.user_utility;
    case Shown::kSuccess:
      return payoffs.success;
    case Shown::kLatency:
      return payoffs.latency;
    case Shown::kServiceCost:
      return payoffs.service_cost;
    case Shown::kCascade:
      return policy.policy.cascade;
    case Shown::kAbandon:
      return policy.abandon;
    default:
      break;
  }
  const double value = audited(game, made_of(shown));
  if (is_indicator(shown)) return value > 0 ? 1 : 0;
  return value;
}

}  // namespace

base::Result<RegionMap> policy_map(const game::RoutingGame& game, const AxisPair& axes, Shown shown,
                                   std::array<std::size_t, 2> size, const base::Watch& watch) {
  RegionMap map{axes, size[0], size[1], shown, {}, {}, {}};
  map.values.resize(map.width * map.height, std::numeric_limits<double>::quiet_NaN());
  map.routes.resize(map.width * map.height, RegionMap::kNoGame);
  Games games(game, axes, map.ways);
  bool any = false;
  for (std::size_t j = 0; j < map.height; ++j) {
    TURNOUT_CHECK(watch.cancellation.check());
    const double y = map.y().at_cell(j, map.height);
    for (std::size_t i = 0; i < map.width; ++i) {
      const auto here = games.at(map.x().at_cell(i, map.width), y);
      if (!here) continue;
      any = true;
      const game::PaperPolicy best = *best_paper_policy(*here);
      const std::size_t point = j * map.width + i;
      map.routes[point] = games.number_of(best);
      if (map.routes[point] == RegionMap::kNoGame) {
        return Error{ErrorCode::kUnsupported,
                     fmt::format("the map has more than {} regions, take smaller ranges or fewer "
                                 "models",
                                 kMostWays),
                     "--x and --y"};
      }
      map.values[point] =
          shown == Shown::kPolicy ? map.routes[point] : value_at(*here, best, shown);
    }
    watch.on_steps(1);
  }
  if (any) return map;
  return no_point_is_a_game();
}

std::vector<BoundaryPiece> trace_ways(const game::RoutingGame& game, RegionMap& map,
                                      std::size_t steps, const base::Cancellation& cancellation) {
  const AxisPair axes = map.axes;
  Games games(game, axes, map.ways);
  const auto way_at = [&](double x, double y) {
    const auto here = games.at(axes.x().at(x), axes.y().at(y));
    return here ? games.number_of(*best_paper_policy(*here)) : RegionMap::kNoGame;
  };
  return lines_between(way_at, steps, cancellation);
}

}  // namespace turnout::landscape
