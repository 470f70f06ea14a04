#include "turnout/verification/random_games.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace turnout::verification {
namespace {

using game::Game;
using game::Model;

double thousandths(double x) { return std::max(1.0, std::round(x * 1000)) / 1000; }

std::array<double, 2> exponential_pair(base::Rng& rng) {
  return {thousandths(rng.exponential(1)), thousandths(rng.exponential(1))};
}

std::array<double, 2> success_pair(base::Rng& rng) {
  return {thousandths(rng.uniform(0.02, 0.98)), thousandths(rng.uniform(0.02, 0.98))};
}

Game make(double value, double penalty, const std::array<double, 2>& p,
          const std::array<double, 2>& t, const std::array<double, 2>& c) {
  return Game::make({value, 1}, {penalty}, {Model{p[0], t[0], c[0]}, Model{p[1], t[1], c[1]}})
      .value();
}

/// Two different numbers, the smaller first.
std::array<double, 2> sorted(std::array<double, 2> pair) {
  if (pair[0] == pair[1]) pair[1] += 0.001;
  if (pair[0] > pair[1]) std::swap(pair[0], pair[1]);
  return pair;
}

double rounded(double x, int digits) {
  if (x == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(x))) + 1 - digits);
  const double steps = std::round(x / unit);
  // Dividing by a whole power of ten keeps 0.3 the 0.3 that one types.
  return unit < 1 ? steps / std::round(1 / unit) : steps * unit;
}

}  // namespace

Game draw_in_paper_order(base::Rng& rng) {
  const auto p = sorted(success_pair(rng));
  const auto t = sorted(exponential_pair(rng));
  const auto c = sorted(exponential_pair(rng));
  const double value = thousandths(rng.exponential(3));
  return make(value, thousandths(rng.exponential(3)), p, t, c);
}

Game draw_in_any_order(base::Rng& rng) {
  const auto p = success_pair(rng);
  const auto t = exponential_pair(rng);
  const auto c = exponential_pair(rng);
  const double value = thousandths(rng.exponential(3));
  return make(value, thousandths(rng.exponential(3)), p, t, c);
}

Game draw_larger_first(base::Rng& rng) {
  auto p = sorted(success_pair(rng));
  std::swap(p[0], p[1]);
  p[1] = thousandths(p[1] / 8);
  const auto t = exponential_pair(rng);
  auto c = sorted(exponential_pair(rng));
  std::swap(c[0], c[1]);
  c[1] = thousandths(c[1] / 8);
  const double value = thousandths(rng.exponential(6));
  return make(value, thousandths(rng.exponential(3)), p, t, c);
}

std::optional<Game> draw_where(const Draw& draw, const std::function<bool(const Game&)>& wanted,
                               base::Rng& rng) {
  constexpr int kMostTries = 1'000'000;
  for (int i = 0; i < kMostTries; ++i) {
    const Game game = draw(rng);
    if (wanted(game)) return game;
  }
  return std::nullopt;
}

Game shrink(const Game& game, const std::function<bool(const Game&)>& fails) {
  constexpr int kMostDigits = 6;
  Game smallest = game;
  bool changed = true;
  while (changed) {
    changed = false;
    for (const game::Parameter parameter : game::parameters()) {
      const double now = smallest.get(parameter);
      for (int digits = 1; digits < kMostDigits && rounded(now, digits) != now; ++digits) {
        const auto shorter = smallest.with(parameter, rounded(now, digits));
        if (!shorter || !fails(*shorter)) continue;
        smallest = *shorter;
        changed = true;
        break;
      }
    }
  }
  return smallest;
}

}  // namespace turnout::verification
