#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/scenario/scenario.h"
#include "turnout/simulation/agents.h"

namespace turnout::analysis {

/// Who is played, under which policies and for how long.
struct SimulateOptions {
  /// Each on its own; in a log each task draws one. The grammar: policy/policy.h.
  std::vector<std::string> policies;
  /// Instead: two policies on the same tasks, with the same users and luck.
  std::vector<std::string> compare;
  double tasks = 1e5;  ///< 1 to kMostTasks
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< the result is the same for any number; 0: all cores
  simulation::Behaviour behaviour;
  double feedback = 0;                  ///< share of ended tasks whose user says how they ended
  std::optional<double> feedback_left;  ///< the same of users who left; nothing: as `feedback`
  /// MODEL:FROM:LATENCY_FACTOR[:SUCCESS_FACTOR]
  std::vector<std::string> drifts;
  std::string latencies;  ///< a file with one latency a line, scaled to each model's mean
};
inline constexpr double kMostTasks = 1e12;

/// One policy, what its users came to, and what was to be expected.
struct PlayedPolicy {
  std::string policy;  ///< in its shortest spelling
  simulation::AgentPayoffs payoffs;
  std::optional<simulation::ExpectedPayoffs> expected;  ///< where there is a closed form
};

/// Users and models of a scenario, played task by task. docs/theory.md, sections 10 and 21.
struct SimulateAnswer {
  std::vector<PlayedPolicy> policies;
  /// Of two policies that are compared: second less first, task by task.
  std::optional<simulation::AgentPayoffs> difference;
  std::vector<std::string> notes;  ///< what was simplified, a sentence each
};

/// Plays the scenario's users: with knows = "policy" the paper's, who leave with one probability q
/// after every failure (game::best_response()), else users who know the policy and where in it their
/// task is (simulation::Agents).
/// @param watch  told of tasks; asked at least every 256 tasks of a thread
/// @returns the answer; kMalformedInput for options that do not go together, kInvalidValue naming what
///   is out of range, kUnsupported naming the key that is not played (tables of outcomes,
///   users who know the model alone, a provider that does not commit) or the policy that is
///   no (i, s) of the paper, kCancelled.
/// Cost: some 10 ns a pass of the paper's users, some 200 ns of others, and core.
base::Result<SimulateAnswer> simulate_answer(scenario::Scenario scenario,
                                             const SimulateOptions& options,
                                             const base::Watch& watch = {});

/// Plays users who come and leave, and hands on each of their passes.
/// @param sink  called with each pass; false ends it
/// @param watch  told of passes
/// @returns what was simplified, a sentence each; errors of simulate_answer().
base::Result<std::vector<std::string>> simulate_log(
    scenario::Scenario scenario, const SimulateOptions& options,
    const std::function<bool(const traffic::Pass&)>& sink, const base::Watch& watch = {});

}  // namespace turnout::analysis
