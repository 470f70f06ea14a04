#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "turnout/estimation/log_world.h"
#include "turnout/estimation/path_table.h"

/// How likely a log is in a world. docs/theory.md, section 25.
namespace turnout::estimation {

/// How likely a log's counts are. The counts of paths are those of PathTable; behind kDeepestPath
/// only which models served is known.
class LogModel {
 public:
  /// @param statistics  with a first attempt
  explicit LogModel(const LogStatistics& statistics);

  [[nodiscard]] const PathTable& table() const;
  [[nodiscard]] const std::vector<std::string>& names() const { return table().names(); }

  /// @returns ln of the probability of the log's counts in this world, up to a constant: of how the
  ///   passes of each path ended, and of who never came back. Equations (34) and (35). Cost: a
  ///   division for each attempt, model and node, and a product for each path and node: 1 to 15 us.
  [[nodiscard]] double log_likelihood(const LogWorld& world) const;

  /// @returns what the log's own policies come to there, over all their tasks: models are drawn for
  ///   each attempt as often as in the log.
  [[nodiscard]] WorldPayoffs today(const LogWorld& world) const;

  /// @returns how often models served attempts 1, 2, ..., kDeepestPath + 1 and later ones: by
  ///   attempt and model, each attempt's sum is 1; attempts that nobody made are left out.
  [[nodiscard]] std::vector<std::vector<double>> shares() const;

  /// @returns the least and the greatest wait per success that users faced: outside of these bars V
  ///   is not told. Nothing without re-prompts.
  [[nodiscard]] std::optional<std::pair<double, double>> bars(const LogWorld& world) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace turnout::estimation
