#pragma once

#include <span>
#include <vector>

#include "turnout/game/own_failures.h"
#include "turnout/game/task_types.h"
#include "turnout/scenario/scenario.h"

namespace turnout::scenario {

/// @returns the types of task that a scenario describes: one per row of its outcomes, Rasch's for
///   its difficulty, or a single one (independent attempts), for plans of at most `depth` attempts.
game::TaskTypes task_types(const Scenario& scenario, std::size_t depth);

/// @returns the types of task of a game with such a difficulty, likewise.
/// @param tables  see TaskTypes::rasch()
game::TaskTypes task_types(const game::RoutingGame& game, const game::Difficulty& difficulty,
                           std::size_t depth, std::span<const game::OwnFailureTable> tables = {});

/// @returns how users take each model's answers.
std::vector<game::Rejections> rejections_of(const game::RoutingGame& game);

/// @returns the greatest depth that task_types() takes: game::kDeepest, or less where tau and feedback
///   come together (game::TaskTypes::deepest()).
std::size_t deepest(const Scenario& scenario);

/// @returns the same for many games at once, in which uncertain numbers have other values: less where
///   some of these have both tau and feedback.
/// @param uncertain  the scenario's own
std::size_t deepest_of_many(const Scenario& scenario, const std::vector<Uncertainty>& uncertain);

/// @returns whether failures say something about the task, so that plans have a depth.
bool has_types(const Scenario& scenario);

}  // namespace turnout::scenario
