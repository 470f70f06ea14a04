#include "turnout/game/promised_utility.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "turnout/numeric/lower_hull.h"

namespace turnout::game {
namespace {

constexpr double kTie = 4 * std::numeric_limits<double>::epsilon();

bool less_by_more_than_rounding(double a, double b) {
  return a < b - kTie * std::max(std::abs(a), std::abs(b));
}

/// What serving on with one model until the task ends comes to, per failed attempt before it.
PlanPayoffs until_it_ends(const RoutingGame& game, std::size_t k) {
  const PassTerms& pass = game.pass(k);
  return {pass.net_cost / pass.ends, pass.worth / pass.ends, pass.solved / pass.ends,
          pass.latency / pass.ends, pass.service / pass.ends};
}

/// What that is worth to the user as he decides.
double promise_of(const PassTerms& pass) { return pass.net_value / pass.ends; }

/// How a plan goes on after its first failed attempt; the three kinds of theorem 11.2.
struct Tail {
  enum class Kind { kLeave, kStay, kMixture } kind = Kind::kLeave;
  std::size_t model =
      0;  ///< the deterrent, the one that stays, or the mixture's dear one that keeps the user
  std::size_t cheap = 0;  ///< the mixture's model that the user would leave
  PlanPayoffs payoffs;    ///< from the failure on
};

Tail leave(const RoutingGame& game, std::size_t deterred_by) {
  return {Tail::Kind::kLeave, deterred_by, 0, {game.churn_penalty(), 0, 0, 0, 0}};
}

Tail stay(const RoutingGame& game, std::size_t k) {
  return {Tail::Kind::kStay, k, 0, until_it_ends(game, k)};
}

/// The user is kept at a promise of exactly 0: a convex combination, nothing cancels.
Tail mixture(const RoutingGame& game, std::size_t cheap, std::size_t keeps) {
  const PlanPayoffs low = until_it_ends(game, cheap);
  const PlanPayoffs high = until_it_ends(game, keeps);
  const double most = promise_of(game.pass(keeps));
  const double share = most / (most - promise_of(game.pass(cheap)));
  const auto mean = [share](double a, double b) { return share * a + (1 - share) * b; };
  return {Tail::Kind::kMixture,
          keeps,
          cheap,
          {mean(low.provider_cost, high.provider_cost),
           game.user().naive ? mean(low.user_utility, high.user_utility) : 0,
           mean(low.success, high.success), mean(low.latency, high.latency),
           mean(low.service_cost, high.service_cost)}};
}

/// Equation (16): the cheapest way to go on; ties to the simplest.
std::optional<Tail> cheapest_tail(const RoutingGame& game) {
  std::optional<Tail> best;
  const auto consider = [&](const Tail& tail) {
    if (!best ||
        less_by_more_than_rounding(tail.payoffs.provider_cost, best->payoffs.provider_cost))
      best = tail;
  };
  if (const auto threat = deterrent(game, 0)) consider(leave(game, *threat));
  for (std::size_t j = 0; j < game.size(); ++j) {
    if (game.pass(j).net_value >= 0) consider(stay(game, j));
  }
  for (std::size_t j = 0; j < game.size(); ++j) {
    for (std::size_t k = 0; game.pass(j).net_value > 0 && k < game.size(); ++k) {
      if (game.pass(k).net_value < 0) consider(mixture(game, k, j));
    }
  }
  return best;
}

/// Writes the attempts of a plan one by one and keeps the probability that they are reached.
class Schedule {
 public:
  explicit Schedule(const RoutingGame& game) : game_(game) {}

  void add(std::size_t k) {
    attempts_.push_back({{{k, 1.0}}, reach_});
    reach_ *= game_.pass(k).goes_on;
  }
  void add_lottery(std::size_t a, double share, std::size_t b) {
    attempts_.push_back({{{a, share}, {b, 1 - share}}, reach_});
    reach_ *= share * game_.pass(a).goes_on + (1 - share) * game_.pass(b).goes_on;
  }
  /// An attempt that is on offer and that nobody makes.
  void add_threat(std::size_t k) { attempts_.push_back({{{k, 1.0}}, 0}); }

  /// The mixture from a promise of 0 on: the cheap model until the promise that it builds up is
  /// nearly that of the dear one, a lottery that makes it exact, then the dear one. Equation (17).
  void add_mixture(std::size_t cheap, std::size_t keeps) {
    const PassTerms& low = game_.pass(cheap);
    const double most = promise_of(game_.pass(keeps));
    const double latest =
        low.net_value + low.goes_on * most;  // the promise if the dear one is next to serve
    double promise = 0;
    std::size_t unlisted = 0;
    for (; promise <= latest && promise < most; promise = (promise - low.net_value) / low.goes_on) {
      truncated_ = attempts_.size() >= kMostAttempts;
      if (!truncated_) {
        add(cheap);
      } else if (++unlisted > kMostCounted) {
        return;
      }
    }
    const double share = promise < most ? (most - promise) / (most - latest) : 0;
    if (truncated_) {
      rest_ = {{{{cheap, 1.0}}, unlisted}};
      if (share > 0) rest_.push_back({{{cheap, share}, {keeps, 1 - share}}});
      rest_.push_back({{{keeps, 1.0}}});
    } else {
      if (promise < most) add_lottery(cheap, share, keeps);
      add(keeps);
    }
  }

  /// Puts the attempts into a plan.
  void move_to(EscalationPlan& plan) {
    plan.attempts = std::move(attempts_);
    plan.truncated = truncated_;
    plan.rest = std::move(rest_);
  }
  [[nodiscard]] bool empty() const { return attempts_.empty(); }
  [[nodiscard]] bool ends_with(std::size_t k) const {
    return !attempts_.empty() && attempts_.back().models.size() == 1 &&
           attempts_.back().models[0].first == k;
  }

 private:
  const RoutingGame& game_;
  std::vector<PlannedAttempt> attempts_;
  double reach_ = 1;
  bool truncated_ = false;
  std::vector<PlannedRun> rest_;
};

EscalationPlan with_tail(Schedule schedule, const Tail& tail, const PlanPayoffs& payoffs) {
  EscalationPlan plan;
  plan.payoffs = payoffs;
  switch (tail.kind) {
    case Tail::Kind::kLeave:
      plan.leaves_after = schedule.empty() ? 0 : 1;
      schedule.add_threat(tail.model);
      break;
    case Tail::Kind::kStay:
      plan.until_solved = true;
      if (!schedule.ends_with(tail.model)) schedule.add(tail.model);
      break;
    case Tail::Kind::kMixture:
      plan.until_solved = true;
      schedule.add_mixture(tail.cheap, tail.model);
      break;
  }
  schedule.move_to(plan);
  return plan;
}

/// One attempt on k, then the tail.
PlanPayoffs after_first(const RoutingGame& game, std::size_t k, const PlanPayoffs& tail) {
  const PassTerms& pass = game.pass(k);
  return {pass.net_cost + pass.goes_on * tail.provider_cost,
          pass.worth + pass.goes_on * tail.user_utility,
          std::min(1.0, pass.solved + pass.goes_on * tail.success),
          pass.latency + pass.goes_on * tail.latency,
          pass.service + pass.goes_on * tail.service_cost};
}

}  // namespace

Threats::Threats(const RoutingGame& game) : game_(&game), worth_(game.size(), 0) {
  const std::size_t n = game.size();
  constexpr int kRounds = 2000;
  for (int round = 0; game.has_switching() && round < kRounds; ++round) {
    std::vector<double> next(n, std::numeric_limits<double>::infinity());
    for (std::size_t f = 0; f < n; ++f) next[f] = worth_of(f, worst_after(f));
    if (next == worth_) break;
    worth_ = next;
  }
}

double Threats::worth_of(std::size_t from, std::size_t to) const {
  const PassTerms& pass = game_->pass(to);
  return pass.net_value - game_->switch_wait(from, to) + pass.goes_on * std::max(0.0, worth_[to]);
}

std::size_t Threats::worst_after(std::size_t from) const {
  std::size_t least = 0;
  for (std::size_t k = 1; k < game_->size(); ++k) {
    if (worth_of(from, k) < worth_of(from, least)) least = k;
  }
  return least;
}

std::optional<std::size_t> deterrent(const RoutingGame& game, std::size_t from) {
  const Threats threats(game);
  const std::size_t worst = threats.worst_after(from);
  if (threats.worth_of(from, worst) > 0) return std::nullopt;
  return worst;
}

std::vector<Continuation> utility_frontier(const RoutingGame& game) {
  const std::size_t n = game.size();
  std::vector<Continuation> ways;
  for (std::size_t k = 0; k < n; ++k) {
    const PassTerms& pass = game.pass(k);
    ways.push_back({promise_of(pass), pass.net_cost / pass.ends, k, true});
  }
  for (std::size_t k = 0; k < n && deterrent(game, 0); ++k) {
    const PassTerms& pass = game.pass(k);
    ways.push_back({pass.net_value, pass.net_cost + pass.goes_on * game.churn_penalty(), k, false});
  }
  std::vector<numeric::LabelledPoint> points;
  for (const Continuation& way : ways) points.push_back({way.utility, way.cost, points.size()});
  const numeric::LowerHull hull(std::move(points));
  const auto& vertices = hull.vertices();
  std::vector<Continuation> frontier;
  if (vertices.back().x < 0) return frontier;
  const bool at_zero =
      std::any_of(vertices.begin(), vertices.end(), [](const auto& v) { return v.x == 0; });
  if (vertices.front().x < 0 && !at_zero) frontier.push_back({0, hull.at(0), n, true});
  for (const auto& v : vertices) {
    if (v.x >= 0) frontier.push_back(ways[v.label]);
  }
  return frontier;
}

EscalationPlan static_plan(const RoutingGame& game, std::size_t k) {
  const double net_value = game.pass(k).net_value;
  std::optional<EscalationPlan> best;
  const auto consider = [&](Tail tail, bool submits) {
    Schedule schedule(game);
    if (submits) schedule.add(k);
    const PlanPayoffs payoffs = submits ? after_first(game, k, tail.payoffs) : tail.payoffs;
    if (best && !less_by_more_than_rounding(payoffs.provider_cost, best->payoffs.provider_cost))
      return;
    best = with_tail(std::move(schedule), tail, payoffs);
  };
  if (net_value >= 0) {
    consider(stay(game, k), true);
    best->payoffs = until_it_ends(game, k);  // the same with fewer roundings
  }
  if (net_value <= 0) consider(leave(game, k), !game.participates() || net_value == 0);
  if (net_value == 0 && game.participates()) consider(leave(game, k), false);
  return *best;
}

EscalationPlan best_static_plan(const RoutingGame& game) {
  EscalationPlan best = static_plan(game, 0);
  for (std::size_t k = 1; k < game.size(); ++k) {
    EscalationPlan plan = static_plan(game, k);
    if (less_by_more_than_rounding(plan.payoffs.provider_cost, best.payoffs.provider_cost))
      best = std::move(plan);
  }
  return best;
}

CertifiedPlan best_plan(const RoutingGame& game) {
  const Tail tail =
      *cheapest_tail(game);  // some xi is negative, so that leaving can be induced, or some is not
  EscalationPlan best = best_static_plan(game);
  const auto consider = [&](Schedule schedule, const PlanPayoffs& payoffs) {
    if (!less_by_more_than_rounding(payoffs.provider_cost, best.payoffs.provider_cost)) return;
    best = with_tail(std::move(schedule), tail, payoffs);
  };
  if (game.participates()) {
    consider(Schedule(game), tail.payoffs);
  } else {
    for (std::size_t i = 0; i < game.size(); ++i) {
      Schedule schedule(game);
      schedule.add(i);
      consider(std::move(schedule), after_first(game, i, tail.payoffs));
    }
  }
  const double cost = best.payoffs.provider_cost;
  return {std::move(best), {cost, 0, 0}};
}

}  // namespace turnout::game
