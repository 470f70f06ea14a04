#include "turnout/landscape/sweep_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/proportion.h"

namespace turnout::landscape {
namespace {

constexpr unsigned kMantissaBits = 52;
constexpr unsigned kBinBits = 7;  // 128 bins an octave

/// 97.5 % quantile of Student's t with 15 degrees of freedom.
constexpr double kStudent15 = 2.131449545559323;

/// The mean of a number over independent replicates, with its interval.
Interval95 over_replicates(const std::vector<double>& means) {
  const double mean =
      std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
  double squares = 0;
  for (const double x : means) squares += (x - mean) * (x - mean);
  const auto n = static_cast<double>(means.size());
  const double reach = kStudent15 * std::sqrt(squares / (n - 1) / n);
  return {mean, mean - reach, mean + reach};
}

}  // namespace

std::vector<std::string> group_names(const Statistic& statistic) {
  std::vector<std::string> names;
  if (statistic.by == Grouping::kNone) names.emplace_back();
  for (int i = 0;
       statistic.by == Grouping::kRegime && i <= static_cast<int>(game::Regime::kValueLatency); ++i)
    names.emplace_back(to_string(static_cast<game::Regime>(i)));
  for (int i = 0;
       statistic.by == Grouping::kRoute && i <= static_cast<int>(game::Route::kCascadeMixed); ++i)
    names.emplace_back(to_string(static_cast<game::Route>(i)));
  if (statistic.by != Grouping::kMeasure) return names;
  const auto& edges = statistic.edges;
  names.push_back(fmt::format("below {}", edges.front()));
  for (std::size_t i = 1; i < edges.size(); ++i)
    names.push_back(fmt::format("{} to {}", edges[i - 1], edges[i]));
  names.push_back(fmt::format("from {}", edges.back()));
  return names;
}

std::int32_t bin_of(double value) {
  const auto bin = static_cast<std::int32_t>(std::bit_cast<std::uint64_t>(std::abs(value)) >>
                                             (kMantissaBits - kBinBits));
  return value < 0 ? -bin : bin;
}

double middle_of_bin(std::int32_t bin) {
  if (bin == 0) return 0;
  const std::uint64_t low = static_cast<std::uint64_t>(std::abs(bin)) << (kMantissaBits - kBinBits);
  const auto size = std::bit_cast<double>(low | std::uint64_t{1} << (kMantissaBits - kBinBits - 1));
  return bin < 0 ? -size : size;
}

std::uint64_t GroupSums::total() const {
  return std::accumulate(count.begin(), count.end(), std::uint64_t{0});
}

void add_piece(SweepSums& to, const SweepSums& piece) {
  ++to.pieces_done;
  to.no_games += piece.no_games;
  to.groups.resize(piece.groups.size());
  for (std::size_t s = 0; s < piece.groups.size(); ++s) {
    for (const auto& [name, from] : piece.groups[s]) {
      GroupSums& sums = to.groups[s][name];
      for (std::size_t r = 0; r < GroupSums::kReplicates; ++r) {
        sums.count.at(r) += from.count.at(r);
        sums.sum.at(r) += from.sum.at(r);
        sums.squares.at(r) += from.squares.at(r);
      }
      for (const auto& [bin, count] : from.bins) sums.bins[bin] += count;
      sums.histogram.resize(std::max(sums.histogram.size(), from.histogram.size()));
      for (std::size_t b = 0; b < from.histogram.size(); ++b)
        sums.histogram[b] += from.histogram[b];
    }
  }
}

std::optional<Interval95> mean_of(const GroupSums& sums, Sampling sampling, Shown of) {
  const std::uint64_t total = sums.total();
  if (total == 0) return std::nullopt;
  if (sampling == Sampling::kSobol) {
    std::vector<double> means;
    for (std::size_t r = 0; r < GroupSums::kReplicates; ++r) {
      if (sums.count.at(r) > 0)
        means.push_back(sums.sum.at(r) / static_cast<double>(sums.count.at(r)));
    }
    if (means.size() == GroupSums::kReplicates) return over_replicates(means);
  }
  const auto n = static_cast<double>(total);
  const double sum = std::accumulate(sums.sum.begin(), sums.sum.end(), 0.0);
  const double mean = sum / n;
  if (is_indicator(of)) {
    const auto share = numeric::proportion(static_cast<std::size_t>(std::llround(sum)), total);
    return share;
  }
  const double squares = std::accumulate(sums.squares.begin(), sums.squares.end(), 0.0);
  const double variance = total < 2 ? 0 : std::max(0.0, squares - sum * mean) / (n - 1);
  const double reach = numeric::kNormal95 * std::sqrt(variance / n);
  return Interval95{mean, mean - reach, mean + reach};
}

std::optional<Interval95> share_of_group(const std::map<std::string, GroupSums>& groups,
                                         const std::string& name, Sampling sampling) {
  const auto found = groups.find(name);
  std::array<std::uint64_t, GroupSums::kReplicates> all{};
  std::uint64_t total = 0;
  for (const auto& [other, sums] : groups) {
    for (std::size_t r = 0; r < all.size(); ++r) all.at(r) += sums.count.at(r);
    total += sums.total();
  }
  if (found == groups.end() || total == 0) return std::nullopt;
  if (sampling == Sampling::kSobol &&
      std::none_of(all.begin(), all.end(), [](std::uint64_t n) { return n == 0; })) {
    std::vector<double> shares;
    for (std::size_t r = 0; r < all.size(); ++r)
      shares.push_back(static_cast<double>(found->second.count.at(r)) /
                       static_cast<double>(all.at(r)));
    return over_replicates(shares);
  }
  const auto share = numeric::proportion(found->second.total(), total);
  return share;
}

std::optional<double> quantile_of(const GroupSums& sums, double share) {
  const std::uint64_t total =
      std::accumulate(sums.bins.begin(), sums.bins.end(), std::uint64_t{0},
                      [](std::uint64_t n, const auto& bin) { return n + bin.second; });
  std::uint64_t below = 0;
  for (const auto& [bin, count] : sums.bins) {
    below += count;
    if (static_cast<double>(below) >= share * static_cast<double>(total)) return middle_of_bin(bin);
  }
  return std::nullopt;
}

}  // namespace turnout::landscape
