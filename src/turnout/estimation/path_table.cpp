#include "turnout/estimation/path_table.h"

#include <algorithm>

#include "turnout/numeric/variates.h"

namespace turnout::estimation {

double with_odds(double solved, double odds) { return solved / (solved + (1 - solved) / odds); }

EndShares observed(const Fates& fates, double odds) {
  const std::int64_t told = fates.solved + fates.abandoned;
  const double solved = told == 0 ? 0.5 : as_real(fates.solved) / as_real(told);
  return {as_real(fates.ends()) / as_real(fates.passes()), with_odds(solved, odds)};
}

EndShares drawn(const Fates& fates, double odds, base::Rng& rng) {
  const double ends =
      numeric::beta(as_real(fates.ends()) + 0.5, as_real(fates.reprompted) + 0.5, rng);
  const double solved =
      numeric::beta(as_real(fates.solved) + 0.5, as_real(fates.abandoned) + 0.5, rng);
  return {ends, with_odds(solved, odds)};
}

bool has_feedback(const Fates& fates) { return fates.solved + fates.abandoned >= kLeastFeedback; }

std::pair<double, double> interval_of(std::vector<double> draws) {
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double share) {
    const double place = share * (static_cast<double>(draws.size()) - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t next = std::min(below + 1, draws.size() - 1);
    return draws[below] + (place - static_cast<double>(below)) * (draws[next] - draws[below]);
  };
  return {at(0.025), at(0.975)};
}

PathTable::PathTable(const LogStatistics& statistics) {
  for (const auto& [key, counts] : statistics.paths) {
    names_.insert(names_.end(), key.models.begin(), key.models.end());
  }
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  for (const auto& [key, counts] : statistics.paths) {
    Path path;
    for (const auto& name : key.models) path.push_back(number_of(name));
    latency_[path.back()] += counts.latency;
    cost_[path.back()] += counts.cost;
    if (key.deep) continue;
    Cell& cell = cells_[key.policy][path];
    cell.fates += counts.fates;
    cell.returns += counts.returns;
    cell.latency += counts.latency;
    cell.cost += counts.cost;
    pooled_[path] += counts.fates;
  }
}

std::size_t PathTable::number_of(const std::string& name) const {
  return static_cast<std::size_t>(std::lower_bound(names_.begin(), names_.end(), name) -
                                  names_.begin());
}

std::vector<AttemptRate> attempt_rates(const PathTable& table, double odds) {
  std::vector<AttemptRate> rates;
  for (const auto& [path, fates] : table.pooled()) {
    if (!has_feedback(fates) || fates.passes() < kLeastPasses) continue;
    const EndShares shares = observed(fates, odds);
    rates.push_back({path, shares.ends, as_real(fates.passes()), shares.solved,
                     as_real(fates.solved + fates.abandoned)});
  }
  return rates;
}

}  // namespace turnout::estimation
