#include "turnout/numeric/change_point.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/step_likelihood.h"
#include "turnout/numeric/variates.h"

namespace turnout::numeric {
namespace {

constexpr double kDateRatio = 7.35;  // -2 ln(1 - sqrt(0.95)), Eo and Morley 2015
/// Prior of no change, for the posterior of the sd and correlation that series without one are drawn
/// with. The less it is, the more often days that resemble each other are taken for a step, and the
/// more often a step is found: docs/theory.md, section 23.
constexpr double kNoChange = 0.8;
constexpr int kExceedances = 20;  // Besag and Clifford's h

double log_add(double a, double b) { return log_sum(std::array{a, b}); }

/// ln of the density that a size has at 0, which a flat prior leaves out.
const double flat_prior = -0.5 * std::log(2 * std::numbers::pi * kSizeVariance);

struct Evidence {
  double change = 0;    // ln of the Bayes factor of step or drift against neither
  double step = 0;      // of a step against a parabola
  double straight = 0;  // of a step against a straight drift
};

/// All but the first and last few splits, and those near a step that is known.
std::vector<std::size_t> splits_of(const NoisySeries& series,
                                   const std::vector<std::size_t>& known) {
  const std::size_t n = series.values.size();
  std::vector<std::size_t> splits;
  for (std::size_t s = kLeastBesideStep; s + kLeastBesideStep <= n; ++s) {
    const bool crowded = std::any_of(known.begin(), known.end(), [&](auto k) {
      return s < k + kLeastBesideStep && k < s + kLeastBesideStep;
    });
    if (!crowded) splits.push_back(s);
  }
  return splits;
}

class Test {
 public:
  Test(const NoisySeries& series, const StepTestOptions& options, std::vector<std::size_t> splits)
      : options_(options), model_(series, options.known, std::move(splits)) {
    values_ = series.values;
    values_.insert(values_.end(), series.prior_values.begin(), series.prior_values.end());
    model_.fit(values_, model_.candidates().size(), fitted_);
  }

  [[nodiscard]] Interval size_of_step() const { return describe().step; }

  std::optional<StepTestResult> run(const base::Cancellation& cancellation) {
    const Evidence found = evidence(fitted_);
    const Vector weights = posterior();
    const auto change = p_value(
        weights, 0, [](const Evidence& e) { return e.change; }, found, cancellation);
    if (!change) return std::nullopt;
    StepTestResult result = describe();
    result.p_change = *change;
    if (*change > options_.alpha) return result;
    const auto step = p_value(
        weights, 2, [](const Evidence& e) { return e.step; }, found, cancellation);
    if (!step) return std::nullopt;
    result.p_step = *step;
    if (*step <= options_.alpha) {
      result.shape = ChangeShape::kStep;
    } else {
      result.shape = found.straight > 0 ? ChangeShape::kEither : ChangeShape::kDrift;
    }
    return result;
  }

 private:
  template <class Get>
  [[nodiscard]] static double over_grid(const std::vector<Fitted>& fitted, Get get) {
    Vector logs;
    for (const auto& f : fitted) logs.push_back(get(f));
    return log_sum(logs);
  }

  [[nodiscard]] static Evidence evidence(const std::vector<Fitted>& fitted) {
    const double none = over_grid(fitted, [](const Fitted& f) { return f.restricted[0]; });
    const double drift =
        flat_prior + over_grid(fitted, [](const Fitted& f) { return f.restricted[1]; });
    const double bent = over_grid(fitted, [](const Fitted& f) { return f.restricted[2]; });
    const double step =
        log_add(over_grid(fitted, [](const Fitted& f) { return f.with_step[0]; }),
                flat_prior + over_grid(fitted, [](const Fitted& f) { return f.with_step[1]; }));
    return {log_add(step, drift) - none, step - bent, step - drift};
  }

  /// Of the points of the grid, whatever the change.
  [[nodiscard]] Vector posterior() const {
    const double some = std::log((1 - kNoChange) / 2);
    Vector logs;
    for (const auto& f : fitted_) {
      logs.push_back(log_sum(std::array{std::log(kNoChange) + f.restricted[0],
                                        some + f.with_step[0], some + flat_prior + f.restricted[1],
                                        some + flat_prior + f.with_step[1]}));
    }
    return shares(logs);
  }

  static Vector shares(Vector logs) {
    const double all = log_sum(logs);
    for (double& x : logs) x = std::exp(x - all);
    return logs;
  }

  /// A series of one point of the grid, drawn from the posterior, with the drift fitted there.
  Vector draw(const Vector& weights, std::size_t degree, base::Rng& rng) const {
    double chance = rng.uniform();
    std::size_t g = 0;
    while (g + 1 < model_.grid().size() && chance >= weights[g]) chance -= weights[g++];
    Vector e(model_.rows());
    for (double& x : e) x = normal(rng);
    if (degree > 0) {
      Vector white = values_;
      model_.whiten(model_.grid()[g], white);
      for (std::size_t d = 0; d < degree; ++d) {
        const auto& q = model_.grid()[g].basis[model_.plain() + d];
        subtract(e, -dot(q, white), q);
      }
    }
    for (std::size_t i = model_.size(); i-- > 0;)
      e[i] = dot({&model_.grid()[g].lower[i * model_.size()], i + 1}, {e.data(), i + 1});
    return e;
  }

  template <class Get>
  std::optional<double> p_value(const Vector& weights, std::size_t degree, Get get,
                                const Evidence& found, const base::Cancellation& cancellation) {
    base::Rng rng(options_.seed, degree);
    const int most = static_cast<int>(kExceedances / options_.alpha) - 1;
    std::vector<Fitted> fitted;
    int exceeded = 0;
    for (int drawn = 1; drawn <= most; ++drawn) {
      if (cancellation.requested()) return std::nullopt;
      model_.fit(draw(weights, degree, rng), model_.tested(), fitted);
      if (get(evidence(fitted)) >= get(found)) ++exceeded;
      if (exceeded == kExceedances) return static_cast<double>(exceeded) / drawn;
    }
    return static_cast<double>(exceeded + 1) / (most + 1);
  }

  [[nodiscard]] StepTestResult describe() const {
    StepTestResult result;
    const std::size_t degree =
        over_grid(fitted_, [](const Fitted& f) { return f.with_step[0]; }) >=
                flat_prior + over_grid(fitted_, [](const Fitted& f) { return f.with_step[1]; })
            ? 0
            : 1;
    const std::size_t best = find_date(degree, result);
    Vector logs;
    Vector sizes;
    Vector errors;
    for (std::size_t g = 0; g < model_.grid().size(); ++g) {
      const double known = model_.grid()[g].information.at(degree)[best];
      const double size = fitted_[g].dots.at(degree)[best] / known;
      logs.push_back(fitted_[g].restricted.at(degree) + 0.5 * size * size * known -
                     0.5 * std::log(known));
      sizes.push_back(size);
      errors.push_back(1 / known);
    }
    result.step = interval(shares(logs), sizes, errors);
    describe_drift(result);
    const Vector weights = posterior();
    for (std::size_t g = 0; g < model_.grid().size(); ++g) {
      result.correlation += weights[g] * model_.grid()[g].correlation;
      result.deviation += weights[g] * model_.grid()[g].deviation;
    }
    return result;
  }

  void describe_drift(StepTestResult& result) const {
    Vector logs;
    Vector sizes;
    Vector errors;
    for (std::size_t g = 0; g < model_.grid().size(); ++g) {
      const double length = model_.grid()[g].drift_length;
      logs.push_back(fitted_[g].restricted[1]);
      sizes.push_back(fitted_[g].drift / length);
      errors.push_back(1 / (length * length));
    }
    result.drift = interval(shares(logs), sizes, errors);
  }

  /// Inverts the likelihood ratio. @returns the number of the likeliest candidate.
  std::size_t find_date(std::size_t degree, StepTestResult& result) const {
    const std::size_t count = degree == 0 ? model_.candidates().size() : model_.splits().size();
    Vector likelihood(count, -std::numeric_limits<double>::infinity());
    for (std::size_t c = 0; c < count; ++c) {
      for (std::size_t g = 0; g < model_.grid().size(); ++g) {
        const double known = model_.grid()[g].information.at(degree)[c];
        const double dot = fitted_[g].dots.at(degree)[c];
        likelihood[c] =
            std::max(likelihood[c], fitted_[g].plain.at(degree) + 0.5 * dot * dot / known);
      }
    }
    // A step that ends has a date more to choose: Schwarz's price of it.
    const double price = 0.5 * std::log(static_cast<double>(model_.size()));
    for (std::size_t c = 0; c < count; ++c)
      likelihood[c] -= model_.candidates()[c].until == kNever ? 0 : price;
    const auto most = std::max_element(likelihood.begin(), likelihood.end());
    const auto best = static_cast<std::size_t>(most - likelihood.begin());
    describe_dates(likelihood, best, result);
    return best;
  }

  void describe_dates(const Vector& likelihood, std::size_t best, StepTestResult& result) const {
    const bool ends = model_.candidates()[best].until != kNever;
    const auto until = [&](const Candidate& c) {
      return c.until == kNever ? model_.size() : model_.splits()[c.until];
    };
    result.begins = {model_.splits()[model_.candidates()[best].at], model_.size(), 0};
    result.ends = {until(model_.candidates()[best]), model_.size(), 0};
    for (std::size_t c = 0; c < likelihood.size(); ++c) {
      if ((model_.candidates()[c].until != kNever) != ends) continue;
      if (2 * (likelihood[best] - likelihood[c]) > kDateRatio) continue;
      const auto widen = [](DatedIndex& date, std::size_t to) {
        date.first = std::min(date.first, to);
        date.last = std::max(date.last, to);
      };
      widen(result.begins, model_.splits()[model_.candidates()[c].at]);
      widen(result.ends, until(model_.candidates()[c]));
    }
  }

  /// Of a mixture of normals: its mean, and Student's quantile of its sd.
  [[nodiscard]] Interval interval(const Vector& weights, const Vector& means,
                                  const Vector& variances) const {
    double mean = 0;
    for (std::size_t g = 0; g < weights.size(); ++g) mean += weights[g] * means[g];
    double variance = 0;
    for (std::size_t g = 0; g < weights.size(); ++g)
      variance += weights[g] * (variances[g] + (means[g] - mean) * (means[g] - mean));
    const double columns = static_cast<double>(model_.plain() + 2) -
                           static_cast<double>(model_.rows() - model_.size());
    const double freedom =
        std::max(4.0, static_cast<double>(model_.size()) - std::max(columns, 2.0));
    const double student =  // Fisher's expansion of Student's quantile
        kNormal95 + (std::pow(kNormal95, 3) + kNormal95) / (4 * freedom);
    const double reach = student * std::sqrt(variance);
    return {mean, mean - reach, mean + reach};
  }

  const StepTestOptions& options_;
  StepLikelihood model_;
  Vector values_;
  std::vector<Fitted> fitted_;  // of the series itself
};

}  // namespace

std::optional<StepTestResult> test_for_step(const NoisySeries& series,
                                            const StepTestOptions& options,
                                            const base::Cancellation& cancellation) {
  auto splits = splits_of(series, options.known);
  if (splits.empty()) return std::nullopt;
  return Test(series, options, std::move(splits)).run(cancellation);
}

Interval size_of_step(const NoisySeries& series, const std::vector<std::size_t>& known,
                      std::size_t at) {
  StepTestOptions options;
  options.known = known;
  return Test(series, options, {at}).size_of_step();
}

}  // namespace turnout::numeric
