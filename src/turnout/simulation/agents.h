#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/base/watch.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/task_types.h"
#include "turnout/numeric/sample.h"
#include "turnout/policy/policy.h"
#include "turnout/simulation/expected_payoffs.h"
#include "turnout/simulation/stay_rule.h"
#include "turnout/traffic/pass.h"

/// Users as they are met in logs: they differ in what a task is worth to them, run out of patience,
/// say rarely whether they were served, and leave for good. docs/theory.md, section 21.
namespace turnout::simulation {

/// A part of the users who value tasks and time alike.
using AgentSegment = game::Segment;

/// What the game does not say of its users and models.
struct Behaviour {
  double value_sigma =
      0;  ///< V, of a task, is lognormal about the game's V with this sigma of its logarithm
  std::vector<AgentSegment> segments;  ///< instead of the game's user; shares sum to 1
  /// Probability that a failure does not make a user leave for reasons of his own, beside the models'
  /// patience, which users who decide reckon with; with this one they do not.
  double patience = 1;
  double feedback_solved = 0;  ///< probability that a solved task is said to be solved
  double feedback_left = 0;    ///< probability that a user who leaves a task says that it failed
  double leaves_solved = 0;    ///< probability that a user never comes back after a solved task
  double leaves_unsolved = 0;  ///< the same after an unsolved one
  double latency_sigma =
      0;  ///< latency is lognormal with the model's mean and this sigma of its logarithm
  /// instead: factors of the mean, drawn with equal probability
  std::vector<double> latency_sample;
  double tokens_sigma =
      0;  ///< output is lognormal about a mean of 300 tokens, and latency in proportion to it
  /// Share of the variance of difficulty and of ln V that is the user's and not the task's: in a log,
  /// tasks of one user are alike by so much. 0 to 1
  double user_share = 0;
  double span_s = 30 * 86'400.0;  ///< the log's length
  double gap_s = 86'400.0;        ///< mean time between a user's tasks
};

/// From a share of the span on, a model takes longer, or fails more.
struct Drift {
  std::size_t model = 0;
  double from = 0.5;  ///< share of the span
  double latency_factor = 1;
  double success_factor = 1;  ///< multiplies its success probability
};

struct Setting {
  game::RoutingGame game;
  std::vector<std::string> names;
  game::Difficulty difficulty;
  std::vector<policy::Policy> policies;  ///< one is drawn for each task, all alike
  Behaviour behaviour;
  std::vector<Drift> drifts;
};

/// What one task came to: J, U, solved (0 or 1), waiting, cost of service less prices, attempts.
using TaskPayoffs = std::array<double, 6>;

/// Means over tasks with their standard errors.
struct AgentPayoffs {
  numeric::Sample provider_cost, user_utility, success, latency, service_cost, attempts;
};

/// Who plays the tasks, and who is told. A step of the watch is a task. Work that is cancelled ends
/// within 64 tasks with payoffs that mean nothing.
struct Workers {
  unsigned threads = 1;
  base::Watch watch;
};

/// Users who know the policy, where in it their task is and the models that served them, and stop when
/// what is promised is not worth the wait (stay_rule.h), or when no attempt is on offer any more.
class Agents {
 public:
  /// @param setting  difficulty.sigma and tau <= 3
  explicit Agents(Setting setting);

  /// Plays tasks 0 .. tasks-1 of users who come once. The same seed gives the same tasks, users and
  /// luck under every policy, so that differences of two policies are paired, task by task. The
  /// result is the same, bit for bit, for any number of threads.
  [[nodiscard]] AgentPayoffs play(std::uint64_t tasks, std::uint64_t seed,
                                  const Workers& workers = {}) const;

  /// Payoffs of task `number` alone.
  [[nodiscard]] TaskPayoffs play_one(std::uint64_t number, std::uint64_t seed) const;

  /// Writes the traffic of users who come and leave until `tasks` tasks are done, in the order of
  /// users.
  /// @param sink  called with each pass; false ends the simulation
  void write_log(std::uint64_t tasks, std::uint64_t seed,
                 const std::function<bool(const traffic::Pass&)>& sink) const;

  /// @returns the expectation under the only policy if it is deterministic, and nothing drifts; nothing,
  ///   too, where it goes on for longer than failures are told apart (PassRule::attempts_told()).
  [[nodiscard]] std::optional<ExpectedPayoffs> expected() const;

  [[nodiscard]] const Setting& setting() const { return setting_; }

 private:
  struct Task;
  struct Step;
  struct Played;
  struct Nature;
  using Luck = std::array<double, 8>;
  /// Draws latency, tokens and success of the pass that ends `step`'s path.
  void serve(const Task& task, std::size_t attempt, const Luck& luck, Step& step) const;
  [[nodiscard]] bool goes_on(const Task& task, const Path& path, policy::State next) const;
  /// How the user takes the answer of a pass that ends `step`'s path.
  void judge(double success, double random, Step& step) const;
  Played play_task(const Task& task, base::Rng& rng,
                   const std::function<bool(const Step&)>& on_pass) const;
  [[nodiscard]] Nature draw_nature(base::Rng& rng) const;
  [[nodiscard]] Task draw_task(base::Rng& rng, const Nature& nature) const;

  Setting setting_;
  PassRule passes_;
  std::vector<AgentSegment> segments_;
  std::vector<std::vector<StayRule>> stays_;  // by policy and segment
};

/// Two policies on the same tasks, with the same users and luck.
struct Comparison {
  AgentPayoffs first, second;
  AgentPayoffs difference;  ///< second less first, task by task
};

/// Both settings must be alike but for their policies. The same, bit for bit, for any number of
/// threads.
Comparison compare(const Agents& first, const Agents& second, std::uint64_t tasks,
                   std::uint64_t seed, const Workers& workers = {});

}  // namespace turnout::simulation
