#include "turnout/estimation/measured_feedback.h"

#include <algorithm>
#include <cmath>

#include "turnout/game/task_types.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::estimation {
namespace {

using numeric::logistic;

const std::vector<numeric::WeightedNode>& nodes() {
  static const std::vector<numeric::WeightedNode> all = numeric::normal_nodes(0.25);
  return all;
}

/// E of success over the effect of task and model.
double success(double logit, double tau) {
  if (tau == 0) return logistic(logit);
  double mean = 0;
  for (const auto& [x, weight] : nodes()) mean += weight * logistic(logit + tau * x);
  return mean;
}

/// Second tries of one pair at one sigma and tau.
class SecondTry {
 public:
  /// @param failed, next  logits of the models' rates of first tries
  SecondTry(double failed, double next, bool same, double sigma, double tau)
      : outer_(same ? std::hypot(sigma, tau) : sigma), inner_(same ? 0 : tau) {
    // One model's tries depend on sigma^2 + tau^2 alone.
    const double spread = std::hypot(sigma, tau);
    const double skill = game::skill_of(logistic(failed), spread);
    next_ = same ? skill : game::skill_of(logistic(next), spread);
    for (const auto& [x, weight] : nodes()) {
      open_.push_back(weight * (1 - success(skill - outer_ * x, inner_)));
    }
  }
  /// @returns the logit of P(the second try solves | the first failed)
  [[nodiscard]] double logit(double feedback) const {
    double solved = 0;
    double failed = 0;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const double p = success(next_ + feedback - outer_ * nodes()[i].x, inner_);
      solved += open_[i] * p;
      failed += open_[i] * (1 - p);
    }
    constexpr double kLeast = 1e-300;
    return std::log(std::max(solved, kLeast) / std::max(failed, kLeast));
  }
  [[nodiscard]] double slope(double feedback) const {
    constexpr double kStep = 1e-3;
    return (logit(feedback + kStep) - logit(feedback - kStep)) / (2 * kStep);
  }
  /// Where the logit is as measured: Newton's method on a function that rises.
  [[nodiscard]] double feedback_for(double measured) const {
    constexpr int kMostSteps = 30;
    constexpr double kAccuracy = 1e-6;
    constexpr double kWidest = 12;
    constexpr double kFarthest = 3;
    double feedback = 0;
    for (int step = 0; step < kMostSteps; ++step) {
      const double move = (measured - logit(feedback)) / std::max(slope(feedback), 1e-3);
      const double to =
          std::clamp(feedback + std::clamp(move, -kFarthest, kFarthest), -kWidest, kWidest);
      if (std::abs(to - feedback) < kAccuracy) break;
      feedback = to;
    }
    return feedback;
  }

 private:
  double outer_, inner_;
  double next_ = 0;
  std::vector<double>
      open_;  ///< by difficulty, the share of tasks that are open after the first try
};

/// One pair's measured feedback and how it moves with what it is told by.
struct Measured {
  double feedback = 0;
  double rises = 1;  ///< the logit of second tries with feedback
  double by_failed = 0, by_next = 0;
};

Measured measure(const Retries& r, const std::vector<SmoothedCount>& first_tries, double sigma,
                 double tau) {
  const bool same = r.failed == r.model;
  const double failed = first_tries[r.failed].logit();
  const double next = first_tries[r.model].logit();
  const SecondTry at(failed, next, same, sigma, tau);
  Measured found;
  found.feedback = at.feedback_for(smoothed(r.solved, r.tries).logit());
  found.rises = at.slope(found.feedback);
  constexpr double kStep = 0.01;
  const auto moved = [&](double of_failed, double of_next) {
    return SecondTry(failed + of_failed, next + of_next, same, sigma, tau).logit(found.feedback);
  };
  const auto implied = [&](double of_failed, double of_next) {
    return -(moved(of_failed, of_next) - moved(-of_failed, -of_next)) / (2 * kStep) / found.rises;
  };
  found.by_failed = implied(kStep, 0);
  if (!same) found.by_next = implied(0, kStep);
  return found;
}

}  // namespace

double SmoothedCount::logit() const { return std::log(solved / failed); }

SmoothedCount smoothed(double solved, double tries) { return {solved + 0.5, tries - solved + 0.5}; }

MeasuredFeedback measure_feedback(const std::vector<Retries>& retries,
                                  const std::vector<SmoothedCount>& first_tries, double sigma,
                                  double tau) {
  MeasuredFeedback found{{}, numeric::SymmetricMatrix(retries.size()), 0};
  std::vector<Measured> measured;
  for (const Retries& r : retries) {
    measured.push_back(measure(r, first_tries, sigma, tau));
    found.feedback.push_back(measured.back().feedback);
    found.log_density_step += std::log(std::max(measured.back().rises, 1e-12));
  }
  const auto share = [&](std::size_t c, std::size_t model) {
    return (retries[c].failed == model ? measured[c].by_failed : 0) +
           (retries[c].model == model ? measured[c].by_next : 0);
  };
  for (std::size_t i = 0; i < retries.size(); ++i) {
    const std::size_t failed = retries[i].failed;
    const std::size_t next = retries[i].model;
    for (std::size_t j = 0; j < retries.size(); ++j) {
      double sum = share(i, failed) * share(j, failed) * first_tries[failed].variance();
      if (next != failed) sum += share(i, next) * share(j, next) * first_tries[next].variance();
      found.errors.at(i, j) = sum;
    }
    found.errors.at(i, i) += smoothed(retries[i].solved, retries[i].tries).variance() /
                             (measured[i].rises * measured[i].rises);
  }
  return found;
}

}  // namespace turnout::estimation
