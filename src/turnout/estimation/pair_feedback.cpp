#include "turnout/estimation/pair_feedback.h"

#include <algorithm>
#include <cmath>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/random_effects.h"

namespace turnout::estimation {
namespace {

double logit(double p) { return std::log(p / (1 - p)); }

/// A count with half a case more on each side: its logit is nearly unbiased, and its variance is
/// nearly 1/(solved + 1/2) + 1/(failed + 1/2) (Gart and Zweifel 1967).
struct SmoothedCount {
  double solved = 0, failed = 0;
  [[nodiscard]] double logit() const { return std::log(solved / failed); }
  [[nodiscard]] double variance() const { return 1 / solved + 1 / failed; }
};

SmoothedCount smoothed(double solved, double tries) { return {solved + 0.5, tries - solved + 0.5}; }

/// Where one pair's second tries are predicted: all in logits but the two spreads, squared.
struct Point {
  double skill_failed = 0, skill_next = 0, sigma_square = 0, tau_square = 0, feedback = 0;
};

/// @returns the logit of P(the second try solves | the first failed)
double predicted(const Point& at, bool same) {
  const double sigma = std::sqrt(std::max(0.0, at.sigma_square));
  const double tau = std::sqrt(std::max(0.0, at.tau_square));
  const std::size_t next = same ? 0 : 1;
  std::vector<double> rates = {numeric::logistic(at.skill_failed)};
  if (!same) rates.push_back(numeric::logistic(at.skill_next));
  // One model's law depends on sigma^2 + tau^2 alone, which is less work than both.
  const game::Difficulty difficulty = same ? game::Difficulty{std::hypot(sigma, tau), at.feedback}
                                           : game::Difficulty{sigma, at.feedback, tau};
  return logit(game::TaskTypes::rasch(rates, difficulty, 2)
                   .success_after(std::vector<std::size_t>{0}, next));
}

/// How the predicted logit changes with one of the point's numbers.
double slope(Point at, double Point::*number, bool same) {
  constexpr double kStep = 0.01;
  const double low = number == &Point::sigma_square || number == &Point::tau_square
                         ? std::max(0.0, at.*number - kStep)
                         : at.*number - kStep;
  const double high = at.*number + kStep;
  at.*number = high;
  const double above = predicted(at, same);
  at.*number = low;
  return (above - predicted(at, same)) / (high - low);
}

/// The feedback at which what is predicted is what is measured: Newton's method, whose function rises
/// with a slope in (0, 1].
double solve_feedback(Point at, double measured, bool same) {
  constexpr int kMostSteps = 20;
  constexpr double kAccuracy = 1e-6;
  constexpr double kWidest = 2 * kMostFeedback;
  for (int step = 0; step < kMostSteps; ++step) {
    const double off = measured - predicted(at, same);
    if (std::abs(off) < kAccuracy) break;
    at.feedback =
        std::clamp(at.feedback + off / slope(at, &Point::feedback, same), -kWidest, kWidest);
  }
  return at.feedback;
}

/// One pair's measured feedback and what its error depends on.
struct Measured {
  double feedback = 0;
  double variance = 0;  ///< of its second tries
  double by_failed = 0, by_next = 0, by_sigma_square = 0, by_tau_square = 0;
};

Measured measure(const std::vector<SmoothedCount>& skills, const Retries& r,
                 const DifficultyFit& fit) {
  const bool same = r.failed == r.model;
  const SmoothedCount second = smoothed(r.solved, r.tries);
  Point at{skills[r.failed].logit(), skills[r.model].logit(), fit.sigma.value * fit.sigma.value,
           fit.tau.value * fit.tau.value, fit.feedback.value};
  at.feedback = solve_feedback(at, second.logit(), same);
  const double rises = slope(at, &Point::feedback, same);
  const auto moves = [&](double Point::*number) { return -slope(at, number, same) / rises; };
  return {at.feedback,
          second.variance() / (rises * rises),
          moves(&Point::skill_failed),
          same ? 0 : moves(&Point::skill_next),
          moves(&Point::sigma_square),
          fit.told == Told::kBoth ? moves(&Point::tau_square) : 0};
}

/// Of second tries, and of first ones, which pairs that share a model have in common.
numeric::SymmetricMatrix errors_of(const std::vector<Measured>& measured,
                                   const std::vector<Retries>& retries,
                                   const std::vector<SmoothedCount>& skills) {
  numeric::SymmetricMatrix errors(measured.size());
  const auto share = [&](std::size_t c, std::size_t model) {
    return (retries[c].failed == model ? measured[c].by_failed : 0) +
           (retries[c].model == model ? measured[c].by_next : 0);
  };
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const std::size_t failed = retries[i].failed;
    const std::size_t next = retries[i].model;
    for (std::size_t j = 0; j < measured.size(); ++j) {
      double sum = i == j ? measured[i].variance : 0;
      sum += share(i, failed) * share(j, failed) * skills[failed].variance();
      if (next != failed) sum += share(i, next) * share(j, next) * skills[next].variance();
      errors.at(i, j) = sum;
    }
  }
  return errors;
}

/// An interval at the fit's sigma and tau, widened by how far these may be off: on each side the root of
/// the sum of the squares of the distances to its ends (Zou and Donner 2008).
numeric::Interval widened(const numeric::Interval& interval, const Measured& measured,
                          const DifficultyFit& fit) {
  double below = (interval.value - interval.low) * (interval.value - interval.low);
  double above = (interval.high - interval.value) * (interval.high - interval.value);
  const auto add = [&](double slope, const Estimate& spread) {
    const double square = spread.value * spread.value;
    const double down = slope * (spread.low * spread.low - square);
    const double up = slope * (spread.high * spread.high - square);
    below += std::pow(std::min(down, up), 2);
    above += std::pow(std::max(down, up), 2);
  };
  add(measured.by_sigma_square, fit.sigma);
  add(measured.by_tau_square, fit.tau);
  return {interval.value, interval.value - std::sqrt(below), interval.value + std::sqrt(above)};
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
                          const DifficultyFit& fit, const numeric::RandomEffects& effects) {
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
    found.pairs.push_back({name_of(evidence, r), r.tries, r.solved, effects.effects[c],
                           solves(fit.feedback.value), solves(effects.effects[c].value)});
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
  return found->feedback.value;
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
  std::vector<Measured> measured;
  std::vector<double> feedback;
  for (const Retries& r : retries) {
    if (cancellation.requested()) return std::nullopt;
    measured.push_back(measure(skills, r, fit));
    feedback.push_back(measured.back().feedback);
  }
  numeric::RandomEffects effects =
      numeric::random_effects(feedback, errors_of(measured, retries, skills), kMostFeedback);
  for (std::size_t c = 0; c < measured.size(); ++c)
    effects.effects[c] = widened(effects.effects[c], measured[c], fit);
  PairFeedback found = put_together(evidence, retries, fit, effects);
  found.left_out = all - retries.size();
  return found;
}

}  // namespace turnout::estimation
