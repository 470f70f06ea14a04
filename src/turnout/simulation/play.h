#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "turnout/base/rng.h"
#include "turnout/game/best_response.h"
#include "turnout/numeric/sample.h"

/// Users and models played pass by pass, from the primitives alone: no formula of the theory is
/// used, so that the theory can be held against it. docs/theory.md, section 10.
namespace turnout::simulation {

/// How one task went.
struct PlayedTask {
  std::array<std::uint64_t, game::Game::kModels> passes{};
  bool solved = false;
  bool cut_off = false;  ///< still going after the most passes allowed
};

/// Plays one task: passes on a model until one succeeds or, after a failure, the user leaves.
/// @param abandon      probability that the user leaves after a failed pass
/// @param most_passes  the task is given up after so many, so that a success probability of 1e-9
///   ends too
PlayedTask play(const game::Game& game, const game::Policy& policy, double abandon,
                std::uint64_t most_passes, base::Rng& rng);

/// Means over many tasks, each with its standard error.
struct SimulatedPayoffs {
  numeric::Sample provider_cost;
  numeric::Sample user_utility;
  numeric::Sample success;
  numeric::Sample latency;
  numeric::Sample service_cost;
  std::array<numeric::Sample, game::Game::kModels> passes;
  numeric::Sample attempts;  ///< passes on either model
  std::size_t cut_off = 0;   ///< tasks that were given up; the means are biased if it is not 0
};

/// @param seed  the same seed gives the same result, bit for bit
SimulatedPayoffs simulate(const game::Game& game, const game::Policy& policy, double abandon,
                          std::size_t tasks, std::uint64_t seed);

}  // namespace turnout::simulation
