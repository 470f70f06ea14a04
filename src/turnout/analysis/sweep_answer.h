#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/landscape/sweep.h"

namespace turnout::analysis {

/// A sweep as its file asks for it.
struct SweepPlan {
  landscape::SweepSpec spec;
  /// Of everything that decides the result: the file, and the tables and scenarios that it names. Two
  /// processes or runs with the same one add up to the same sweep.
  std::string fingerprint;
  std::vector<std::string> notes;  ///< what of its scenario was left out, a sentence each
};

/// @param path   a sweep's file (TOML), at most 1 MiB; docs/formats.md, "Sweep"
/// @param games  how many games, in place of the file's number; 0 for that of the file
/// @returns the plan; kUnreadable for the file, errors of scenario::parse_sweep().
base::Result<SweepPlan> plan_sweep(const std::string& path, std::uint64_t games);

/// A group of games of one statistic.
struct SweepGroup {
  std::string name;  ///< "all", or that of a regime, a policy or a range
  std::uint64_t games = 0;
  std::optional<landscape::Interval95> share;    ///< of the statistic's games
  std::optional<landscape::Interval95> mean;     ///< 95 % interval, see landscape::mean_of()
  std::vector<std::optional<double>> quantiles;  ///< of those asked for, within 0.4 %
  std::vector<std::uint64_t> histogram;          ///< below, bins, above; empty if none is asked for
};

struct SweepStatistic {
  landscape::Statistic asked;
  std::string by;                  ///< what its games are grouped by
  std::vector<SweepGroup> groups;  ///< those that have games
};

/// Statistics of very many random games. docs/formats.md, "Sweep".
struct SweepAnswer {
  std::uint64_t games = 0;  ///< 0 unless all pieces are done
  landscape::Sampling sampling = landscape::Sampling::kIndependent;
  std::uint64_t seed = 1;
  std::uint64_t no_games = 0;  ///< draws that are no game, and no part of any statistic
  std::vector<SweepStatistic> statistics;
  std::vector<std::string> notes;
};

/// @param sums  what landscape::sweep() of plan.spec returned
/// Total: cannot fail.
SweepAnswer sweep_answer(const SweepPlan& plan, const landscape::SweepSums& sums);

}  // namespace turnout::analysis
