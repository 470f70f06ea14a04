#pragma once

#include <vector>

#include "turnout/base/watch.h"
#include "turnout/estimation/log_world.h"
#include "turnout/numeric/tempering.h"

/// Which worlds a log may come from: draws of all numbers of the game together, so that what a log
/// does not tell apart (patience from a value below the wait, difficulty from feedback) stays open
/// in each answer that rests on them. docs/theory.md, section 25.
namespace turnout::estimation {

struct LogPosterior {
  std::vector<LogWorld> draws;  ///< equally likely
  LogWorld middle;              ///< means of the coordinates in which the draws were made
  double accepted = 0;          ///< share of proposals, a sign of health near 1/4
};

/// @returns draws from the posterior. Priors, weak but proper. That a world is plain is a possibility of
///   its own: half of the priors' mass of sigma (half-normal, scale 1.5, otherwise), of the spread of ln V
///   (scale 0.7) and of the difference of the models' patience (logits about a common one, scale 0.7) is
///   at none, and two fifths of feedback's (normal, scale 0.4, beyond +-0.2). Skills are N(0, 3^2); the
///   common patience has density 5 rho^4; ln V is uniform from a tenth of the least to a hundred times
///   the greatest wait per success; leaving after solved tasks uniform, after unsolved ones uniform above
///   that. Means of latency and cost are normal about the log's with their standard errors.
///   kInvalidValue where there is no first attempt to learn from; kCancelled.
/// Cost: 8 x steps likelihoods, some seconds.
base::Result<LogPosterior> log_posterior(const LogModel& model,
                                         const numeric::TemperingOptions& options = {},
                                         const base::Watch& watch = {});

}  // namespace turnout::estimation
