#include "turnout/game/belief_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "turnout/game/attempt_outcome.h"

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTie = 1e-12;

/// Branch and bound over sequences.
class Search {
 public:
  Search(const RoutingGame& game, const TaskTypes& types, std::size_t depth, SearchLimits limits)
      : game_(game),
        types_(types),
        depth_(depth),
        limits_(std::move(limits)),
        informed_(informed_costs(game, types, depth).least),
        levels_(depth + 1) {
    for (Level& level : levels_) level.resize(types.models(), types.size());
  }

  /// @param incumbent  a sequence to beat, and its cost
  CertifiedPlan run(std::vector<std::size_t> incumbent, double cost) {
    best_ = std::move(incumbent);
    cost_ = cost;
    Node root;
    root.left = 1;
    root.owed = game_.participates() ? 0 : -kInfinity;
    root.bound = -kInfinity;
    explore(root, types_.weights().data());
    return {{}, {std::min(bound_, cost_), 0, nodes_}};
  }

  [[nodiscard]] const std::vector<std::size_t>& sequence() const { return best_; }

 private:
  /// A prefix whose attempts have all failed.
  struct Node {
    std::size_t model = 0;  ///< that made the last attempt
    double left = 0;        ///< share of tasks unsolved
    double spent = 0;       ///< cost so far
    double owed = 0;        ///< what a user who never left has lost since the best moment to leave
    double at_stake = 0;
    double bound = 0;  ///< least cost of any completion
  };
  struct Level {
    std::vector<std::vector<double>> open;  ///< per child: unsolved weight by type
    std::vector<Node> children;
    std::vector<std::size_t> order;
    void resize(std::size_t models, std::size_t types) {
      open.assign(models, std::vector<double>(types));
      children.resize(models);
      order.resize(models);
    }
  };

  [[nodiscard]] std::size_t made() const { return prefix_.size(); }

  Node child_of(const Node& node, const double* open, std::size_t k, double* next) {
    const AttemptTerms t = attempt_terms(game_, prefix_, k);
    const double* informed = informed_.data() + (made() + 1) * types_.size();
    const Reception users(game_, k, made());
    const AttemptSums step =
        advance(users, open, types_.success(k, prefix_).data(), informed, next, types_.size());
    const double wrong = node.left - step.right;
    const AttemptOutcome outcome{step.right, wrong, users.rejected(step.right, wrong)};
    const AttemptGain gain = gain_of(game_.user(), users, outcome, node.left * t.wait);
    Node child{k,
               step.left,
               node.spent + node.left * t.cost + loss_of(game_.provider(), users, outcome),
               std::max(0.0, node.owed - gain.believed),
               node.at_stake + gain.at_stake,
               0};
    child.bound = child.spent + step.bound;
    return child;
  }

  void explore(const Node& node, const double* open) {
    ++nodes_;
    if (nodes_ % kNodesPerReport == 0) {
      limits_.watch.on_steps(kNodesPerReport);
      stopped_ = stopped_ || limits_.watch.cancellation.requested();
    }
    if (stopped_) return;
    try_to_stop(node, open);
    if (made() == depth_) return;
    Level& level = levels_[made()];
    for (std::size_t k = 0; k < types_.models(); ++k) {
      level.children[k] = child_of(node, open, k, level.open[k].data());
      level.order[k] = k;
    }
    std::sort(level.order.begin(), level.order.end(), [&](std::size_t a, std::size_t b) {
      return level.children[a].bound < level.children[b].bound;
    });
    for (const std::size_t k : level.order) {
      const Node child = level.children[k];
      if (child.bound >= cost_ - kTie * std::abs(cost_) || nodes_ >= limits_.nodes) {
        bound_ = std::min(bound_, child.bound);
        continue;
      }
      prefix_.push_back(k);
      if (!is_dominated(child)) explore(child, level.open[k].data());
      prefix_.pop_back();
    }
  }

  void try_to_stop(const Node& node, const double* open) {
    if (made() == 0 && !game_.participates()) return;
    const double cost = node.spent + game_.churn_penalty() * node.left;
    if (cost >= cost_ || node.owed > kTie * node.at_stake) return;
    std::vector<std::size_t> sequence = prefix_;
    std::size_t looks = 0;
    if (deter(sequence, std::vector<double>(open, open + types_.size()), node.left, 0,
              node.at_stake, looks)) {
      best_ = std::move(sequence);
      cost_ = cost;
    } else if (looks >= kMostLooks) {
      bound_ = std::min(bound_, cost);  // not known to be impossible
    }
  }

  /// Fills the sequence up with attempts that are never worth making, not even several of them
  /// together.
  bool deter(std::vector<std::size_t>& sequence, const std::vector<double>& open, double left,
             double lost, double at_stake, std::size_t& looks) {
    if (sequence.size() == depth_) return true;
    struct Choice {
      double value;
      std::size_t model;
    };
    std::vector<Choice> choices;
    for (std::size_t k = 0; k < types_.models(); ++k) {
      const auto success = types_.success(k, sequence);
      double right = 0;
      for (std::size_t type = 0; type < open.size(); ++type) right += open[type] * success[type];
      const double wait = left * attempt_terms(game_, sequence, k).wait;
      const double value = lost + gain_of(game_.user(), Reception(game_, k, sequence.size()),
                                          {right, left - right, 0}, wait)
                                      .believed;
      if (value <= kTie * (at_stake + wait)) choices.push_back({value, k});
    }
    std::sort(choices.begin(), choices.end(),
              [](const Choice& a, const Choice& b) { return a.value < b.value; });
    for (const auto& [value, k] : choices) {
      if (++looks >= kMostLooks || stopped_) return false;
      if (looks % kLooksPerQuestion == 0) stopped_ = limits_.watch.cancellation.requested();
      const auto success = types_.success(k, sequence);
      std::vector<double> next(open.size());
      const Reception users(game_, k, sequence.size());
      for (std::size_t type = 0; type < open.size(); ++type)
        next[type] = users.patience *
                     users.rejected(open[type] * success[type], open[type] * (1 - success[type]));
      const double wait = left * attempt_terms(game_, sequence, k).wait;
      sequence.push_back(k);
      if (deter(sequence, next, std::accumulate(next.begin(), next.end(), 0.0), value,
                at_stake + wait, looks))
        return true;
      sequence.pop_back();
    }
    return false;
  }

  /// Whether another order of the same attempts has been seen that is no worse for either side.
  /// Remembers this one if not.
  bool is_dominated(const Node& node) {
    if (!types_.failures_commute() || !game_.patience_commutes() || made() < 2) return false;
    std::string key(types_.models() + (game_.has_switching() ? 1 : 0), '\0');
    for (const std::size_t k : prefix_) ++key[k];
    if (game_.has_switching()) key.back() = static_cast<char>(prefix_.back());
    auto& seen = seen_[key];
    for (const auto& [spent, owed] : seen) {
      if (spent <= node.spent && owed <= node.owed) return true;
    }
    std::erase_if(seen,
                  [&](const auto& s) { return node.spent <= s.first && node.owed <= s.second; });
    seen.emplace_back(node.spent, node.owed);
    return false;
  }

  static constexpr std::size_t kMostLooks = 100'000;
  static constexpr std::size_t kLooksPerQuestion = 64;

  const RoutingGame& game_;
  const TaskTypes& types_;
  std::size_t depth_;
  SearchLimits limits_;
  std::vector<double> informed_;
  std::vector<Level> levels_;
  std::unordered_map<std::string, std::vector<std::pair<double, double>>> seen_;
  std::vector<std::size_t> prefix_;
  std::vector<std::size_t> best_;
  double cost_ = kInfinity;
  double bound_ = kInfinity;
  std::size_t nodes_ = 0;
  bool stopped_ = false;  ///< somebody wants no answer any more
};

EscalationPlan plan_of(const RoutingGame& game, const TaskTypes& types,
                       const std::vector<std::size_t>& sequence) {
  const SequencePlay play = play_sequence(game, types, sequence);
  EscalationPlan plan;
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    plan.attempts.push_back({{{sequence[j], 1.0}}, j < play.attempts ? play.reach[j] : 0});
  }
  if (play.attempts < sequence.size()) plan.leaves_after = play.attempts;
  plan.ends = true;
  plan.payoffs = play.payoffs;
  return plan;
}

std::vector<std::size_t> cheapest_cascade(const RoutingGame& game, const TaskTypes& types,
                                          std::size_t depth,
                                          const base::Cancellation& cancellation) {
  std::vector<std::size_t> best;
  double cost = kInfinity;
  for_each_cascade(types.models(), depth, [&](const std::vector<std::size_t>& sequence) {
    if (!best.empty() && cancellation.requested()) return;
    const double now = play_sequence(game, types, sequence).payoffs.provider_cost;
    if (now >= cost) return;
    cost = now;
    best = sequence;
  });
  return best;
}

}  // namespace

PlanPayoffs stop_after(const RoutingGame& game, const TaskTypes& types,
                       const std::vector<std::size_t>& sequence, std::size_t attempts) {
  AttemptWalk walk(types);
  for (std::size_t j = 0; j < attempts; ++j) {
    walk.attempt(game, types, std::span(sequence).first(j), sequence[j]);
  }
  return walk.ended(game);
}

SequencePlay play_sequence(const RoutingGame& game, const TaskTypes& types,
                           const std::vector<std::size_t>& sequence) {
  AttemptWalk walk(types);
  SequencePlay play;
  std::vector<PlanPayoffs> stops = {walk.ended(game)};
  std::vector<double> believed = {0};
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    play.reach.push_back(walk.reach);
    walk.attempt(game, types, std::span(sequence).first(j), sequence[j]);
    stops.push_back(walk.ended(game));
    believed.push_back(walk.believed);
  }
  const std::size_t first = game.participates() ? 0 : 1;
  const double most =
      *std::max_element(believed.begin() + static_cast<std::ptrdiff_t>(first), believed.end());
  play.attempts = stops.size();
  for (std::size_t m = first; m < stops.size(); ++m) {
    if (believed[m] < most - kTie * walk.at_stake) continue;
    if (play.attempts < stops.size() && stops[m].provider_cost >= play.payoffs.provider_cost)
      continue;
    play.attempts = m;
    play.payoffs = stops[m];
  }
  return play;
}

CertifiedPlan best_sequence(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                            const SearchLimits& limits) {
  Search search(game, types, depth, limits);
  auto incumbent = cheapest_cascade(game, types, depth, limits.watch.cancellation);
  const double cost = play_sequence(game, types, incumbent).payoffs.provider_cost;
  CertifiedPlan found = search.run(std::move(incumbent), cost);
  found.plan = plan_of(game, types, search.sequence());
  const double reached = found.plan.payoffs.provider_cost;
  found.certificate.bound = std::min(found.certificate.bound, reached);
  found.certificate.gap = reached - found.certificate.bound;
  return found;
}

EscalationPlan best_static_sequence(const RoutingGame& game, const TaskTypes& types,
                                    std::size_t depth) {
  EscalationPlan best = plan_of(game, types, std::vector<std::size_t>(depth, 0));
  for (std::size_t k = 1; k < types.models(); ++k) {
    EscalationPlan plan = plan_of(game, types, std::vector<std::size_t>(depth, k));
    if (plan.payoffs.provider_cost < best.payoffs.provider_cost) best = std::move(plan);
  }
  return best;
}

EscalationPlan best_cascade_sequence(const RoutingGame& game, const TaskTypes& types,
                                     std::size_t depth, const base::Cancellation& cancellation) {
  return plan_of(game, types, cheapest_cascade(game, types, depth, cancellation));
}

}  // namespace turnout::game
