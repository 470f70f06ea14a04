#include "turnout/report/response_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "turnout/game/equilibrium.h"
#include "turnout/game/knowledge.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

struct MarkedShare {
  double s;
  const char* mark;
};

std::vector<MarkedShare> shares(const game::Game& game, std::size_t points) {
  std::vector<MarkedShare> all;
  const game::Thresholds at = game::thresholds(game);
  if (at.stay) all.push_back({*at.stay, "s0"});
  if (at.patience) all.push_back({*at.patience, "sL"});
  if (at.leave) all.push_back({*at.leave, "sH"});
  for (std::size_t i = 0; i < points; ++i) {
    const double s = static_cast<double>(i) / static_cast<double>(points - 1);
    const bool taken =
        std::any_of(all.begin(), all.end(), [s](const MarkedShare& m) { return m.s == s; });
    if (!taken) all.push_back({s, ""});
  }
  std::sort(all.begin(), all.end(),
            [](const MarkedShare& a, const MarkedShare& b) { return a.s < b.s; });
  return all;
}

const char* phase(const ResponsePoint& point) {
  if (point.response.indifferent) return "indifferent";
  if (point.response.abandon == 0) return "stays";
  return point.response.abandon == 1 ? "leaves" : "mixes";
}

/// The optimum of solve() under users who know more than the paper's.
struct Knowing {
  game::Candidate policy;
  game::InformedResponse informed;
  game::CountingResponse counting;
};

Knowing knowing(const game::Game& game) {
  const game::Candidate best = game::solve(game).best();
  return {best, game::informed_response(game, best.policy),
          game::counting_response(game, best.policy)};
}

const char* leaves(const game::InformedResponse& r) {
  if (r.leaves_first) return r.leaves_second ? "leaves after any failure" : "leaves after M1";
  return r.leaves_second ? "leaves after M2" : "never leaves";
}

std::string leaves(const game::CountingResponse& r) {
  return r.leaves_after ? fmt::format("leaves after attempt {}", *r.leaves_after) : "never leaves";
}

std::string knowledge_text(const game::Game& game) {
  const Knowing k = knowing(game);
  Table table({"the user knows", "and", "U", "J", "S"});
  const auto add = [&](const char* what, const std::string& does, const game::Payoffs<double>& p) {
    table.add({what, does, number(p.user_utility), number(p.provider_cost), number(p.success)});
  };
  add("the policy (the paper)", fmt::format("leaves with q = {}", number(k.policy.abandon)),
      k.policy.payoffs);
  add("which model answered", leaves(k.informed), k.informed.payoffs);
  add("the number of the attempt", leaves(k.counting), k.counting.payoffs);
  return fmt::format("\nThe optimal policy ({},{}) under users who know more\n",
                     k.policy.policy.start + 1, number(k.policy.policy.cascade)) +
         table.to_string(2);
}

ordered_json knowledge_json(const game::Game& game) {
  const Knowing k = knowing(game);
  const auto one = [](const std::string& does, const game::Payoffs<double>& p) -> ordered_json {
    return {{"response", does},
            {"user_utility", p.user_utility},
            {"provider_cost", p.provider_cost},
            {"success", p.success}};
  };
  return {{"policy",
           one(fmt::format("leaves with q = {}", number(k.policy.abandon)), k.policy.payoffs)},
          {"model", one(leaves(k.informed), k.informed.payoffs)},
          {"attempt", one(leaves(k.counting), k.counting.payoffs)}};
}

}  // namespace

std::vector<ResponsePoint> response_curve(const game::Game& game, std::size_t points) {
  std::vector<ResponsePoint> curve;
  const auto add = [&](game::Policy policy, std::string mark) {
    const game::Response response = game::best_response(game, policy);
    curve.push_back(
        {policy, response, game::evaluate(game, policy, response.abandon), std::move(mark)});
  };
  for (const auto& [s, mark] : shares(game, points)) add({0, s}, mark);
  add({1, 0}, "");
  const game::Policy optimum = game::solve(game).best().policy;
  for (ResponsePoint& point : curve) {
    if (point.policy == optimum) point.mark += point.mark.empty() ? "optimum" : " optimum";
  }
  return curve;
}

std::string response_text(const scenario::TwoModelScenario& scenario,
                          const std::vector<ResponsePoint>& curve) {
  Table table({"policy (i,s)", "user", "q", "U", "J", "S", "L", "C", "mark"});
  for (const ResponsePoint& point : curve) {
    const auto& p = point.payoffs;
    table.add({fmt::format("({},{})", point.policy.start + 1, number(point.policy.cascade)),
               phase(point), number(point.response.abandon), number(p.user_utility),
               number(p.provider_cost), number(p.success), number(p.latency),
               number(p.service_cost), point.mark});
  }
  return game_text(scenario) + "\nResponse\n" + table.to_string(2) + knowledge_text(scenario.game);
}

std::string response_csv(const std::vector<ResponsePoint>& curve) {
  std::string text =
      "start,cascade,abandon,phase,user_utility,provider_cost,success,latency,service_cost,mark\n";
  for (const ResponsePoint& point : curve) {
    const auto& p = point.payoffs;
    text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", point.policy.start + 1,
                        point.policy.cascade, point.response.abandon, phase(point), p.user_utility,
                        p.provider_cost, p.success, p.latency, p.service_cost, point.mark);
  }
  return text;
}

ordered_json response_json(const scenario::TwoModelScenario& scenario,
                           const std::vector<ResponsePoint>& curve) {
  ordered_json json = {{"game", game_json(scenario)},
                       {"thresholds", thresholds_json(scenario.game)}};
  json["response"] = ordered_json::array();
  for (const ResponsePoint& point : curve) {
    const auto& p = point.payoffs;
    json["response"].push_back({{"start", point.policy.start + 1},
                                {"cascade", point.policy.cascade},
                                {"abandon", point.response.abandon},
                                {"phase", phase(point)},
                                {"user_utility", p.user_utility},
                                {"provider_cost", p.provider_cost},
                                {"success", p.success},
                                {"latency", p.latency},
                                {"service_cost", p.service_cost},
                                {"mark", point.mark}});
  }
  json["knowledge"] = knowledge_json(scenario.game);
  return json;
}

}  // namespace turnout::report
