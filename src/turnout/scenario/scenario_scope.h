#pragma once

#include <array>
#include <string>
#include <vector>

#include "turnout/scenario/scenario.h"

/// Which verbs a scenario is for.
namespace turnout::scenario {

/// A game of two models, with their names: the paper's, or with the prices, impatience, errors of
/// judgement and outside option that it has not.
struct TwoModelScenario {
  game::Game game;
  std::array<std::string, game::Game::kModels> names;
};

/// What a verb for two models does besides: users who differ; a provider that does not commit, and
/// users who may stay away; users who know more than the policy, and may stay away.
enum class Besides { kNothing, kSegments, kNoCommitment, kKnowledge };

/// @returns the two-model game, uncertain numbers at their means, or kUnsupported naming the first
///   key that goes beyond it and the verb that can do it, if one takes the scenario as it is.
/// @param verb     who asks, for the message
/// @param besides  what it does not refuse
base::Result<TwoModelScenario> paper_game(const Scenario& scenario, const std::string& verb,
                                          Besides besides = Besides::kNothing);

/// Leaves out what an estimate may have found and the paper's game has not: difficulty and
/// switching costs.
/// @returns the names of the tables that were left out
base::Result<std::vector<std::string>> leave_out_what_the_paper_lacks(Scenario& scenario);

/// @returns kUnsupported naming the key if the scenario's users or provider are not those of a
///   plan: users who are alike and know the plan and the attempt, a provider that commits.
/// @param besides  what the verb does not refuse
base::Status check_for_plans(const Scenario& scenario, const std::string& verb,
                             Besides besides = Besides::kNothing);

/// @returns kUnsupported naming the key if the scenario's users or provider are not those of a
///   policy (i, s): users who are alike and know the policy alone, a provider that commits. Any
///   number of models.
/// @param besides  what the verb does not refuse
base::Status check_for_policies(const Scenario& scenario, const std::string& verb,
                                Besides besides = Besides::kNothing);

/// @returns kUnsupported naming the key if users' patience is not the same after all attempts.
base::Status check_for_one_patience(const Scenario& scenario, const std::string& verb);

/// @returns whether `plan` takes the scenario, users who differ included.
bool takes_plans(const Scenario& scenario);

/// @returns whether `robust` takes the scenario, intervals or none: what `plan` takes, and the
///   paper's game.
bool takes_posteriors(const Scenario& scenario);

/// @returns kUnsupported naming the first number that is a range {lo, hi} without a mean, and
///   `robust --regret` if that takes the scenario as it is, or what keeps it from that.
base::Status check_has_no_ranges(const Scenario& scenario);

}  // namespace turnout::scenario
