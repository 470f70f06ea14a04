#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "turnout/landscape/axis.h"
#include "turnout/landscape/distribution.h"
#include "turnout/landscape/sweep_sums.h"

/// Statistics of very many random games, by threads and by processes.
namespace turnout::landscape {

/// @returns what no game of the paper has, as constants; of the paper's own numbers all are 0 but
///   w, which is 1.
std::array<Distribution, kNumbers> draws_of_the_paper();

struct SweepSpec {
  std::uint64_t games = 1'000'000;
  std::uint64_t seed = 1;
  Sampling sampling = Sampling::kIndependent;
  /// In the order of Numbers. Late churn that is the constant kNotGiven is P.
  std::array<Distribution, kNumbers> draw = draws_of_the_paper();
  bool one_patience = false;  ///< whether both models have the patience that is drawn for the first
  bool naive = false;         ///< whether users are naive
  std::array<bool, 3> ordered{};  ///< p, t, c: whether the smaller of two drawn is model 1's
  std::vector<Statistic> statistics;

  /// Whether all games are the paper's: those are solved in lanes, others one by one.
  [[nodiscard]] bool is_papers() const;
};

/// Into how many pieces a sweep falls, whatever the number of threads and ranks. Sums are added in
/// the order of pieces, so that results are the same bit for bit.
std::uint64_t pieces_of(const SweepSpec& spec);

/// Processes that do a sweep together. Piece number n is that of rank n modulo `count`.
struct Ranks {
  std::uint64_t count = 1;
  /// Waits for the next piece of another rank, in their order; nothing if it cannot be had, which
  /// ends the sweep.
  std::function<std::optional<SweepSums>(std::uint64_t rank)> receive;
};

/// Does the pieces from sums.pieces_done on; as rank 0, if there are others.
/// @param on_piece  called on the calling thread after every piece with how many games it had and
///   the sums so far, which may be kept to go on from; returns false to stop
/// @returns the sums; after a stop those so far
SweepSums sweep(const SweepSpec& spec, SweepSums sums, unsigned threads,
                const std::function<bool(std::uint64_t, const SweepSums&)>& on_piece,
                const Ranks& ranks = {});

/// Does another rank's part of the pieces from number `from` on.
/// @param rank     from 1 to ranks - 1
/// @param on_piece called on the calling thread with the sums of each, in order; returns false to
///   stop
void sweep_as_rank(const SweepSpec& spec, std::uint64_t from, std::uint64_t rank,
                   std::uint64_t ranks, unsigned threads,
                   const std::function<bool(const SweepSums&)>& on_piece);

}  // namespace turnout::landscape
