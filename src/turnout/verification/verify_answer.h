#pragma once

#include <cstdint>
#include <vector>

#include "turnout/verification/coverage.h"
#include "turnout/verification/evaluation_coverage.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/speed_coverage.h"

/// What `turnout verify` answers. Here and not in analysis, which may not know the proofs of what it
/// computes.
namespace turnout::verification {

struct VerifyOptions {
  static constexpr std::size_t kMostGames = 1'000'000;
  std::size_t games = 300;  ///< per statement, 1 to kMostGames; rates use up to 400 times as many
  std::uint64_t seed = 1;   ///< of the random games
};

/// @returns the ledger; kInvalidValue for options out of range, kCancelled.
/// @param watch  told of games tried; the whole is expected_games(options.games)
base::Result<Ledger> verify_answer(const VerifyOptions& options, const base::Watch& watch = {});

struct CoverageOptions {
  static constexpr std::size_t kMostLogs = 100'000;
  std::size_t logs = 100;                 ///< simulated logs a setting, 1 to kMostLogs
  std::uint64_t tasks = 13'000;           ///< of a log: 20,000 passes and a few
  std::uint64_t evaluated_tasks = 6'000;  ///< of a log from which policies are evaluated
  std::size_t regrets = 50;               ///< the regret is of so many logs at most
  std::uint64_t seed = 1;
};

/// Whether the intervals that are estimated from logs hold the truth.
struct CoverageAnswer {
  CoverageOptions options;
  std::vector<CoverageSetting> settings;
  std::vector<EvaluationSetting> evaluations;
};

/// @returns the answer; kInvalidValue for options out of range, kCancelled.
/// @param watch  told of logs; the whole is coverage_logs(options)
base::Result<CoverageAnswer> coverage_answer(const CoverageOptions& options,
                                             const base::Watch& watch = {});
constexpr std::size_t coverage_logs(const CoverageOptions& options) {
  return (kCoverageSettings + kEvaluationSettings) * options.logs;
}

struct SlowdownOptions {
  static constexpr std::size_t kMostLogs = 100'000;
  std::size_t logs = 200;  ///< simulated logs a setting, 1 to kMostLogs
  std::uint64_t seed = 1;
};

/// False alarms and power of the search for a change of speed.
struct SlowdownAnswer {
  SlowdownOptions options;
  std::vector<SpeedSetting> settings;
};

/// @returns the answer; kInvalidValue for options out of range, kCancelled.
/// @param watch  told of logs; the whole is kSpeedSettings * options.logs
base::Result<SlowdownAnswer> slowdown_answer(const SlowdownOptions& options,
                                             const base::Watch& watch = {});

}  // namespace turnout::verification
