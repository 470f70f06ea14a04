#include "turnout/estimation/value_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "turnout/estimation/attempt_fit.h"
#include "turnout/estimation/value_fit.h"
#include "turnout/numeric/chi_square.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

constexpr double kSignificant = 0.05;

/// The waiting and the successes that going on for some attempts promises under one policy.
class Staying {
 public:
  Staying(const std::map<Path, PathTable::Cell>& cells, const std::map<Path, double>& success)
      : cells_(cells), success_(success) {}

  /// Least expected waiting per expected success over horizons; nothing if no next attempt is
  /// known.
  [[nodiscard]] std::optional<double> waiting_per_success(const Path& path) const {
    std::optional<double> least;
    for (std::size_t horizon = 1; horizon + path.size() <= kDeepestPath; ++horizon) {
      const auto promised = promise(path, horizon);
      if (!promised || !(promised->success > 0)) break;
      least = std::min(least.value_or(INFINITY), promised->waiting / promised->success);
    }
    return least;
  }

 private:
  struct Promise {
    double waiting = 0, success = 0;
  };
  [[nodiscard]] std::optional<Promise> promise(const Path& path, std::size_t horizon) const {
    double passes = 0;
    Promise total;
    for (auto next = cells_.upper_bound(path); next != cells_.end(); ++next) {
      const Path& longer = next->first;
      if (longer.size() < path.size() || !std::equal(path.begin(), path.end(), longer.begin()))
        break;
      if (longer.size() != path.size() + 1) continue;
      const double success = success_.at(longer);
      if (std::isnan(success)) return std::nullopt;
      Promise branch{next->second.latency.mean(), success};
      if (horizon > 1) {
        const auto later = promise(longer, horizon - 1);
        if (!later) return std::nullopt;
        branch.waiting += (1 - success) * later->waiting;
        branch.success += (1 - success) * later->success;
      }
      const double count = as_real(next->second.fates.passes());
      passes += count;
      total.waiting += count * branch.waiting;
      total.success += count * branch.success;
    }
    if (passes == 0) return std::nullopt;
    return Promise{total.waiting / passes, total.success / passes};
  }
  const std::map<Path, PathTable::Cell>& cells_;
  const std::map<Path, double>& success_;
};

/// The shares that stay, of every path of every policy, if attempts succeed as `model` says. The
/// same paths, in the same order, for every model.
std::vector<StayShare> stay_shares(const PathTable& table, const AttemptModel& model,
                                   const std::function<double(const Fates&)>& reprompted) {
  std::map<Path, double> success;
  for (const auto& [path, fates] : table.pooled()) success[path] = model.success(path);
  std::vector<StayShare> all;
  for (const auto& [policy, cells] : table.cells()) {
    const Staying staying(cells, success);
    std::map<Path, StayShare> done;
    for (const auto& [path, cell] : cells) {
      const double failed = 1 - success.at(path);
      if (!(failed * as_real(cell.fates.passes()) >= kLeastPasses)) continue;
      const auto bar = staying.waiting_per_success(path);
      if (!bar) continue;
      // May exceed 1 by chance; cutting it there would bias the fit.
      StayShare share{*bar, 0, reprompted(cell.fates) / failed, 0, 0, path.size()};
      share.kept = share.share;
      if (path.size() > 1) {
        const auto before = done.find(Path(path.begin(), path.end() - 1));
        if (before == done.end()) continue;
        share.bar_before = before->second.bar;
        share.bar = std::max(share.bar, share.bar_before);
        share.kept *= before->second.kept;
      }
      done[path] = share;
      all.push_back(share);
    }
  }
  return all;
}

/// Between which bars the median user's value lies: half or more stay at the lower one, fewer at
/// the higher one.
std::pair<double, double> bracket(const std::vector<StayShare>& shares, double patience) {
  double low = 0;
  double high = INFINITY;
  for (const auto& share : shares) {
    const double valued = share.kept / std::pow(patience, static_cast<double>(share.failures));
    if (valued >= 0.5) low = std::max(low, share.bar);
    if (valued < 0.5) high = std::min(high, share.bar);
  }
  return {std::min(low, high), std::max(low, high)};
}

/// The patience of those who stay, where the value does not decide.
double patience_of(const std::vector<StayShare>& shares) {
  std::vector<StayShare> staying;
  for (const auto& share : shares) {
    if (share.share >= 0.5) staying.push_back(share);
  }
  return staying.empty() ? 1 : fit_patience(staying).patience;
}

constexpr double kWidestValue = 10;  // times the lower bound, where nothing bounds V from above

/// V without enough feedback: nothing but a guess at its order of magnitude.
void value_assumed(const PathTable& table, LogEstimate& result) {
  double bar = 0;
  for (std::size_t k = 0; k < result.models.size(); ++k) {
    const double success = std::max(result.models[k].success.value, 0.001);
    bar = std::max(bar, table.latency(k).mean() / success);
  }
  result.value = {bar * std::sqrt(kWidestValue), 0, bar * kWidestValue, Basis::kAssumed, 0};
  result.value_sigma = {0, 0, kMostValueSigma, Basis::kAssumed, 0};
  result.patience = {1, 0, 1, Basis::kAssumed, 0};
  result.notes.push_back(
      fmt::format("V is assumed: without feedback on later attempts nothing tells a user who was "
                  "served from one who left; the "
                  "value is {:.3g} times the longest t/p",
                  std::sqrt(kWidestValue)));
}

struct ValueDraws {
  std::vector<std::vector<std::vector<StayShare>>> shares;  // by odds of feedback, draw, path
  std::vector<StayShare> middle;                            // with variances
};

/// The interval of a number of the draws: from the lowest to the highest end over the odds of
/// feedback.
std::pair<double, double> interval_over(
    const ValueDraws& draws, const std::function<double(const std::vector<StayShare>&)>& number) {
  std::pair<double, double> widest{INFINITY, -INFINITY};
  for (const auto& of_odds : draws.shares) {
    std::vector<double> values;
    values.reserve(of_odds.size());
    for (const auto& draw : of_odds) values.push_back(number(draw));
    const auto [low, high] = interval_of(std::move(values));
    widest = {std::min(widest.first, low), std::max(widest.second, high)};
  }
  return widest;
}

std::optional<ValueDraws> draw_values(const PathTable& table, const EstimateOptions& options,
                                      base::Rng& rng) {
  const auto fitted = [&](double odds) -> std::optional<FittedAttempts> {
    const auto fit = fit_attempts(attempt_rates(table, odds), table.names().size());
    if (!fit) return {};
    const double p =
        numeric::chi_square_above(fit->independent_chi_square(), fit->degrees_of_freedom());
    return p < kSignificant ? fit->full : fit->independent;
  };
  std::vector<FittedAttempts> fits;
  for (const double odds : {1.0, 1 / options.feedback_odds, options.feedback_odds}) {
    auto fit = fitted(odds);
    if (!fit) return {};
    fits.push_back(*std::move(fit));
    if (options.feedback_odds == 1) break;
  }
  ValueDraws draws;
  draws.middle = stay_shares(table, fits[0].model, [](const Fates& fates) {
    return as_real(fates.reprompted) / as_real(fates.passes());
  });
  const auto count = static_cast<std::size_t>(std::max(options.draws / 4, 50));
  for (const auto& fit : fits) {
    auto& of_odds = draws.shares.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      auto shares = stay_shares(table, fit.draw(rng), [&](const Fates& fates) {
        return numeric::beta(as_real(fates.reprompted) + 0.5, as_real(fates.ends()) + 0.5, rng);
      });
      if (shares.size() == draws.middle.size()) of_odds.push_back(std::move(shares));
    }
    if (of_odds.size() < count / 2) return {};
  }
  if (draws.middle.empty()) return {};
  for (std::size_t i = 0; i < draws.middle.size(); ++i) {
    double sum = 0;
    for (const auto& draw : draws.shares[0]) {
      const double off = draw[i].share - draws.middle[i].share;
      sum += off * off;
    }
    draws.middle[i].variance = std::max(sum / static_cast<double>(draws.shares[0].size()), 1e-8);
    for (auto& of_odds : draws.shares) {
      for (auto& draw : of_odds) draw[i].variance = draws.middle[i].variance;
    }
  }
  return draws;
}

/// Over the odds of feedback, the patience that the draws' mean shares leave open.
PatienceRange patience_over(const ValueDraws& draws) {
  PatienceRange all{1, 0};
  for (const auto& of_odds : draws.shares) {
    auto shares = draws.middle;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      shares[i].share = 0;
      for (const auto& draw : of_odds)
        shares[i].share += draw[i].share / static_cast<double>(of_odds.size());
    }
    const auto range = patience_range(shares);
    all = {std::min(all.low, range.low), std::max(all.high, range.high)};
  }
  return all;
}

/// Patience and V together: the less patience explains, the more the wait has to. The value of
/// patience is that of users whom no wait makes leave.
void value_bounded(const ValueDraws& draws, std::int64_t passes, LogEstimate& result) {
  const auto alone = interval_over(draws, [](const auto& draw) { return patience_of(draw); });
  const auto either = patience_over(draws);
  const double middle = patience_of(draws.middle);
  const double least = std::min({alone.first, either.low, middle});
  const double most = std::max({alone.second, either.high, middle});
  result.patience = {middle, least, most, Basis::kBounded, passes};
  const auto ends_of = [&](const std::vector<StayShare>& draw) {
    auto [low, high] = bracket(draw, patience_of(draw));
    for (const double patience : {least, most}) {
      const auto [below, above] = bracket(draw, patience);
      low = std::min(low, below);
      high = std::max(high, above);
    }
    return std::pair(low, high);
  };
  const double low =
      interval_over(draws, [&](const auto& draw) { return ends_of(draw).first; }).first;
  const double high = interval_over(draws, [&](const auto& draw) {
                        const auto [below, above] = ends_of(draw);
                        return std::isinf(above) ? kWidestValue * below : above;
                      }).second;
  result.value = {low > 0 ? std::sqrt(low * high) : high / 2, low, high, Basis::kBounded, passes};
  result.value_sigma = {0, 0, kMostValueSigma, Basis::kAssumed, passes};
  result.notes.push_back(
      fmt::format("V and patience are only bounded, together: users who leave are explained by "
                  "patience alone, by the wait, or by both; where nothing bounds V from above, {} "
                  "times the lower bound is taken",
                  kWidestValue));
}

}  // namespace

void estimate_value(const PathTable& table, const EstimateOptions& options, base::Rng& rng,
                    LogEstimate& result) {
  // Two more parameters than patience alone must be well worth it (chi-square, 0.1 %): a spread
  // that is not there would be given with an interval that does not hold it.
  constexpr double kWorth = 13.8;
  const auto draws = draw_values(table, options, rng);
  if (!draws) {
    value_assumed(table, result);
    return;
  }
  std::int64_t passes = 0;
  for (const auto& [path, fates] : table.pooled()) passes += fates.passes();
  const ValueFit fit = fit_values(draws->middle);
  const double gain =
      misfit(draws->middle, fit_patience(draws->middle)) - misfit(draws->middle, fit);
  if (!tells_values(draws->middle) || gain < kWorth) {
    value_bounded(*draws, passes, result);
    return;
  }
  const Basis basis = options.feedback_odds > 1 ? Basis::kBounded : Basis::kIdentified;
  const auto figure = [&](double value, double (*number)(const ValueFit&)) {
    const auto [low, high] =
        interval_over(*draws, [&](const auto& draw) { return number(fit_values(draw, fit)); });
    return Figure{value, std::min(low, value), std::max(high, value), basis, passes};
  };
  result.value =
      figure(std::exp(fit.log_median), [](const ValueFit& f) { return std::exp(f.log_median); });
  result.value_sigma = figure(fit.sigma, [](const ValueFit& f) { return f.sigma; });
  result.patience = figure(fit.patience, [](const ValueFit& f) { return f.patience; });
}

}  // namespace turnout::estimation
