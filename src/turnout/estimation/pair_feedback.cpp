#include "turnout/estimation/pair_feedback.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "turnout/estimation/measured_feedback.h"
#include "turnout/numeric/random_effects.h"

namespace turnout::estimation {
namespace {

/// What sigma and tau may be.
struct Box {
  double sigma_low = 0, sigma_high = kWidestSigma;
  double tau_low = 0, tau_high = kWidestSigma;
};

/// The middles of equal parts of a box: so many by sigma, and by tau where that is told.
std::vector<std::pair<double, double>> points_of(const Box& box, std::size_t by_sigma,
                                                 std::size_t by_tau) {
  std::vector<std::pair<double, double>> points;
  const auto middle = [](double low, double high, std::size_t i, std::size_t of) {
    return low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(of);
  };
  for (std::size_t i = 0; i < by_sigma; ++i) {
    const double sigma = middle(box.sigma_low, box.sigma_high, i, by_sigma);
    if (by_tau == 0) points.emplace_back(sigma, 0);
    for (std::size_t j = 0; j < by_tau; ++j)
      points.emplace_back(sigma, middle(box.tau_low, box.tau_high, j, by_tau));
  }
  return points;
}

/// Feedback by pair over all that sigma and tau may be, each with its likelihood: first on a coarse
/// grid, then on as many points where the likelihood is not small.
std::vector<numeric::Interval> over_difficulties(const std::vector<Retries>& retries,
                                                 const std::vector<SmoothedCount>& skills,
                                                 bool with_tau,
                                                 const base::Cancellation& cancellation) {
  constexpr std::size_t kAlone = 20;
  constexpr std::size_t kOfBoth = 8;
  constexpr double kSmall = 7;        // e^-7 = 0.1 %
  constexpr double kUsualSpread = 3;  // tables of the catalogue have 0.9 to 3.8
  const std::size_t by_sigma = with_tau ? kOfBoth : kAlone;
  const std::size_t by_tau = with_tau ? kOfBoth : 0;
  const auto add = [&](numeric::EffectsMixture& mixture, double sigma, double tau) {
    if (cancellation.requested()) return 0.0;
    const MeasuredFeedback measured = measure_feedback(retries, skills, sigma, tau);
    // Flat priors of mean and spread are in the logits of second tries: in feedback's own they
    // would favour the widest difficulties, which make these logits hang on feedback the least.
    const double of_mean_and_spread =
        2 * measured.log_density_step / static_cast<double>(retries.size());
    const double of_difficulty = -(sigma * sigma + tau * tau) / (2 * kUsualSpread * kUsualSpread);
    return mixture.add(measured.feedback, measured.errors, kMostFeedback,
                       of_difficulty + of_mean_and_spread - measured.log_density_step);
  };
  numeric::EffectsMixture coarse;
  const auto points = points_of({}, by_sigma, by_tau);
  std::vector<double> weights;
  for (const auto& [sigma, tau] : points) weights.push_back(add(coarse, sigma, tau));
  const double most = *std::max_element(weights.begin(), weights.end());
  Box box{kWidestSigma, 0, kWidestSigma, 0};
  const double step = kWidestSigma / static_cast<double>(by_sigma);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (weights[i] < most - kSmall) continue;
    box.sigma_low = std::max(0.0, std::min(box.sigma_low, points[i].first - step));
    box.sigma_high = std::min(kWidestSigma, std::max(box.sigma_high, points[i].first + step));
    box.tau_low = std::max(0.0, std::min(box.tau_low, points[i].second - step));
    box.tau_high = std::min(kWidestSigma, std::max(box.tau_high, points[i].second + step));
  }
  numeric::EffectsMixture fine;
  for (const auto& [sigma, tau] : points_of(box, by_sigma, by_tau)) add(fine, sigma, tau);
  return fine.intervals();
}

/// Rows of the same pair as one, those with the most tries first.
std::vector<Retries> by_pair(const RetryEvidence& evidence) {
  std::vector<Retries> pairs;
  for (const Retries& r : evidence.retries) {
    if (r.tries <= 0 || r.failures != 1) continue;
    const auto known = std::find_if(pairs.begin(), pairs.end(), [&](const Retries& p) {
      return p.failed == r.failed && p.model == r.model;
    });
    if (known == pairs.end()) {
      pairs.push_back(r);
    } else {
      known->tries += r.tries;
      known->solved += r.solved;
    }
  }
  if (pairs.size() > kMostPairs) {
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Retries& a, const Retries& b) { return a.tries > b.tries; });
  }
  return pairs;
}

PairFeedback put_together(const RetryEvidence& evidence, const std::vector<Retries>& retries,
                          const DifficultyFit& fit, const numeric::RandomEffects& effects,
                          const std::vector<numeric::Interval>& anywhere) {
  PairFeedback found;
  found.mean = effects.mean;
  found.spread = effects.spread;
  found.likelihood_ratio = effects.likelihood_ratio;
  found.p_value = effects.p_value();
  for (std::size_t c = 0; c < retries.size(); ++c) {
    const Retries& r = retries[c];
    const auto solves = [&](double feedback) {
      return second_try_solves(evidence, r, fit.difficulty(), feedback);
    };
    found.other_models |= r.failed != r.model;
    const numeric::Interval& at_fit = effects.effects[c];
    found.pairs.push_back({name_of(evidence, r), r.tries, r.solved, anywhere[c], at_fit,
                           solves(fit.feedback.value), solves(at_fit.value)});
  }
  double tries = 0;
  double solved = 0;
  for (const Retries& r : evidence.retries) {
    tries += r.tries;
    solved += r.solved;
  }
  found.constant = solved / tries;
  return found;
}

}  // namespace

double second_try_solves(const RetryEvidence& evidence, const Retries& retries,
                         const game::Difficulty& difficulty, double feedback) {
  const bool same = retries.failed == retries.model;
  std::vector<double> rates = {evidence.first_try[retries.failed]};
  if (!same) rates.push_back(evidence.first_try[retries.model]);
  const game::Difficulty with{difficulty.sigma, feedback, difficulty.tau};
  return game::TaskTypes::rasch(rates, with, 2)
      .success_after(std::vector<std::size_t>{0}, same ? 0 : 1);
}

bool PairFeedback::told_apart() const {
  constexpr double kLevel = 0.05;
  return p_value < kLevel;
}

std::optional<double> PairFeedback::of(const std::string& name) const {
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [&](const FeedbackOfPair& pair) { return pair.name == name; });
  if (found == pairs.end()) return std::nullopt;
  return found->at_fit.value;
}

double PairFeedback::error_of_common() const {
  double squares = 0;
  double tries = 0;
  for (const FeedbackOfPair& pair : pairs) {
    squares += pair.tries * (pair.with_common - pair.with_own) * (pair.with_common - pair.with_own);
    tries += pair.tries;
  }
  return std::sqrt(squares / tries);
}

std::optional<PairFeedback> feedback_by_pair(const RetryEvidence& evidence,
                                             const DifficultyFit& fit,
                                             const base::Cancellation& cancellation) {
  std::vector<Retries> retries = by_pair(evidence);
  const std::size_t all = retries.size();
  if (all > kMostPairs) retries.resize(kMostPairs);
  if (!evidence.with_feedback || all < kFewestPairs) return std::nullopt;
  std::vector<SmoothedCount> skills;
  for (std::size_t k = 0; k < evidence.models.size(); ++k)
    skills.push_back(smoothed(evidence.first_try[k] * evidence.cases[k], evidence.cases[k]));
  const auto anywhere = over_difficulties(retries, skills, fit.told == Told::kBoth, cancellation);
  if (cancellation.requested()) return std::nullopt;
  const MeasuredFeedback measured =
      measure_feedback(retries, skills, fit.sigma.value, fit.tau.value);
  PairFeedback found = put_together(
      evidence, retries, fit,
      numeric::random_effects(measured.feedback, measured.errors, kMostFeedback), anywhere);
  found.left_out = all - retries.size();
  return found;
}

}  // namespace turnout::estimation
