#include "turnout/game/population.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

#include "turnout/game/cascade_cost.h"
#include "turnout/numeric/chebyshev.h"

namespace turnout::game {
namespace {

using numeric::Chebyshev;

constexpr double kGap = 1e-7;
constexpr std::size_t kMostEvaluations = 100'000;
/// From how many parts on a sum is a polynomial: fewer are looked at one by one, exactly.
constexpr std::size_t kMany = 16;

struct SharedCost {
  double share;
  CascadeCost cost;
};

std::vector<SharedCost> costs_of(const std::vector<PopulationPart>& parts) {
  std::vector<SharedCost> costs;
  costs.reserve(parts.size());
  for (const PopulationPart& part : parts) costs.push_back({part.share, CascadeCost(part.game)});
  return costs;
}

/// Where a part's response to (1, s) changes its form, and 0 and 1; increasing.
std::vector<double> kinks_of(const std::vector<SharedCost>& costs) {
  std::vector<double> all = {0, 1};
  for (const SharedCost& part : costs) {
    const CascadeCost::Kinks& kinks = part.cost.kinks();
    all.insert(all.end(), kinks.at.begin(),
               kinks.at.begin() + static_cast<std::ptrdiff_t>(kinks.count));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// Between two values of s: parts that are still looked at one by one, and the sum of all others.
struct Interval {
  Chebyshev sum;
  double constant = 0;  ///< what those who leave everywhere add to the sum
  double error = 0;     ///< of the sum
  double bound = 0;     ///< the mean cost is nowhere below
  std::vector<std::uint32_t> open;
};

class Search {
 public:
  Search(const std::vector<PopulationPart>& parts, const base::Cancellation& cancellation)
      : parts_(parts), cancellation_(cancellation), costs_(costs_of(parts)) {
    const auto end_cost = [&](const Policy& policy) {
      take(policy, evaluate_population(parts_, policy).payoffs.provider_cost);
    };
    end_cost({1, 0});
    end_cost({0, 0});
    end_cost({0, 1});
    kinks_ = kinks_of(costs_);
    Interval all{Chebyshev(0, 1), 0, 0, 0, {}};
    for (std::uint32_t i = 0; i < costs_.size(); ++i) all.open.push_back(i);
    push(std::move(all));
    while (!waiting_.empty() && worthwhile(waiting_.top().first) &&
           best_.evaluations < kMostEvaluations + kinks_.size() && !cancellation_.requested())
      open_next();
    best_.mean = evaluate_population(parts_, best_.policy);
    const double open =
        waiting_.empty() ? std::numeric_limits<double>::infinity() : waiting_.top().first;
    best_.bound = std::min(best_.mean.payoffs.provider_cost, open);
  }
  [[nodiscard]] const PopulationOptimum& best() const { return best_; }

 private:
  void take(const Policy& policy, double cost) {
    if (best_.evaluations++ > 0 && cost >= least_) return;
    best_.policy = policy;
    least_ = cost;
  }

  [[nodiscard]] bool worthwhile(double bound) const {
    return bound < least_ - kGap * std::abs(least_);
  }

  void push(Interval interval) {
    double bound = interval.sum.least() + interval.constant - interval.error;
    for (const std::uint32_t i : interval.open)
      bound += costs_[i].share * costs_[i].cost.least(interval.sum.low(), interval.sum.high());
    interval.bound = bound;
    if (!worthwhile(bound)) return;
    std::size_t place = intervals_.size();
    if (free_.empty()) {
      intervals_.push_back(std::move(interval));
    } else {
      place = free_.back();
      free_.pop_back();
      intervals_[place] = std::move(interval);
    }
    waiting_.emplace(bound, place);
  }

  /// The interval with the least bound: its parts are added up, or it is cut in two.
  void open_next() {
    const std::size_t place = waiting_.top().second;
    waiting_.pop();
    Interval interval = std::move(intervals_[place]);
    free_.push_back(place);
    if (add_up(interval)) return push(std::move(interval));
    const double cut = cut_of(interval);
    // Neighbouring doubles have nothing between them, and both have been tried.
    if (cut <= interval.sum.low() || cut >= interval.sum.high()) return;
    double cost = interval.sum.at(cut) + interval.constant;
    for (const std::uint32_t i : interval.open) cost += costs_[i].share * costs_[i].cost.at(cut);
    take({0, cut}, cost);
    push(part_of(interval, interval.sum.low(), cut));
    push(part_of(interval, cut, interval.sum.high()));
  }

  /// Moves the parts without a kink inside from `open` into the sum, if they are many.
  /// @returns whether there is anything new in the sum
  bool add_up(Interval& interval) const {
    const double low = interval.sum.low();
    const double high = interval.sum.high();
    const double radius = Chebyshev::kRadius * (high - low);
    std::vector<std::uint32_t> left;
    std::vector<std::pair<std::uint32_t, ResponseForm>> smooth;
    double error = 0;
    double leaving = 0;
    for (const std::uint32_t i : interval.open) {
      const auto& [share, cost] = costs_[i];
      const auto form = cost.form_between(low, high);
      const auto most = form ? cost.modulus(*form, low + (high - low) / 2, radius) : std::nullopt;
      if (!most) {
        left.push_back(i);
      } else if (*form == ResponseForm::kLeaves) {
        leaving += share * cost.in_form(*form, low);
      } else {
        smooth.emplace_back(i, *form);
        error += share * *most * Chebyshev::kError;
      }
    }
    if (interval.open.size() - left.size() < kMany) return false;
    interval.constant += leaving;
    interval.error += error;
    add_to(interval.sum, smooth);
    interval.open = std::move(left);
    return true;
  }

  void add_to(Chebyshev& sum,
              const std::vector<std::pair<std::uint32_t, ResponseForm>>& smooth) const {
    const auto at = Chebyshev::points(sum.low(), sum.high());
    auto values = sum.values_on(sum.low(), sum.high());
    for (const auto& [i, form] : smooth) {
      for (std::size_t j = 0; j < at.size(); ++j)
        values[j] += costs_[i].share * costs_[i].cost.in_form(form, at[j]);
    }
    sum = Chebyshev::interpolating(sum.low(), sum.high(), values);
  }

  /// The kink in the middle of those inside, else the middle.
  [[nodiscard]] double cut_of(const Interval& interval) const {
    const double low = interval.sum.low();
    const double high = interval.sum.high();
    const auto first = std::upper_bound(kinks_.begin(), kinks_.end(), low);
    const auto last = std::lower_bound(first, kinks_.end(), high);
    return first < last ? first[(last - first) / 2] : low + (high - low) / 2;
  }

  static Interval part_of(const Interval& whole, double low, double high) {
    return {Chebyshev::interpolating(low, high, whole.sum.values_on(low, high)), whole.constant,
            whole.error, 0, whole.open};
  }

  const std::vector<PopulationPart>& parts_;
  const base::Cancellation& cancellation_;
  std::vector<SharedCost> costs_;
  std::vector<double> kinks_;
  PopulationOptimum best_;
  double least_ = 0;  ///< cost of the best policy, within the error of the sums
  std::vector<Interval> intervals_;
  std::vector<std::size_t> free_;  ///< places in intervals_ that are not used
  using Bound = std::pair<double, std::size_t>;
  std::priority_queue<Bound, std::vector<Bound>, std::greater<>> waiting_;
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
