#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "turnout/base/watch.h"

/// Draws from a distribution that is known up to a factor, which may have several summits or be
/// narrow in a direction that nobody knows beforehand.
namespace turnout::numeric {

struct TemperingOptions {
  std::size_t warm_up =
      4000;                  ///< steps of a run in which proposals are fitted; none of them is kept
  std::size_t draws = 1200;  ///< kept, of all runs together
  std::size_t apart = 40;    ///< steps from one draw that is kept to the next
  std::uint64_t seed = 1;
  std::size_t runs =
      4;  ///< from the start, each with a warm-up and a share of the draws of its own
};

/// What is drawn from, up to a factor: the product of the two. -inf where a point has no density;
/// the likelihood is asked for only where the prior has one.
struct Density {
  std::function<double(std::span<const double>)> log_prior;
  std::function<double(std::span<const double>)> log_likelihood;
};

/// @returns draws by random-walk Metropolis, normal proposals with the covariance of the warm-up's
///   states (Haario, Saksman and Tamminen 2001, "An adaptive Metropolis algorithm"), on eight
///   chains of which the hotter ones see the likelihood to a power below 1 and the prior as it is,
///   and neighbours exchange their states (Geyer 1991; Earl and Deem 2005, "Parallel tempering"):
///   the hottest goes wherever the prior does, and so from summit to summit. Proposals are fixed
///   after the warm-up, so that the density is the chains' limit; nothing bounds how far from it
///   the draws are. A run that stays at one of several summits is outvoted by the others: draws of
///   all runs are pooled, one run behind the other. The same for a seed.
/// @param start  of all chains, where the density is not 0
/// @param scale  a guess at the spread of each coordinate, > 0
/// Cost: 8 (runs x warm_up + draws x apart) densities. If it is cancelled, what it gives means
/// nothing.
/// @param watch  told of steps
std::vector<std::vector<double>> temper(const Density& density, const std::vector<double>& start,
                                        const std::vector<double>& scale,
                                        const TemperingOptions& options,
                                        const base::Watch& watch = {});

}  // namespace turnout::numeric
