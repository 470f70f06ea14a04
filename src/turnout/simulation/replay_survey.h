#pragma once

#include "turnout/simulation/replay.h"

namespace turnout::simulation {

/// How one policy fared over many random games on the same outcomes.
struct SurveyRow {
  std::string policy;
  double error_median = 0;  ///< of |predicted / realised - 1|
  double error_p90 = 0;
  double bias_median = 0;  ///< of predicted / realised
  double regret_mean = 0;  ///< realised over the best sequence in hindsight, minus 1
  double regret_p90 = 0;
  double regret_worst = 0;
};

struct Survey {
  std::vector<SurveyRow> rows;
  std::size_t games = 0;
  /// The same over the games in which a user makes at least two attempts under Turnout's plan: the
  /// others are easily foreseen.
  std::vector<SurveyRow> rows_with_retries;
  std::size_t games_with_retries = 0;
  bool one_trial = false;
};

/// Draws games at random and replays each on one random split. A game takes two models of the
/// table, the one with the smaller mean rate first; t1 < t2 and c1 < c2 are sorted exponentials of
/// mean 1, V and P exponential of mean 3: the ledger's distribution, with the success rates of the
/// table. Needs two models and two tasks.
/// @param watch  told of games. A cancelled run ends early, with a result that means nothing.
Survey survey(const Recorded& recorded, std::size_t games, const ReplayOptions& options,
              const base::Watch& watch = {});

}  // namespace turnout::simulation
