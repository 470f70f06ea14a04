#include "turnout/landscape/sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "turnout/base/rng.h"
#include "turnout/game/solve_kernel.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/proportion.h"
#include "turnout/numeric/sobol.h"

namespace turnout::landscape {
namespace {

using game::Route;

constexpr std::size_t kChunk = 2048;  // games solved at a time: in cache
constexpr double kBinsPerOctave = 64;
constexpr std::int32_t kZeroBin = 0;
constexpr std::int32_t kFarBin = 1 << 20;  // added to the sign's side

std::int32_t bin_of(double value) {
  if (value == 0) return kZeroBin;
  const auto size = static_cast<std::int32_t>(std::floor(kBinsPerOctave * std::log2(std::abs(value)))) + kFarBin;
  return value > 0 ? size : -size;
}

double value_of(std::int32_t bin) {
  if (bin == kZeroBin) return 0;
  const double size = std::exp2((std::abs(bin) - kFarBin + 0.5) / kBinsPerOctave);
  return bin > 0 ? size : -size;
}

/// Games from..from+count of one replicate's piece.
struct Piece {
  std::uint64_t replicate = 0, from = 0, count = 0;
};

std::uint64_t replicates_of(const SweepSpec& spec) { return spec.sobol ? GroupSums::kReplicates : 1; }

std::uint64_t games_in_replicate(const SweepSpec& spec, std::uint64_t replicate) {
  const std::uint64_t all = replicates_of(spec);
  return spec.games / all + (replicate < spec.games % all ? 1 : 0);
}

/// Games of a piece: many enough to be worth a thread, few enough for some hundred pieces.
std::uint64_t piece_size(const SweepSpec& spec) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 20U;
  const std::uint64_t wanted = spec.games / replicates_of(spec) / 64;
  return std::clamp<std::uint64_t>(wanted / kChunk * kChunk, 8 * kChunk, kMost);
}

std::uint64_t pieces_in_replicate(const SweepSpec& spec, std::uint64_t replicate) {
  return (games_in_replicate(spec, replicate) + piece_size(spec) - 1) / piece_size(spec);
}

Piece piece_at(const SweepSpec& spec, std::uint64_t number) {
  Piece piece;
  while (number >= pieces_in_replicate(spec, piece.replicate)) number -= pieces_in_replicate(spec, piece.replicate++);
  piece.from = number * piece_size(spec);
  piece.count = std::min(piece_size(spec), games_in_replicate(spec, piece.replicate) - piece.from);
  return piece;
}

std::array<std::uint64_t, numeric::Sobol::kDimensions> shift_of(const SweepSpec& spec, std::uint64_t replicate) {
  base::Rng rng(spec.seed, replicate);
  std::array<std::uint64_t, numeric::Sobol::kDimensions> shift{};
  for (auto& bits : shift) bits = rng.next();
  return shift;
}

/// Draws games and adds up what they come to, chunk by chunk.
class PieceWorker {
 public:
  explicit PieceWorker(const SweepSpec& spec) : spec_(spec) {
    for (std::size_t k = 0; k < kNumbers; ++k) in_.at(k).resize(kChunk + k * kApart);
    routes_.resize(kChunk);
    is_game_.resize(kChunk);
    for (std::size_t k = 0; k < kNumbers; ++k) {  // columns of one table share a dimension
      dimension_.at(k) = k;
      for (std::size_t other = 0; other < k; ++other) {
        const bool together = spec.draw.at(k).kind == Distribution::Kind::kColumn &&
                              spec.draw.at(other).kind == Distribution::Kind::kColumn &&
                              spec.draw.at(k).table == spec.draw.at(other).table;
        if (together) dimension_.at(k) = dimension_.at(other);
      }
    }
    for (const auto& statistic : spec.statistics) {
      of_.push_back(place_of(statistic.of));
      where_.push_back(place_of(statistic.where.value_or(statistic.of)));
    }
    out_.resize(wanted_.size());
    for (std::size_t k = 0; k < out_.size(); ++k) out_[k].resize(kChunk + (kNumbers + k) * kApart);
  }

  SweepSums work(const Piece& piece, std::uint64_t number) {
    SweepSums sums;
    sums.groups.resize(spec_.statistics.size());
    base::Rng rng(spec_.seed, number);
    numeric::Sobol sobol(shift_of(spec_, piece.replicate));
    sobol.seek(piece.from);
    for (std::uint64_t done = 0; done < piece.count; done += kChunk) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, piece.count - done));
      draw(count, rng, sobol, sums);
      solve(count);
      for (std::size_t s = 0; s < spec_.statistics.size(); ++s) add(s, count, piece.replicate, sums.groups[s]);
    }
    return sums;
  }

 private:
  static constexpr std::size_t kApart = 40;
  double* in(std::size_t k) { return in_.at(k).data() + k * kApart; }
  double* out(std::size_t k) { return out_[k].data() + (kNumbers + k) * kApart; }

  /// The column of a number that some statistic is about.
  std::size_t place_of(Shown shown) {
    const auto at = std::find(wanted_.begin(), wanted_.end(), made_of(shown));
    if (at != wanted_.end()) return static_cast<std::size_t>(at - wanted_.begin());
    wanted_.push_back(made_of(shown));
    return wanted_.size() - 1;
  }

  void draw(std::size_t count, base::Rng& rng, numeric::Sobol& sobol, SweepSums& sums) {
    constexpr Numbers kSafe = {1, 1, 1, 0.5, 1, 1, 0.5, 1, 1};
    static const std::vector<game::Parameter> all = game::parameters();
    for (std::size_t i = 0; i < count; ++i) {
      std::array<double, numeric::Sobol::kDimensions> shares{};
      if (spec_.sobol) {
        shares = sobol.next();
      } else {
        for (double& share : shares) share = (static_cast<double>(rng.next() >> 12U) + 0.5) * 0x1p-52;
      }
      Numbers x{};
      for (std::size_t k = 0; k < kNumbers; ++k) x.at(k) = quantile(spec_.draw.at(k), shares.at(dimension_.at(k)));
      for (std::size_t pair = 0; pair < spec_.ordered.size(); ++pair) {
        if (spec_.ordered.at(pair) && x.at(3 + pair) > x.at(6 + pair)) std::swap(x.at(3 + pair), x.at(6 + pair));
      }
      bool valid = true;
      for (std::size_t k = 0; k < kNumbers; ++k) valid = valid && game::check(all[k].quantity, x.at(k)).has_value();
      is_game_[i] = valid;
      sums.no_games += valid ? 0 : 1;
      for (std::size_t k = 0; k < kNumbers; ++k) in(k)[i] = valid ? x.at(k) : kSafe.at(k);
    }
  }

  void solve(std::size_t count) {
    const game::GameColumns games{count, in(0), in(2), {in(3), in(6)}, {in(4), in(7)}, {in(5), in(8)}, in(1)};
    game::AnswerColumns answers;
    answers.route = routes_.data();
    for (std::size_t k = 0; k < wanted_.size(); ++k) want(answers, wanted_[k], out(k));
    solve_many(games, answers);
  }

  double value(Shown shown, std::size_t column, std::size_t i) { return value_of(shown, routes_[i], out(column)[i]); }

  std::string group(Grouping by, std::size_t i) {
    if (by == Grouping::kNone) return "";
    if (by == Grouping::kRoute) return to_string(static_cast<Route>(routes_[i]));
    const bool first = in(0)[i] * in(3)[i] >= in(1)[i] * in(4)[i];
    const bool second = in(0)[i] * in(6)[i] >= in(1)[i] * in(7)[i];
    return to_string(first    ? second ? game::Regime::kValueValue : game::Regime::kValueLatency
                     : second ? game::Regime::kLatencyValue
                              : game::Regime::kLatencyLatency);
  }

  void add(std::size_t s, std::size_t count, std::uint64_t replicate, std::map<std::string, GroupSums>& groups) {
    const Statistic& statistic = spec_.statistics[s];
    GroupSums* last = nullptr;
    std::string last_name;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_game_[i] || (statistic.where && !(value(*statistic.where, where_[s], i) > 0))) continue;
      if (last == nullptr || statistic.by != Grouping::kNone) {
        std::string name = group(statistic.by, i);
        if (last == nullptr || name != last_name) {
          last = &groups[name];
          last_name = std::move(name);
        }
      }
      const double x = value(statistic.of, of_[s], i);
      ++last->count.at(replicate);
      last->sum.at(replicate) += x;
      last->squares.at(replicate) += x * x;
      if (!statistic.quantiles.empty()) ++last->bins[bin_of(x)];
      if (statistic.histogram.bins > 0) add_to_histogram(statistic.histogram, x, last->histogram);
    }
  }

  static void add_to_histogram(const Statistic::Histogram& shape, double x, std::vector<std::uint64_t>& counts) {
    counts.resize(shape.bins + 2);
    const double place = (x - shape.low) / (shape.high - shape.low) * static_cast<double>(shape.bins);
    const std::size_t bin = x < shape.low     ? 0
                            : x >= shape.high ? shape.bins + 1
                                              : 1 + std::min(shape.bins - 1, static_cast<std::size_t>(place));
    ++counts[bin];
  }

  const SweepSpec& spec_;
  std::array<std::vector<double>, kNumbers> in_;
  std::vector<Shown> wanted_;            // numbers, by column of out_
  std::vector<std::size_t> of_, where_;  // columns, by statistic
  std::vector<std::vector<double>> out_;
  std::vector<std::uint8_t> routes_;
  std::vector<bool> is_game_;
  std::array<std::size_t, kNumbers> dimension_{};
};

void merge(SweepSums& to, const SweepSums& more) {
  to.no_games += more.no_games;
  to.groups.resize(more.groups.size());
  for (std::size_t s = 0; s < more.groups.size(); ++s) {
    for (const auto& [name, from] : more.groups[s]) {
      GroupSums& sums = to.groups[s][name];
      for (std::size_t r = 0; r < GroupSums::kReplicates; ++r) {
        sums.count.at(r) += from.count.at(r);
        sums.sum.at(r) += from.sum.at(r);
        sums.squares.at(r) += from.squares.at(r);
      }
      for (const auto& [bin, count] : from.bins) sums.bins[bin] += count;
      sums.histogram.resize(std::max(sums.histogram.size(), from.histogram.size()));
      for (std::size_t b = 0; b < from.histogram.size(); ++b) sums.histogram[b] += from.histogram[b];
    }
  }
}

/// 97.5 % quantile of Student's t with 15 degrees of freedom.
constexpr double kStudent15 = 2.131449545559323;

/// The mean of a number over independent replicates, with its interval.
Interval95 over_replicates(const std::vector<double>& means) {
  const double mean = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
  double squares = 0;
  for (const double x : means) squares += (x - mean) * (x - mean);
  const auto n = static_cast<double>(means.size());
  const double reach = kStudent15 * std::sqrt(squares / (n - 1) / n);
  return {mean, mean - reach, mean + reach};
}

}  // namespace

double quantile(const Distribution& d, double share) {
  switch (d.kind) {
    case Distribution::Kind::kConstant:
      return d.first;
    case Distribution::Kind::kUniform:
      return d.first + (d.second - d.first) * share;
    case Distribution::Kind::kLogUniform:
      return d.first * std::pow(d.second / d.first, share);
    case Distribution::Kind::kLognormal:
      return d.first * std::exp(d.second * numeric::normal_quantile(share));
    case Distribution::Kind::kExponential:
      return -d.first * std::log1p(-share);
    case Distribution::Kind::kColumn:
      break;
  }
  return d.column[static_cast<std::size_t>(share * static_cast<double>(d.column.size()))];
}

std::uint64_t GroupSums::total() const { return std::accumulate(count.begin(), count.end(), std::uint64_t{0}); }

std::uint64_t pieces_of(const SweepSpec& spec) {
  std::uint64_t pieces = 0;
  for (std::uint64_t r = 0; r < replicates_of(spec); ++r) pieces += pieces_in_replicate(spec, r);
  return pieces;
}

SweepSums sweep(const SweepSpec& spec, SweepSums sums, unsigned threads,
                const std::function<bool(std::uint64_t, const SweepSums&)>& on_pieces) {
  const std::uint64_t pieces = pieces_of(spec);
  std::vector<PieceWorker> workers(std::max(1U, threads), PieceWorker(spec));
  std::vector<SweepSums> parts(workers.size());
  while (sums.pieces_done < pieces) {
    const std::size_t round = std::min<std::uint64_t>(workers.size(), pieces - sums.pieces_done);
    const auto work = [&](std::size_t t) {
      const std::uint64_t number = sums.pieces_done + t;
      parts[t] = workers[t].work(piece_at(spec, number), number);
    };
    {
      std::vector<std::jthread> others;
      for (std::size_t t = 1; t < round; ++t) others.emplace_back(work, t);
      work(0);
    }
    std::uint64_t games = 0;
    for (std::size_t t = 0; t < round; ++t) {
      merge(sums, parts[t]);
      games += piece_at(spec, sums.pieces_done + t).count;
    }
    sums.pieces_done += round;
    if (!on_pieces(games, sums)) break;
  }
  return sums;
}

std::optional<Interval95> mean_of(const GroupSums& sums, const SweepSpec& spec, Shown of) {
  const std::uint64_t total = sums.total();
  if (total == 0) return std::nullopt;
  if (spec.sobol) {
    std::vector<double> means;
    for (std::size_t r = 0; r < GroupSums::kReplicates; ++r) {
      if (sums.count.at(r) > 0) means.push_back(sums.sum.at(r) / static_cast<double>(sums.count.at(r)));
    }
    if (means.size() == GroupSums::kReplicates) return over_replicates(means);
  }
  const auto n = static_cast<double>(total);
  const double sum = std::accumulate(sums.sum.begin(), sums.sum.end(), 0.0);
  const double mean = sum / n;
  if (is_indicator(of)) {
    const auto share = numeric::proportion(static_cast<std::size_t>(std::llround(sum)), total);
    return Interval95{share.share, share.low, share.high};
  }
  const double squares = std::accumulate(sums.squares.begin(), sums.squares.end(), 0.0);
  const double variance = total < 2 ? 0 : std::max(0.0, squares - sum * mean) / (n - 1);
  const double reach = numeric::kNormal95 * std::sqrt(variance / n);
  return Interval95{mean, mean - reach, mean + reach};
}

std::optional<Interval95> share_of_group(const std::map<std::string, GroupSums>& groups, const std::string& name,
                                         const SweepSpec& spec) {
  const auto found = groups.find(name);
  std::array<std::uint64_t, GroupSums::kReplicates> all{};
  std::uint64_t total = 0;
  for (const auto& [other, sums] : groups) {
    for (std::size_t r = 0; r < all.size(); ++r) all.at(r) += sums.count.at(r);
    total += sums.total();
  }
  if (found == groups.end() || total == 0) return std::nullopt;
  if (spec.sobol && std::none_of(all.begin(), all.end(), [](std::uint64_t n) { return n == 0; })) {
    std::vector<double> shares;
    for (std::size_t r = 0; r < all.size(); ++r)
      shares.push_back(static_cast<double>(found->second.count.at(r)) / static_cast<double>(all.at(r)));
    return over_replicates(shares);
  }
  const auto share = numeric::proportion(found->second.total(), total);
  return Interval95{share.share, share.low, share.high};
}

std::optional<double> quantile_of(const GroupSums& sums, double share) {
  const std::uint64_t total = std::accumulate(sums.bins.begin(), sums.bins.end(), std::uint64_t{0},
                                              [](std::uint64_t n, const auto& bin) { return n + bin.second; });
  std::uint64_t below = 0;
  for (const auto& [bin, count] : sums.bins) {
    below += count;
    if (static_cast<double>(below) >= share * static_cast<double>(total)) return value_of(bin);
  }
  return std::nullopt;
}

}  // namespace turnout::landscape
