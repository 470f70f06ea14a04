#include "turnout/game/endless_bound.h"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "turnout/game/attempt_outcome.h"

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What model k costs to the end at a task where every attempt is right with probability `right`, to
/// users who take answers like these.
double endless_cost(const RoutingGame& game, std::size_t k, const Reception& users, double right) {
  const AttemptOutcome outcome{right, 1 - right, users.rejected(right, 1 - right)};
  const double spent =
      game.pass(k).service + least_switch_cost(game, k) + loss_of(game.provider(), users, outcome);
  const double ends = 1 - users.patience * outcome.rejected;
  if (ends > 0) return spent / ends;
  return spent < 0 ? -kInfinity : kInfinity;
}

/// The least that attempts without end can cost a provider who knows the type, behind `made` of them.
/// Success goes on as it went so far, to 1 or to 0 at most, from attempt to attempt as with the
/// model's own failures; the cost is monotone in it, and in patience.
std::vector<double> endless_costs(const RoutingGame& game, const TaskTypes& types,
                                  std::size_t made) {
  std::vector<double> cost(types.size(), game.churn_penalty());
  for (std::size_t k = 0; k < types.models(); ++k) {
    const auto last = types.success_ends(k, made - 1).none;
    const auto first = types.success_ends(k, 0).none;
    const Reception users(game, k, made);
    std::vector<Reception> later = {users};
    if (game.has_patience_by_attempt()) {
      for (std::size_t m = made + 1; m <= RoutingGame::kLongestPatience; ++m)
        later.emplace_back(game, k, m);
    }
    const double by_its_own = users.rejected(1, 0) <= users.rejected(0, 1) ? 0 : 1;
    for (std::size_t type = 0; type < cost.size(); ++type) {
      const double now = last[type];
      const double limit = now > first[type] ? 1 : now < first[type] ? 0 : now;
      for (const double right : {now, limit, types.own_failures_tell() ? by_its_own : now})
        for (const Reception& now_taken : later)
          cost[type] = std::min(cost[type], endless_cost(game, k, now_taken, right));
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
        informed_(informed_costs(game, types, depth, endless_costs(game, types, depth)).least),
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
      const AttemptTerms t = attempt_terms(game_, prefix_, k);
      const Reception users(game_, k, made);
      const AttemptSums step = advance(users, open_[made].data(), types_.success(k, prefix_).data(),
                                       informed_.data() + (made + 1) * types_.size(),
                                       open_[made + 1].data(), types_.size());
      const double wrong = left - step.right;
      const AttemptOutcome outcome{step.right, wrong, users.rejected(step.right, wrong)};
      const double next = spent + left * t.cost + loss_of(game_.provider(), users, outcome);
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
    if (!types_.failures_commute() || !game_.patience_commutes() || game_.has_switching())
      return true;
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

}  // namespace

double endless_bound(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                     double cost, const SearchLimits& limits) {
  return EndlessSearch(game, types, depth, cost, limits).least();
}

}  // namespace turnout::game
