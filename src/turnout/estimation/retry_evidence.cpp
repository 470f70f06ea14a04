#include "turnout/estimation/retry_evidence.h"

#include <algorithm>
#include <cmath>

namespace turnout::estimation {
namespace {

constexpr double kLeastRate = 1e-9;  // a share of 0 has no skill

RetryEvidence of_counts(const std::vector<outcomes::RetryCounts>& rows) {
  RetryEvidence evidence{{}, {}, {}, true};
  const bool pairs = has_pairs(rows);
  std::vector<double> cases;
  std::vector<double> solved;
  const auto at = [&](const std::string& model) {
    const auto known = std::find(evidence.models.begin(), evidence.models.end(), model);
    return static_cast<std::size_t>(known - evidence.models.begin());
  };
  for (const outcomes::RetryCounts& row : rows) {
    if (pairs && at(row.model) < evidence.models.size()) {
      cases[at(row.model)] += row.cases;
      solved[at(row.model)] += row.solved_first;
    } else {  // without pairs a row is a model, whatever it is called
      evidence.models.push_back(row.model);
      cases.push_back(row.cases);
      solved.push_back(row.solved_first);
    }
  }
  for (std::size_t k = 0; k < cases.size(); ++k)
    evidence.first_try.push_back(std::max(solved[k] / cases[k], kLeastRate));
  evidence.cases = cases;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const outcomes::RetryCounts& row = rows[r];
    const double failed = row.cases - row.solved_first;
    const std::size_t k = pairs ? at(row.model) : r;
    const std::size_t next = row.by_another() ? at(row.second_model) : k;
    if (failed > 0)
      evidence.retries.push_back({k, 1, next, failed, row.solved_by_second - row.solved_first});
  }
  return evidence;
}

RetryEvidence of_powers(const std::vector<outcomes::PassPowers>& rows) {
  RetryEvidence evidence;
  for (const outcomes::PassPowers& row : rows) {
    const std::size_t k = evidence.models.size();
    evidence.models.push_back(row.model);
    evidence.first_try.push_back(std::max(row.all_succeed[0], kLeastRate));
    evidence.cases.push_back(0);
    const double failed = 1 - row.all_succeed[0];
    if (row.all_succeed.size() > 1 && failed > 0)
      evidence.retries.push_back(
          {k, 1, k, failed, std::max(0.0, row.all_succeed[0] - row.all_succeed[1])});
  }
  return evidence;
}

/// C(n - s, m) / C(n, m): that m trials of n fail where s of the n succeed.
double all_fail(double n, double s, std::size_t m) {
  double share = 1;
  for (std::size_t j = 0; j < m; ++j) {
    const double left = n - static_cast<double>(j);
    share *= left > 0 ? std::max(0.0, left - s) / left : 0;
  }
  return share;
}

Retries count(const outcomes::TrialCounts& counts, std::size_t failed, std::size_t failures,
              std::size_t model) {
  Retries sum{failed, failures, model, 0, 0};
  for (std::size_t task = 0; task < counts.trials.size(); ++task) {
    const double n = counts.trials[task][model];
    const double left = failed == model ? n - static_cast<double>(failures) : n;
    if (left <= 0 || counts.trials[task][failed] < static_cast<double>(failures)) continue;
    const double weight =
        all_fail(counts.trials[task][failed], counts.successes[task][failed], failures);
    sum.tries += weight;
    sum.solved += weight * counts.successes[task][model] / left;
  }
  return sum;
}

RetryEvidence of_trials(const outcomes::TrialCounts& counts) {
  RetryEvidence evidence{counts.models, {}, {}, false};
  for (std::size_t k = 0; k < counts.models.size(); ++k) {
    double trials = 0;
    double successes = 0;
    for (std::size_t task = 0; task < counts.trials.size(); ++task) {
      trials += counts.trials[task][k];
      successes += counts.successes[task][k];
    }
    evidence.first_try.push_back(std::clamp(trials > 0 ? successes / trials : 0, kLeastRate, 1.0));
    evidence.cases.push_back(trials);
    for (std::size_t m = 1; m <= kMostFailures; ++m) {
      for (std::size_t next = 0; next < counts.models.size(); ++next) {
        const Retries retries = count(counts, k, m, next);
        if (retries.tries > 0) evidence.retries.push_back(retries);
      }
    }
  }
  return evidence;
}

}  // namespace

bool has_pairs(const std::vector<outcomes::RetryCounts>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.by_another(); });
}

RetryEvidence evidence_of(const outcomes::RetryTable& table) {
  if (const auto* retries = std::get_if<0>(&table)) return of_counts(*retries);
  if (const auto* powers = std::get_if<1>(&table)) return of_powers(*powers);
  return of_trials(std::get<2>(table));
}

std::string name_of(const RetryEvidence& evidence, const Retries& retries) {
  const std::string& model = evidence.models[retries.model];
  return retries.failed == retries.model ? model
                                         : evidence.models[retries.failed] + ", then " + model;
}

ForecastTries tries_of(const RetryEvidence& evidence) {
  ForecastTries tries;
  for (const Retries& r : evidence.retries)
    (r.failed == r.model ? tries.same : tries.other) += r.tries;
  return tries;
}

ForecastLoss loss_of_forecast(const game::TaskTypes& types, const RetryEvidence& evidence) {
  return loss_of_forecast(
      [&](const Retries& r) {
        return types.success_after(std::vector<std::size_t>(r.failures, r.failed), r.model);
      },
      evidence);
}

ForecastLoss loss_of_forecast(const std::function<double(const Retries&)>& forecast,
                              const RetryEvidence& evidence) {
  constexpr double kLeast = 1e-6;
  ForecastLoss loss;
  for (const Retries& r : evidence.retries) {
    const double p = std::clamp(forecast(r), kLeast, 1 - kLeast);
    (r.failed == r.model ? loss.same : loss.other) -=
        r.solved * std::log(p) + (r.tries - r.solved) * std::log1p(-p);
  }
  const ForecastTries tries = tries_of(evidence);
  if (tries.same > 0) loss.same /= tries.same;
  if (tries.other > 0) loss.other /= tries.other;
  return loss;
}

}  // namespace turnout::estimation
