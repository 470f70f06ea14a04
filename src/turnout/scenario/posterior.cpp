#include "turnout/scenario/posterior.h"

#include <algorithm>
#include <optional>

#include "turnout/base/rng.h"
#include "turnout/numeric/beta.h"
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

base::Error outside(const Uncertainty& u) {
  return {base::ErrorCode::kInvalidValue, "the interval lies outside the allowed range",
          game::symbol(u.parameter)};
}

/// At which score the two-sided normal of an interval has a value, and back.
double score_of(const Uncertainty& u, double value) {
  const double spread = (value < u.mean ? u.mean - u.low : u.high - u.mean) / numeric::kNormal95;
  constexpr double kFar = 40;
  return spread > 0 ? std::clamp((value - u.mean) / spread, -kFar, kFar)
                    : (value < u.mean   ? -kFar
                       : value > u.mean ? kFar
                                        : 0);
}
double value_at(const Uncertainty& u, double score) {
  return u.mean + score / numeric::kNormal95 * (score < 0 ? u.mean - u.low : u.high - u.mean);
}

/// The quantile of the interval's normal, cut to the number's range.
double cut_value_at(const Uncertainty& u, double score) {
  const game::Range range = range_of(u.parameter.quantity);
  const double below = numeric::normal_above(-score_of(u, range.low));
  const double above = numeric::normal_above(score_of(u, range.high));
  const double within = 1 - below - above;
  const double cut = score <= 0 ? numeric::normal_quantile(std::max(
                                      0x1p-1000, below + numeric::normal_above(-score) * within))
                                : -numeric::normal_quantile(std::max(
                                      0x1p-1000, above + numeric::normal_above(score) * within));
  return std::clamp(value_at(u, cut), range.low, range.high);
}

}  // namespace

base::Result<landscape::Distribution> distribution_of(const Uncertainty& u) {
  constexpr double kLeastWithin = 0.001;
  constexpr double kLeastSuccess = 1e-100;
  const game::Range range = range_of(u.parameter.quantity);
  const bool counts = u.kind == Uncertainty::Kind::kCounts;
  if (!counts && numeric::normal_above(score_of(u, range.low)) -
                         numeric::normal_above(score_of(u, range.high)) <
                     kLeastWithin)
    return outside(u);
  landscape::Distribution distribution{landscape::Distribution::Kind::kScores, 0, 0, {}, 0};
  for (std::size_t i = 0; i < landscape::kScores; ++i) {
    const double score = static_cast<double>(i) / landscape::kScoresPerUnit - landscape::kFarScore;
    distribution.column.push_back(
        counts ? std::max(kLeastSuccess, numeric::beta_at_score(u.successes + 1,
                                                                u.trials - u.successes + 1, score))
               : cut_value_at(u, score));
  }
  return distribution;
}

base::Result<std::vector<game::Game>> draw_games(const game::Game& mean,
                                                 const std::vector<Uncertainty>& uncertain,
                                                 std::size_t count, std::uint64_t seed) {
  std::vector<game::Game> games;
  for (std::size_t i = 0; i < count; ++i) {
    base::Rng rng(seed, i);
    game::Game game = mean;
    for (const Uncertainty& u : uncertain) {
      const auto x = draw(u, rng);
      if (!x) return outside(u);
      TURNOUT_TRY(game, game.with(u.parameter, *x));
    }
    games.push_back(game);
  }
  return games;
}

}  // namespace turnout::scenario
