#pragma once

#include <cstddef>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/estimation/log_model.h"
#include "turnout/numeric/tempering.h"

/// Which worlds a log may come from: draws of all numbers of the game together, so that what a log
/// does not tell apart (patience from a value below the wait, difficulty from feedback) stays open
/// in each answer that rests on them. docs/theory.md, section 25.
namespace turnout::estimation {

struct LogPosterior {
  std::vector<LogWorld> draws;  ///< equally likely, at least one
  [[nodiscard]] std::size_t models() const { return draws.front().skills.size(); }
};

/// @returns draws from the posterior. Priors, proper; those of sigma, feedback, the spread of V and
///   differences of patience hold for possible that there are none, with half of the mass or so:
///   - a model's success on first attempts is uniform, nearly; sigma the positive part of N(0,
///     1.5^2), else 0;
///   - feedback what N(0, 0.4^2) is beyond +-0.2, else 0;
///   - patience in common has density 10 rho^9 (users who wait in vain leave of their own will
///     rarely), and logits of models' own differ from it by N(0, 1) times the positive part of
///     N(0, 1), else by 0;
///   - mean ln V is uniform from a tenth of the least to a hundred times the greatest wait per
///     success; its spread the positive part of N(0, 0.7^2), at least 0.005;
///   - leaving after solved tasks is uniform, after unsolved ones uniform above that;
///   - means of latency and cost are normal about the log's, with their standard errors.
///   kInvalidValue where there is no first attempt to learn from; kCancelled.
/// Cost: 8 x steps likelihoods, some seconds.
base::Result<LogPosterior> log_posterior(const LogModel& model,
                                         const numeric::TemperingOptions& options = {},
                                         const base::Watch& watch = {});

}  // namespace turnout::estimation
