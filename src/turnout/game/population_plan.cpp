#include "turnout/game/population_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "turnout/game/attempt_outcome.h"
#include "turnout/game/stopping_choice.h"
#include "turnout/game/user_hopes.h"

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Savings below this share of the cost are not looked for. Attempts that hardly anybody reaches
/// tie, and a smaller share would have the search try all their orders.
constexpr double kLeastSaving = 1e-10;

std::size_t first_stop(const RoutingGame& game) { return game.participates() ? 0 : 1; }

Stop stop_of(const AttemptWalk& walk, const RoutingGame& game) {
  return {{walk.payoffs.success, walk.misled, walk.payoffs.latency, walk.paid},
          walk.ended(game).provider_cost};
}

/// Users who are alike counted once, those without a share left out: an order of magnitude where
/// segments repeat.
std::vector<Segment> merged(std::span<const Segment> segments) {
  const auto key = [](const Segment& s) {
    return std::tuple(s.user.value, s.user.value_of_time, s.user.outside, s.user.harm,
                      s.user.naive);
  };
  std::vector<Segment> all(segments.begin(), segments.end());
  std::stable_sort(all.begin(), all.end(),
                   [&](const Segment& a, const Segment& b) { return key(a) < key(b); });
  std::vector<Segment> distinct;
  for (const Segment& segment : all) {
    if (segment.share <= 0) continue;
    if (distinct.empty() || key(distinct.back()) != key(segment)) {
      distinct.push_back(segment);
    } else {
      distinct.back().share += segment.share;
    }
  }
  return distinct;
}

double mean_cost(std::span<const Segment> segments, std::span<const Stop> stops,
                 std::size_t first) {
  double cost = 0;
  for (const Segment& segment : segments)
    cost += segment.share * stops[best_stop(segment.user, stops, first)].cost;
  return cost;
}

double sequence_cost(const RoutingGame& game, std::span<const Segment> segments,
                     const TaskTypes& types, const std::vector<std::size_t>& sequence) {
  AttemptWalk walk(types);
  std::vector<Stop> stops = {stop_of(walk, game)};
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    walk.attempt(game, types, std::span(sequence).first(j), sequence[j]);
    stops.push_back(stop_of(walk, game));
  }
  return mean_cost(segments, stops, first_stop(game));
}

/// The segments as the search needs them, one array per number.
struct Columns {
  std::vector<double> share, solved, misled, time;
  std::vector<double> tie;  ///< at least what counts as a tie after any sequence

  Columns(const RoutingGame& game, std::span<const Segment> segments, std::size_t depth) {
    Tally most{1, 1, 0, 0};  // of what can be at stake
    for (std::size_t k = 0; k < game.size(); ++k) {
      double latency = game.model(k).latency;
      for (std::size_t from = 0; from < game.size(); ++from)
        latency = std::max(latency, game.model(k).latency + game.switch_latency(from, k));
      most.latency = std::max(most.latency, static_cast<double>(depth) * latency);
      most.paid = std::max(most.paid, static_cast<double>(depth) * game.model(k).price);
    }
    for (const Segment& segment : segments) {
      const DecisionWeights weights(segment.user);
      share.push_back(segment.share);
      solved.push_back(weights.solved);
      misled.push_back(weights.misled);
      time.push_back(weights.time);
      tie.push_back(kNegligible * at_stake(segment.user, most));
    }
  }
  [[nodiscard]] std::size_t size() const { return share.size(); }
  [[nodiscard]] double utility(std::size_t s, const Tally& had) const {
    return solved[s] * had.solved + misled[s] * had.misled - time[s] * had.latency - had.paid;
  }
};

/// Where each segment would leave if nothing followed.
struct BestSoFar {
  std::vector<double> utility;
  /// The least cost of its stops that may still tie with its best. A stop is dropped when a later
  /// one beats all before it by more than `tie`; one that ties in the end never is.
  std::vector<double> cost;
};

/// Adds a stop, and @returns the least cost of any completion, where going on costs at least
/// `going_on`.
double add_stop(const Columns& users, const BestSoFar& before, const Stop& stop, double going_on,
                BestSoFar& after) {
  const Tally had = stop.had;
  double bound = 0;
  for (std::size_t s = 0; s < users.size(); ++s) {
    const double utility = users.utility(s, had);
    const double most = before.utility[s];
    const double tied = std::min(before.cost[s], stop.cost);
    const double unless_beaten = utility >= most - users.tie[s] ? tied : before.cost[s];
    const double cost = utility > most + users.tie[s] ? stop.cost : unless_beaten;
    after.utility[s] = std::max(most, utility);
    after.cost[s] = cost;
    bound += users.share[s] * std::min(cost, going_on);
  }
  return bound;
}

/// Branch and bound over sequences.
class Search {
 public:
  Search(const RoutingGame& game, std::span<const Segment> segments, const TaskTypes& types,
         std::size_t depth, SearchLimits limits)
      : game_(game),
        segments_(segments),
        types_(types),
        depth_(depth),
        limits_(std::move(limits)),
        users_(game, segments, depth),
        informed_(informed_costs(game, types, depth)),
        hopes_(game, segments, types, depth),
        levels_(depth) {
    for (Level& level : levels_) level.resize(types.models(), types.size(), users_.size());
  }

  /// @param incumbent  a sequence to beat, and its cost
  /// @returns the certificate of sequence(); its gap is left to whoever plays it.
  Certificate run(std::vector<std::size_t> incumbent, double cost) {
    best_ = std::move(incumbent);
    cost_ = cost;
    const Node root{1, 0, {{}, game_.churn_penalty()}, -kInfinity, -kInfinity};
    const bool may_stay_out = first_stop(game_) == 0;
    const BestSoFar none{
        std::vector<double>(users_.size(), may_stay_out ? 0 : -kInfinity),
        std::vector<double>(users_.size(), may_stay_out ? root.stop.cost : kInfinity)};
    path_.push_back(root.stop);
    explore(root, types_.weights().data(), none);
    return {std::min(bound_, cost_), 0, nodes_};
  }

  [[nodiscard]] const std::vector<std::size_t>& sequence() const { return best_; }

 private:
  /// A prefix whose attempts have all failed.
  struct Node {
    double left = 0;      ///< share of tasks unsolved, for a user who never left
    double spent = 0;     ///< cost so far, for a user who never left
    Stop stop;            ///< to leave now
    double going_on = 0;  ///< least cost of a user who makes another attempt
    double bound = 0;     ///< least cost of any completion
  };
  struct Level {
    std::vector<std::vector<double>> open;  ///< per child: unsolved weight by type
    std::vector<BestSoFar> best;            ///< per child
    std::vector<Node> children;
    std::vector<std::size_t> order;
    void resize(std::size_t models, std::size_t types, std::size_t users) {
      open.assign(models, std::vector<double>(types));
      best.assign(models, {std::vector<double>(users), std::vector<double>(users)});
      children.resize(models);
      order.resize(models);
    }
  };

  [[nodiscard]] std::size_t made() const { return prefix_.size(); }

  /// What costs less than this is looked for.
  [[nodiscard]] double worthwhile() const { return cost_ - kLeastSaving * std::abs(cost_); }

  Node child_of(const Node& node, const double* open, const BestSoFar& best, std::size_t k) {
    Level& level = levels_[made()];
    const std::size_t n = types_.size();
    const bool last = made() + 1 == depth_;
    const std::vector<double>& informed = last ? informed_.least : informed_.going_on;
    const AttemptTerms t = attempt_terms(game_, prefix_, k);
    const Reception users(game_.model(k));
    const AttemptSums sums = advance(users, open, types_.success(k, prefix_).data(),
                                     informed.data() + (made() + 1) * n, level.open[k].data(), n);
    const double wrong = node.left - sums.right;
    const AttemptOutcome outcome{sums.right, wrong, users.rejected(sums.right, wrong)};
    Node child{sums.left, node.spent + node.left * t.cost, node.stop, 0, 0};
    child.spent += loss_of(game_.provider(), users, outcome);
    child.stop.had.solved += users.right_accepted * sums.right;
    child.stop.had.misled += users.wrong_accepted * wrong;
    child.stop.had.latency += node.left * t.latency;
    child.stop.had.paid += node.left * game_.model(k).price;
    child.stop.cost = child.spent + game_.churn_penalty() * child.left;
    child.going_on = last ? kInfinity : child.spent + sums.bound;
    child.bound = add_stop(users_, best, child.stop, child.going_on, level.best[k]);
    return child;
  }

  /// The bound of a node after m attempts, where those who cannot be won for another attempt cost
  /// what their stop costs.
  [[nodiscard]] double settled_bound(const Node& node, std::size_t m, const double* open,
                                     const BestSoFar& best) const {
    double bound = 0;
    double hope = 0;
    std::size_t group = users_.size();  // none yet
    for (std::size_t s = 0; s < users_.size(); ++s) {
      double cost = best.cost[s];
      if (cost > node.going_on) {
        if (group != hopes_.group_of(s)) {
          group = hopes_.group_of(s);
          hope = hopes_.after(m, group, open);
        }
        if (users_.utility(s, node.stop.had) + hope >= best.utility[s] - users_.tie[s])
          cost = node.going_on;
      }
      bound += users_.share[s] * cost;
    }
    return std::max(node.bound, bound);
  }

  /// Fills the node's level with its children, the one with the lowest bound first in order.
  Level& expand(const Node& node, const double* open, const BestSoFar& best, double bound) {
    Level& level = levels_[made()];
    for (std::size_t k = 0; k < types_.models(); ++k) {
      level.children[k] = child_of(node, open, best, k);
      level.children[k].bound = std::max(level.children[k].bound, bound);
      level.order[k] = k;
    }
    std::sort(level.order.begin(), level.order.end(), [&](std::size_t a, std::size_t b) {
      return level.children[a].bound < level.children[b].bound;
    });
    return level;
  }

  void explore(const Node& node, const double* open, const BestSoFar& best) {
    ++nodes_;
    if (nodes_ % kNodesPerReport == 0) {
      limits_.watch.on_steps(kNodesPerReport);
      stopped_ = stopped_ || limits_.watch.cancellation.requested();
    }
    if (made() == depth_) return try_sequence();
    const double settled = settled_bound(node, made(), open, best);
    if (settled >= worthwhile()) {
      bound_ = std::min(bound_, settled);
      return;
    }
    Level& level = expand(node, open, best, settled);
    for (const std::size_t k : level.order) {
      const Node& child = level.children[k];
      if (child.bound >= worthwhile()) {
        bound_ = std::min(bound_, child.bound);
        continue;
      }
      if (nodes_ >= limits_.nodes || stopped_) {
        bound_ =
            std::min(bound_, settled_bound(child, made() + 1, level.open[k].data(), level.best[k]));
        continue;
      }
      prefix_.push_back(k);
      path_.push_back(child.stop);
      explore(child, level.open[k].data(), level.best[k]);
      path_.pop_back();
      prefix_.pop_back();
    }
  }

  void try_sequence() {
    const double cost = mean_cost(segments_, path_, first_stop(game_));
    if (cost >= cost_) return;
    cost_ = cost;
    best_ = prefix_;
  }

  const RoutingGame& game_;
  std::span<const Segment> segments_;
  const TaskTypes& types_;
  std::size_t depth_;
  SearchLimits limits_;
  Columns users_;
  InformedCosts informed_;
  UserHopes hopes_;
  std::vector<Level> levels_;
  std::vector<std::size_t> prefix_;
  std::vector<Stop> path_;  ///< after 0, 1, 2, ... attempts of the prefix
  std::vector<std::size_t> best_;
  double cost_ = kInfinity;
  double bound_ = kInfinity;
  std::size_t nodes_ = 0;
  bool stopped_ = false;  ///< somebody wants no answer any more
};

void add(PlanPayoffs& sum, double share, const PlanPayoffs& p) {
  sum.provider_cost += share * p.provider_cost;
  sum.user_utility += share * p.user_utility;
  sum.success += share * p.success;
  sum.latency += share * p.latency;
  sum.service_cost += share * p.service_cost;
}

EscalationPlan plan_for_all(const RoutingGame& game, std::span<const Segment> segments,
                            const TaskTypes& types, const std::vector<std::size_t>& sequence) {
  const PopulationPlay play = play_sequence_for_all(game, segments, types, sequence);
  EscalationPlan plan;
  std::size_t longest = 0;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    if (segments[s].share > 0) longest = std::max(longest, play.attempts[s]);
  }
  for (std::size_t j = 0; j < sequence.size(); ++j)
    plan.attempts.push_back({{{sequence[j], 1.0}}, play.reach[j]});
  if (longest < sequence.size()) plan.leaves_after = longest;
  plan.ends = true;
  plan.payoffs = play.mean;
  return plan;
}

std::vector<std::size_t> cheapest_cascade(const RoutingGame& game,
                                          std::span<const Segment> segments, const TaskTypes& types,
                                          std::size_t depth,
                                          const base::Cancellation& cancellation) {
  std::vector<std::size_t> best;
  double cost = kInfinity;
  for_each_cascade(types.models(), depth, [&](const std::vector<std::size_t>& sequence) {
    if (!best.empty() && cancellation.requested()) return;
    const double now = sequence_cost(game, segments, types, sequence);
    if (!best.empty() && now >= cost) return;
    cost = now;
    best = sequence;
  });
  return best;
}

}  // namespace

PopulationPlay play_sequence_for_all(const RoutingGame& game, std::span<const Segment> segments,
                                     const TaskTypes& types,
                                     const std::vector<std::size_t>& sequence) {
  AttemptWalk walk(types);
  std::vector<Stop> stops = {stop_of(walk, game)};
  std::vector<PlanPayoffs> payoffs = {walk.ended(game)};
  std::vector<double> reach;
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    reach.push_back(walk.reach);
    walk.attempt(game, types, std::span(sequence).first(j), sequence[j]);
    stops.push_back(stop_of(walk, game));
    payoffs.push_back(walk.ended(game));
  }
  PopulationPlay play;
  play.reach.assign(sequence.size(), 0);
  for (const Segment& segment : segments) {
    const std::size_t made = best_stop(segment.user, stops, first_stop(game));
    play.attempts.push_back(made);
    play.by_segment.push_back(payoffs[made]);
    play.by_segment.back().user_utility = actual_utility(segment.user, stops[made].had);
    add(play.mean, segment.share, play.by_segment.back());
    for (std::size_t j = 0; j < made; ++j) play.reach[j] += segment.share * reach[j];
  }
  // Shares sum to 1 but for rounding.
  play.mean.success = std::min(play.mean.success, 1.0);
  for (double& r : play.reach) r = std::min(r, 1.0);
  return play;
}

CertifiedPlan best_sequence_for_all(const RoutingGame& game, std::span<const Segment> segments,
                                    const TaskTypes& types, std::size_t depth,
                                    const SearchLimits& limits) {
  const std::vector<Segment> distinct = merged(segments);
  Search search(game, distinct, types, depth, limits);
  auto incumbent = cheapest_cascade(game, distinct, types, depth, limits.watch.cancellation);
  const double cost = sequence_cost(game, distinct, types, incumbent);
  CertifiedPlan found;
  found.certificate = search.run(std::move(incumbent), cost);
  found.plan = plan_for_all(game, segments, types, search.sequence());
  const double reached = found.plan.payoffs.provider_cost;
  found.certificate.bound = std::min(found.certificate.bound, reached);
  found.certificate.gap = reached - found.certificate.bound;
  return found;
}

EscalationPlan best_static_sequence_for_all(const RoutingGame& game,
                                            std::span<const Segment> segments,
                                            const TaskTypes& types, std::size_t depth) {
  const std::vector<Segment> distinct = merged(segments);
  std::vector<std::size_t> best;
  double cost = kInfinity;
  for (std::size_t k = 0; k < types.models(); ++k) {
    std::vector<std::size_t> sequence(depth, k);
    const double now = sequence_cost(game, distinct, types, sequence);
    if (k > 0 && now >= cost) continue;
    cost = now;
    best = std::move(sequence);
  }
  return plan_for_all(game, segments, types, best);
}

EscalationPlan best_cascade_sequence_for_all(const RoutingGame& game,
                                             std::span<const Segment> segments,
                                             const TaskTypes& types, std::size_t depth,
                                             const base::Cancellation& cancellation) {
  return plan_for_all(game, segments, types,
                      cheapest_cascade(game, merged(segments), types, depth, cancellation));
}

}  // namespace turnout::game
