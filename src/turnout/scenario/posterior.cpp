#include "turnout/scenario/posterior.h"

#include <algorithm>
#include <optional>

#include "turnout/base/rng.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/variates.h"

namespace turnout::scenario {
namespace {

std::optional<double> draw(const Uncertainty& u, base::Rng& rng) {
  if (u.kind == Uncertainty::Kind::kCounts) {
    constexpr double kLeast = 1e-100;
    return std::max(kLeast, numeric::beta(u.successes + 1, u.trials - u.successes + 1, rng));
  }
  constexpr int kMostTries = 1000;
  for (int i = 0; i < kMostTries; ++i) {
    const double z = numeric::normal(rng) / numeric::kNormal95;
    const double x = u.mean + z * (z < 0 ? u.mean - u.low : u.high - u.mean);
    if (game::check(u.parameter.quantity, x)) return x;
  }
  return std::nullopt;
}

}  // namespace

base::Result<std::vector<game::Game>> draw_games(const game::Game& mean, const std::vector<Uncertainty>& uncertain,
                                                 std::size_t count, std::uint64_t seed) {
  std::vector<game::Game> games;
  for (std::size_t i = 0; i < count; ++i) {
    base::Rng rng(seed, i);
    game::Game game = mean;
    for (const Uncertainty& u : uncertain) {
      const auto x = draw(u, rng);
      if (!x) {
        return base::Error{base::ErrorCode::kInvalidValue, "the interval lies outside the allowed range",
                           game::symbol(u.parameter)};
      }
      auto next = game.with(u.parameter, *x);
      if (!next) return next.error();
      game = *next;
    }
    games.push_back(game);
  }
  return games;
}

}  // namespace turnout::scenario
