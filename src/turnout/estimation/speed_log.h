#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "turnout/traffic/pass.h"

namespace turnout::estimation {

/// What the search for a change of speed needs of a pass.
struct SpeedRow {
  std::int64_t started_us = 0;
  double latency_s = 0;  ///< > 0
  std::optional<double> output_tokens, input_tokens;
  friend bool operator==(const SpeedRow&, const SpeedRow&) = default;
};

/// The passes of a log as rows of time, length and latency, in memory: 50 bytes a pass, of the
/// first kMostRows passes of a model all, of more a sample by hash; arrivals are counted by the
/// minute, all of them. Says the same of the same passes in any order.
class SpeedLog {
 public:
  static constexpr std::size_t kMostRows = std::size_t{1} << 20U;
  explicit SpeedLog(std::size_t most_rows = kMostRows) : most_rows_(most_rows) {}

  /// @param pass  sound; one whose latency is 0 counts as an arrival only
  void add(const traffic::Pass& pass);

  /// By model, in the order of their starts (then latency): what order they were added in does not
  /// matter. O(n log n).
  [[nodiscard]] std::map<std::string, std::vector<SpeedRow>> rows() const;
  /// @returns how many passes of all models started in the minutes [from, to), minutes since 1970.
  /// O(log of the minutes + to - from).
  [[nodiscard]] double arrivals(std::int64_t from_minute, std::int64_t to_minute) const;
  [[nodiscard]] std::optional<std::int64_t> first_us() const { return first_us_; }
  [[nodiscard]] std::optional<std::int64_t> last_us() const { return last_us_; }

 private:
  struct Sampled {
    std::uint64_t hash = 0;
    SpeedRow row;
  };
  struct Model {
    std::uint64_t greatest = ~std::uint64_t{0};  // hash of the rows that count
    std::vector<Sampled> rows;
  };
  std::size_t most_rows_;
  std::map<std::string, Model> models_;
  std::map<std::int64_t, std::int64_t> minutes_;
  std::optional<std::int64_t> first_us_, last_us_;
};

}  // namespace turnout::estimation
