#pragma once

#include <cstddef>
#include <vector>

/// What a log's users and models may be like, all numbers at once, and what a policy comes to in such
/// a world. docs/theory.md, section 25.
namespace turnout::estimation {

/// All numbers that decide what a policy costs. Models as PathTable numbers them.
struct LogWorld {
  std::vector<double> skills;     ///< logits: a first attempt succeeds with logistic(skill - theta)
  double sigma = 0;               ///< theta ~ N(0, sigma^2) over the tasks
  double feedback = 0;            ///< what each failure adds to the next attempt's logit
  std::vector<double> patience;   ///< rho, by the model that failed
  double log_value = 0;           ///< mean of ln V over the users, V in seconds of waiting
  double value_sigma = 0.02;      ///< of ln V, > 0
  double leaves_solved = 0;       ///< never comes back after a solved task
  double leaves_unsolved = 0;     ///< the same after an unsolved one
  std::vector<double> latencies;  ///< mean seconds of a pass
  std::vector<double> costs;      ///< mean dollars of a pass
  /// P for a customer of this lifetime value, >= 0.
  [[nodiscard]] double churn_penalty(double lifetime_value) const;
};

/// @returns the share of all tasks that model k solves on the first attempt. docs/theory.md, section 12.
double first_try(const LogWorld& world, std::size_t k);

/// What a task comes to, in expectation, under users' best responses. J = cost + P (1 - success).
struct WorldPayoffs {
  double cost = 0, success = 0, latency = 0;
};

}  // namespace turnout::estimation
