#include "turnout/estimation/held_out.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/estimation/trials_fit.h"

namespace turnout::estimation {
namespace {

using outcomes::TrialCounts;

std::pair<TrialCounts, TrialCounts> halves_of(const TrialCounts& counts, std::uint64_t seed) {
  std::vector<std::size_t> order(counts.trials.size());
  std::iota(order.begin(), order.end(), 0);
  base::Rng rng(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.next() % i]);
  std::pair<TrialCounts, TrialCounts> halves{{counts.models, {}, {}}, {counts.models, {}, {}}};
  for (std::size_t i = 0; i < order.size(); ++i) {
    TrialCounts& half = i < order.size() / 2 ? halves.first : halves.second;
    half.trials.push_back(counts.trials[order[i]]);
    half.successes.push_back(counts.successes[order[i]]);
  }
  return halves;
}

/// The tasks as types; where a model was not tried, its mean rate.
game::TaskTypes outcomes_as_types(const TrialCounts& counts, const std::vector<double>& rates) {
  std::vector<std::vector<double>> success;
  for (std::size_t task = 0; task < counts.trials.size(); ++task) {
    success.emplace_back();
    for (std::size_t k = 0; k < rates.size(); ++k) {
      const double n = counts.trials[task][k];
      success.back().push_back(n > 0 ? counts.successes[task][k] / n : rates[k]);
    }
  }
  return game::TaskTypes::empirical(success);
}

std::vector<Forecast> forecast_half(const TrialCounts& learnt, const RetryEvidence& evidence,
                                    const base::Cancellation& cancellation) {
  const std::vector<double> rates = evidence_of(learnt).first_try;
  const auto by_fit = [&](const game::Difficulty& difficulty) {
    return loss_of_forecast(game::TaskTypes::rasch(rates, difficulty, kMostFailures + 1), evidence);
  };
  return {{Forecaster::kIndependent, by_fit({})},
          {Forecaster::kDifficulty, by_fit(most_likely(learnt, false, cancellation))},
          {Forecaster::kFit, by_fit(most_likely(learnt, true, cancellation))},
          {Forecaster::kOutcomes, loss_of_forecast(outcomes_as_types(learnt, rates), evidence)}};
}

/// What feedback by pair, none, and a constant say of second tries.
void add_by_pair(Forecasts& forecasts, const game::Difficulty& fit, const PairFeedback& pairs,
                 const RetryEvidence& evidence) {
  const auto add = [&](Forecaster by, const std::function<double(const Retries&)>& forecast) {
    forecasts.rows.push_back({by, loss_of_forecast(forecast, evidence)});
  };
  add(Forecaster::kByPair, [&](const Retries& r) {
    return second_try_solves(evidence, r, fit,
                             pairs.of(name_of(evidence, r)).value_or(fit.feedback));
  });
  add(Forecaster::kNoFeedback,
      [&](const Retries& r) { return second_try_solves(evidence, r, fit, 0); });
  add(Forecaster::kConstant, [&](const Retries&) { return pairs.constant; });
  for (const Retries& r : evidence.retries)
    forecasts.known_pairs += pairs.of(name_of(evidence, r)) ? 1U : 0U;
}

double mean(double a, double weight_a, double b, double weight_b) {
  return weight_a + weight_b > 0 ? (a * weight_a + b * weight_b) / (weight_a + weight_b) : 0;
}

}  // namespace

const ForecastLoss* Forecasts::by(Forecaster who) const {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Forecast& row) { return row.by == who; });
  return found == rows.end() ? nullptr : &found->loss;
}

Forecasts forecast_held_out(const TrialCounts& counts, std::uint64_t seed,
                            const base::Cancellation& cancellation) {
  const auto [one, other] = halves_of(counts, seed);
  const RetryEvidence of_one = evidence_of(one);
  const RetryEvidence of_other = evidence_of(other);
  const ForecastTries in_one = tries_of(of_one);
  const ForecastTries in_other = tries_of(of_other);
  Forecasts forecasts{{in_one.same + in_other.same, in_one.other + in_other.other},
                      forecast_half(other, of_one, cancellation)};
  const auto second = forecast_half(one, of_other, cancellation);
  for (std::size_t i = 0; i < second.size(); ++i) {
    ForecastLoss& loss = forecasts.rows[i].loss;
    loss.same = mean(loss.same, in_one.same, second[i].loss.same, in_other.same);
    loss.other = mean(loss.other, in_one.other, second[i].loss.other, in_other.other);
  }
  return forecasts;
}

Forecasts forecast_other(const game::Difficulty& fit, const std::optional<PairFeedback>& pairs,
                         const game::Difficulty& own, const outcomes::RetryTable& table) {
  const RetryEvidence evidence = evidence_of(table);
  const auto by = [&](game::Difficulty difficulty) {
    if (!evidence.with_feedback) difficulty.feedback = 0;
    const std::size_t depth = evidence.with_feedback ? 2 : kMostFailures + 1;
    return loss_of_forecast(game::TaskTypes::rasch(evidence.first_try, difficulty, depth),
                            evidence);
  };
  Forecasts forecasts{tries_of(evidence),
                      {{Forecaster::kIndependent, by({})}, {Forecaster::kFit, by(fit)}}};
  if (pairs && evidence.with_feedback) add_by_pair(forecasts, fit, *pairs, evidence);
  forecasts.rows.push_back({Forecaster::kOwnFit, by(own)});
  return forecasts;
}

}  // namespace turnout::estimation
