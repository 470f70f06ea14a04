#include "turnout/estimation/log_world.h"

#include <algorithm>

#include "turnout/game/task_types.h"

namespace turnout::estimation {

double LogWorld::churn_penalty(double lifetime_value) const {
  return lifetime_value * std::max(0.0, leaves_unsolved - leaves_solved);
}

double first_try(const LogWorld& world, std::size_t k) {
  return game::mean_success(world.skills[k], world.sigma);
}

}  // namespace turnout::estimation
