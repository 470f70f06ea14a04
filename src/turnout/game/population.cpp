#include "turnout/game/population.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

namespace turnout::game {
namespace {

constexpr double kGap = 1e-7;
constexpr std::size_t kMostEvaluations = 100'000;

/// Where a part's response to (1, s) changes its form.
std::vector<double> kinks(const std::vector<PopulationPart>& parts) {
  std::vector<double> all = {0, 1};
  for (const PopulationPart& part : parts) {
    const Thresholds at = thresholds(part.game);
    for (const auto& s : {at.stay, at.patience, at.leave}) {
      if (s && *s > 0 && *s < 1) all.push_back(*s);
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// A lower bound on a part's cost for all s in [low, high] between two neighbouring kinks. With a
/// pure response the cost is monotone in s; with a mixed one n1 rises with a and falls with s, n2
/// rises with both, and the best response a falls as s grows.
double least_cost(const Game& game, double low, double high) {
  // Responses strictly inside, so that ties at the kinks do not count.
  const double inside = (high - low) * 1e-9;
  const double q_low = best_response(game, {0, low + inside}).abandon;
  const double q_high = best_response(game, {0, high - inside}).abandon;
  if (q_low == q_high) {
    return std::min(evaluate(game, {0, low}, q_low).provider_cost,
                    evaluate(game, {0, high}, q_low).provider_cost);
  }
  const Primitives<double> p(game);
  const double q_most = std::max(q_low, q_high);
  const double q_least = std::min(q_low, q_high);
  const double fewest_first = expected_visits(p, 0, high, q_most)[0];
  const double most_first = expected_visits(p, 0, low, q_least)[0];
  const double fewest_second = expected_visits(p, 0, low, q_most)[1];
  const double most_second = expected_visits(p, 0, high, q_least)[1];
  const auto eta = [&](std::size_t k) {
    return p.model[k].net_cost - p.churn_penalty * p.model[k].ends;
  };
  return p.churn_penalty + std::min(eta(0) * fewest_first, eta(0) * most_first) +
         std::min(eta(1) * fewest_second, eta(1) * most_second);
}

struct Interval {
  double bound, low, high;
  friend bool operator>(const Interval& a, const Interval& b) { return a.bound > b.bound; }
};

class Search {
 public:
  Search(const std::vector<PopulationPart>& parts, const base::Cancellation& cancellation)
      : parts_(parts), cancellation_(cancellation) {
    try_policy({1, 0});
    best_.bound = best_.mean.payoffs.provider_cost;
    const std::vector<double> at = kinks(parts);
    for (const double s : at) {
      if (cancellation_.requested()) return;
      try_policy({0, s});
    }
    for (std::size_t i = 0; i + 1 < at.size(); ++i) {
      if (cancellation_.requested()) return;
      push(at[i], at[i + 1]);
    }
    halve();
    const double open = open_.empty() ? std::numeric_limits<double>::infinity() : open_.top().bound;
    best_.bound = std::min(best_.mean.payoffs.provider_cost, open);
  }
  [[nodiscard]] const PopulationOptimum& best() const { return best_; }

 private:
  void try_policy(const Policy& policy) {
    const PopulationMean mean = evaluate_population(parts_, policy);
    if (best_.evaluations++ > 0 && mean.payoffs.provider_cost >= best_.mean.payoffs.provider_cost)
      return;
    best_.policy = policy;
    best_.mean = mean;
  }

  void push(double low, double high) {
    double bound = 0;
    for (const PopulationPart& part : parts_)
      bound += part.share * least_cost(part.game, low, high);
    if (bound < worthwhile()) open_.push({bound, low, high});
  }

  [[nodiscard]] double worthwhile() const {
    const double least = best_.mean.payoffs.provider_cost;
    return least - kGap * std::abs(least);
  }

  void halve() {
    while (!open_.empty() && open_.top().bound < worthwhile() &&
           best_.evaluations < kMostEvaluations && !cancellation_.requested()) {
      const Interval widest = open_.top();
      open_.pop();
      const double middle = widest.low + (widest.high - widest.low) / 2;
      try_policy({0, middle});
      push(widest.low, middle);
      push(middle, widest.high);
    }
  }

  const std::vector<PopulationPart>& parts_;
  const base::Cancellation& cancellation_;
  PopulationOptimum best_;
  std::priority_queue<Interval, std::vector<Interval>, std::greater<>> open_;
};

}  // namespace

PopulationMean evaluate_population(const std::vector<PopulationPart>& parts, const Policy& policy) {
  PopulationMean mean;
  Payoffs<double>& sum = mean.payoffs;
  for (const PopulationPart& part : parts) {
    const double q = best_response(part.game, policy).abandon;
    const Payoffs<double> p = evaluate(part.game, policy, q);
    sum.provider_cost += part.share * p.provider_cost;
    sum.user_utility += part.share * p.user_utility;
    sum.success += part.share * p.success;
    sum.unsolved += part.share * p.unsolved;
    sum.latency += part.share * p.latency;
    sum.service_cost += part.share * p.service_cost;
    sum.spent += part.share * p.spent;
    mean.abandon += part.share * q;
  }
  // Shares sum to 1 but for rounding.
  sum.success = std::min(sum.success, 1.0);
  mean.abandon = std::min(mean.abandon, 1.0);
  return mean;
}

PopulationOptimum best_for_population(const std::vector<PopulationPart>& parts,
                                      const base::Cancellation& cancellation) {
  return Search(parts, cancellation).best();
}

}  // namespace turnout::game
