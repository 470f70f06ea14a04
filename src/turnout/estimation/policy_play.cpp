#include "turnout/estimation/policy_play.h"

#include <map>
#include <utility>
#include <vector>

#include "turnout/estimation/world_play.h"

namespace turnout::estimation {
namespace {

/// Open tasks by node of difficulty, by the policy's state that they are in.
using OpenTasks = std::map<policy::State, std::vector<double>>;

/// What one draw of a state makes of the tasks that are in it.
void serve(const policy::Draw& draw, const std::vector<double>& open, const double* success,
           const LogWorld& world, AttemptRow& row, std::vector<double>& still) {
  AttemptRow made;
  make_attempt(open, draw.probability, success, world.patience[draw.model], made, still);
  row.open += made.open;
  row.solved += made.solved;
  row.wait += made.open * world.latencies[draw.model];
  row.cost += made.open * world.costs[draw.model];
}

}  // namespace

WorldPayoffs play_policy(const policy::Policy& policy, const LogWorld& world) {
  SuccessTable success(world);
  const std::size_t nodes = success.all_tasks().size();
  OpenTasks open = {{0, success.all_tasks()}};
  std::vector<AttemptRow> rows;
  for (std::size_t m = 0; m < kMostFollowed; ++m) {
    AttemptRow row;
    OpenTasks behind;
    for (const auto& [state, tasks] : open) {
      for (const policy::Draw& draw : policy.draws(state)) {
        const auto next = state + static_cast<policy::State>(draw.advance);
        auto& still = behind.try_emplace(next, nodes, 0.0).first->second;
        serve(draw, tasks, success.at(m, draw.model), world, row, still);
      }
    }
    if (row.open < kFewOpen) break;
    rows.push_back(row);
    open = std::move(behind);
  }
  return sum_of(rows, world);
}

}  // namespace turnout::estimation
