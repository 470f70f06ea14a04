#pragma once

#include <cstddef>
#include <cstdint>

/// The loops over a chunk of games on which a sweep spends its time, compiled for each instruction
/// set. All give the same bits: no multiply-add is contracted, and sums are of eight interleaved
/// parts everywhere.
namespace turnout::landscape::kernels {

/// What the games of one group come to.
struct GroupTotals {
  double count = 0, sum = 0, squares = 0;
};

/// The columns that a game's regime depends on.
struct RegimeColumns {
  const double *value, *value_of_time, *first_success, *first_latency, *second_success,
      *second_latency;
};

struct Loops {
  /// x := -mean log(1 - x), x in (0, 1).
  void (*exponential)(double mean, double* x, std::size_t size);
  /// x := low exp(width x).
  void (*log_uniform)(double low, double width, double* x, std::size_t size);
  /// is_game := 0 where x is not within [low, high]; all bits of it are one or none is.
  void (*check_range)(double low, double high, const double* x, std::uint64_t* is_game,
                      std::size_t size);
  /// The number of each game's game::Regime, by regime_of()'s rule for ties.
  void (*find_regimes)(const RegimeColumns& games, double* regime, std::size_t size);
  /// Adds up x where group is `wanted`. Both are read up to the next multiple of 8 from size on,
  /// where group must be another.
  GroupTotals (*add_up)(const double* x, const double* group, double wanted, std::size_t size);
};

const Loops& scalar_loops();
const Loops& avx2_loops();
const Loops& avx512_loops();
/// @returns the fastest that this machine can run.
const Loops& loops();

}  // namespace turnout::landscape::kernels
