#pragma once

#include <array>
#include <cstdint>

#include "turnout/base/cancellation.h"
#include "turnout/game/best_response.h"
#include "turnout/simulation/play.h"

namespace turnout::simulation {

/// What many tasks of the paper's game came to, in whole numbers: enough for the mean and the
/// variance of every payoff, and the same in whatever order tasks are counted.
struct PairCounts {
  std::uint64_t tasks = 0;
  std::uint64_t solved = 0;
  std::array<std::uint64_t, 2> passes{};         ///< n1, n2
  std::array<std::uint64_t, 3> products{};       ///< sums of n1^2, n1 n2, n2^2 over tasks
  std::array<std::uint64_t, 2> solved_passes{};  ///< n1, n2 of the solved tasks
  std::uint64_t cut_off = 0;                     ///< tasks given up after kMostPasses
  PairCounts& operator+=(const PairCounts& other);
  friend bool operator==(const PairCounts&, const PairCounts&) = default;
};
inline constexpr std::uint64_t kMostPasses = 1'000'000;

/// Plays tasks of the paper's game as play() does, fast: no floating point, no branch but on
/// chance. Task blocks of kBlock have a random stream each, so that the result is the same for any
/// number of threads. Cost: some 10 ns a pass and core. Work that is cancelled ends within 256 tasks, with
/// counts that mean nothing.
PairCounts play_pair(const game::Game& game, const game::Policy& policy, double abandon,
                     std::uint64_t tasks, std::uint64_t seed, unsigned threads = 1,
                     const base::Cancellation& cancellation = {});
inline constexpr std::uint64_t kBlock = 65'536;

/// @returns means and standard errors of the payoffs that the counts come to.
SimulatedPayoffs payoffs_of(const PairCounts& counts, const game::Game& game);

}  // namespace turnout::simulation
