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
    Numbers numbers = base_;
    for (std::size_t i = 0; i < width_; ++i) {
      const bool valid = axes_.move(numbers, x_values[i], y_value);
      is_game[i] = valid;
      for (const std::size_t k : moved_) {
        columns_[k][i] = valid ? numbers.at(k) : of_a_game(k);
        numbers.at(k) = base_.at(k);
      }
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
  RegionMap map{axes, size[0], size[1], shown, {}, {}, {}};
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

std::vector<BoundaryPiece> trace_boundaries(const game::Game& game, const AxisPair& axes,
                                            std::size_t steps,
                                            const base::Cancellation& cancellation) {
  const Numbers base = numbers_of(game);
  const auto route_at = [&](double x, double y) {
    Numbers numbers = base;
    if (!axes.move(numbers, axes.x().at(x), axes.y().at(y))) return RegionMap::kNoGame;
    return static_cast<std::uint8_t>(game::solve(*game_from(numbers)).best().route);
  };
  return lines_between(route_at, steps, cancellation);
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
