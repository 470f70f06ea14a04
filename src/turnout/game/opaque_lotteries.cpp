#include "turnout/game/opaque_lotteries.h"

#include <algorithm>
#include <cmath>

#include "turnout/game/best_response.h"
#include "turnout/game/opaque_routing.h"
#include "turnout/numeric/quadratic.h"

namespace turnout::game {
namespace {

/// The lotteries that go with one q.
class Lotteries {
 public:
  Lotteries(const Game& game, double abandon) : game_(game), abandon_(abandon), stay_(1 - abandon) {
    const Primitives<double> primitives(game);
    first_ = primitives.model[0];
    second_ = primitives.model[1];
    open_ = 1 - second_.goes_on * stay_;
    pull_ = second_.net_value * second_.goes_on / (open_ * open_);
  }

  /// Neighbouring pieces of [0, 1] whose lotteries are equilibria, joined.
  [[nodiscard]] std::vector<LotteryRange> all() const {
    const std::vector<double> at = changes();
    std::vector<LotteryRange> found;
    bool joined = false;
    for (std::size_t i = 0; i + 1 < at.size(); ++i) {
      const bool holds = at[i] < at[i + 1] && is_equilibrium(at[i] + (at[i + 1] - at[i]) / 2);
      if (holds && !joined) found.push_back({abandon_, lottery(at[i]), {}});
      if (holds) found.back().to = lottery(at[i + 1]);
      joined = holds;
    }
    return found;
  }

  [[nodiscard]] OpaqueLottery lottery(double s) const {
    const double share = std::clamp(pull_ / (pull_ - pull_of_first(s)), 0.0, 1.0);
    const auto one = evaluate(game_, {0, s}, abandon_);
    const auto other = evaluate(game_, {1, 0}, abandon_);
    OpaqueLottery found{s, share, mixed(share, one, other)};
    // U vanishes where A = B = 0, but for rounding.
    double& utility = found.payoffs.user_utility;
    const double size =
        std::abs(share * one.user_utility) + std::abs((1 - share) * other.user_utility);
    if (std::abs(utility) < 0x1p-46 * size) utility = 0;
    return found;
  }

 private:
  /// Where the answer of is_equilibrium() can change, with 0 and 1; increasing.
  [[nodiscard]] std::vector<double> changes() const {
    const double scale = first_.goes_on * second_.goes_on * stay_ * stay_;
    const double first = first_.net_value * open_ * open_;
    const double second = second_.net_value;
    auto at = numeric::roots_between(0, 1, second * scale, second * (1 - scale) - first, first);
    const auto add = [&](double s) {
      if (s > 0 && s < 1) at.push_back(s);
    };
    if (first_.goes_on > 0) {
      add(1 - second_.goes_on / first_.goes_on);
      add(first_.net_value * (first_.goes_on - second_.goes_on) /
          (first_.goes_on * (first_.net_value - second_.net_value)));
    }
    at.push_back(0);
    at.push_back(1);
    std::sort(at.begin(), at.end());
    return at;
  }

  /// dU/da of (1,s).
  [[nodiscard]] double pull_of_first(double s) const {
    const double beta = first_.goes_on * (1 - s);
    const double open = 1 - beta * stay_;
    const double moves = second_.net_value * first_.goes_on * s *
                         (1 - beta * second_.goes_on * stay_ * stay_) / (open_ * open_);
    return (first_.net_value * beta + moves) / (open * open);
  }

  /// Whether a lottery over (1,s) and (2,0) makes q the user's best response: the one that makes U
  /// stationary makes it largest there iff B (b2 - beta) < 0, B = (1 - alpha) xi2 + alpha xi2 b1 s
  /// / (b2 - beta).
  [[nodiscard]] bool is_equilibrium(double s) const {
    const double pull = pull_of_first(s);
    if (!(pull * pull_ < 0)) return false;
    const double ahead = second_.goes_on - first_.goes_on * (1 - s);
    // alpha and 1 - alpha are as pull_ and -pull, which have the same sign.
    const double weight =
        -pull * second_.net_value * ahead + pull_ * second_.net_value * first_.goes_on * s;
    return (pull_ > 0 ? weight : -weight) < 0;
  }

  const Game& game_;
  double abandon_;
  double stay_;  ///< a
  PassTerms first_{};
  PassTerms second_{};
  double open_ = 1;  ///< 1 - b2 a
  double pull_ = 0;  ///< dU/da of (2,0)
};

}  // namespace

OpaqueLottery stationary_lottery(const Game& game, double abandon, double cascade) {
  return Lotteries(game, abandon).lottery(cascade);
}

std::vector<LotteryRange> lottery_equilibria(const Game& game) {
  const auto abandon = provider_indifference(game);
  return abandon ? Lotteries(game, *abandon).all() : std::vector<LotteryRange>{};
}

}  // namespace turnout::game
