#include "turnout/game/mixed_response.h"

#include <cmath>

#include "turnout/numeric/bisection.h"

namespace turnout::game {
namespace {

/// 1 - beta a, as a sum of terms of one sign.
double gap_below_one(const PassTerms& pass, double a) { return (1 - a) + pass.ends * a; }

/// dJ/da along the first-order condition F(s, a) = (1-s) d^2 - m s (1 - b1 b2 a^2 (1-s)) = 0.
double cost_slope(const Primitives<double>& game, double a) {
  const auto& [first, second] = game.model;
  const double b1 = first.goes_on;
  const double b2 = second.goes_on;
  const double m = -second.net_value / first.net_value;
  const double s = cascade_that_keeps(game, a);
  const double go_on = 1 - s;
  const double d = gap_below_one(second, a);
  const double slope_a = -2 * b2 * go_on * d + 2 * m * s * b1 * b2 * a * go_on;
  const double slope_s = -d * d - m * (1 - b1 * b2 * a * a * go_on) - m * s * b1 * b2 * a * a;
  const double s_slope = -slope_a / slope_s;
  const double n1 = 1 / (1 - b1 * go_on * a);
  const double n1_slope = (b1 * go_on - b1 * a * s_slope) * n1 * n1;
  const double n2_slope =
      b1 * ((s_slope * a + s) * n1 + s * a * n1_slope + s * a * n1 * b2 / d) / d;
  const double eta1 = first.net_cost - game.churn_penalty * first.ends;
  const double eta2 = second.net_cost - game.churn_penalty * second.ends;
  return eta1 * n1_slope + eta2 * n2_slope;
}

}  // namespace

double cascade_that_keeps(const Primitives<double>& game, double staying) {
  const auto& [first, second] = game.model;
  const double m = -second.net_value / first.net_value;
  const double d = gap_below_one(second, staying);
  const double both = first.goes_on * second.goes_on * staying * staying;
  // 1 - both
  const double rest = (1 - staying) * (1 + staying) +
                      staying * staying * (first.ends + first.goes_on * second.ends);
  const double q = m * rest + d * d;
  return 2 * d * d / (q + std::sqrt(q * q + 4 * m * both * d * d));
}

std::optional<MixedPlay> cheapest_mixed_play(const Primitives<double>& game) {
  constexpr int kPoints = 64;
  const auto falling = [&](double a) { return cost_slope(game, a) < 0; };
  double before = 0;
  bool was_falling = falling(0);
  for (int i = 1; i <= kPoints; ++i) {
    const double a = static_cast<double>(i) / kPoints;
    const bool now_falling = falling(a);
    if (was_falling && !now_falling) {
      const double best = numeric::bisect(before, a, falling, 0x1p-52).other;
      return MixedPlay{cascade_that_keeps(game, best), 1 - best};
    }
    was_falling = now_falling;
    before = a;
  }
  return std::nullopt;
}

}  // namespace turnout::game
