#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/landscape/axis.h"
#include "turnout/landscape/shown.h"

/// Statistics of very many random games.
namespace turnout::landscape {

/// How a number of a game is drawn.
struct Distribution {
  enum class Kind : std::uint8_t {
    kConstant,
    kUniform,
    kLogUniform,
    kLognormal,
    kExponential,
    kColumn
  } kind = Kind::kConstant;
  double first = 0;            ///< the constant; low; the median; the mean
  double second = 0;           ///< high; sigma of the logarithm
  std::vector<double> column;  ///< values, one of which is drawn
  std::size_t table = 0;       ///< columns of one table are drawn by row: with the dimension of the first of them
};
/// @returns the number at a share of the distribution, in (0, 1).
double quantile(const Distribution& distribution, double share);

enum class Grouping : std::uint8_t { kNone, kRegime, kRoute };

struct Statistic {
  std::string name;
  Shown of = Shown::kCost;  ///< not the policy, which has no mean
  Grouping by = Grouping::kNone;
  std::optional<Shown> where;  ///< only games in which this is above 0
  std::vector<double> quantiles;
  struct Histogram {
    double low = 0, high = 1;
    std::size_t bins = 0;  ///< 0: none
  } histogram;
};

struct SweepSpec {
  std::uint64_t games = 1'000'000;
  std::uint64_t seed = 1;
  bool sobol = false;
  std::array<Distribution, kNumbers> draw;  ///< in the order of game::parameters()
  std::array<bool, 3> ordered{};            ///< p, t, c: whether the smaller of two drawn is model 1's
  std::vector<Statistic> statistics;
};

/// Sums of one group of one statistic.
struct GroupSums {
  static constexpr std::size_t kReplicates = 16;
  std::array<std::uint64_t, kReplicates> count{};
  std::array<double, kReplicates> sum{}, squares{};
  std::map<std::int32_t, std::uint64_t> bins;  ///< for quantiles: by sign and 64ths of an octave
  std::vector<std::uint64_t> histogram;        ///< below, bins, above
  [[nodiscard]] std::uint64_t total() const;
};

/// All that a sweep keeps: kilobytes, whatever the number of games.
struct SweepSums {
  std::uint64_t pieces_done = 0;
  std::uint64_t no_games = 0;  ///< draws with a number out of its range; they are no part of any statistic
  /// By statistic and group: "", a regime's or a route's name.
  std::vector<std::map<std::string, GroupSums>> groups;
};

/// Into how many pieces a sweep falls, whatever the number of threads. Sums are added in the order of pieces, so that
/// results are the same bit for bit.
std::uint64_t pieces_of(const SweepSpec& spec);

/// Does the pieces from sums.pieces_done on.
/// @param on_pieces  called after every round of pieces with how many games were done since, and the sums so far, which
/// may be
///   kept to go on from; returns false to stop
/// @returns the sums; after a stop those so far
SweepSums sweep(const SweepSpec& spec, SweepSums sums, unsigned threads,
                const std::function<bool(std::uint64_t, const SweepSums&)>& on_pieces);

/// A figure with its 95 % interval.
struct Interval95 {
  double value = 0, low = 0, high = 0;
};
/// @returns the mean: from the normal for independent draws (Wilson's interval for a share), from Student's t over the
/// 16
///   independently shifted sequences for Sobol's; nothing for a group without games.
std::optional<Interval95> mean_of(const GroupSums& sums, const SweepSpec& spec, Shown of);
/// @returns the share of this group among all games of the statistic, likewise.
std::optional<Interval95> share_of_group(const std::map<std::string, GroupSums>& groups, const std::string& name,
                                         const SweepSpec& spec);
/// @returns the quantile, within 0.6 % of its value; nothing for a group without games.
std::optional<double> quantile_of(const GroupSums& sums, double share);

}  // namespace turnout::landscape
