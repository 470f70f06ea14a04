#include "turnout/game/opaque_routing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "turnout/numeric/quadratic.h"

namespace turnout::game {
namespace {

constexpr double kTie = 1e-12;

class Finder {
 public:
  explicit Finder(const Game& game)
      : game_(game),
        first_(Primitives<double>(game).model[0]),
        second_(Primitives<double>(game).model[1]) {}

  std::vector<NashEquilibrium> all() {
    for (const Policy& policy : {Policy{0, 0}, Policy{0, 1}, Policy{1, 0}}) add_pure(policy);
    if (const auto abandon = provider_indifference(game_)) {
      add_interior(*abandon);
      add_mixed_start(*abandon);
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
    for (const double s :
         numeric::roots_between(0, 1, second * scale, second * (1 - scale) - first, first)) {
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
    found_.push_back(
        {{0, 0},
         true,
         share,
         abandon,
         false,
         mixed(share, evaluate(game_, {0, 0}, abandon), evaluate(game_, {1, 0}, abandon))});
  }

  static constexpr std::array<Policy, 3> kReplies = {Policy{0, 0}, Policy{0, 1}, Policy{1, 0}};
  const Game& game_;
  PassTerms first_;
  PassTerms second_;
  std::vector<NashEquilibrium> found_;
};

}  // namespace

std::optional<double> provider_indifference(const Game& game) {
  const Primitives<double> primitives(game);
  const auto& [first, second] = primitives.model;
  const double more = second.net_cost * first.ends - first.net_cost * second.ends;
  const double slope = first.net_cost * second.goes_on - second.net_cost * first.goes_on +
                       game.churn_penalty() * (second.ends - first.ends);
  const double q = more / slope;
  return q > 0 && q < 1 ? std::optional(q) : std::nullopt;
}

Payoffs<double> mixed(double share, const Payoffs<double>& one, const Payoffs<double>& other) {
  const auto mean = [share](double x, double y) { return share * x + (1 - share) * y; };
  return {mean(one.provider_cost, other.provider_cost),
          mean(one.user_utility, other.user_utility),
          mean(one.success, other.success),
          mean(one.unsolved, other.unsolved),
          mean(one.latency, other.latency),
          mean(one.service_cost, other.service_cost),
          mean(one.spent, other.spent)};
}

std::vector<NashEquilibrium> nash_equilibria(const Game& game) { return Finder(game).all(); }

}  // namespace turnout::game
