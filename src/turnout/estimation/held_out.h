#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/pair_feedback.h"
#include "turnout/estimation/retry_evidence.h"
#include "turnout/outcomes/retry_table.h"

/// How well a fit forecasts retries that it was not made from. docs/theory.md, section 15.
namespace turnout::estimation {

/// Who forecasts, from what is known of the first tries to the most that types of task can tell.
enum class Forecaster {
  kIndependent,  ///< sigma = tau = feedback = 0: a retry is as good as a first try
  kDifficulty,   ///< sigma, tau = 0, fitted
  kFit,          ///< sigma and tau, fitted
  kOutcomes,     ///< the tasks of the table that was learnt from, as types
  kNoFeedback,   ///< the fit's sigma and tau, feedback 0
  kByPair,       ///< the fit with feedback by pair of models (pair_feedback.h)
  kConstant,     ///< the share of second tries that solved in the table learnt from, for all
  kOwnFit,       ///< a fit to the very table that is forecast: no forecast, but what could be had
};

struct Forecast {
  Forecaster by = Forecaster::kIndependent;
  ForecastLoss loss;
};

/// Forecasts of the retries of one table.
struct Forecasts {
  ForecastTries tries;
  std::vector<Forecast> rows;
  std::size_t known_pairs = 0;  ///< of the table's pairs, those whose own feedback kByPair knew
  [[nodiscard]] const ForecastLoss* by(Forecaster who) const;
};

/// @returns how well each half of the tasks, drawn at random, forecasts the retries on the other half:
///   means over both, weighted by tries. Rates of first tries too are those of the half that is learnt
///   from. The same for the same seed. Ends early if cancelled, with a result that means nothing.
/// @param counts  at least two tasks
/// Cost: some 150 likelihoods of trials_likelihood.h for each half.
Forecasts forecast_held_out(const outcomes::TrialCounts& counts, std::uint64_t seed,
                            const base::Cancellation& cancellation = {});

/// @returns how well a fit forecasts the retries of another table, from the first-try rates of that table,
///   beside independent draws and the other table's own fit. Where both tables have feedback also
///   without it, with feedback by pair (pairs that were not learnt have the fit's), and with a
///   constant.
/// @param fit    what was fitted to one table
/// @param pairs  its feedback by pair, if it has any
/// @param own    what was fitted to `table`
Forecasts forecast_other(const game::Difficulty& fit, const std::optional<PairFeedback>& pairs,
                         const game::Difficulty& own, const outcomes::RetryTable& table);

}  // namespace turnout::estimation
