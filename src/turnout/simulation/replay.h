#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "turnout/game/paper_policy.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/task_types.h"

/// Policies played on what models really did on a set of tasks: chosen on one half of the tasks, played on the other.
/// docs/theory.md, section 14.
namespace turnout::simulation {

/// What one attempt does on one task, if it is made.
struct Serving {
  double success = 0;
  double cost = 0;  ///< to the provider, price subtracted
  double wait = 0;  ///< to the user, in units of V: w t + r
  double latency = 0;
};

/// A policy on a set of tasks: serving[attempt][task]. Everything a policy can do is in these numbers.
using Servings = std::vector<std::vector<Serving>>;

/// Success rates by task and model, and optionally a score by task.
struct Recorded {
  std::vector<std::vector<double>> rate;
  std::vector<double> score;  ///< empty, or one number per task: high where the task looks hard

  [[nodiscard]] std::size_t tasks() const { return rate.size(); }
  [[nodiscard]] Recorded subset(const std::vector<std::size_t>& chosen) const;
  [[nodiscard]] std::vector<double> mean_rates() const;
};

/// Attempt j goes to sequence[j].
Servings serve_sequence(const game::RoutingGame& game, const Recorded& recorded,
                        const std::vector<std::size_t>& sequence);
/// The paper's (i, s): models and switching share.
Servings serve_paper(const game::RoutingGame& game, const Recorded& recorded, const game::PaperPolicy& policy,
                     std::size_t depth);
/// Within every attempt the models are asked in order until one solves the task, as a judge without error would see;
/// the user waits for all of them (Chen, Zaharia and Zou 2023, "FrugalGPT", with a perfect judge).
Servings serve_judged_cascade(const game::RoutingGame& game, const Recorded& recorded, std::size_t depth);
/// Every attempt on a model drawn uniformly.
Servings serve_random(const game::RoutingGame& game, const Recorded& recorded, std::size_t depth);
/// Tasks with a score of at least `threshold` go to the dearest model, others to the cheapest, on every attempt (the
/// form of routers such as Ong et al. 2024, "RouteLLM").
Servings serve_threshold(const game::RoutingGame& game, const Recorded& recorded, double threshold, std::size_t depth);

/// How a policy fared.
struct Fared {
  std::size_t attempts = 0;  ///< after which the user leaves, or the offer ends
  double provider_cost = 0;
  double user_utility = 0;
  double success = 0;
  double latency = 0;
  std::vector<double> cost_by_task;
};

/// @returns what the policy comes to on tasks of equal weight for a user who knows the policy, the attempt and what
/// such
///   tasks are worth to him: he makes the number of attempts that is best for him, ties to the provider.
Fared fare(const game::RoutingGame& game, const Servings& servings);

/// One policy over all splits.
struct ReplayRow {
  std::string policy;
  double predicted = 0;  ///< J that it expected from the training half, mean over the splits
  double realised = 0;   ///< J on the test half
  double low = 0;        ///< 95 % bootstrap interval of the realised J, over tasks
  double high = 0;
  double user_utility = 0;
  double success = 0;
  double prediction_error = 0;  ///< mean |predicted / realised - 1| over the splits where realised is not 0
  double regret = 0;            ///< realised J over the best sequence's in hindsight, minus 1
};

struct ReplayOptions {
  std::size_t depth = 5;
  std::size_t splits = 10;
  std::size_t bootstrap = 1000;
  std::uint64_t seed = 1;
  std::function<void()> on_split = [] {};
};

struct Replay {
  std::vector<ReplayRow> rows;
  double hindsight = 0;    ///< J of the best sequence of the test halves
  bool one_trial = false;  ///< all rates are 0 or 1: a retry of the same model repeats its outcome
  std::size_t tasks = 0;
};

/// Splits the tasks at random into halves, lets each policy choose on one and plays it on the other.
/// @param game   everything but the success rates, which come from the training half; its models are the columns of
/// `recorded`
/// @param names  of the models, for the rows
/// Needs at least two tasks. Reproducible by the seed.
Replay replay(const game::RoutingGame& game, const std::vector<std::string>& names, const Recorded& recorded,
              const ReplayOptions& options);

}  // namespace turnout::simulation
