#include "turnout/game/plan_audit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "turnout/game/promised_utility.h"

namespace turnout::game {
namespace {

using numeric::Line;

constexpr double kTie = 4 * std::numeric_limits<double>::epsilon();

/// What is added up in a cost and in a utility, against which a rounding counts.
struct Amounts {
  double cost = 0;
  double utility = 0;

  explicit Amounts(const RoutingGame& game) {
    const User& user = game.user();
    for (std::size_t k = 0; k < game.size(); ++k) {
      const Model& model = game.model(k);
      const PassTerms& pass = game.pass(k);
      const double loss = game.churn_penalty() + game.provider().late_churn.value_or(0);
      cost = std::max(cost, loss + (std::abs(model.cost) + model.price) / pass.ends);
      utility =
          std::max(utility, user.value + user.outside + user.harm +
                                (user.value_of_time * pass.latency + model.price) / pass.ends);
    }
  }
};

/// a - b, or 0 where that is rounding.
double difference(double a, double b, double amount) {
  return std::abs(a - b) <= kTie * amount ? 0 : a - b;
}

/// What a pass costs as a function of P, with what follows it if the user goes on.
Line then(const RoutingGame& game, std::size_t k, const Line& next) {
  const PassTerms& pass = game.pass(k);
  const auto& late = game.provider().late_churn;
  const double misled = (1 - game.model(k).success) * game.model(k).false_accept;
  const double fixed = pass.service + (late ? *late * misled : 0);
  const double per_penalty = pass.unsolved - (late ? misled : 0);
  return {numeric::DoubleDouble(fixed) + numeric::DoubleDouble(pass.goes_on) * next.intercept,
          numeric::DoubleDouble(per_penalty) + numeric::DoubleDouble(pass.goes_on) * next.slope};
}

/// Leaving costs P.
Line leaves() { return {0.0, 1.0}; }

/// One model until the task ends.
Line stays(const RoutingGame& game, std::size_t k) {
  const Line once = then(game, k, {0.0, 0.0});
  const numeric::DoubleDouble ends(game.pass(k).ends);
  return {once.intercept / ends, once.slope / ends};
}

/// The user leaves as soon as he may if all that is on offer is too slow: after one attempt on k, or
/// before it.
Line gone(const RoutingGame& game, std::size_t k) {
  return game.participates() ? leaves() : then(game, k, leaves());
}

/// The user is kept at a promise of 0 by `dear`, with as much of `cheap` as he bears.
Line keeps(const RoutingGame& game, std::size_t cheap, std::size_t dear) {
  const auto promise = [&](std::size_t k) { return game.pass(k).net_value / game.pass(k).ends; };
  const numeric::DoubleDouble share(promise(dear) / (promise(dear) - promise(cheap)));
  const numeric::DoubleDouble rest = numeric::DoubleDouble(1.0) - share;
  const Line low = stays(game, cheap);
  const Line high = stays(game, dear);
  return {share * low.intercept + rest * high.intercept, share * low.slope + rest * high.slope};
}

bool leaving_can_be_induced(const RoutingGame& game) {
  for (std::size_t k = 0; k < game.size(); ++k) {
    if (game.pass(k).net_value <= 0) return true;
  }
  return false;
}

/// J by P of every plan that can be the best (theorem 11.2): one attempt, which a user who may stay away
/// has to be won for as for any other, then one of the ways to go on. One model throughout is one line,
/// so that it ties with itself to the last bit.
std::vector<Line> plans(const RoutingGame& game) {
  const bool leaving = leaving_can_be_induced(game);
  std::vector<Line> all;
  const bool comes_anyway = !game.participates();
  for (std::size_t i = 0; i < (comes_anyway ? game.size() : 1); ++i) {
    const auto after_first = [&](const Line& next) {
      return comes_anyway ? then(game, i, next) : next;
    };
    if (leaving) all.push_back(gone(game, i));
    for (std::size_t j = 0; j < game.size(); ++j) {
      const Line stay = stays(game, j);
      if (game.pass(j).net_value >= 0) all.push_back(i == j ? stay : after_first(stay));
      for (std::size_t k = 0; game.pass(j).net_value > 0 && k < game.size(); ++k) {
        if (game.pass(k).net_value < 0) all.push_back(after_first(keeps(game, k, j)));
      }
    }
  }
  return all;
}

double at(const Line& line, double penalty) {
  return static_cast<double>(line.intercept + line.slope * numeric::DoubleDouble(penalty));
}

/// The static plan that the user likes best; at equal utility the cheapest.
EscalationPlan preferred_plan(const RoutingGame& game) {
  const Amounts amounts(game);
  EscalationPlan best = static_plan(game, 0);
  for (std::size_t k = 1; k < game.size(); ++k) {
    EscalationPlan plan = static_plan(game, k);
    const double gap =
        difference(plan.payoffs.user_utility, best.payoffs.user_utility, amounts.utility);
    if (gap > 0 || (gap == 0 && plan.payoffs.provider_cost < best.payoffs.provider_cost))
      best = std::move(plan);
  }
  return best;
}

Line line_of(const RoutingGame& game, const EscalationPlan& fixed) {
  if (fixed.leaves_after == std::size_t{0}) return leaves();
  const std::size_t k = fixed.attempts.front().models.front().first;
  return fixed.until_solved ? stays(game, k) : then(game, k, leaves());
}

/// The latency at which an attempt is worth nothing to the user as he decides, above its own.
double slowest_borne(const RoutingGame& game, std::size_t k) {
  return game.pass(k).latency + std::max(0.0, game.pass(k).net_value) / game.user().value_of_time;
}

PlanThrottling throttling(const RoutingGame& game, const EscalationPlan& optimum, double margin) {
  const double own = optimum.payoffs.provider_cost;
  const double amount = Amounts(game).cost;
  PlanThrottling result{own, 0, 0, {}, 0};
  for (std::size_t k = 0; k < game.size(); ++k) {
    result.latencies.push_back(game.pass(k).latency);
    const double cost = at(gone(game, k), game.churn_penalty());
    const double gain = difference(own, cost, amount);
    if (gain <= result.gain) continue;
    result.gain = gain;
    result.cost = cost;
    result.model = k;
  }
  if (result.gain == 0) return result;
  if (game.participates()) {  // any model will do: the one that need be slowed least
    const auto slowed = [&](std::size_t k) { return slowest_borne(game, k) - result.latencies[k]; };
    for (std::size_t k = 0; k < game.size(); ++k) {
      if (slowed(k) < slowed(result.model)) result.model = k;
    }
  }
  const PassTerms& pass = game.pass(result.model);
  double& served = result.latencies[result.model];
  served = std::max(served, slowest_borne(game, result.model) * (1 + margin));
  const double attempt = pass.worth - game.user().value_of_time * (served - pass.latency);
  result.user_loss = optimum.payoffs.user_utility - (game.participates() ? 0 : attempt);
  return result;
}

double penalty_floor(const RoutingGame& game, std::span<const Line> all) {
  if (leaving_can_be_induced(game)) return 0;  // without slowing anything down
  double floor = 0;
  for (std::size_t k = 0; k < game.size(); ++k) {
    const auto pays = where_lowest(gone(game, k), all, numeric::Ties::kDoNotCount);
    if (!pays.empty()) floor = std::max(floor, pays.high);
  }
  return floor;
}

}  // namespace

PlanAudit plan_audit(const RoutingGame& game, double margin) {
  const auto all = plans(game);
  const Amounts amounts(game);
  PlanAudit audit;
  audit.optimum = best_plan(game).plan;
  audit.preferred = preferred_plan(game);
  const auto& own = audit.optimum.payoffs;
  const auto& users = audit.preferred.payoffs;
  audit.misalignment =
      std::max(0.0, difference(users.user_utility, own.user_utility, amounts.utility));
  audit.saving = std::max(0.0, difference(users.provider_cost, own.provider_cost, amounts.cost));
  audit.throttling = throttling(game, audit.optimum, margin);
  audit.penalty_floor = penalty_floor(game, all);
  audit.opt_out_price = audit.saving;
  for (std::size_t k = 0; k < game.size(); ++k) {
    const double leave = at(gone(game, k), game.churn_penalty());
    const double stay = at(stays(game, k), game.churn_penalty());
    const double least = game.pass(k).net_value >= 0 ? std::min(leave, stay) : leave;
    audit.gain_if_pins_are_slowed = std::max(audit.gain_if_pins_are_slowed,
                                             difference(users.provider_cost, least, amounts.cost));
  }
  audit.aligning_penalties =
      where_lowest(line_of(game, audit.preferred), all, numeric::Ties::kCount);
  return audit;
}

}  // namespace turnout::game
