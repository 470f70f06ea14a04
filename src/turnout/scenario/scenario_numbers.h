#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "turnout/scenario/scenario.h"
#include "turnout/scenario/toml_section.h"

/// Numbers of a scenario that are more than a number: known to an interval or by counts, or spread
/// over the users.
namespace turnout::scenario {

/// Reads a number, or a table that says how well it is known, which is kept in `uncertain`.
class Amounts {
 public:
  explicit Amounts(std::vector<Uncertainty>& uncertain) : uncertain_(uncertain) {}
  /// @returns the number, or its mean; of a range the middle.
  base::Result<double> read(const TomlSection& section, std::string_view key,
                            game::Parameter parameter);
  /// The same for a number that may be absent.
  base::Result<double> read(const TomlSection& section, std::string_view key,
                            game::Parameter parameter, double otherwise);
  /// The same for a number of [difficulty].
  base::Result<double> read(const TomlSection& section, std::string_view key,
                            double game::Difficulty::*number, double otherwise);

 private:
  base::Result<double> take(const TomlSection& section, std::string_view key, Uncertainty known);
  std::vector<Uncertainty>& uncertain_;
};

/// @returns the lognormal that a key holds; nothing if it holds something else or is absent.
base::Result<std::optional<Lognormal>> read_lognormal(const TomlSection& section,
                                                      std::string_view key,
                                                      game::Quantity quantity);

/// @returns the list of patience by attempt that a key holds; empty if it holds something else or is
///   absent.
base::Result<std::vector<double>> read_patience(const TomlSection& section, std::string_view key);

/// @returns users with two independent lognormals as 200 segments of equal share, by the medians of
///   the quantiles: a rank-1 lattice, in which every quantile of each occurs once.
std::vector<Segment> spread(const Lognormal& value, const Lognormal& time);

}  // namespace turnout::scenario
