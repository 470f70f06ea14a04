#include "turnout/simulation/stay_rule.h"

#include <algorithm>
#include <cmath>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::simulation {
namespace {

/// Waiting and successes promised to who goes on for so many attempts.
struct Promise {
  double waiting = 0, success = 0;
};

/// What `horizon` more attempts promise after the failures of `path`. `belief` has the probability
/// of each difficulty and of those failures.
Promise promise(const PassRule& passes, const policy::RoutingPolicy& policy, Path& path,
                const std::vector<double>& belief, std::size_t horizon) {
  Promise total;
  std::vector<double> chances;
  policy.next(path, chances);
  double reach = 0;
  for (const double b : belief) reach += b;
  std::vector<double> failed(belief.size());
  for (std::size_t k = 0; k < chances.size(); ++k) {
    if (chances[k] == 0) continue;
    double success = 0;
    for (std::size_t i = 0; i < belief.size(); ++i) {
      const double p = passes.success(k, passes.difficulties()[i], path.size());
      success += belief[i] * p;
      failed[i] = belief[i] * (1 - p);
    }
    path.push_back(k);
    total.waiting += chances[k] * reach * passes.latency(path);
    total.success += chances[k] * success;
    if (horizon > 1) {
      const Promise later = promise(passes, policy, path, failed, horizon - 1);
      total.waiting += chances[k] * later.waiting;
      total.success += chances[k] * later.success;
    }
    path.pop_back();
  }
  return total;
}

double worth_staying(const PassRule& passes, const policy::RoutingPolicy& policy, Path path) {
  constexpr std::size_t kLongestHorizon = 32;
  constexpr double kMostBranches = 512;
  std::vector<double> belief = passes.weights();
  for (std::size_t m = 0; m < path.size(); ++m) {
    for (std::size_t i = 0; i < belief.size(); ++i) {
      belief[i] *= 1 - passes.success(path[m], passes.difficulties()[i], m);
    }
  }
  const double branches = policy.is_deterministic() ? 1 : static_cast<double>(policy.models());
  double least = INFINITY;
  for (std::size_t horizon = 1; horizon <= kLongestHorizon; ++horizon) {
    if (std::pow(branches, static_cast<double>(horizon)) > kMostBranches) break;
    const Promise promised = promise(passes, policy, path, belief, horizon);
    if (promised.success > 0) least = std::min(least, promised.waiting / promised.success);
  }
  return least;
}

}  // namespace

PassRule::PassRule(const game::RoutingGame& game, const game::Difficulty& difficulty)
    : game_(game), feedback_(difficulty.feedback) {
  constexpr double kNodeDistance = 0.25;
  const double sigma = difficulty.sigma;
  if (sigma == 0) {
    difficulties_ = {0};
    weights_ = {1};
  } else {
    for (const auto& node : numeric::normal_nodes(kNodeDistance)) {
      difficulties_.push_back(sigma * node.x);
      weights_.push_back(node.weight);
    }
  }
  for (std::size_t k = 0; k < game.size(); ++k)
    skills_.push_back(game::skill_of(game.pass(k).success, sigma));
}

double PassRule::success(std::size_t k, double theta, std::size_t attempt) const {
  return numeric::logistic(skills_[k] - theta + feedback_ * static_cast<double>(attempt));
}

double PassRule::latency(const Path& path) const {
  const std::size_t k = path.back();
  return game_.pass(k).latency +
         (path.size() < 2 ? 0 : game_.switch_latency(path[path.size() - 2], k));
}

double PassRule::cost(const Path& path) const {
  const std::size_t k = path.back();
  return game_.offer(k).pass.cost +
         (path.size() < 2 ? 0 : game_.switch_cost(path[path.size() - 2], k));
}

StayRule::StayRule(const PassRule& passes, const policy::RoutingPolicy& policy) {
  if (!policy.is_deterministic()) {
    const auto models = static_cast<double>(policy.models());
    while (deepest_ > 1 && std::pow(models, static_cast<double>(deepest_)) > kMostPaths) --deepest_;
  }
  Path path;
  tabulate(passes, policy, path);
}

void StayRule::tabulate(const PassRule& passes, const policy::RoutingPolicy& policy, Path& path) {
  std::vector<double> chances;
  policy.next(path, chances);
  for (std::size_t k = 0; k < chances.size(); ++k) {
    if (chances[k] == 0) continue;
    path.push_back(k);
    waiting_[path] = worth_staying(passes, policy, path);
    if (path.size() < deepest_) tabulate(passes, policy, path);
    path.pop_back();
  }
}

double StayRule::waiting_per_success(const Path& path) const {
  if (path.size() <= deepest_) return waiting_.at(path);
  return waiting_.at(Path(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(deepest_)));
}

}  // namespace turnout::simulation
