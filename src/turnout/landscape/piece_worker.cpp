#include "turnout/landscape/piece_worker.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "turnout/game/solve_kernel.h"
#include "turnout/landscape/kernels/loops.h"

namespace turnout::landscape {
namespace {

using game::Route;

std::array<std::uint64_t, numeric::Sobol::kDimensions> shift_of(const SweepSpec& spec,
                                                                std::uint64_t replicate) {
  base::Rng rng(spec.seed, replicate);
  std::array<std::uint64_t, numeric::Sobol::kDimensions> shift{};
  for (auto& bits : shift) bits = rng.next();
  return shift;
}

/// Columns of one table share the dimension of the first of them.
std::array<std::size_t, kNumbers> dimensions_of(const SweepSpec& spec) {
  std::array<std::size_t, kNumbers> dimension{};
  for (std::size_t k = 0; k < kNumbers; ++k) {
    dimension.at(k) = k;
    for (std::size_t other = 0; other < k; ++other) {
      const bool together = spec.draw.at(k).kind == Distribution::Kind::kColumn &&
                            spec.draw.at(other).kind == Distribution::Kind::kColumn &&
                            spec.draw.at(k).table == spec.draw.at(other).table;
      if (together) dimension.at(k) = dimension.at(other);
    }
  }
  if (spec.one_patience) dimension.at(kPatiences[1]) = dimension.at(kPatiences[0]);
  return dimension;
}

/// A game in which only the users' naivety matters.
game::Game game_like(const SweepSpec& spec) {
  game::User user;
  user.naive = spec.naive;
  return game::Game::make(user, {}, {}).value();
}

bool is_given(const Distribution& late_churn) {
  return late_churn.kind != Distribution::Kind::kConstant || late_churn.first != kNotGiven;
}

void add_to_histogram(const Statistic::Histogram& shape, double x,
                      std::vector<std::uint64_t>& counts) {
  const double place = (x - shape.low) / (shape.high - shape.low) * static_cast<double>(shape.bins);
  const std::size_t bin = x < shape.low ? 0
                          : x >= shape.high
                              ? shape.bins + 1
                              : 1 + std::min(shape.bins - 1, static_cast<std::size_t>(place));
  ++counts[bin];
}

}  // namespace

PieceWorker::Bins::Bins() : pages_(kPages) {}

void PieceWorker::Bins::add(double value) {
  constexpr std::uint32_t kSign = 0x800;
  const std::int32_t bin = bin_of(value);
  const auto size = static_cast<std::uint32_t>(std::abs(bin));
  auto& page = pages_[size / kPage | (bin < 0 ? kSign : 0)];
  if (page == nullptr) page = std::make_unique<std::array<std::uint32_t, kPage>>();
  ++(*page)[size % kPage];
}

void PieceWorker::Bins::clear() {
  for (auto& page : pages_) {
    if (page != nullptr) page->fill(0);
  }
}

std::map<std::int32_t, std::uint64_t> PieceWorker::Bins::counts() const {
  std::map<std::int32_t, std::uint64_t> counts;
  for (std::size_t p = 0; p < pages_.size(); ++p) {
    for (std::size_t b = 0; pages_[p] != nullptr && b < kPage; ++b) {
      const auto size = static_cast<std::int32_t>(p % (kPages / 2) * kPage + b);
      if (const auto count = pages_[p]->at(b); count > 0)
        counts[p < kPages / 2 ? size : -size] = count;
    }
  }
  return counts;
}

PieceWorker::PieceWorker(const SweepSpec& spec)
    : spec_(spec),
      numbers_(spec.is_papers() ? kPaperNumbers : kNumbers),
      late_churn_is_given_(is_given(spec.draw[kLateChurn])),
      like_(game_like(spec)),
      dimension_(dimensions_of(spec)),
      columns_(0, 0),
      routes_(kChunk),
      is_game_(kChunk),
      group_(kChunk),
      values_(kChunk),
      where_values_(kChunk),
      groups_(spec.statistics.size()) {
  for (const auto& statistic : spec.statistics) {
    of_.push_back(place_of(statistic.of));
    where_.push_back(place_of(statistic.where.value_or(statistic.of)));
  }
  columns_ = game::Columns(numbers_ + wanted_.size(), kChunk);
  for (std::size_t s = 0; s < groups_.size(); ++s) {
    groups_[s].resize(group_names(spec.statistics[s]).size());
    for (Group& group : groups_[s]) {
      if (!spec.statistics[s].quantiles.empty()) group.bins.emplace();
    }
  }
}

SweepSums PieceWorker::work(const Piece& piece) {
  clear();
  std::uint64_t no_games = 0;
  base::Rng rng(spec_.seed, piece.number);
  numeric::Sobol sobol(shift_of(spec_, piece.replicate), numbers_);
  sobol.seek(piece.from);
  for (std::uint64_t done = 0; done < piece.count; done += kChunk) {
    count_ = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, piece.count - done));
    draw(rng, sobol);
    no_games += leave_out_what_is_no_game();
    solve();
    for (std::size_t s = 0; s < spec_.statistics.size(); ++s) add(s);
  }
  return sums(piece.replicate, no_games);
}

/// The column of a number that some statistic is about.
std::size_t PieceWorker::place_of(Shown shown) {
  const auto at = std::find(wanted_.begin(), wanted_.end(), made_of(shown));
  if (at != wanted_.end()) return static_cast<std::size_t>(at - wanted_.begin());
  wanted_.push_back(made_of(shown));
  return wanted_.size() - 1;
}

void PieceWorker::clear() {
  for (std::size_t s = 0; s < groups_.size(); ++s) {
    const std::size_t bins = spec_.statistics[s].histogram.bins;
    for (Group& group : groups_[s]) {
      group.count = 0;
      group.sum = group.squares = 0;
      if (group.bins) group.bins->clear();
      group.histogram.assign(bins == 0 ? 0 : bins + 2, 0);
    }
  }
}

void PieceWorker::draw(base::Rng& rng, numeric::Sobol& sobol) {
  draw_shares(rng, sobol);
  for (std::size_t k = numbers_;
       k-- > 0;) {  // from the last, for those of one table read the first's shares
    if (dimension_.at(k) != k) std::copy_n(in(dimension_.at(k)).begin(), count_, in(k).begin());
    to_quantiles(spec_.draw.at(k), in(k));
  }
  for (std::size_t pair = 0; pair < spec_.ordered.size(); ++pair) {
    if (!spec_.ordered.at(pair)) continue;
    const std::span<double> first = in(3 + pair);
    const std::span<double> second = in(6 + pair);
    for (std::size_t i = 0; i < count_; ++i) {
      const double low = std::min(first[i], second[i]);
      second[i] = std::max(first[i], second[i]);
      first[i] = low;
    }
  }
}

void PieceWorker::draw_shares(base::Rng& rng, numeric::Sobol& sobol) {
  if (spec_.sampling == Sampling::kSobol) {
    for (std::size_t i = 0; i < count_; ++i) {
      const auto point = sobol.next();
      for (std::size_t k = 0; k < numbers_; ++k) in(k)[i] = point.at(k);
    }
    return;
  }
  for (std::size_t k = 0; k < numbers_; ++k) {
    if (dimension_.at(k) != k || spec_.draw.at(k).kind == Distribution::Kind::kConstant) continue;
    for (double& share : in(k)) share = (static_cast<double>(rng.next() >> 12U) + 0.5) * 0x1p-52;
  }
}

/// @returns how many; harmless games are put in their place, so that the kernel meets none that it
///   must refuse.
std::uint64_t PieceWorker::leave_out_what_is_no_game() {
  static const std::vector<game::Parameter> all = game::all_parameters();
  constexpr Numbers kHarmless = {1, 1, 1, 0.5, 1, 1, 0.5, 1, 1, 0, 1, 0, 0, 0, 1};
  std::fill_n(is_game_.begin(), count_, ~std::uint64_t{0});
  for (std::size_t k = 0; k < numbers_; ++k) {
    if (k == kLateChurn && !late_churn_is_given_) continue;
    const game::Range range = range_of(all[k].quantity);
    const std::span<const double> x = in(k);
    kernels::loops().check_range(range.low, range.high, x.data(), is_game_.data(), count_);
  }
  std::uint64_t none = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (is_game_[i] != 0) continue;
    ++none;
    for (std::size_t k = 0; k < numbers_; ++k) in(k)[i] = kHarmless.at(k);
  }
  return none;
}

game::GameColumns PieceWorker::games() const {
  std::array<const double*, kNumbers> columns{};
  for (std::size_t k = 0; k < numbers_; ++k) columns.at(k) = columns_[k];
  constexpr std::size_t kValueOfTime = 1;
  const Distribution& time = spec_.draw[kValueOfTime];
  if (time.kind == Distribution::Kind::kConstant && time.first == 1)
    columns[kValueOfTime] = nullptr;
  if (!late_churn_is_given_) columns[kLateChurn] = nullptr;
  return columns_of(count_, columns, &like_);
}

void PieceWorker::solve() {
  game::AnswerColumns answers;
  answers.route = routes_.data();
  for (std::size_t k = 0; k < wanted_.size(); ++k) want(answers, wanted_[k], out(k).data());
  solve_many(games(), answers);
  if (numbers_ == kPaperNumbers) return;
  for (std::size_t k = 0; k < wanted_.size(); ++k) {
    if (wanted_[k] != Shown::kUtility && wanted_[k] != Shown::kPreferredUtility) continue;
    for (std::size_t i = 0; i < count_; ++i) out(k)[i] += in(kOutside)[i];
  }
}

Numbers PieceWorker::numbers_at(std::size_t i) const {
  Numbers numbers{};
  for (std::size_t k = 0; k < kNumbers; ++k)
    numbers.at(k) = k < numbers_ ? columns_[k][i] : spec_.draw.at(k).first;
  numbers.back() = spec_.naive ? 1 : 0;
  return numbers;
}

/// @param room  where they are put, if they are not what the kernel wrote
std::span<const double> PieceWorker::values(Shown shown, std::size_t column,
                                            std::vector<double>& room) {
  const std::span<const double> written = out(column);
  if (!is_indicator(shown)) return written;
  if (shown == Shown::kCascades) {
    for (std::size_t i = 0; i < count_; ++i)
      room[i] = is_cascade(static_cast<Route>(routes_[i])) ? 1 : 0;
  } else {
    for (std::size_t i = 0; i < count_; ++i) room[i] = written[i] > 0 ? 1 : 0;
  }
  return {room.data(), count_};
}

void PieceWorker::find_ranges(const Statistic& statistic) {
  const auto& edges = statistic.edges;
  for (std::size_t i = 0; i < count_; ++i) {
    const double x = statistic.measure->value_in(numbers_at(i));
    const auto range = std::upper_bound(edges.begin(), edges.end(), x) - edges.begin();
    group_[i] = std::isnan(x) ? kNoGroup : static_cast<double>(range);
  }
}

void PieceWorker::find_regimes() {
  if (numbers_ > kPaperNumbers) {
    for (std::size_t i = 0; i < count_; ++i)
      group_[i] = static_cast<double>(regime_of(game_at(games(), i).value()));
    return;
  }
  const kernels::RegimeColumns games{in(0).data(), in(1).data(), in(3).data(),
                                     in(4).data(), in(6).data(), in(7).data()};
  kernels::loops().find_regimes(games, group_.data(), count_);
}

void PieceWorker::find_groups(const Statistic& statistic, std::size_t where) {
  std::fill(group_.begin() + static_cast<std::ptrdiff_t>(count_), group_.end(),
            kNoGroup);  // for add_up()
  if (statistic.by == Grouping::kNone) {
    std::fill_n(group_.begin(), count_, 0.0);
  } else if (statistic.by == Grouping::kRoute) {
    std::copy_n(routes_.begin(), count_, group_.begin());
  } else if (statistic.by == Grouping::kMeasure) {
    find_ranges(statistic);
  } else {
    find_regimes();
  }
  for (std::size_t i = 0; i < count_; ++i) group_[i] = is_game_[i] != 0 ? group_[i] : kNoGroup;
  if (!statistic.where) return;
  const auto condition = values(*statistic.where, where, where_values_);
  for (std::size_t i = 0; i < count_; ++i) group_[i] = condition[i] > 0 ? group_[i] : kNoGroup;
}

void PieceWorker::add(std::size_t s) {
  const Statistic& statistic = spec_.statistics[s];
  find_groups(statistic, where_[s]);
  const auto x = values(statistic.of, of_[s], values_);
  for (std::size_t g = 0; g < groups_[s].size(); ++g) {
    const auto totals =
        kernels::loops().add_up(x.data(), group_.data(), static_cast<double>(g), count_);
    Group& group = groups_[s].at(g);
    group.count += static_cast<std::uint64_t>(totals.count);
    group.sum += totals.sum;
    group.squares += totals.squares;
  }
  if (statistic.quantiles.empty() && statistic.histogram.bins == 0) return;
  for (std::size_t i = 0; i < count_; ++i) {
    if (group_[i] == kNoGroup) continue;
    Group& group = groups_[s].at(static_cast<std::size_t>(group_[i]));
    if (group.bins) group.bins->add(x[i]);
    if (!group.histogram.empty()) add_to_histogram(statistic.histogram, x[i], group.histogram);
  }
}

SweepSums PieceWorker::sums(std::uint64_t replicate, std::uint64_t no_games) const {
  SweepSums all;
  all.no_games = no_games;
  all.groups.resize(groups_.size());
  for (std::size_t s = 0; s < groups_.size(); ++s) {
    const auto names = group_names(spec_.statistics[s]);
    for (std::size_t g = 0; g < names.size(); ++g) {
      const Group& from = groups_[s].at(g);
      if (from.count == 0) continue;
      GroupSums& to = all.groups[s][names[g]];
      to.count.at(replicate) = from.count;
      to.sum.at(replicate) = from.sum;
      to.squares.at(replicate) = from.squares;
      if (from.bins) to.bins = from.bins->counts();
      to.histogram = from.histogram;
    }
  }
  return all;
}

}  // namespace turnout::landscape
