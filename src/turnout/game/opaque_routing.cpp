#include "turnout/game/opaque_routing.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace turnout::game {
namespace {

constexpr double kTie = 1e-12;

/// @returns the roots of a x^2 + b x + c in (0, 1); a may be 0.
std::vector<double> roots_inside(double a, double b, double c) {
  std::vector<double> roots;
  const auto keep = [&](double x) {
    if (x > 0 && x < 1) roots.push_back(x);
  };
  const double discriminant = b * b - 4 * a * c;
  if (a == 0) {
    if (b != 0) keep(-c / b);
  } else if (discriminant >= 0) {
    const double q = -(b + std::copysign(std::sqrt(discriminant), b)) / 2;
    keep(q / a);
    if (q != 0 && q / a != c / q) keep(c / q);
  }
  return roots;
}

class Finder {
 public:
  explicit Finder(const Game& game)
      : game_(game),
        first_(Primitives<double>(game).model[0]),
        second_(Primitives<double>(game).model[1]) {}

  std::vector<NashEquilibrium> all() {
    for (const Policy& policy : {Policy{0, 0}, Policy{0, 1}, Policy{1, 0}}) add_pure(policy);
    for (const double abandon : indifference()) {
      add_interior(abandon);
      add_mixed_start(abandon);
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] double cost(const Policy& policy, double abandon) const {
    return evaluate(game_, policy, abandon).provider_cost;
  }

  /// Whether no policy costs the provider less at this q: of all s only the ends can.
  [[nodiscard]] bool is_reply(const Policy& policy, double abandon) const {
    const double now = cost(policy, abandon);
    return std::all_of(kReplies.begin(), kReplies.end(), [&](const Policy& other) {
      const double then = cost(other, abandon);
      return now <= then + kTie * std::max(std::abs(now), std::abs(then));
    });
  }

  /// A policy at an end of s, with each of the user's best responses that makes it one of the
  /// provider's.
  void add_pure(const Policy& policy) {
    const Response response = best_response(game_, policy);
    add_if_reply(policy, response.abandon, false);
    // An indifferent user may as well do the opposite.
    if (response.indifferent) add_if_reply(policy, response.abandon == 0 ? 1 : 0, true);
  }

  void add_if_reply(const Policy& policy, double abandon, bool tie) {
    if (is_reply(policy, abandon))
      found_.push_back({policy, false, 1, abandon, tie, evaluate(game_, policy, abandon)});
  }

  /// The q in (0, 1) at which all policies cost the same: (k1 + beta1 q P)(1 - beta2 a) = (k2 +
  /// beta2 q P)(1 - beta1 a), a = 1 - q, k = net_cost.
  [[nodiscard]] std::vector<double> indifference() const {
    const double penalty = game_.churn_penalty();
    // With 1 - beta a = eps + beta q both sides are quadratics in q.
    const double a =
        first_.goes_on * penalty * second_.goes_on - second_.goes_on * penalty * first_.goes_on;
    const double b = first_.net_cost * second_.goes_on + first_.goes_on * penalty * second_.ends -
                     second_.net_cost * first_.goes_on - second_.goes_on * penalty * first_.ends;
    const double c = first_.net_cost * second_.ends - second_.net_cost * first_.ends;
    return roots_inside(a, b, c);
  }

  /// The s in (0, 1) to which q is the mixed best response: only between sL and sH, xi1 > 0 > xi2.
  /// Equation (7) as one in s.
  void add_interior(double abandon) {
    const Thresholds at = thresholds(game_);
    if (!at.patience || !at.leave) return;
    const double stay = 1 - abandon;
    const double scale = first_.goes_on * second_.goes_on * stay * stay;
    const double first =
        first_.net_value * (1 - second_.goes_on * stay) * (1 - second_.goes_on * stay);
    const double second = second_.net_value;
    for (const double s : roots_inside(second * scale, second * (1 - scale) - first, first)) {
      if (s <= *at.patience || s >= *at.leave) continue;
      found_.push_back({{0, s}, false, 1, abandon, false, evaluate(game_, {0, s}, abandon)});
    }
  }

  /// The mixture of (1,0) and (2,0) to which q is the best response: U is largest there if the
  /// latency-dominated model is the one that fails more often.
  void add_mixed_start(double abandon) {
    const double stay = 1 - abandon;
    const auto pull = [stay](const PassTerms& m) {
      const double open = 1 - m.goes_on * stay;
      return m.net_value * m.goes_on / (open * open);
    };
    const double first = pull(first_);
    const double second = pull(second_);
    if (!(first * second < 0)) return;
    const bool first_is_slow = first < 0;
    const bool slow_fails_more =
        first_is_slow ? first_.goes_on > second_.goes_on : second_.goes_on > first_.goes_on;
    if (!slow_fails_more) return;
    const double share = second / (second - first);
    const Payoffs<double> one = evaluate(game_, {0, 0}, abandon);
    const Payoffs<double> two = evaluate(game_, {1, 0}, abandon);
    const auto mean = [share](double x, double y) { return share * x + (1 - share) * y; };
    found_.push_back({{0, 0},
                      true,
                      share,
                      abandon,
                      false,
                      {mean(one.provider_cost, two.provider_cost),
                       mean(one.user_utility, two.user_utility), mean(one.success, two.success),
                       mean(one.unsolved, two.unsolved), mean(one.latency, two.latency),
                       mean(one.service_cost, two.service_cost), mean(one.spent, two.spent)}});
  }

  static constexpr std::array<Policy, 3> kReplies = {Policy{0, 0}, Policy{0, 1}, Policy{1, 0}};
  const Game& game_;
  PassTerms first_;
  PassTerms second_;
  std::vector<NashEquilibrium> found_;
};

}  // namespace

std::vector<NashEquilibrium> nash_equilibria(const Game& game) { return Finder(game).all(); }

}  // namespace turnout::game
