#include "turnout/estimation/leaving.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "turnout/estimation/path_table.h"
#include "turnout/numeric/beta.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {

Figure extra_leaving(const ReturnCounts& returns, int draws, base::Rng& rng) {
  const auto tasks = [&](TaskEnd end) { return returns.tasks.at(static_cast<std::size_t>(end)); };
  const auto last = [&](TaskEnd end) { return returns.last.at(static_cast<std::size_t>(end)); };
  const std::int64_t told = tasks(TaskEnd::kSolved) + tasks(TaskEnd::kAbandoned);
  const std::int64_t all = told + tasks(TaskEnd::kSilent);
  if (all == 0) return {{0, 0, 1}, Basis::kAssumed, 0};
  if (tasks(TaskEnd::kSolved) < kLeastFeedback || tasks(TaskEnd::kAbandoned) < kLeastFeedback)
    return {{0.5, 0, 1}, Basis::kBounded, all};
  const auto rate = [&](TaskEnd end) { return as_real(last(end)) / as_real(tasks(end)); };
  const auto draw = [&](TaskEnd end) {
    return numeric::beta(as_real(last(end)) + 0.5,
                         as_real(std::max<std::int64_t>(0, tasks(end) - last(end))) + 0.5, rng);
  };
  std::vector<double> drawn;
  for (int i = 0; i < draws; ++i) {
    const double unsolved = draw(TaskEnd::kAbandoned);
    drawn.push_back(unsolved - draw(TaskEnd::kSolved));
  }
  const auto [low, high] = interval_of(std::move(drawn));
  const double value = rate(TaskEnd::kAbandoned) - rate(TaskEnd::kSolved);
  return {{value, std::min(low, value), std::max(high, value)}, Basis::kIdentified, told};
}

Figure churn_penalty(const Figure& extra_leaving, double lifetime_value) {
  const auto cost = [&](double share) { return std::max(0.0, share * lifetime_value); };
  return {{cost(extra_leaving.value), cost(extra_leaving.low), cost(extra_leaving.high)},
          extra_leaving.basis,
          extra_leaving.passes};
}

}  // namespace turnout::estimation
