#pragma once

#include <vector>

#include "turnout/game/payoffs.h"

/// Equilibria of the game without commitment in lotteries over (1,s) and (2,0): where the provider
/// is indifferent he may mix them, and a whole range of mixtures can make the user's q his best
/// response. docs/theory.md, section 16.
namespace turnout::game {

/// One such equilibrium: (1,s) for a share of the tasks, (2,0) for all others.
struct OpaqueLottery {
  double cascade = 0;      ///< s in [0, 1)
  double first_share = 1;  ///< probability of (1,s), in (0, 1]
  Payoffs<double> payoffs{};
};

/// @returns the lottery over (1,s) and (2,0) under which U is stationary in q at `abandon`,
///   equation (20b); share 0 or 1 where there is none. Total.
OpaqueLottery stationary_lottery(const Game& game, double abandon, double cascade);

/// A range of equilibria, all with the same q and the same cost: for each s between the two ends
/// one share. U and S change with s in one direction, so that theirs are the values at the ends.
struct LotteryRange {
  double abandon = 0;  ///< q in (0, 1), at which every policy costs the provider the same
  OpaqueLottery from;  ///< least s
  OpaqueLottery to;    ///< largest s
};

/// @returns all ranges of such equilibria, by q and s; none if the provider prefers one model at
///   every q. At the ends are, if they exist, the lottery over (1,0) and (2,0) and the pure (1,s)
///   of nash_equilibria(). Lotteries over several s are not looked for.
/// With a = 1 - q, beta = b1 (1-s): U(a) = A / (1 - beta a) + B / (1 - b2 a), so that U has at most
/// one stationary point in (0, 1), a maximum iff of A beta and B b2 the negative one has the larger
/// failure rate. For given s the share that makes U stationary is alpha = U2' / (U2' - U1'); the s
/// that qualify change only where U1' = 0 (equation (20)), beta = b2, or A = B = 0. Total. Cost:
/// below 1 us.
std::vector<LotteryRange> lottery_equilibria(const Game& game);

}  // namespace turnout::game
