#include "turnout/game/deterministic_plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

#include "turnout/game/promised_utility.h"
#include "turnout/numeric/lower_hull.h"

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kSlack = 1e-11;  // a plan that is not better by more than this is not looked for

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// A sequence of models so far, all its attempts failed.
struct Prefix {
  std::size_t before = kNone;  ///< the prefix that it extends, in the arena
  std::size_t model = 0;       ///< by this model's attempt
  std::size_t length = 0;
  double reach = 1;    ///< probability of getting here
  PlanPayoffs so_far;  ///< of the attempts made; no penalty for who could go on
  double owed =
      0;  ///< what follows must be worth this to the user, or he would have left on the way
  double bound = 0;  ///< no plan that starts like this costs less
};

/// How a sequence ends.
struct Ending {
  bool leaves = false;
  std::size_t model = 0;  ///< serves on until solved, or deters
};

/// Best first: the prefix with the least bound is extended next.
class Search {
 public:
  Search(const RoutingGame& game, const SearchLimits& limits)
      : game_(game),
        frontier_(lower_bound(game)),
        best_(best_static_plan(game)),
        cost_(best_.payoffs.provider_cost) {
    for (std::size_t k = 0; k < game.size(); ++k) deterrents_.push_back(deterrent(game, k));
    if (game.participates()) {
      add(Prefix{});  // not submitting at all is the first thing that can happen
    } else {
      for (std::size_t k = 0; k < game.size(); ++k) {
        Prefix first = extended(Prefix{}, kNone, k);
        first.owed = 0;  // the first attempt is made whatever it is worth
        add(first);
      }
    }
    while (!open_.empty() && open_.top().first < worthwhile() && expanded_ < limits.nodes) {
      const std::size_t next = open_.top().second;
      open_.pop();
      expand(next);
      if (expanded_ % kNodesPerReport != 0) continue;
      limits.watch.on_steps(kNodesPerReport);
      if (limits.watch.cancellation.requested()) break;
    }
  }

  CertifiedPlan take() && {
    const double bound = open_.empty() ? cost_ : std::min(cost_, open_.top().first);
    return {std::move(best_), {bound, cost_ - bound, std::max<std::size_t>(expanded_, 1)}};
  }

 private:
  /// Nothing that a user of any kind could be promised costs less: no switching costs, lotteries
  /// allowed.
  static numeric::LowerHull lower_bound(const RoutingGame& game) {
    std::vector<numeric::LabelledPoint> points;
    for (std::size_t k = 0; k < game.size(); ++k) {
      const PassTerms& pass = game.pass(k);
      points.push_back({pass.net_value / pass.ends, pass.net_cost / pass.ends, k});
    }
    points.push_back({0, game.churn_penalty(), game.size()});
    return numeric::LowerHull(std::move(points));
  }

  /// A prefix whose bound is not below this cannot lead to a plan that is better by more than the
  /// slack.
  [[nodiscard]] double worthwhile() const { return cost_ - kSlack * std::abs(cost_); }

  [[nodiscard]] Prefix extended(const Prefix& prefix, std::size_t at, std::size_t k) const {
    const PassTerms& pass = game_.pass(k);
    const std::size_t from = at == kNone ? k : prefix.model;  // to start is no switch
    const double gain = pass.net_value - game_.switch_wait(from, k);
    Prefix next{at, k, prefix.length + 1, prefix.reach * pass.goes_on, {}, 0, 0};
    next.so_far = going_on(prefix, from, k, 1);
    const double still = prefix.owed - gain;
    next.owed = still <= 0 ? 0 : (pass.goes_on > 0 ? still / pass.goes_on : kInfinity);
    return next;
  }

  /// What it comes to to go on from a prefix with `passes` attempts on k in expectation.
  [[nodiscard]] PlanPayoffs going_on(const Prefix& prefix, std::size_t from, std::size_t k,
                                     double passes) const {
    const PassTerms& pass = game_.pass(k);
    const double dearer = game_.switch_cost(from, k);
    const double reach = prefix.reach;
    PlanPayoffs p = prefix.so_far;
    p.provider_cost += reach * (pass.net_cost * passes + dearer);
    p.user_utility += reach * (pass.worth * passes - game_.switch_wait(from, k));
    p.success += reach * pass.solved * passes;
    p.latency += reach * (pass.latency * passes + game_.switch_latency(from, k));
    p.service_cost += reach * (pass.service * passes + dearer);
    return p;
  }

  void add(Prefix prefix) {
    prefix.bound = prefix.so_far.provider_cost + prefix.reach * frontier_.least_from(prefix.owed);
    if (!(prefix.bound < worthwhile())) return;
    arena_.push_back(prefix);
    open_.emplace(prefix.bound, arena_.size() - 1);
  }

  void expand(std::size_t at) {
    ++expanded_;
    const Prefix prefix = arena_[at];
    const std::size_t here = prefix.length == 0 ? kNone : at;
    try_endings(prefix);
    if (prefix.reach == 0 || prefix.length >= kMostAttempts) return;
    for (std::size_t k = 0; k < game_.size(); ++k) add(extended(prefix, here, k));
  }

  void try_endings(const Prefix& prefix) {
    const bool first = prefix.length == 0;
    const auto threat = first ? deterrent(game_, 0) : deterrents_[prefix.model];
    if (prefix.owed == 0 && threat) {
      PlanPayoffs payoffs = prefix.so_far;
      payoffs.provider_cost += prefix.reach * game_.churn_penalty();
      accept(prefix, {true, *threat}, payoffs);
    }
    for (std::size_t k = 0; k < game_.size(); ++k) {
      const PassTerms& pass = game_.pass(k);
      const std::size_t from = first ? k : prefix.model;
      const double promise = pass.net_value / pass.ends - game_.switch_wait(from, k);
      if (pass.net_value < 0 || promise < prefix.owed) continue;
      accept(prefix, {false, k}, going_on(prefix, from, k, 1 / pass.ends));
    }
  }

  [[nodiscard]] std::vector<std::size_t> models_of(const Prefix& prefix) const {
    std::vector<std::size_t> models;
    if (prefix.length == 0) return models;
    models.push_back(prefix.model);
    for (std::size_t at = prefix.before; at != kNone; at = arena_[at].before)
      models.push_back(arena_[at].model);
    std::reverse(models.begin(), models.end());
    return models;
  }

  void accept(const Prefix& prefix, const Ending& ending, const PlanPayoffs& payoffs) {
    if (payoffs.provider_cost >= cost_) return;
    cost_ = payoffs.provider_cost;
    best_ = {};
    best_.payoffs = payoffs;
    best_.payoffs.success = std::min(1.0, payoffs.success);  // a sum of roundings
    double reach = 1;
    const std::vector<std::size_t> models = models_of(prefix);
    for (const std::size_t k : models) {
      best_.attempts.push_back({{{k, 1.0}}, reach});
      reach *= game_.pass(k).goes_on;
    }
    best_.until_solved = !ending.leaves;
    if (ending.leaves) best_.leaves_after = models.size();
    const bool repeats = !models.empty() && models.back() == ending.model && !ending.leaves;
    if (!repeats) best_.attempts.push_back({{{ending.model, 1.0}}, ending.leaves ? 0 : reach});
  }

  const RoutingGame& game_;
  numeric::LowerHull frontier_;
  std::vector<std::optional<std::size_t>> deterrents_;
  std::vector<Prefix> arena_;
  using Open = std::pair<double, std::size_t>;
  std::priority_queue<Open, std::vector<Open>, std::greater<>> open_;
  EscalationPlan best_;
  double cost_;
  std::size_t expanded_ = 0;
};

}  // namespace

CertifiedPlan best_deterministic_plan(const RoutingGame& game, const SearchLimits& limits) {
  return Search(game, limits).take();
}

}  // namespace turnout::game
