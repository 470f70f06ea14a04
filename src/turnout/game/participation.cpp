#include "turnout/game/participation.h"

#include <cmath>

namespace turnout::game {

double believed_utility(const Game& game, const Policy& policy, double abandon) {
  const Primitives<double> pair(game);
  const auto n = expected_visits(pair, policy.start, policy.cascade, abandon);
  const double first = pair.model[0].net_value * n[0];
  const double second = pair.model[1].net_value * n[1];
  const double rounding = 4 * 0x1p-52 * (std::abs(first) + std::abs(second));
  return first + second + rounding;
}

std::optional<double> entry_share(const PassTerms& first, const PassTerms& second) {
  if (first.net_value >= 0 || second.net_value <= 0) return std::nullopt;
  const double share = -first.net_value * second.ends / (first.goes_on * second.net_value);
  return share <= 1 ? std::optional(share) : std::nullopt;
}

Payoffs<double> payoffs_of_nobody(double churn_penalty) {
  return {churn_penalty, 0, 0, 1, 0, 0, 0};
}

}  // namespace turnout::game
