#include "turnout/report/population_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

std::string segments_text(const std::vector<analysis::SegmentAnswer>& segments) {
  Table table({"segment", "share", "V", "w", "q", "U/task"});
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& segment = segments[i];
    table.add({std::to_string(i + 1), percent(segment.share), number(segment.user.value),
               number(segment.user.value_of_time), number(segment.abandon),
               number(segment.payoffs.user_utility)});
  }
  return table.to_string(2);
}

}  // namespace

ordered_json population_json(const analysis::PopulationAnswer& answer) {
  const game::PopulationOptimum& best = answer.best;
  const auto& p = best.mean.payoffs;
  ordered_json json = {{"schema", "turnout/solve-population/1"},
                       {"game", game_json(answer.paper.scenario)},
                       {"start", best.policy.start + 1},
                       {"cascade", best.policy.cascade},
                       {"abandon", best.mean.abandon},
                       {"provider_cost", p.provider_cost},
                       {"user_utility", p.user_utility},
                       {"success", p.success},
                       {"latency", p.latency},
                       {"service_cost", p.service_cost},
                       {"policy", answer.deployed.text},
                       {"deployed", deployed_json(answer.deployed, answer.margin)},
                       {"best_static_cost", answer.best_static_cost},
                       {"cost_if_told_apart", answer.cost_if_told_apart},
                       {"certificate",
                        {{"lower_bound", best.bound},
                         {"gap", p.provider_cost - best.bound},
                         {"evaluations", best.evaluations}}},
                       {"segments", ordered_json::array()},
                       {"notes", answer.paper.notes}};
  for (const auto& segment : answer.segments) {
    json["segments"].push_back({{"share", segment.share},
                                {"value", segment.user.value},
                                {"value_of_time", segment.user.value_of_time},
                                {"abandon", segment.abandon},
                                {"provider_cost", segment.payoffs.provider_cost},
                                {"user_utility", segment.payoffs.user_utility}});
  }
  return json;
}

std::string population_text(const analysis::PopulationAnswer& answer) {
  constexpr std::size_t kMostListed = 12;
  const game::PopulationOptimum& best = answer.best;
  const analysis::DeployablePolicy& deployed = answer.deployed;
  const auto& p = deployed.payoffs;
  std::string text = game_text(answer.paper.scenario);
  text += fmt::format("  the users differ: {} segments; V above is their mean or median\n",
                      answer.segments.size());
  text += fmt::format("\nOne policy for all\n  policy (i,s) = ({},{}), mean response q = {}\n",
                      deployed.policy.start + 1, number(deployed.policy.cascade),
                      number(deployed.abandon));
  text += deployed_text(deployed);
  text += fmt::format(
      "  provider cost J {}\n  user utility U  {}\n  success S       {}\n  latency L       {}\n",
      number(p.provider_cost), number(p.user_utility), number(p.success), number(p.latency));
  text += fmt::format("  best static policy: J = {}; if users could be told apart: J = {}\n",
                      number(answer.best_static_cost), number(answer.cost_if_told_apart));
  text +=
      fmt::format("  Certificate: no policy (i,s) costs less than {} ({} policies evaluated).\n",
                  number(best.bound), best.evaluations);
  if (answer.segments.size() > kMostListed) return text;
  return text + "\n" + segments_text(answer.segments);
}

}  // namespace turnout::report
