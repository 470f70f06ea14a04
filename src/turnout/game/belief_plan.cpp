#include "turnout/game/belief_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTie = 1e-12;

struct AttemptTerms {
  double wait = 0;  ///< w t + r and what switching adds, per attempt made
  double cost = 0;  ///< c - r and what switching adds
  double latency = 0;
};

/// How the users take the answers of one model, as shares of right and of wrong ones.
struct Reception {
  double right_accepted;  ///< 1 - fr
  double wrong_accepted;  ///< fa
  double patience;        ///< rho

  explicit Reception(const Model& model)
      : right_accepted(1 - model.false_reject),
        wrong_accepted(model.false_accept),
        patience(model.patience) {}
  /// Of tasks that a pass solves and of those that it fails: how many are rejected.
  [[nodiscard]] double rejected(double right, double wrong) const {
    return (1 - right_accepted) * right + (1 - wrong_accepted) * wrong;
  }
};

/// What an attempt does to the open tasks, in shares of all tasks.
struct Outcome {
  double right = 0;     ///< answered right
  double wrong = 0;     ///< answered wrong
  double rejected = 0;  ///< answered in vain
};

/// What that is worth to the user: as he decides, and as he gets it.
struct Gain {
  double believed = 0;
  double actual = 0;
  double at_stake = 0;  ///< the sum of the absolute terms
};
Gain gain_of(const RoutingGame& game, const Reception& users, const Outcome& outcome, double wait) {
  const User& user = game.user();
  const double solved = users.right_accepted * outcome.right;
  const double misled = users.wrong_accepted * outcome.wrong;
  const double value = user.value - user.outside;
  const double harm = (user.harm + user.outside) * misled;
  const double actual = value * solved - harm - wait;
  const double believed = user.naive ? value * (solved + misled) - wait : actual;
  return {believed, actual, std::abs(value) * (solved + misled) + harm + wait};
}

/// What the provider loses by users who leave of their own will or learn later that they were
/// misled.
double loss_of(const RoutingGame& game, const Reception& users, const Outcome& outcome) {
  const Provider& provider = game.provider();
  return provider.churn_penalty * (1 - users.patience) * outcome.rejected +
         provider.late_churn.value_or(provider.churn_penalty) * users.wrong_accepted *
             outcome.wrong;
}

/// What an attempt on k takes after the attempts on `before`.
AttemptTerms terms(const RoutingGame& game, std::span<const std::size_t> before, std::size_t k) {
  const std::size_t from = before.empty() ? k : before.back();  // to start is no switch
  const Model& model = game.model(k);
  return {game.user().value_of_time * model.latency + model.price + game.switch_wait(from, k),
          game.pass(k).service + game.switch_cost(from, k),
          model.latency + game.switch_latency(from, k)};
}

double sum(std::span<const double> values) {
  double total = 0;
  for (const double v : values) total += v;
  return total;
}

/// Plays a sequence attempt by attempt for a user who never leaves.
struct Walk {
  std::vector<double> open;  ///< weight of each type's tasks that are still unsolved
  PlanPayoffs payoffs;       ///< without the penalty
  double reach = 1;
  double believed = 0;  ///< the utility by which the user decides
  double at_stake = 0;  ///< sum of the absolute terms of the utility

  explicit Walk(const TaskTypes& types) : open(types.weights().begin(), types.weights().end()) {}

  void attempt(const RoutingGame& game, const TaskTypes& types, std::span<const std::size_t> before,
               std::size_t k) {
    const AttemptTerms t = terms(game, before, k);
    const Reception users(game.model(k));
    const auto success = types.success(k, before.size());
    Outcome outcome;
    for (std::size_t type = 0; type < open.size(); ++type) {
      const double right = open[type] * success[type];
      const double wrong = open[type] - right;
      const double rejected = users.rejected(right, wrong);
      outcome.right += right;
      outcome.wrong += wrong;
      outcome.rejected += rejected;
      open[type] = users.patience * rejected;
    }
    const Gain gain = gain_of(game, users, outcome, reach * t.wait);
    payoffs.service_cost += reach * t.cost;
    payoffs.provider_cost += reach * t.cost + loss_of(game, users, outcome);
    payoffs.latency += reach * t.latency;
    payoffs.user_utility += gain.actual;
    payoffs.success += users.right_accepted * outcome.right;
    believed += gain.believed;
    at_stake += gain.at_stake;
    reach = sum(open);
  }

  [[nodiscard]] PlanPayoffs ended(const RoutingGame& game) const {
    PlanPayoffs p = payoffs;
    p.provider_cost += game.churn_penalty() * reach;
    return p;
  }
};

/// The cost that a provider who knew each task's type and whom no user could leave would still
/// have, by attempts made: the bound of the search. cost[m * types + type].
/// @param behind  the same behind all of them, by type
std::vector<double> informed_costs(const RoutingGame& game, const TaskTypes& types,
                                   std::size_t depth, const std::vector<double>& behind) {
  const std::size_t n = types.size();
  std::vector<double> cost((depth + 1) * n, game.churn_penalty());
  std::copy(behind.begin(), behind.end(), cost.end() - static_cast<std::ptrdiff_t>(n));
  for (std::size_t m = depth; m-- > 0;) {
    for (std::size_t type = 0; type < n; ++type) {
      double& least = cost[m * n + type];
      for (std::size_t k = 0; k < types.models(); ++k) {
        const Reception users(game.model(k));
        const double right = types.success(k, m)[type];
        const Outcome outcome{right, 1 - right, users.rejected(right, 1 - right)};
        const double goes_on = users.patience * outcome.rejected;
        least = std::min(least, game.pass(k).service + loss_of(game, users, outcome) +
                                    goes_on * cost[(m + 1) * n + type]);
      }
    }
  }
  return cost;
}

/// One step of the search on raw arrays, where its time goes: four sums at once, so that they do
/// not wait for each other.
struct Step {
  double right = 0;
  double left = 0;   ///< of whom may go on
  double bound = 0;  ///< least cost of going on
};
Step advance(const Reception& users, const double* open, const double* success,
             const double* informed, double* next, std::size_t n) {
  constexpr std::size_t kLanes = 4;
  const double right_goes_on = users.patience * (1 - users.right_accepted);
  const double wrong_goes_on = users.patience * (1 - users.wrong_accepted);
  std::array<double, kLanes> right{};
  std::array<double, kLanes> left{};
  std::array<double, kLanes> bound{};
  const auto one = [&](std::size_t i, std::size_t lane) {
    const double s = open[i] * success[i];
    const double rest = right_goes_on * s + wrong_goes_on * (open[i] - s);
    next[i] = rest;
    right[lane] += s;
    left[lane] += rest;
    bound[lane] += rest * informed[i];
  };
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) one(i + lane, lane);
  }
  for (; i < n; ++i) one(i, 0);
  const auto total = [](const std::array<double, kLanes>& x) {
    return (x[0] + x[1]) + (x[2] + x[3]);
  };
  return {total(right), total(left), total(bound)};
}

/// Branch and bound over sequences.
class Search {
 public:
  Search(const RoutingGame& game, const TaskTypes& types, std::size_t depth, SearchLimits limits)
      : game_(game),
        types_(types),
        depth_(depth),
        limits_(std::move(limits)),
        informed_(informed_costs(game, types, depth,
                                 std::vector<double>(types.size(), game.churn_penalty()))),
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
    const AttemptTerms t = terms(game_, prefix_, k);
    const double* informed = informed_.data() + (made() + 1) * types_.size();
    const Reception users(game_.model(k));
    const Step step =
        advance(users, open, types_.success(k, made()).data(), informed, next, types_.size());
    const double wrong = node.left - step.right;
    const Outcome outcome{step.right, wrong, users.rejected(step.right, wrong)};
    const Gain gain = gain_of(game_, users, outcome, node.left * t.wait);
    Node child{k,
               step.left,
               node.spent + node.left * t.cost + loss_of(game_, users, outcome),
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
      const auto success = types_.success(k, sequence.size());
      double right = 0;
      for (std::size_t type = 0; type < open.size(); ++type) right += open[type] * success[type];
      const double wait = left * terms(game_, sequence, k).wait;
      const double value =
          lost + gain_of(game_, Reception(game_.model(k)), {right, left - right, 0}, wait).believed;
      if (value <= kTie * (at_stake + wait)) choices.push_back({value, k});
    }
    std::sort(choices.begin(), choices.end(),
              [](const Choice& a, const Choice& b) { return a.value < b.value; });
    for (const auto& [value, k] : choices) {
      if (++looks >= kMostLooks || stopped_) return false;
      if (looks % kLooksPerQuestion == 0) stopped_ = limits_.watch.cancellation.requested();
      const auto success = types_.success(k, sequence.size());
      std::vector<double> next(open.size());
      const Reception users(game_.model(k));
      for (std::size_t type = 0; type < open.size(); ++type)
        next[type] = users.patience *
                     users.rejected(open[type] * success[type], open[type] * (1 - success[type]));
      const double wait = left * terms(game_, sequence, k).wait;
      sequence.push_back(k);
      if (deter(sequence, next, sum(next), value, at_stake + wait, looks)) return true;
      sequence.pop_back();
    }
    return false;
  }

  /// Whether another order of the same attempts has been seen that is no worse for either side.
  /// Remembers this one if not.
  bool is_dominated(const Node& node) {
    if (!types_.same_on_every_attempt() || made() < 2) return false;
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

/// What model k costs to the end at a task where every attempt is right with probability `right`.
double endless_cost(const RoutingGame& game, std::size_t k, double right) {
  const Reception users(game.model(k));
  const Outcome outcome{right, 1 - right, users.rejected(right, 1 - right)};
  const double spent = game.pass(k).service + loss_of(game, users, outcome);
  const double ends = 1 - users.patience * outcome.rejected;
  if (ends > 0) return spent / ends;
  return spent < 0 ? -kInfinity : kInfinity;
}

/// The least that attempts without end can cost a provider who knows the type, behind `made` of them.
/// Success goes on as it went so far, to 1 or to 0 at most; the cost is monotone in it.
std::vector<double> endless_costs(const RoutingGame& game, const TaskTypes& types,
                                  std::size_t made) {
  std::vector<double> cost(types.size(), game.churn_penalty());
  for (std::size_t k = 0; k < types.models(); ++k) {
    const auto last = types.success(k, made - 1);
    const auto first = types.success(k, 0);
    for (std::size_t type = 0; type < cost.size(); ++type) {
      const double limit = last[type] > first[type] ? 1 : last[type] < first[type] ? 0 : last[type];
      for (const double right : {last[type], limit})
        cost[type] = std::min(cost[type], endless_cost(game, k, right));
    }
  }
  return cost;
}

/// The cheapest sequence for a provider whose users stay as long as he likes.
class EndlessSearch {
 public:
  EndlessSearch(const RoutingGame& game, const TaskTypes& types, std::size_t depth, double cost,
                SearchLimits limits)
      : game_(game),
        types_(types),
        depth_(depth),
        limits_(std::move(limits)),
        informed_(informed_costs(game, types, depth, endless_costs(game, types, depth))),
        open_(depth + 1, std::vector<double>(types.size())),
        least_(cost) {
    std::copy(types.weights().begin(), types.weights().end(), open_[0].begin());
    explore(0, 1);
  }
  [[nodiscard]] double least() const { return least_; }

 private:
  void explore(double spent, double left) {
    const std::size_t made = prefix_.size();
    if (made > 0 || game_.participates())
      least_ = std::min(least_, spent + game_.churn_penalty() * left);
    for (std::size_t k = 0; made < depth_ && k < types_.models(); ++k) {
      const AttemptTerms t = terms(game_, prefix_, k);
      const Reception users(game_.model(k));
      const Step step = advance(users, open_[made].data(), types_.success(k, made).data(),
                                informed_.data() + (made + 1) * types_.size(),
                                open_[made + 1].data(), types_.size());
      const double wrong = left - step.right;
      const Outcome outcome{step.right, wrong, users.rejected(step.right, wrong)};
      const double next = spent + left * t.cost + loss_of(game_, users, outcome);
      const double bound = next + step.bound;
      if (bound >= least_) continue;
      if (made + 1 == depth_ || ++nodes_ >= limits_.nodes || stops()) {
        least_ = bound;
        continue;
      }
      prefix_.push_back(k);
      if (is_cheapest_order(next)) explore(next, step.left);
      prefix_.pop_back();
    }
  }

  /// Whether no other order of the same attempts, after which the same tasks are open, has cost less.
  bool is_cheapest_order(double spent) {
    if (!types_.same_on_every_attempt() || game_.has_switching()) return true;
    std::string key(types_.models(), '\0');
    for (const std::size_t k : prefix_) ++key[k];
    const auto [seen, is_new] = seen_.try_emplace(std::move(key), spent);
    if (is_new) return true;
    if (seen->second <= spent) return false;
    seen->second = spent;
    return true;
  }

  [[nodiscard]] bool stops() const {
    if (nodes_ % kNodesPerReport == 0) limits_.watch.on_steps(kNodesPerReport);
    return nodes_ % kNodesPerReport == 0 && limits_.watch.cancellation.requested();
  }

  const RoutingGame& game_;
  const TaskTypes& types_;
  std::size_t depth_;
  SearchLimits limits_;
  std::vector<double> informed_;
  std::vector<std::vector<double>> open_;
  std::vector<std::size_t> prefix_;
  std::unordered_map<std::string, double> seen_;
  double least_;
  std::size_t nodes_ = 0;
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

template <class Visitor>
void for_each_cascade(std::size_t models, std::size_t depth, Visitor visit) {
  for (std::size_t i = 0; i < models; ++i) {
    visit(std::vector<std::size_t>(depth, i));
    for (std::size_t j = 0; j < models; ++j) {
      for (std::size_t at = 1; j != i && at < depth; ++at) {
        std::vector<std::size_t> sequence(depth, j);
        std::fill_n(sequence.begin(), at, i);
        visit(sequence);
      }
    }
  }
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
  Walk walk(types);
  for (std::size_t j = 0; j < attempts; ++j) {
    walk.attempt(game, types, std::span(sequence).first(j), sequence[j]);
  }
  return walk.ended(game);
}

SequencePlay play_sequence(const RoutingGame& game, const TaskTypes& types,
                           const std::vector<std::size_t>& sequence) {
  Walk walk(types);
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

double endless_bound(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                     double cost, const SearchLimits& limits) {
  return EndlessSearch(game, types, depth, cost, limits).least();
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
