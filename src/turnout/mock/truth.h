#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "turnout/scenario/scenario.h"
#include "turnout/simulation/pass_rule.h"

namespace turnout::mock {

/// A model's try at a task, and what was tried before.
struct Try {
  std::string_view task;   ///< its name
  std::size_t model = 0;   ///< by its number in the scenario
  std::size_t own = 0;     ///< tries that this model made at the task before
  std::size_t before = 0;  ///< tries that all models made at it before
};

/// What chance gives a try beside its success.
struct Luck {
  double latency = 1;  ///< factor of the model's mean latency, of mean 1
  double tokens = 1;   ///< the same of the mean number of tokens
};

/// Whether models solve tasks: nobody else's luck than that of the seed, the task's name, the model and
/// its try, so that it is the same whatever happens meanwhile, and can be looked up afterwards. Tasks
/// differ as game/task_types.h says: logit p = skill_k - theta + phi_k + feedback * before; or a task
/// is a row of a table of outcomes: the one of its name, or one drawn by its name.
class Truth {
 public:
  /// @param scenario  its `outcomes`, if it has any, are what models do; else its `difficulty`
  Truth(const scenario::Scenario& scenario, std::uint64_t seed);

  /// @returns the probability that the try succeeds, for who knows all about the task; in [0, 1].
  [[nodiscard]] double success(const Try& made) const;
  /// @returns whether it does.
  [[nodiscard]] bool solves(const Try& made) const;
  /// @param latency_sigma,tokens_sigma  of the logarithms, >= 0
  [[nodiscard]] Luck luck(const Try& made, double latency_sigma, double tokens_sigma) const;

 private:
  [[nodiscard]] std::size_t row(std::string_view task) const;
  std::uint64_t seed_;
  game::Difficulty difficulty_;
  simulation::PassRule passes_;
  std::vector<std::vector<double>> rates_;  // [row][model]; none without a table
  std::unordered_map<std::string, std::size_t> rows_;
};

}  // namespace turnout::mock
