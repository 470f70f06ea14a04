#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/game/columns.h"
#include "turnout/landscape/sweep.h"
#include "turnout/numeric/sobol.h"

namespace turnout::landscape {

/// Games from..from+count of one replicate's sequence: what one thread works on.
struct Piece {
  std::uint64_t number = 0, replicate = 0, from = 0, count = 0;
};

/// Draws the games of a piece and adds up what they come to, a chunk that fits the cache at a time,
/// column by column.
class PieceWorker {
 public:
  explicit PieceWorker(const SweepSpec& spec);
  SweepSums work(const Piece& piece);

 private:
  static constexpr std::size_t kChunk = 1024;
  static constexpr double kNoGroup = -1;  // of games that do not count

  /// Counts by bin_of(): a page for each octave that is met.
  class Bins {
   public:
    Bins();
    void add(double value);
    void clear();
    [[nodiscard]] std::map<std::int32_t, std::uint64_t> counts() const;

   private:
    static constexpr std::size_t kPage = 128;
    static constexpr std::size_t kPages = 4096;  // exponents of both signs
    std::vector<std::unique_ptr<std::array<std::uint32_t, kPage>>> pages_;
  };
  struct Group {
    std::uint64_t count = 0;
    double sum = 0, squares = 0;
    std::optional<Bins> bins;
    std::vector<std::uint64_t> histogram;
  };

  std::span<double> in(std::size_t k) { return {columns_[k], count_}; }
  std::span<double> out(std::size_t k) { return {columns_[numbers_ + k], count_}; }
  std::size_t place_of(Shown shown);
  void clear();
  void draw(base::Rng& rng, numeric::Sobol& sobol);
  void draw_shares(base::Rng& rng, numeric::Sobol& sobol);
  std::uint64_t leave_out_what_is_no_game();
  [[nodiscard]] game::GameColumns games() const;
  void solve();
  [[nodiscard]] Numbers numbers_at(std::size_t i) const;
  std::span<const double> values(Shown shown, std::size_t column, std::vector<double>& room);
  void find_ranges(const Statistic& statistic);
  void find_regimes();
  void find_groups(const Statistic& statistic, std::size_t where);
  void add(std::size_t s);
  [[nodiscard]] SweepSums sums(std::uint64_t replicate, std::uint64_t no_games) const;

  const SweepSpec& spec_;
  std::size_t numbers_ = kPaperNumbers;  // that are drawn; the others are the paper's
  bool late_churn_is_given_ = false;
  game::Game like_;        // whose users are as naive
  std::size_t count_ = 0;  // games of this chunk
  std::array<std::size_t, kNumbers> dimension_{};
  std::vector<Shown> wanted_;            // answers, by column behind the games' numbers
  std::vector<std::size_t> of_, where_;  // answers, by statistic
  game::Columns columns_;
  std::vector<std::uint8_t> routes_;
  std::vector<std::uint64_t> is_game_;  // all bits or none
  std::vector<double> group_, values_, where_values_;
  std::vector<std::vector<Group>> groups_;  // by statistic, in the order of group_names()
};

}  // namespace turnout::landscape
