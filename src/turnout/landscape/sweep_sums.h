#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "turnout/landscape/measure.h"
#include "turnout/landscape/shown.h"
#include "turnout/numeric/interval.h"

/// What a sweep asks of its games, the sums that answer it, and the figures made of them.
namespace turnout::landscape {

enum class Grouping : std::uint8_t {
  kNone,
  kRegime,
  kRoute,
  kMeasure,  ///< by which of the ranges between Statistic::edges the game's measure lies in
};

struct Statistic {
  std::string name;
  Shown of = Shown::kCost;  ///< not the policy, which has no mean
  Grouping by = Grouping::kNone;
  /// kMeasure only; games in which it is not a number are in no group
  std::optional<Measure> measure;
  std::vector<double> edges;   ///< rising
  std::optional<Shown> where;  ///< only games in which this is above 0
  std::vector<double> quantiles;
  struct Histogram {
    double low = 0, high = 1;
    std::size_t bins = 0;  ///< 0: none
  } histogram;
};

/// @returns what groups a statistic may have, in their order: "" for all games, a regime's or a
///   route's name, "below 1", "1 to 2", "from 2".
std::vector<std::string> group_names(const Statistic& statistic);

enum class Sampling : std::uint8_t {
  kIndependent,
  kSobol,  ///< GroupSums::kReplicates sequences, each shifted by random digits
};

/// Sums of one group of one statistic.
struct GroupSums {
  static constexpr std::size_t kReplicates = 16;
  std::array<std::uint64_t, kReplicates> count{};
  std::array<double, kReplicates> sum{}, squares{};
  /// for quantiles, by bin_of(); empty where none are asked for
  std::map<std::int32_t, std::uint64_t> bins;
  std::vector<std::uint64_t> histogram;  ///< below, bins, above
  [[nodiscard]] std::uint64_t total() const;
};

/// All that a sweep keeps: kilobytes, whatever the number of games.
struct SweepSums {
  std::uint64_t pieces_done = 0;
  std::uint64_t no_games =
      0;  ///< draws with a number out of its range; they are no part of any statistic
  /// By statistic and name of the group; groups without games are absent.
  std::vector<std::map<std::string, GroupSums>> groups;
};

/// Adds the sums of the next piece. The order matters to the last bit.
void add_piece(SweepSums& to, const SweepSums& piece);

/// @returns the bin of a number: 128 of equal width in each octave of either sign, 0 for 0; in the
///   order of numbers.
std::int32_t bin_of(double value);
/// @returns the middle of a bin, within 0.4 % of all numbers in it.
double middle_of_bin(std::int32_t bin);

/// A figure with its 95 % interval.
using Interval95 = numeric::Interval;
/// @returns the mean: from the normal for independent draws (Wilson's interval for a share), from
///   Student's t over the 16 independently shifted sequences for Sobol's; nothing for a group
///   without games.
std::optional<Interval95> mean_of(const GroupSums& sums, Sampling sampling, Shown of);
/// @returns the share of this group among all games of the statistic, likewise.
std::optional<Interval95> share_of_group(const std::map<std::string, GroupSums>& groups,
                                         const std::string& name, Sampling sampling);
/// @returns the quantile, within 0.4 % of its value; nothing for a group without games.
std::optional<double> quantile_of(const GroupSums& sums, double share);

}  // namespace turnout::landscape
