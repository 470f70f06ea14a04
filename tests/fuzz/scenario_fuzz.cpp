// Any bytes are a scenario or an error in one line; a scenario that was read can be solved and
// planned for.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "turnout/game/plan_classes.h"
#include "turnout/game/remedies.h"
#include "turnout/scenario/scenario_scope.h"
#include "turnout/scenario/scenario_types.h"

namespace {

void need_finite(double x) {
  if (!std::isfinite(x)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("outcomes") != std::string_view::npos)
    return 0;  // would open any file of this machine
  const auto scenario = turnout::scenario::parse_scenario(text, "fuzz.toml");
  if (!scenario) {
    if (scenario.error().to_string().empty()) std::abort();
    return 0;
  }
  const auto plans = turnout::game::compare_plans(scenario->game, {200});
  for (const auto* plan : {&plans.best_static, &plans.deterministic.plan, &plans.plan.plan}) {
    need_finite(plan->payoffs.provider_cost);
    need_finite(plan->payoffs.user_utility);
  }
  const auto sequences = turnout::game::compare_plans(
      scenario->game, turnout::scenario::task_types(*scenario, 3), 3, {200});
  need_finite(sequences.plan.plan.payoffs.provider_cost);
  const auto paper = turnout::scenario::paper_game(*scenario, "fuzz");
  if (!paper) return 0;
  const auto equilibrium = turnout::game::solve(paper->game);
  need_finite(equilibrium.best().payoffs.provider_cost);
  need_finite(equilibrium.best().payoffs.user_utility);
  need_finite(turnout::game::penalty_floor(paper->game, equilibrium));
  return 0;
}
