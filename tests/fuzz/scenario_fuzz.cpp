// Any bytes are a scenario or an error in one line; a scenario that was read can be solved.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "turnout/game/remedies.h"
#include "turnout/scenario/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scenario = turnout::scenario::parse_scenario(text, "fuzz.toml");
  if (!scenario) {
    if (scenario.error().to_string().empty()) std::abort();
    return 0;
  }
  const auto equilibrium = turnout::game::solve(scenario->game);
  const auto& payoffs = equilibrium.best().payoffs;
  if (!std::isfinite(payoffs.provider_cost) || !std::isfinite(payoffs.user_utility)) std::abort();
  if (!std::isfinite(turnout::game::penalty_floor(scenario->game, equilibrium))) std::abort();
  return 0;
}
