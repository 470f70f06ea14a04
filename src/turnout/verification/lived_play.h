#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "turnout/traffic/pass.h"
#include "turnout/verification/lived_world.h"
#include "turnout/verification/reacting_routers.h"

/// Tasks of a lived world, played attempt by attempt.
namespace turnout::verification {

/// When the people of a world ask again. A hasty one does as long as what he has waited, and the next
/// answer, are within his time. Any other one looks ahead with what he knows of the router and of all
/// tasks there are (a sample of some hundred of them, those less that the failed attempts would have
/// solved): he asks again if some number of further attempts brings so many solved tasks per second of
/// waiting that a solved task's worth pays for it.
class Minds {
 public:
  explicit Minds(const LivedWorld& world);

  /// @param path    the models that served and failed
  /// @param waited  seconds, so far
  [[nodiscard]] bool goes_on(const Arrival& task, std::span<const std::size_t> path, double waited,
                             const Router& router);
  /// Another router serves from now on: what the last one promised is forgotten.
  void forget() { known_.clear(); }

 private:
  [[nodiscard]] double least_value(std::span<const std::size_t> path, const Router& router) const;
  [[nodiscard]] const double* chances(std::size_t before, std::size_t model) const;

  const LivedWorld& world_;
  std::vector<double> chances_;  // [before][model][task of the sample]
  std::map<std::pair<std::uint64_t, std::uint64_t>, double> known_;
};

/// What a task came to.
struct LivedTask {
  double service = 0;  ///< what its calls cost, dollars
  bool solved = false;
  std::size_t attempts = 0;
  /// @returns J: with P where it was not solved.
  [[nodiscard]] double cost(const LivedWorld& world) const {
    return service + (solved ? 0 : world.penalty());
  }
};

/// Who came after whom in each seat, for the names in a log.
using Generations = std::vector<std::size_t>;

/// Where a log of the tasks goes, if it is wanted.
struct LivedLog {
  std::string policy;  ///< the name of the one in force
  std::vector<traffic::Pass> passes = {};
  Generations generations = Generations(kSeats, 0);
};

/// Plays one task.
/// @param log  its passes are added; nullptr: nobody keeps a log
LivedTask play_task(const LivedWorld& world, const Arrivals& arrivals, std::size_t number,
                    Router& router, Minds& minds, LivedLog* log);

/// @returns the mean J of a range of tasks.
double mean_cost(const LivedWorld& world, const Arrivals& arrivals, std::size_t from,
                 std::size_t to, Router& router, Minds& minds);

}  // namespace turnout::verification
