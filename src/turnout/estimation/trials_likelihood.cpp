#include "turnout/estimation/trials_likelihood.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "turnout/game/task_types.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::estimation {
namespace {

/// Nodes for a spread, where the integrand has peaks that n trials at p = 1/2 make: their width in
/// logits is 2 / sqrt(n). Half of it gives the trapezoidal rule an error of exp(-8 pi^2).
std::vector<numeric::WeightedNode> nodes_for(double spread, double trials) {
  if (spread == 0) return {{0, 1}};
  constexpr double kWidest = 0.25;
  constexpr double kNarrowest = 0.01;
  const double width = 2 / std::sqrt(std::max(trials, 1.0));
  return numeric::normal_nodes(std::clamp(width / 2 / spread, kNarrowest, kWidest));
}

constexpr std::size_t kFewTrials = 512;

/// p^0, p^1, ..., p^most
void fill_powers(double p, std::vector<double>& powers) {
  double power = 1;
  for (double& x : powers) {
    x = power;
    power *= p;
  }
}

/// p^s (1 - p)^(n - s), for counts that are too many to tabulate.
double power_product(double odds, const std::pair<std::size_t, std::size_t>& result) {
  const auto n = static_cast<double>(result.first);
  const auto s = static_cast<double>(result.second);
  const double failures = n - s;
  return std::exp((failures == 0 ? 0 : failures * std::log(odds)) - n * std::log1p(odds));
}

double log_of_mean(const std::vector<double>& logs,
                   const std::vector<numeric::WeightedNode>& nodes) {
  const double most = *std::max_element(logs.begin(), logs.end());
  if (std::isinf(most)) return most;
  double sum = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    constexpr double kNothing = -45;
    if (logs[i] - most > kNothing) sum += nodes[i].weight * std::exp(logs[i] - most);
  }
  return most + std::log(sum);
}

}  // namespace

TrialsLikelihood::TrialsLikelihood(const outcomes::TrialCounts& counts)
    : results_(counts.models.size()), tasks_(counts.trials.size()) {
  std::vector<double> tried(counts.models.size(), 0);
  std::vector<double> solved(counts.models.size(), 0);
  for (std::size_t task = 0; task < counts.trials.size(); ++task) {
    double trials_of_task = 0;
    double models_of_task = 0;
    for (std::size_t k = 0; k < counts.models.size(); ++k) {
      const double n = counts.trials[task][k];
      const double s = counts.successes[task][k];
      tried[k] += n;
      solved[k] += s;
      trials_of_task += n;
      models_of_task += n > 0 ? 1 : 0;
      most_trials_ = std::max(most_trials_, n);
      const std::pair result(static_cast<std::size_t>(std::llround(n)),
                             static_cast<std::size_t>(std::llround(s)));
      auto found = std::find(results_[k].begin(), results_[k].end(), result);
      if (found == results_[k].end()) found = results_[k].insert(found, result);
      tasks_[task].push_back(static_cast<std::size_t>(found - results_[k].begin()));
    }
    most_of_task_ = std::max(most_of_task_, trials_of_task);
    second_models_ = second_models_ || models_of_task > 1;
  }
  for (std::size_t k = 0; k < tried.size(); ++k)
    rates_.push_back(std::clamp(tried[k] > 0 ? solved[k] / tried[k] : 0, 1e-9, 1.0));
}

std::vector<std::vector<double>> TrialsLikelihood::logs_of_results(
    std::size_t k, const std::vector<double>& difficulties, double sigma, double tau) const {
  const double skill = game::skill_of(rates_[k], std::hypot(sigma, tau));
  const auto effects = nodes_for(tau, most_trials_);
  std::vector<double> odds_against;  // of each effect, at a task of no difficulty
  for (const auto& effect : effects) odds_against.push_back(std::exp(-skill - tau * effect.x));
  std::size_t most = 0;
  for (const auto& [n, s] : results_[k]) most = std::max(most, n);
  const bool few = most <= kFewTrials;
  std::vector<double> right(few ? most + 1 : 0);
  std::vector<double> wrong(few ? most + 1 : 0);
  std::vector<std::vector<double>> means(results_[k].size(),
                                         std::vector<double>(difficulties.size(), 0));
  for (std::size_t i = 0; i < difficulties.size(); ++i) {
    const double harder = std::exp(difficulties[i]);
    for (std::size_t j = 0; j < effects.size(); ++j) {
      const double odds = harder * odds_against[j];
      fill_powers(1 / (1 + odds), right);
      fill_powers(odds / (1 + odds), wrong);
      for (std::size_t r = 0; r < means.size(); ++r) {
        const auto [n, s] = results_[k][r];
        means[r][i] +=
            effects[j].weight * (few ? right[s] * wrong[n - s] : power_product(odds, {n, s}));
      }
    }
  }
  for (auto& row : means) {
    for (double& x : row) x = std::log(std::max(x, std::numeric_limits<double>::min()));
  }
  return means;
}

double TrialsLikelihood::operator()(double sigma, double tau) const {
  // What one model says of theta is blurred by its effect, so that its peak is as wide as that.
  const double width = std::hypot(2 / std::sqrt(most_trials_), tau);
  const double models = std::max(1.0, most_of_task_ / most_trials_);
  const auto nodes = nodes_for(sigma, 4 * models / (width * width));
  std::vector<double> difficulties;
  for (const auto& node : nodes) difficulties.push_back(sigma * node.x);
  std::vector<std::vector<std::vector<double>>> logs;
  for (std::size_t k = 0; k < rates_.size(); ++k)
    logs.push_back(logs_of_results(k, difficulties, sigma, tau));
  double total = 0;
  std::vector<double> of_task(nodes.size());
  for (const auto& task : tasks_) {
    std::fill(of_task.begin(), of_task.end(), 0);
    for (std::size_t k = 0; k < task.size(); ++k) {
      const std::vector<double>& more = logs[k][task[k]];
      for (std::size_t i = 0; i < of_task.size(); ++i) of_task[i] += more[i];
    }
    total += log_of_mean(of_task, nodes);
  }
  return total;
}

}  // namespace turnout::estimation
