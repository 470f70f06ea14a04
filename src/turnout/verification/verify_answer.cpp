#include "turnout/verification/verify_answer.h"

#include <algorithm>
#include <utility>

#include "turnout/base/option_range.h"

namespace turnout::verification {

base::Result<Ledger> verify_answer(const VerifyOptions& options, const base::Watch& watch) {
  TURNOUT_CHECK(base::check_option("games", options.games, 1, VerifyOptions::kMostGames));
  Ledger ledger = verify(options.games, options.seed, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  return ledger;
}

base::Result<CoverageAnswer> coverage_answer(const CoverageOptions& options,
                                             const base::Watch& watch) {
  TURNOUT_CHECK(base::check_option("coverage", options.logs, 1, CoverageOptions::kMostLogs));
  auto settings = measure_coverage(options.logs, options.tasks,
                                   std::min(options.regrets, options.logs), options.seed, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  auto evaluations =
      measure_evaluations(options.logs, options.evaluated_tasks, options.seed, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  return CoverageAnswer{options, std::move(settings), std::move(evaluations)};
}

base::Result<SlowdownAnswer> slowdown_answer(const SlowdownOptions& options,
                                             const base::Watch& watch) {
  TURNOUT_CHECK(base::check_option("slowdowns", options.logs, 1, SlowdownOptions::kMostLogs));
  auto settings = measure_speed_search(options.logs, options.seed, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  return SlowdownAnswer{options, std::move(settings)};
}

}  // namespace turnout::verification
