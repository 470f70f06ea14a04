#include "turnout/estimation/log_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/estimation/attempt_fit.h"
#include "turnout/estimation/leaving.h"
#include "turnout/estimation/path_table.h"
#include "turnout/estimation/stationarity.h"
#include "turnout/estimation/value_estimate.h"
#include "turnout/game/task_types.h"
#include "turnout/numeric/chi_square.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

constexpr double kSignificant = 0.05;

Figure mean_figure(const Moments& moments) {
  if (moments.count == 0) return {};
  const double error = std::sqrt(moments.variance() / as_real(moments.count));
  return {moments.mean(), moments.mean() - numeric::kNormal95 * error,
          moments.mean() + numeric::kNormal95 * error, Basis::kIdentified, moments.count};
}

/// A number of the fates of one cell, with its interval: from feedback, or between what silence may
/// mean.
/// @param effect  how many passes tell as much as one of another user would
Figure share_figure(const Fates& counted, double effect, const EstimateOptions& options,
                    base::Rng& rng, const std::function<double(const EndShares&)>& number) {
  Figure figure{0, 0, 0, Basis::kBounded, counted.passes()};
  const Fates fates = counted.worth(effect);
  std::vector<double> low;
  std::vector<double> high;
  const auto range = [](double a, double b) { return std::pair(std::min(a, b), std::max(a, b)); };
  if (!has_feedback(counted)) {
    // Every silent end may have been a success, or none.
    const auto bounds = [&](double ends, double told_solved, double told_left) {
      return range(number({ends, told_solved}), number({ends, 1 - told_left}));
    };
    const double all = std::max(1.0, as_real(fates.ends()));
    for (int i = 0; i < options.draws; ++i) {
      const double ends =
          numeric::beta(as_real(fates.ends()) + 0.5, as_real(fates.reprompted) + 0.5, rng);
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
    const EndShares middle = drawn(fates, 1, rng);
    const auto [a, b] =
        range(number({middle.ends, with_odds(middle.solved, 1 / options.feedback_odds)}),
              number({middle.ends, with_odds(middle.solved, options.feedback_odds)}));
    low.push_back(a);
    high.push_back(b);
  }
  figure.basis = options.feedback_odds > 1 ? Basis::kBounded : Basis::kIdentified;
  figure.value = number(observed(counted, 1));
  figure.low = std::min(figure.value, interval_of(std::move(low)).first);
  figure.high = std::max(figure.value, interval_of(std::move(high)).second);
  return figure;
}

Figure plain_share(std::int64_t hits, std::int64_t of, double effect,
                   const EstimateOptions& options, base::Rng& rng) {
  if (of == 0) return {};
  std::vector<double> draws;
  for (int i = 0; i < options.draws; ++i) {
    draws.push_back(
        numeric::beta(as_real(hits) / effect + 0.5, as_real(of - hits) / effect + 0.5, rng));
  }
  const auto [low, high] = interval_of(std::move(draws));
  const double share = as_real(hits) / as_real(of);
  return {share, std::min(share, low), std::max(share, high), Basis::kIdentified, of};
}

/// Of counted latencies, the quantiles 50, 90 and 99 %. Their intervals are from one order statistic to
/// another (David and Nagaraja 2003, "Order Statistics", 7.1), by the normal approximation of their
/// ranks, and to the edges of their bins: whatever the distribution is.
std::array<numeric::Interval, 3> quantiles_of(const std::map<std::int64_t, std::int64_t>& bins) {
  constexpr std::array<double, 3> kShares = {0.5, 0.9, 0.99};
  constexpr double kBinsAnOctave = 16;
  std::int64_t total = 0;
  for (const auto& [bin, count] : bins) total += count;
  const auto bin_at = [&](double rank) {
    std::int64_t below = 0;
    for (const auto& [bin, count] : bins) {
      below += count;
      if (as_real(below) >= rank) return bin;
    }
    return bins.rbegin()->first;
  };
  const auto edge = [](std::int64_t bin, int side) {
    return bin == kZeroLatency ? 0 : std::exp2((static_cast<double>(bin) + side) / kBinsAnOctave);
  };
  std::array<numeric::Interval, 3> quantiles{};
  if (total == 0) return quantiles;
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    const double share = kShares.at(i);
    const double rank = share * as_real(total);
    const double reach = numeric::kNormal95 * std::sqrt(rank * (1 - share));
    quantiles.at(i) = {latency_of_bin(bin_at(rank)), edge(bin_at(rank - reach), 0),
                       edge(bin_at(rank + reach + 1), 1)};
  }
  return quantiles;
}

ModelEstimate estimate_model(std::size_t k, const PathTable& table, const LogStatistics& statistics,
                             const EstimateOptions& options, base::Rng& rng) {
  ModelEstimate model;
  model.model = table.names()[k];
  model.latency = mean_figure(table.latency(k));
  model.latency.low = std::max(0.0, model.latency.low);
  model.cost = mean_figure(table.cost(k));
  if (const auto bins = statistics.latencies.find(model.model);
      bins != statistics.latencies.end()) {
    model.latency_quantiles = quantiles_of(bins->second);
  }
  const auto first = table.pooled().find({k});
  if (first == table.pooled().end()) return model;
  const Fates& fates = first->second;
  const auto spread = statistics.users.find(model.model);
  const DesignEffects effects =
      spread == statistics.users.end() ? DesignEffects{} : design_effects(spread->second);
  const double both = std::max(effects.success, effects.ends);
  model.user_effect = both;
  model.success = share_figure(fates, effects.success, options, rng,
                               [](const EndShares& s) { return s.success(); });
  model.leaves = share_figure(fates, both, options, rng, [](const EndShares& s) {
    const double failed = 1 - s.success();
    return failed > 0 ? std::clamp(s.ends * (1 - s.solved) / failed, 0.0, 1.0) : 0.0;
  });
  model.reprompts = plain_share(fates.reprompted, fates.passes(), effects.ends, options, rng);
  model.silent = plain_share(fates.silent, fates.passes(), effects.ends, options, rng);
  return model;
}

// Difficulty and feedback.

/// The first-attempt success of a model that serves later attempts only.
void success_from_fit(const FittedAttempts& fit, std::size_t k, std::int64_t passes,
                      ModelEstimate& model) {
  const double skill = fit.model.skills[k];
  if (model.success.passes > 0 || std::isnan(skill)) return;
  const double sigma = std::sqrt(fit.model.variance + fit.model.suits);
  const double reach = numeric::kNormal95 * fit.error(k);
  const auto at = [&](double x) { return game::mean_success(x, sigma); };
  model.success = {at(skill), at(skill - reach), at(skill + reach), Basis::kIdentified, passes};
}

void estimate_difficulty(const PathTable& table, const EstimateOptions& options,
                         LogEstimate& result) {
  std::vector<double> odds = {1};
  if (options.feedback_odds > 1)
    odds.insert(odds.end(), {1 / options.feedback_odds, options.feedback_odds});
  std::int64_t passes = 0;
  for (const auto& [path, fates] : table.pooled()) {
    if (path.size() > 1 && has_feedback(fates)) passes += fates.passes();
  }
  Figure variance;
  Figure feedback;
  std::optional<Figure> suits;  // tau^2
  bool assumed = false;
  for (const double g : odds) {
    const auto fit = fit_attempts(attempt_rates(table, g), table.names().size());
    if (!fit) {
      if (g != 1) continue;
      result.notes.emplace_back(
          "no later attempts with enough feedback: difficulty and feedback are not known");
      return;
    }
    const std::size_t models = table.names().size();
    const auto bounds = [](double x, double error) {
      return std::pair(x - numeric::kNormal95 * error, x + numeric::kNormal95 * error);
    };
    const auto [v_low, v_high] = bounds(fit->full.model.variance, fit->full.error(models));
    const auto [f_low, f_high] = bounds(fit->full.model.feedback, fit->full.error(models + 1));
    const auto [t_low, t_high] = bounds(fit->full.model.suits, fit->full.error(models + 2));
    if (g == 1) {
      if (fit->tells_tau)
        suits = Figure{fit->full.model.suits, t_low, t_high, Basis::kIdentified, passes};
      for (std::size_t k = 0; k < result.models.size(); ++k)
        success_from_fit(fit->full, k, passes, result.models[k]);
      const Basis basis = options.feedback_odds > 1 ? Basis::kBounded : Basis::kIdentified;
      variance = {fit->full.model.variance, v_low, v_high, basis, passes};
      feedback = {fit->full.model.feedback, f_low, f_high,
                  fit->feedback_assumed ? Basis::kAssumed : basis, passes};
      assumed = fit->feedback_assumed;
      AssumptionTest test{"a failure says nothing of the next attempt",
                          fit->independent_chi_square(), fit->degrees_of_freedom(), 1, false};
      test.p_value = numeric::chi_square_above(test.chi_square, test.degrees);
      test.rejected = test.p_value < kSignificant;
      result.independence = test;
    }
    variance.low = std::min(variance.low, v_low);
    variance.high = std::max(variance.high, v_high);
    feedback.low = std::min(feedback.low, f_low);
    feedback.high = std::max(feedback.high, f_high);
    if (suits) suits->low = std::min(suits->low, t_low);
    if (suits) suits->high = std::max(suits->high, t_high);
  }
  const auto root = [](double x) { return std::sqrt(std::max(0.0, x)); };
  result.sigma =
      Figure{root(variance.value), root(variance.low), root(variance.high), variance.basis, passes};
  result.feedback = feedback;
  if (suits) {
    result.tau =
        Figure{root(suits->value), root(suits->low), root(suits->high), variance.basis, passes};
  }
  if (assumed)
    result.notes.emplace_back(
        "feedback delta is assumed to be 0: the log does not tell it from difficulty");
}

/// The last resort for a model that serves no first attempts: its success on the path where it
/// served most.
void success_from_later(const PathTable& table, std::size_t k, const EstimateOptions& options,
                        base::Rng& rng, LogEstimate& result) {
  ModelEstimate& model = result.models[k];
  if (model.success.passes > 0) return;
  const Fates* most = nullptr;
  for (const auto& [path, fates] : table.pooled()) {
    if (path.back() == k && (most == nullptr || fates.passes() > most->passes())) most = &fates;
  }
  if (most == nullptr) {
    model.success = {0.5, 0, 1, Basis::kAssumed, 0};
  } else {
    model.success =
        share_figure(*most, 1, options, rng, [](const EndShares& s) { return s.success(); });
  }
  result.notes.push_back(
      fmt::format("{} serves no first attempts, and too little feedback tells how hard tasks are: "
                  "its success is that of "
                  "later attempts",
                  model.model));
}

// What an unsolved task costs.

void estimate_churn(const LogStatistics& statistics, const EstimateOptions& options, base::Rng& rng,
                    LogEstimate& result) {
  result.extra_leaving = extra_leaving(statistics.returns, options.draws, rng);
  if (statistics.users_each > 1)
    result.notes.push_back(fmt::format(
        "there are very many users: whether they came back is told of a sample by hash, one in {}",
        statistics.users_each));
  if (result.extra_leaving.basis == Basis::kAssumed)
    result.notes.emplace_back("no tasks with users old enough to tell who left: P is not known");
  if (result.extra_leaving.basis == Basis::kBounded)
    result.notes.emplace_back(
        "too little feedback to tell who leaves after an unsolved task: P is only bounded");
  if (!options.lifetime_value) {
    result.churn_penalty = {0, 0, 0, Basis::kAssumed, 0};
    result.notes.emplace_back("P is assumed to be 0: give a customer's lifetime value with --ltv");
    return;
  }
  result.churn_penalty = churn_penalty(result.extra_leaving, *options.lifetime_value);
}

// Switching costs: later attempts after another model against those after the same one.

/// Means that differ by no more than the rounding of their sums are alike.
Figure difference(const Moments& a, const Moments& b) {
  constexpr double kRounding = 1e-9;
  double value = a.mean() - b.mean();
  if (std::abs(value) <= kRounding * std::max(std::abs(a.mean()), std::abs(b.mean()))) value = 0;
  const double error = std::sqrt(a.variance() / as_real(a.count) + b.variance() / as_real(b.count));
  return {value, value - numeric::kNormal95 * error, value + numeric::kNormal95 * error,
          Basis::kIdentified, a.count + b.count};
}

void estimate_switching(const PathTable& table, LogEstimate& result) {
  std::map<std::pair<std::size_t, std::size_t>, PathTable::Cell> by_pair;
  for (const auto& [policy, cells] : table.cells()) {
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
    SwitchEstimate estimate{
        pair.first, pair.second, {}, difference(cell.latency, stay->second.latency)};
    if (cell.cost.count >= kLeastPasses && stay->second.cost.count >= kLeastPasses) {
      estimate.cost = difference(cell.cost, stay->second.cost);
    }
    result.switching.push_back(estimate);
  }
}

/// Says where users' tasks resemble each other so much that it shows.
void note_user_effects(LogEstimate& result) {
  constexpr double kShows = 1.25;
  double most = 1;
  for (const ModelEstimate& model : result.models) most = std::max(most, model.user_effect);
  if (most < kShows) return;
  result.notes.push_back(fmt::format(
      "tasks of one user resemble each other: intervals of shares of first attempts are "
      "by user, up to {:.2f} times as wide as by task",
      std::sqrt(most)));
}

}  // namespace

base::Result<LogEstimate> estimate(const LogStatistics& statistics,
                                   const EstimateOptions& options) {
  const PathTable table(statistics);
  if (table.names().empty()) {
    return base::Error{
        base::ErrorCode::kInvalidValue,
        fmt::format("has no pass to learn from ({} passes, {} of them too young, {} after a gap)",
                    statistics.passes, statistics.recent, statistics.contradictions.gaps),
        ""};
  }
  base::Rng rng(options.seed);
  LogEstimate result;
  for (std::size_t k = 0; k < table.names().size(); ++k) {
    result.models.push_back(estimate_model(k, table, statistics, options, rng));
  }
  estimate_difficulty(table, options, result);
  for (std::size_t k = 0; k < result.models.size(); ++k)
    success_from_later(table, k, options, rng, result);
  estimate_value(table, options, rng, result);
  estimate_churn(statistics, options, rng, result);
  estimate_switching(table, result);
  result.stationarity = test_stationarity(statistics);
  note_user_effects(result);
  if (options.feedback_odds == 1) {
    result.notes.emplace_back(
        "feedback is taken to be as likely after a success as after leaving; bound it with "
        "--feedback-odds");
  }
  return result;
}

}  // namespace turnout::estimation
