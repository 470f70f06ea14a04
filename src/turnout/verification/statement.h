#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/numeric/interval.h"
#include "turnout/verification/random_games.h"

namespace turnout::verification {

/// What is known about a statement beforehand. A statement that fails and is not known to fail
/// fails the run.
enum class Known { kHolds, kHoldsNarrower, kMeasured };

/// What a loose claim about a share is taken to mean: "almost always" is at least 90 %, "primarily"
/// at least 80 %, "narrow" at most 5 %.
struct Shares {
  double low = 0;
  double high = 1;
};

/// A statement of the paper's abstract or summary, or of docs/theory.md.
struct Claim {
  std::string id;      ///< stable, for instance "P4"
  std::string source;  ///< "Theorem 5, as reconstructed", "summary, table 1", "theory 4"
  std::string text;    ///< what is claimed
  Known known = Known::kHolds;
  std::string narrower;  ///< for kHoldsNarrower: what does hold, "holds if ..."
  std::optional<Shares> meant = std::nullopt;  ///< for a claim about a share
};

enum class Verdict { kHolds, kHoldsNarrower, kNotRefuted, kMeasured, kFails };

/// @returns "holds", "refuted as stated", "not refuted by these games", "measured", "FAILS".
const char* to_string(Verdict verdict);

/// What came of checking a claim.
struct Finding {
  Claim claim;
  std::size_t games = 0;            ///< games tried
  std::optional<double> deviation;  ///< largest, in the unit of the claim's tolerance
  double tolerance = 0;
  std::optional<numeric::Interval> rate;  ///< with a 95 % interval
  std::string detail;  ///< what the rate or the deviation is of, and further figures
  std::optional<game::Game> counterexample;  ///< shrunk
  Verdict verdict = Verdict::kMeasured;
};

/// How much to spend, from which seed, and who watches: told of games tried.
struct Budget {
  std::size_t games = 500;
  std::uint64_t seed = 1;
  base::Watch watch;
};

struct Statement {
  Claim claim;
  std::size_t times;   ///< games tried per game of the budget ...
  std::size_t divide;  ///< ... divided by this, for progress
  std::function<Finding(const Claim&, const Budget&)> check;
};

/// The deviation of one game from what a claim says, 0 if there is none. The generator is seeded
/// per game, so that the same game and seed give the same deviation.
using Deviation = std::function<double(const game::Game&, base::Rng&)>;
using Condition = std::function<bool(const game::Game&)>;

/// Which games a claim is about, and how many of them to try.
struct Domain {
  Draw draw;
  Condition wanted = [](const game::Game&) { return true; };
};

/// Tries the claim on budget.games games. A deviation above the tolerance is a counterexample; the
/// largest one's game is shrunk.
Finding check_deviation(const Claim& claim, const Budget& budget, const Domain& domain,
                        const Deviation& deviation, double tolerance, std::string detail);

/// Counts in how many of `games` games a condition holds. If the claim says which shares it means,
/// it holds if the interval lies among them and is refuted if it lies outside; else the rate is
/// only measured.
Finding measure_rate(const Claim& claim, const Budget& budget, std::size_t games,
                     const Domain& domain, const Condition& condition, std::string detail);

/// A statement checked by check_deviation().
/// @param divide  tries 1/divide of the budget's games, for deviations that are slow to find
Statement judged(Claim claim, Domain domain, Deviation deviation, double tolerance,
                 std::string detail, std::size_t divide = 1);

/// A statement checked by measure_rate().
/// @param times  tries this many games per game of the budget: rates need many, and a solve is
///   cheap
Statement counted(Claim claim, Domain domain, Condition condition, std::string detail,
                  std::size_t times = 1);

/// @returns the deviation of a claim that says a condition holds: 0 or 1.
Deviation unless(Condition condition);

}  // namespace turnout::verification
