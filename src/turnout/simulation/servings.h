#pragma once

#include <cstddef>
#include <vector>

#include "turnout/game/paper_policy.h"
#include "turnout/game/routing_game.h"

/// What policies do on recorded tasks, attempt by attempt, in one form for all of them.
/// docs/theory.md, section 14.
namespace turnout::simulation {

/// What one attempt does on one task, if it is made.
struct Serving {
  double success = 0;
  double cost = 0;  ///< to the provider, price subtracted
  double wait = 0;  ///< to the user, in units of V: w t + r
  double latency = 0;
};

/// A policy on a set of tasks: serving[attempt][task]. Everything a policy can do is in these
/// numbers.
using Servings = std::vector<std::vector<Serving>>;

/// Success rates by task and model, and optionally a score by task.
struct Recorded {
  std::vector<std::vector<double>> rate;
  std::vector<double> score;  ///< empty, or one number per task: high where the task looks hard
  /// Trials behind each rate, by task and model; 0, or empty: unknown, the rate is exact.
  std::vector<std::vector<double>> trials;

  [[nodiscard]] std::size_t tasks() const { return rate.size(); }
  /// @returns the probability that an attempt solves the task after `earlier` failures of the same
  ///   model on it. With n trials, k of them successes, attempts are trials drawn without
  ///   replacement, k / (n - earlier): m attempts all fail with probability C(n-k, m) / C(n, m), an
  ///   unbiased estimate of (1 - p)^m for m <= n, which (1 - k/n)^m is not. After the last of n
  ///   failures an attempt fails.
  [[nodiscard]] double success(std::size_t task, std::size_t model, std::size_t earlier) const;
  [[nodiscard]] Recorded subset(const std::vector<std::size_t>& chosen) const;
  [[nodiscard]] std::vector<double> mean_rates() const;
};

/// Attempt j goes to sequence[j].
Servings serve_sequence(const game::RoutingGame& game, const Recorded& recorded,
                        const std::vector<std::size_t>& sequence);
/// The paper's (i, s): models and switching share.
Servings serve_paper(const game::RoutingGame& game, const Recorded& recorded,
                     const game::PaperPolicy& policy, std::size_t depth);
/// Within every attempt the models are asked in order until one solves the task, as a judge without
/// error would see; the user waits for all of them (Chen, Zaharia and Zou 2023, "FrugalGPT", with a
/// perfect judge).
Servings serve_judged_cascade(const game::RoutingGame& game, const Recorded& recorded,
                              std::size_t depth);
/// Every attempt on a model drawn uniformly.
Servings serve_random(const game::RoutingGame& game, const Recorded& recorded, std::size_t depth);
/// Tasks with a score of at least `threshold` go to the dearest model, others to the cheapest, on
/// every attempt (the form of routers such as Ong et al. 2024, "RouteLLM").
Servings serve_threshold(const game::RoutingGame& game, const Recorded& recorded, double threshold,
                         std::size_t depth);

/// How a policy fared.
struct Fared {
  std::size_t attempts = 0;  ///< after which the user leaves, or the offer ends
  double provider_cost = 0;
  double user_utility = 0;
  double success = 0;
  double latency = 0;
  std::vector<double> cost_by_task;
};

/// @returns what the policy comes to on tasks of equal weight for a user who knows the policy, the
///   attempt and what such tasks are worth to him: he makes the number of attempts that is best for
///   him, ties to the provider.
Fared fare(const game::RoutingGame& game, const Servings& servings);

}  // namespace turnout::simulation
