#include "turnout/report/response_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

const char* phase(const analysis::ResponsePoint& point) {
  if (!point.comes) return "stays away";
  if (point.response.indifferent) return "indifferent";
  if (point.response.abandon == 0) return "stays";
  return point.response.abandon == 1 ? "leaves" : "mixes";
}

const char* leaves(const game::InformedResponse& r) {
  if (r.leaves_first) return r.leaves_second ? "leaves after any failure" : "leaves after M1";
  return r.leaves_second ? "leaves after M2" : "never leaves";
}

std::string leaves(const game::CountingResponse& r) {
  return r.leaves_after ? fmt::format("leaves after attempt {}", *r.leaves_after) : "never leaves";
}

std::string knowledge_text(const analysis::KnowledgeAnswer& k) {
  Table table({"the user knows", "and", "U/task", "J, $/task", "S"});
  const auto add = [&](const char* what, const std::string& does, const game::Payoffs<double>& p) {
    table.add({what, does, number(p.user_utility), number(p.provider_cost), number(p.success)});
  };
  add("the policy (the paper)", fmt::format("leaves with q = {}", number(k.policy.abandon)),
      k.policy.payoffs);
  add("which model answered", leaves(k.model), k.model.payoffs);
  add("the number of the attempt", leaves(k.attempt), k.attempt.payoffs);
  return fmt::format("\nThe optimal policy ({},{}) under users who know more\n",
                     k.policy.policy.start + 1, number(k.policy.policy.cascade)) +
         table.to_string(2);
}

ordered_json knowledge_json(const analysis::KnowledgeAnswer& k) {
  const auto one = [](const char* knows, const std::string& does,
                      const game::Payoffs<double>& p) -> ordered_json {
    return {{"knows", knows},
            {"response", does},
            {"provider_cost", p.provider_cost},
            {"user_utility", p.user_utility},
            {"success", p.success}};
  };
  return {
      one("policy", fmt::format("leaves with q = {}", number(k.policy.abandon)), k.policy.payoffs),
      one("model", leaves(k.model), k.model.payoffs),
      one("attempt", leaves(k.attempt), k.attempt.payoffs)};
}

}  // namespace

std::string response_text(const analysis::ResponseAnswer& answer) {
  Table table(
      {"policy (i,s)", "user", "q", "U/task", "J, $/task", "S", "L, s/task", "C, $/task", "mark"});
  for (const auto& point : answer.curve) {
    const auto& p = point.payoffs;
    table.add({fmt::format("({},{})", point.policy.start + 1, number(point.policy.cascade)),
               phase(point), number(point.response.abandon), number(p.user_utility),
               number(p.provider_cost), number(p.success), number(p.latency),
               number(p.service_cost), point.mark});
  }
  const std::string text = game_text(answer.paper.scenario) + "\nResponse\n" + table.to_string(2);
  if (answer.knowledge) return text + knowledge_text(*answer.knowledge);
  return text +
         "\nNo policy that users come for costs less than P, what it costs to lose them all.\n";
}

std::string response_csv(const analysis::ResponseAnswer& answer) {
  std::string text =
      "start,cascade,abandon,phase,user_utility,provider_cost,success,latency,service_cost,mark\n";
  for (const auto& point : answer.curve) {
    const auto& p = point.payoffs;
    text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", point.policy.start + 1,
                        point.policy.cascade, point.response.abandon, phase(point), p.user_utility,
                        p.provider_cost, p.success, p.latency, p.service_cost, point.mark);
  }
  return text;
}

ordered_json response_json(const analysis::ResponseAnswer& answer) {
  ordered_json json = {{"schema", "turnout/response/1"},
                       {"game", game_json(answer.paper.scenario)},
                       {"thresholds", thresholds_json(answer.thresholds)},
                       {"entry", answer.entry ? ordered_json(*answer.entry) : nullptr},
                       {"curve", ordered_json::array()}};
  for (const auto& point : answer.curve) {
    const auto& p = point.payoffs;
    json["curve"].push_back({{"start", point.policy.start + 1},
                             {"cascade", point.policy.cascade},
                             {"abandon", point.response.abandon},
                             {"phase", phase(point)},
                             {"provider_cost", p.provider_cost},
                             {"user_utility", p.user_utility},
                             {"success", p.success},
                             {"latency", p.latency},
                             {"service_cost", p.service_cost},
                             {"mark", point.mark}});
  }
  json["knowledge"] = answer.knowledge ? knowledge_json(*answer.knowledge) : ordered_json::array();
  json["notes"] = answer.paper.notes;
  return json;
}

}  // namespace turnout::report
