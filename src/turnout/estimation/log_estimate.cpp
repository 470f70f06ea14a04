#include "turnout/estimation/log_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/estimation/attempt_fit.h"
#include "turnout/estimation/value_fit.h"
#include "turnout/game/task_types.h"
#include "turnout/numeric/chi_square.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr double kSignificant = 0.05;
constexpr std::int64_t kLeastFeedback = 10;  // ends with feedback before a node's success rate is used beyond bounds
constexpr std::int64_t kLeastPasses = 30;

using Path = std::vector<std::size_t>;

/// One way to read the log: for every path the share of ends and the share of solved ends.
struct Shares {
  double ends = 0;
  double solved = 0;
  [[nodiscard]] double success() const { return ends * solved; }
};

/// The solved share of ends if feedback after leaving is `odds` times as likely as after success.
double with_odds(double solved, double odds) { return solved / (solved + (1 - solved) / odds); }

double as_real(std::int64_t count) { return static_cast<double>(count); }

Shares observed(const Fates& fates, double odds) {
  const std::int64_t told = fates.solved + fates.abandoned;
  const double solved = told == 0 ? 0.5 : as_real(fates.solved) / as_real(told);
  return {as_real(fates.ends()) / as_real(fates.passes()), with_odds(solved, odds)};
}

/// A draw from the posterior of both shares under Jeffreys' prior.
Shares drawn(const Fates& fates, double odds, base::Rng& rng) {
  const double ends = numeric::beta(as_real(fates.ends()) + 0.5, as_real(fates.reprompted) + 0.5, rng);
  const double solved = numeric::beta(as_real(fates.solved) + 0.5, as_real(fates.abandoned) + 0.5, rng);
  return {ends, with_odds(solved, odds)};
}

bool has_feedback(const Fates& fates) { return fates.solved + fates.abandoned >= kLeastFeedback; }

/// Equal-tailed 95 % interval of draws.
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

Figure mean_figure(const Moments& moments) {
  if (moments.count == 0) return {};
  const double error = std::sqrt(moments.variance() / as_real(moments.count));
  return {moments.mean(), moments.mean() - kNormal95 * error, moments.mean() + kNormal95 * error, Basis::kIdentified,
          moments.count};
}

/// All that the paths say, with models as numbers.
class Reading {
 public:
  struct Cell {  // a path under one policy
    Fates fates;
    Moments latency, cost;
  };
  explicit Reading(const LogStatistics& statistics) {
    for (const auto& [key, counts] : statistics.paths) {
      for (const auto& name : key.models) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
      }
    }
    std::sort(names_.begin(), names_.end());
    for (const auto& [key, counts] : statistics.paths) {
      Path path;
      for (const auto& name : key.models) path.push_back(number_of(name));
      latency_[path.back()] += counts.latency;
      cost_[path.back()] += counts.cost;
      if (key.deep) continue;
      Cell& cell = cells_[key.policy][path];
      cell.fates += counts.fates;
      cell.latency += counts.latency;
      cell.cost += counts.cost;
      pooled_[path] += counts.fates;
    }
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::map<std::string, std::map<Path, Cell>>& cells() const { return cells_; }
  [[nodiscard]] const std::map<Path, Fates>& pooled() const { return pooled_; }
  [[nodiscard]] const Moments& latency(std::size_t k) const { return latency_.at(k); }
  [[nodiscard]] const Moments& cost(std::size_t k) const { return cost_.at(k); }

 private:
  [[nodiscard]] std::size_t number_of(const std::string& name) const {
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  }
  std::vector<std::string> names_;
  std::map<std::string, std::map<Path, Cell>> cells_;
  std::map<Path, Fates> pooled_;
  std::map<std::size_t, Moments> latency_, cost_;
};

/// A number of the fates of one cell, with its interval: from feedback, or between what silence may mean.
Figure share_figure(const Fates& fates, const EstimateOptions& options, base::Rng& rng,
                    const std::function<double(const Shares&)>& number) {
  Figure figure{0, 0, 0, Basis::kBounded, fates.passes()};
  std::vector<double> low;
  std::vector<double> high;
  const auto range = [](double a, double b) { return std::pair(std::min(a, b), std::max(a, b)); };
  if (!has_feedback(fates)) {
    // Every silent end may have been a success, or none.
    const auto bounds = [&](double ends, double told_solved, double told_left) {
      return range(number({ends, told_solved}), number({ends, 1 - told_left}));
    };
    const double all = std::max(1.0, as_real(fates.ends()));
    for (int i = 0; i < options.draws; ++i) {
      const double ends = numeric::beta(as_real(fates.ends()) + 0.5, as_real(fates.reprompted) + 0.5, rng);
      const auto [a, b] = bounds(ends, as_real(fates.solved) / all, as_real(fates.abandoned) / all);
      low.push_back(a);
      high.push_back(b);
    }
    figure.low = interval_of(std::move(low)).first;
    figure.high = interval_of(std::move(high)).second;
    figure.value = (figure.low + figure.high) / 2;
    return figure;
  }
  for (int i = 0; i < options.draws; ++i) {
    const Shares middle = drawn(fates, 1, rng);
    const auto [a, b] = range(number({middle.ends, with_odds(middle.solved, 1 / options.feedback_odds)}),
                              number({middle.ends, with_odds(middle.solved, options.feedback_odds)}));
    low.push_back(a);
    high.push_back(b);
  }
  figure.basis = options.feedback_odds > 1 ? Basis::kBounded : Basis::kIdentified;
  figure.value = number(observed(fates, 1));
  figure.low = std::min(figure.value, interval_of(std::move(low)).first);
  figure.high = std::max(figure.value, interval_of(std::move(high)).second);
  return figure;
}

Figure plain_share(std::int64_t hits, std::int64_t of, const EstimateOptions& options, base::Rng& rng) {
  if (of == 0) return {};
  std::vector<double> draws;
  for (int i = 0; i < options.draws; ++i) {
    draws.push_back(numeric::beta(as_real(hits) + 0.5, as_real(of - hits) + 0.5, rng));
  }
  const auto [low, high] = interval_of(std::move(draws));
  const double share = as_real(hits) / as_real(of);
  return {share, std::min(share, low), std::max(share, high), Basis::kIdentified, of};
}

std::array<double, 3> quantiles_of(const std::map<std::int64_t, std::int64_t>& bins) {
  constexpr std::array<double, 3> kShares = {0.5, 0.9, 0.99};
  std::array<double, 3> quantiles{};
  std::int64_t total = 0;
  for (const auto& [bin, count] : bins) total += count;
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    std::int64_t below = 0;
    for (const auto& [bin, count] : bins) {
      below += count;
      quantiles.at(i) = latency_of_bin(bin);
      if (as_real(below) >= kShares.at(i) * as_real(total)) break;
    }
  }
  return quantiles;
}

ModelEstimate estimate_model(std::size_t k, const Reading& reading, const LogStatistics& statistics,
                             const EstimateOptions& options, base::Rng& rng) {
  ModelEstimate model;
  model.model = reading.names()[k];
  model.latency = mean_figure(reading.latency(k));
  model.latency.low = std::max(0.0, model.latency.low);
  model.cost = mean_figure(reading.cost(k));
  if (const auto bins = statistics.latencies.find(model.model); bins != statistics.latencies.end()) {
    model.latency_quantiles = quantiles_of(bins->second);
  }
  const auto first = reading.pooled().find({k});
  if (first == reading.pooled().end()) return model;
  const Fates& fates = first->second;
  model.success = share_figure(fates, options, rng, [](const Shares& s) { return s.success(); });
  model.leaves = share_figure(fates, options, rng, [](const Shares& s) {
    const double failed = 1 - s.success();
    return failed > 0 ? std::clamp(s.ends * (1 - s.solved) / failed, 0.0, 1.0) : 0.0;
  });
  model.reprompts = plain_share(fates.reprompted, fates.passes(), options, rng);
  model.silent = plain_share(fates.silent, fates.passes(), options, rng);
  return model;
}

// Difficulty and feedback.

std::vector<AttemptRate> attempt_rates(const Reading& reading, double odds) {
  std::vector<AttemptRate> rates;
  for (const auto& [path, fates] : reading.pooled()) {
    if (!has_feedback(fates) || fates.passes() < kLeastPasses) continue;
    const Shares shares = observed(fates, odds);
    rates.push_back(
        {path, shares.ends, as_real(fates.passes()), shares.solved, as_real(fates.solved + fates.abandoned)});
  }
  return rates;
}

/// The first-attempt success of a model that serves later attempts only.
void success_from_fit(const FittedAttempts& fit, std::size_t k, std::int64_t passes, ModelEstimate& model) {
  const double skill = fit.model.skills[k];
  if (model.success.passes > 0 || std::isnan(skill)) return;
  const double sigma = std::sqrt(fit.model.variance);
  const double reach = kNormal95 * fit.error(k);
  const auto at = [&](double x) { return game::mean_success(x, sigma); };
  model.success = {at(skill), at(skill - reach), at(skill + reach), Basis::kIdentified, passes};
}

void estimate_difficulty(const Reading& reading, const EstimateOptions& options, LogEstimate& result) {
  std::vector<double> odds = {1};
  if (options.feedback_odds > 1) odds.insert(odds.end(), {1 / options.feedback_odds, options.feedback_odds});
  std::int64_t passes = 0;
  for (const auto& [path, fates] : reading.pooled()) {
    if (path.size() > 1 && has_feedback(fates)) passes += fates.passes();
  }
  Figure variance;
  Figure feedback;
  bool assumed = false;
  for (const double g : odds) {
    const auto fit = fit_attempts(attempt_rates(reading, g), reading.names().size());
    if (!fit) {
      if (g != 1) continue;
      result.notes.emplace_back("no later attempts with enough feedback: difficulty and feedback are not known");
      return;
    }
    const std::size_t models = reading.names().size();
    const auto bounds = [](double x, double error) { return std::pair(x - kNormal95 * error, x + kNormal95 * error); };
    const auto [v_low, v_high] = bounds(fit->full.model.variance, fit->full.error(models));
    const auto [f_low, f_high] = bounds(fit->full.model.feedback, fit->full.error(models + 1));
    if (g == 1) {
      for (std::size_t k = 0; k < result.models.size(); ++k) success_from_fit(fit->full, k, passes, result.models[k]);
      const Basis basis = options.feedback_odds > 1 ? Basis::kBounded : Basis::kIdentified;
      variance = {fit->full.model.variance, v_low, v_high, basis, passes};
      feedback = {fit->full.model.feedback, f_low, f_high, fit->feedback_assumed ? Basis::kAssumed : basis, passes};
      assumed = fit->feedback_assumed;
      AssumptionTest test{"a failure says nothing of the next attempt", fit->independent_chi_square(),
                          fit->degrees_of_freedom(), 1, false};
      test.p_value = numeric::chi_square_above(test.chi_square, test.degrees);
      test.rejected = test.p_value < kSignificant;
      result.independence = test;
    }
    variance.low = std::min(variance.low, v_low);
    variance.high = std::max(variance.high, v_high);
    feedback.low = std::min(feedback.low, f_low);
    feedback.high = std::max(feedback.high, f_high);
  }
  const auto root = [](double x) { return std::sqrt(std::max(0.0, x)); };
  result.sigma = Figure{root(variance.value), root(variance.low), root(variance.high), variance.basis, passes};
  result.feedback = feedback;
  if (assumed) result.notes.emplace_back("feedback delta is assumed to be 0: the log does not tell it from difficulty");
}

/// The last resort for a model that serves no first attempts: its success on the path where it served most.
void success_from_later(const Reading& reading, std::size_t k, const EstimateOptions& options, base::Rng& rng,
                        LogEstimate& result) {
  ModelEstimate& model = result.models[k];
  if (model.success.passes > 0) return;
  const Fates* most = nullptr;
  for (const auto& [path, fates] : reading.pooled()) {
    if (path.back() == k && (most == nullptr || fates.passes() > most->passes())) most = &fates;
  }
  if (most == nullptr) {
    model.success = {0.5, 0, 1, Basis::kAssumed, 0};
  } else {
    model.success = share_figure(*most, options, rng, [](const Shares& s) { return s.success(); });
  }
  result.notes.push_back(fmt::format(
      "{} serves no first attempts, and too little feedback tells how hard tasks are: its success is that of "
      "later attempts",
      model.model));
}

// What a solved task is worth.

/// The waiting and the successes that going on for some attempts promises under one policy.
class Staying {
 public:
  Staying(const std::map<Path, Reading::Cell>& cells, const std::map<Path, double>& success)
      : cells_(cells), success_(success) {}

  /// Least expected waiting per expected success over horizons; nothing if no next attempt is known.
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
      if (longer.size() < path.size() || !std::equal(path.begin(), path.end(), longer.begin())) break;
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
  const std::map<Path, Reading::Cell>& cells_;
  const std::map<Path, double>& success_;
};

/// The shares that stay, of every path of every policy, if attempts succeed as `model` says. The same paths, in the
/// same order, for every model.
std::vector<StayShare> stay_shares(const Reading& reading, const AttemptModel& model,
                                   const std::function<double(const Fates&)>& reprompted) {
  std::map<Path, double> success;
  for (const auto& [path, fates] : reading.pooled()) success[path] = model.success(path);
  std::vector<StayShare> all;
  for (const auto& [policy, cells] : reading.cells()) {
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

/// Between which bars the median user's value lies: half or more stay at the lower one, fewer at the higher one.
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
void value_assumed(const Reading& reading, LogEstimate& result) {
  double bar = 0;
  for (std::size_t k = 0; k < result.models.size(); ++k) {
    const double success = std::max(result.models[k].success.value, 0.001);
    bar = std::max(bar, reading.latency(k).mean() / success);
  }
  result.value = {bar * std::sqrt(kWidestValue), 0, bar * kWidestValue, Basis::kAssumed, 0};
  result.value_sigma = {0, 0, kMostValueSigma, Basis::kAssumed, 0};
  result.patience = {1, 0, 1, Basis::kAssumed, 0};
  result.notes.push_back(fmt::format(
      "V is assumed: without feedback on later attempts nothing tells a user who was served from one who left; the "
      "value is {:.3g} times the longest t/p",
      std::sqrt(kWidestValue)));
}

struct ValueDraws {
  std::vector<std::vector<std::vector<StayShare>>> shares;  // by odds of feedback, draw, path
  std::vector<StayShare> middle;                            // with variances
};

/// The interval of a number of the draws: from the lowest to the highest end over the odds of feedback.
std::pair<double, double> interval_over(const ValueDraws& draws,
                                        const std::function<double(const std::vector<StayShare>&)>& number) {
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

std::optional<ValueDraws> draw_values(const Reading& reading, const EstimateOptions& options, base::Rng& rng) {
  const auto fitted = [&](double odds) -> std::optional<FittedAttempts> {
    const auto fit = fit_attempts(attempt_rates(reading, odds), reading.names().size());
    if (!fit) return {};
    const double p = numeric::chi_square_above(fit->independent_chi_square(), fit->degrees_of_freedom());
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
  draws.middle = stay_shares(reading, fits[0].model,
                             [](const Fates& fates) { return as_real(fates.reprompted) / as_real(fates.passes()); });
  const auto count = static_cast<std::size_t>(std::max(options.draws / 4, 50));
  for (const auto& fit : fits) {
    auto& of_odds = draws.shares.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      auto shares = stay_shares(reading, fit.draw(rng), [&](const Fates& fates) {
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

void value_bounded(const ValueDraws& draws, std::int64_t passes, LogEstimate& result) {
  const auto ends_of = [](const std::vector<StayShare>& draw) { return bracket(draw, patience_of(draw)); };
  const double low = interval_over(draws, [&](const auto& draw) { return ends_of(draw).first; }).first;
  const double high = interval_over(draws, [&](const auto& draw) {
                        const auto [below, above] = ends_of(draw);
                        return std::isinf(above) ? kWidestValue * below : above;
                      }).second;
  result.value = {low > 0 ? std::sqrt(low * high) : high / 2, low, high, Basis::kBounded, passes};
  result.value_sigma = {0, 0, kMostValueSigma, Basis::kAssumed, passes};
  const auto [p_low, p_high] = interval_over(draws, [](const auto& draw) { return patience_of(draw); });
  const double middle = patience_of(draws.middle);
  result.patience = {middle, std::min(p_low, middle), std::max(p_high, middle), Basis::kIdentified, passes};
  result.notes.push_back(fmt::format(
      "V is only bounded: users who leave are explained by patience alone, or by one wait; where nothing bounds V from "
      "above, {} times the lower bound is taken",
      kWidestValue));
}

void estimate_value(const Reading& reading, const EstimateOptions& options, base::Rng& rng, LogEstimate& result) {
  // Two more parameters than patience alone must be well worth it (chi-square, 0.1 %): a spread that is not there would
  // be given with an interval that does not hold it.
  constexpr double kWorth = 13.8;
  const auto draws = draw_values(reading, options, rng);
  if (!draws) {
    value_assumed(reading, result);
    return;
  }
  std::int64_t passes = 0;
  for (const auto& [path, fates] : reading.pooled()) passes += fates.passes();
  const ValueFit fit = fit_values(draws->middle);
  const double gain = misfit(draws->middle, fit_patience(draws->middle)) - misfit(draws->middle, fit);
  if (!tells_values(draws->middle) || gain < kWorth) {
    value_bounded(*draws, passes, result);
    return;
  }
  const Basis basis = options.feedback_odds > 1 ? Basis::kBounded : Basis::kIdentified;
  const auto figure = [&](double value, double (*number)(const ValueFit&)) {
    const auto [low, high] = interval_over(*draws, [&](const auto& draw) { return number(fit_values(draw, fit)); });
    return Figure{value, std::min(low, value), std::max(high, value), basis, passes};
  };
  result.value = figure(std::exp(fit.log_median), [](const ValueFit& f) { return std::exp(f.log_median); });
  result.value_sigma = figure(fit.sigma, [](const ValueFit& f) { return f.sigma; });
  result.patience = figure(fit.patience, [](const ValueFit& f) { return f.patience; });
}

// What an unsolved task costs.

void estimate_churn(const ReturnCounts& returns, const EstimateOptions& options, base::Rng& rng, LogEstimate& result) {
  const auto tasks = [&](TaskEnd end) { return returns.tasks.at(static_cast<std::size_t>(end)); };
  const auto last = [&](TaskEnd end) { return returns.last.at(static_cast<std::size_t>(end)); };
  const std::int64_t told = tasks(TaskEnd::kSolved) + tasks(TaskEnd::kAbandoned);
  const std::int64_t all = told + tasks(TaskEnd::kSilent);
  Figure& extra = result.extra_leaving;
  if (all == 0) {
    extra = {0, 0, 1, Basis::kAssumed, 0};
    result.notes.emplace_back("no tasks with users old enough to tell who left: P is not known");
  } else if (tasks(TaskEnd::kSolved) < kLeastFeedback || tasks(TaskEnd::kAbandoned) < kLeastFeedback) {
    extra = {0.5, 0, 1, Basis::kBounded, all};
    result.notes.emplace_back("too little feedback to tell who leaves after an unsolved task: P is only bounded");
  } else {
    const auto rate = [&](TaskEnd end) { return as_real(last(end)) / as_real(tasks(end)); };
    const auto draw = [&](TaskEnd end) {
      return numeric::beta(as_real(last(end)) + 0.5, as_real(std::max<std::int64_t>(0, tasks(end) - last(end))) + 0.5,
                           rng);
    };
    std::vector<double> draws;
    for (int i = 0; i < options.draws; ++i) {
      const double unsolved = draw(TaskEnd::kAbandoned);
      draws.push_back(unsolved - draw(TaskEnd::kSolved));
    }
    const auto [low, high] = interval_of(std::move(draws));
    const double value = rate(TaskEnd::kAbandoned) - rate(TaskEnd::kSolved);
    extra = {value, std::min(low, value), std::max(high, value), Basis::kIdentified, told};
  }
  if (!options.lifetime_value) {
    result.churn_penalty = {0, 0, 0, Basis::kAssumed, 0};
    result.notes.emplace_back("P is assumed to be 0: give a customer's lifetime value with --ltv");
    return;
  }
  const double worth = *options.lifetime_value;
  result.churn_penalty = {std::max(0.0, extra.value * worth), std::max(0.0, extra.low * worth),
                          std::max(0.0, extra.high * worth), extra.basis, extra.passes};
}

// Switching costs: later attempts after another model against those after the same one.

Figure difference(const Moments& a, const Moments& b) {
  const double value = a.mean() - b.mean();
  const double error = std::sqrt(a.variance() / as_real(a.count) + b.variance() / as_real(b.count));
  return {value, value - kNormal95 * error, value + kNormal95 * error, Basis::kIdentified, a.count + b.count};
}

void estimate_switching(const Reading& reading, LogEstimate& result) {
  std::map<std::pair<std::size_t, std::size_t>, Reading::Cell> by_pair;
  for (const auto& [policy, cells] : reading.cells()) {
    for (const auto& [path, cell] : cells) {
      // A first attempt is no switch: it counts as one after the model itself.
      const std::size_t from = path.size() < 2 ? path.back() : path[path.size() - 2];
      auto& sum = by_pair[{from, path.back()}];
      sum.latency += cell.latency;
      sum.cost += cell.cost;
    }
  }
  for (const auto& [pair, cell] : by_pair) {
    const auto stay = by_pair.find({pair.second, pair.second});
    if (pair.first == pair.second || stay == by_pair.end()) continue;
    if (cell.latency.count < kLeastPasses || stay->second.latency.count < kLeastPasses) continue;
    SwitchEstimate estimate{pair.first, pair.second, {}, difference(cell.latency, stay->second.latency)};
    if (cell.cost.count >= kLeastPasses && stay->second.cost.count >= kLeastPasses) {
      estimate.cost = difference(cell.cost, stay->second.cost);
    }
    result.switching.push_back(estimate);
  }
}

// Whether the models stayed what they were.

struct Slice {
  Fates first;
  Moments latency;
};

/// Periods in at most ten slices of about as many passes.
std::vector<Slice> slices_of(const std::map<std::int64_t, PeriodCounts>& periods) {
  constexpr std::int64_t kSlices = 10;
  std::int64_t total = 0;
  for (const auto& [period, counts] : periods) total += counts.latency.count;
  std::vector<Slice> slices;
  for (const auto& [period, counts] : periods) {
    if (slices.empty() || slices.back().latency.count * kSlices >= total) slices.emplace_back();
    slices.back().first += counts.first;
    slices.back().latency += counts.latency;
  }
  std::erase_if(slices, [](const Slice& slice) { return slice.first.passes() < kLeastPasses; });
  return slices;
}

void test_stationarity(const LogStatistics& statistics, LogEstimate& result) {
  for (const auto& [model, periods] : statistics.periods) {
    const auto slices = slices_of(periods);
    if (slices.size() < 2) continue;
    Fates all;
    Moments latency;
    double within = 0;
    for (const auto& slice : slices) {
      all += slice.first;
      latency += slice.latency;
      within += slice.latency.variance() * (as_real(slice.latency.count) - 1);
    }
    within /= as_real(latency.count) - static_cast<double>(slices.size());
    const double share = as_real(all.reprompted) / as_real(all.passes());
    AssumptionTest prompts{fmt::format("re-prompts after {} do not change over time", model), 0, 0, 1, false};
    AssumptionTest waits{fmt::format("the latency of {} does not change over time", model), 0, 0, 1, false};
    prompts.degrees = waits.degrees = static_cast<double>(slices.size()) - 1;
    for (const auto& slice : slices) {
      const double n = as_real(slice.first.passes());
      const double off = as_real(slice.first.reprompted) - n * share;
      if (share > 0 && share < 1) prompts.chi_square += off * off / (n * share * (1 - share));
      const double late = slice.latency.mean() - latency.mean();
      if (within > 0) {
        waits.chi_square += as_real(slice.latency.count) * late * late / within;
      } else if (std::abs(late) > 1e-9 * latency.mean()) {
        waits.chi_square = 1e9;  // latencies do not vary, but for this
      }
    }
    for (auto* test : {&prompts, &waits}) {
      test->p_value = numeric::chi_square_above(test->chi_square, test->degrees);
      result.stationarity.push_back(*test);
    }
  }
  for (auto& test : result.stationarity) {
    test.rejected = test.p_value * static_cast<double>(result.stationarity.size()) < kSignificant;
  }
}

}  // namespace

base::Result<LogEstimate> estimate(const LogStatistics& statistics, const EstimateOptions& options) {
  const Reading reading(statistics);
  if (reading.names().empty()) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       fmt::format("has no pass to learn from ({} passes, {} of them too young, {} after a gap)",
                                   statistics.passes, statistics.recent, statistics.contradictions.gaps),
                       ""};
  }
  base::Rng rng(options.seed);
  LogEstimate result;
  for (std::size_t k = 0; k < reading.names().size(); ++k) {
    result.models.push_back(estimate_model(k, reading, statistics, options, rng));
  }
  estimate_difficulty(reading, options, result);
  for (std::size_t k = 0; k < result.models.size(); ++k) success_from_later(reading, k, options, rng, result);
  estimate_value(reading, options, rng, result);
  estimate_churn(statistics.returns, options, rng, result);
  estimate_switching(reading, result);
  test_stationarity(statistics, result);
  if (options.feedback_odds == 1) {
    result.notes.emplace_back(
        "feedback is taken to be as likely after a success as after leaving; bound it with --feedback-odds");
  }
  return result;
}

}  // namespace turnout::estimation
