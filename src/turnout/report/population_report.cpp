#include "turnout/report/population_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "turnout/game/equilibrium.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using game::PopulationPart;
using nlohmann::ordered_json;

/// What it would cost if each part could have its own policy: a bound on what telling users apart
/// is worth.
double cost_told_apart(const std::vector<PopulationPart>& parts) {
  double cost = 0;
  for (const PopulationPart& part : parts)
    cost += part.share * game::solve(part.game).best().payoffs.provider_cost;
  return cost;
}

double best_static(const std::vector<PopulationPart>& parts) {
  double least = game::evaluate_population(parts, {0, 0}).provider_cost;
  for (const game::Policy& policy : {game::Policy{0, 1}, game::Policy{1, 0}}) {
    least = std::min(least, game::evaluate_population(parts, policy).provider_cost);
  }
  return least;
}

}  // namespace

ordered_json population_json(const Population& population) {
  const game::PopulationOptimum best = game::best_for_population(population.parts);
  const auto& p = best.payoffs;
  ordered_json json = {{"game", game_json(population.scenario)},
                       {"start", best.policy.start + 1},
                       {"cascade", best.policy.cascade},
                       {"abandon", p.abandon},
                       {"provider_cost", p.provider_cost},
                       {"user_utility", p.user_utility},
                       {"success", p.success},
                       {"latency", p.latency},
                       {"service_cost", p.service_cost},
                       {"best_static_cost", best_static(population.parts)},
                       {"cost_if_told_apart", cost_told_apart(population.parts)},
                       {"certificate",
                        {{"lower_bound", best.bound},
                         {"gap", p.provider_cost - best.bound},
                         {"evaluations", best.evaluations}}},
                       {"segments", ordered_json::array()}};
  for (const PopulationPart& part : population.parts) {
    const double q = game::best_response(part.game, best.policy).abandon;
    const auto payoffs = game::evaluate(part.game, best.policy, q);
    json["segments"].push_back({{"share", part.share},
                                {"value", part.game.value()},
                                {"value_of_time", part.game.value_of_time()},
                                {"abandon", q},
                                {"provider_cost", payoffs.provider_cost},
                                {"user_utility", payoffs.user_utility}});
  }
  return json;
}

std::string population_text(const Population& population) {
  constexpr std::size_t kMostListed = 12;
  const game::PopulationOptimum best = game::best_for_population(population.parts);
  const auto& p = best.payoffs;
  std::string text = game_text(population.scenario);
  text += fmt::format("  the users differ: {} segments; V above is their mean or median\n",
                      population.parts.size());
  text += fmt::format("\nOne policy for all\n  policy (i,s) = ({},{}), mean response q = {}\n",
                      best.policy.start + 1, number(best.policy.cascade), number(p.abandon));
  text += fmt::format(
      "  provider cost J {}\n  user utility U  {}\n  success S       {}\n  latency L       {}\n",
      number(p.provider_cost), number(p.user_utility), number(p.success), number(p.latency));
  text +=
      fmt::format("  best static policy: J = {}; if users could be told apart: J = {}\n",
                  number(best_static(population.parts)), number(cost_told_apart(population.parts)));
  text +=
      fmt::format("  Certificate: no policy (i,s) costs less than {} ({} policies evaluated).\n",
                  number(best.bound), best.evaluations);
  if (population.parts.size() > kMostListed) return text;
  Table table({"segment", "share", "V", "w", "q", "U"});
  for (std::size_t i = 0; i < population.parts.size(); ++i) {
    const PopulationPart& part = population.parts[i];
    const double q = game::best_response(part.game, best.policy).abandon;
    table.add({std::to_string(i + 1), percent(part.share), number(part.game.value()),
               number(part.game.value_of_time()), number(q),
               number(game::evaluate(part.game, best.policy, q).user_utility)});
  }
  return text + "\n" + table.to_string(2);
}

}  // namespace turnout::report
