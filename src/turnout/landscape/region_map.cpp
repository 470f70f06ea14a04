#include "turnout/landscape/region_map.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "turnout/game/columns.h"

namespace turnout::landscape {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

/// Rows of games, column by column, that differ from one game along two axes.
class GameRows {
 public:
  GameRows(const game::Game& game, const AxisPair& axes, std::size_t width)
      : game_(game),
        base_(numbers_of(game)),
        axes_(axes),
        width_(width),
        columns_(kNumbers, width) {
    for (std::size_t k = 0; k < kNumbers; ++k) {
      std::fill_n(columns_[k], width, base_.at(k));
      if (axes_.x().measure().moves(k) || axes_.y().measure().moves(k)) moved_.push_back(k);
    }
  }

  /// Fills the row at y_value; is_game tells which points are games. Others hold the game that was
  /// moved along no axis.
  void fill(const std::vector<double>& x_values, double y_value, std::vector<bool>& is_game) {
    const std::size_t x = axes_.x().measure().moved();
    const std::size_t y = axes_.y().measure().moved();
    const bool both = axes_.x().measure().moves_both() || axes_.y().measure().moves_both();
    Numbers numbers = base_;
    for (std::size_t i = 0; i < width_; ++i) {
      const bool valid = axes_.move(numbers, x_values[i], y_value);
      is_game[i] = valid;
      const auto put = [&](std::size_t k) {
        columns_[k][i] = valid ? numbers[k] : of_a_game(k);
        numbers[k] = base_[k];
      };
      put(x);
      put(y);
      if (both) put(kPatiences[1]);
    }
  }

  [[nodiscard]] game::GameColumns columns() {
    std::array<const double*, kNumbers> columns{};
    for (std::size_t k = 0; k < kPaperNumbers; ++k) columns.at(k) = columns_[k];
    constexpr std::size_t kValueOfTime = 1;
    if (base_[kValueOfTime] == 1) columns[kValueOfTime] = nullptr;
    for (const std::size_t k : moved_) columns.at(k) = columns_[k];
    return columns_of(width_, columns, &game_);
  }

  /// @returns what point i's user gets elsewhere.
  [[nodiscard]] double outside(std::size_t i) const { return columns_[kOutside][i]; }

 private:
  /// The number for a point that is none: a late churn that is not given is no number of a game.
  [[nodiscard]] double of_a_game(std::size_t k) const {
    return k == kLateChurn && base_[k] == kNotGiven ? 0 : base_[k];
  }

  const game::Game& game_;
  Numbers base_;
  const AxisPair& axes_;
  std::size_t width_;
  game::Columns columns_;
  std::vector<std::size_t> moved_;
};

}  // namespace

Error no_point_is_a_game() {
  return {ErrorCode::kInvalidValue,
          "no point of the map is a game: a parameter is out of its range everywhere",
          "--x and --y"};
}

Result<RegionMap> region_map(const game::Game& game, const AxisPair& axes, Shown shown,
                             std::array<std::size_t, 2> size, const base::Watch& watch) {
  RegionMap map{axes, size[0], size[1], shown, {}, {}};
  map.values.resize(map.width * map.height);
  map.routes.resize(map.width * map.height);
  std::vector<double> x_values(map.width);
  for (std::size_t i = 0; i < map.width; ++i) x_values[i] = map.x().at_cell(i, map.width);
  GameRows rows(game, axes, map.width);
  std::vector<bool> is_game(map.width);
  bool any = false;
  for (std::size_t j = 0; j < map.height; ++j) {
    TURNOUT_CHECK(watch.cancellation.check());
    rows.fill(x_values, map.y().at_cell(j, map.height), is_game);
    double* const values = map.values.data() + j * map.width;
    std::uint8_t* const routes = map.routes.data() + j * map.width;
    game::AnswerColumns answers;
    answers.route = routes;
    want(answers, shown, values);
    [[maybe_unused]] const std::size_t solved = solve_many(rows.columns(), answers);
    assert(solved == map.width);
    for (std::size_t i = 0; i < map.width; ++i) {
      values[i] = value_of(shown, routes[i], values[i]);
      if (shown == Shown::kUtility || shown == Shown::kPreferredUtility)
        values[i] += rows.outside(i);
      any = any || is_game[i];
      if (is_game[i]) continue;
      values[i] = std::numeric_limits<double>::quiet_NaN();
      routes[i] = RegionMap::kNoGame;
    }
    watch.on_steps(1);
  }
  if (any) return map;
  return no_point_is_a_game();
}

namespace {

using Point = std::array<double, 2>;

/// The lines through one cell after the other.
class Tracer {
 public:
  Tracer(const game::Game& game, const AxisPair& axes, std::size_t steps)
      : base_(numbers_of(game)), axes_(axes), steps_(steps) {}

  std::vector<BoundaryPiece> trace(const base::Cancellation& cancellation) {
    std::vector<std::uint8_t> corners((steps_ + 1) * (steps_ + 1));
    for (std::size_t j = 0; j <= steps_; ++j) {
      for (std::size_t i = 0; i <= steps_; ++i)
        corners[j * (steps_ + 1) + i] = route_at(corner(i, j));
    }
    std::vector<BoundaryPiece> pieces;
    for (std::size_t j = 0; j < steps_ && !cancellation.requested(); ++j) {
      for (std::size_t i = 0; i < steps_; ++i) {
        const auto at = [&](std::size_t di, std::size_t dj) {
          return corners[(j + dj) * (steps_ + 1) + i + di];
        };
        cell({corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)},
             {at(0, 0), at(1, 0), at(1, 1), at(0, 1)}, pieces);
      }
    }
    return pieces;
  }

 private:
  [[nodiscard]] Point corner(std::size_t i, std::size_t j) const {
    return {static_cast<double>(i) / static_cast<double>(steps_),
            static_cast<double>(j) / static_cast<double>(steps_)};
  }

  [[nodiscard]] std::uint8_t route_at(const Point& point) const {
    Numbers numbers = base_;
    if (!axes_.move(numbers, axes_.x().at(point[0]), axes_.y().at(point[1])))
      return RegionMap::kNoGame;
    return static_cast<std::uint8_t>(game::solve(*game_from(numbers)).best().route);
  }

  /// The point between a and b at which the route of a ends.
  [[nodiscard]] Point crossing(Point a, Point b, std::uint8_t route_a) const {
    constexpr int kHalvings = 40;
    for (int i = 0; i < kHalvings; ++i) {
      const Point middle = {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2};
      (route_at(middle) == route_a ? a : b) = middle;
    }
    return {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2};
  }

  struct Crossing {
    Point at;
    std::uint8_t before, behind;
  };

  void cell(const std::array<Point, 4>& corners, const std::array<std::uint8_t, 4>& routes,
            std::vector<BoundaryPiece>& pieces) const {
    std::vector<Crossing> found;
    for (std::size_t side = 0; side < 4; ++side) {
      const std::size_t next = (side + 1) % 4;
      if (routes.at(side) == routes.at(next)) continue;
      found.push_back({crossing(corners.at(side), corners.at(next), routes.at(side)),
                       routes.at(side), routes.at(next)});
    }
    if (found.size() == 2) {
      pieces.push_back({found[0].at, found[1].at, found[0].before, found[0].behind});
      return;
    }
    Point middle{};
    for (const auto& one : found) {
      for (std::size_t k = 0; k < 2; ++k)
        middle.at(k) += one.at.at(k) / static_cast<double>(found.size());
    }
    for (const auto& one : found) pieces.push_back({one.at, middle, one.before, one.behind});
  }

  Numbers base_;
  const AxisPair& axes_;
  std::size_t steps_;
};

}  // namespace

std::vector<BoundaryPiece> trace_boundaries(const game::Game& game, const AxisPair& axes,
                                            std::size_t steps,
                                            const base::Cancellation& cancellation) {
  return Tracer(game, axes, steps).trace(cancellation);
}

std::map<std::uint8_t, std::size_t> region_counts(const RegionMap& map) {
  std::map<std::uint8_t, std::size_t> counts;
  for (const auto route : map.routes) ++counts[route];
  return counts;
}

ValueRange value_range(const RegionMap& map) {
  ValueRange range;
  for (const double value : map.values) {
    if (std::isnan(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range;
}

}  // namespace turnout::landscape
