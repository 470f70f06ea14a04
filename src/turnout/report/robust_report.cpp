#include "turnout/report/robust_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/one_line.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"
#include "turnout/report/uncertainty_text.h"

namespace turnout::report {
namespace {

using game::Policy;
using nlohmann::ordered_json;

std::string policy_text(const Policy& policy) {
  return fmt::format("({},{})", policy.start + 1, number(policy.cascade));
}

ordered_json policy_json(const Policy& policy, const game::PopulationMean& mean) {
  const auto& payoffs = mean.payoffs;
  return {{"start", policy.start + 1},
          {"cascade", policy.cascade},
          {"abandon", mean.abandon},
          {"provider_cost", payoffs.provider_cost},
          {"user_utility", payoffs.user_utility},
          {"success", payoffs.success}};
}

std::string policies_text(const analysis::RobustPaperPolicy& answer) {
  const game::RobustAnswer& a = answer.policies;
  const auto& r = a.robust;
  Table table({"policy", "(i,s)", "expected J, $/task", "U/task", "S", "leave"});
  const auto add = [&](const char* name, const Policy& policy, const game::PopulationMean& mean) {
    const auto& p = mean.payoffs;
    table.add({name, policy_text(policy), number(p.provider_cost), number(p.user_utility),
               number(p.success), percent(mean.abandon)});
  };
  add("best for the mean", a.at_mean, a.at_mean_over_draws);
  add("robust", r.policy, r.mean);
  std::string text = table.to_string(2);
  text += fmt::format("  The first believes that it costs {}.", number(a.believed_cost));
  text += fmt::format(" The robust policy saves {} of what it does cost.\n",
                      a.at_mean_over_draws.payoffs.provider_cost > 0
                          ? percent(answer.saving / a.at_mean_over_draws.payoffs.provider_cost)
                          : number(answer.saving));
  if (answer.safety_margin && r.policy.cascade > 0) {
    text +=
        fmt::format("  Safety margin: s = {}, {} above s0 = {} of the mean game.\n",
                    number(r.policy.cascade), number(*answer.safety_margin), number(*a.threshold));
  }
  return text;
}

std::string cliff_text(const std::vector<analysis::CliffPoint>& cliff) {
  Table curve({"s", "expected J", "mean q"});
  for (const auto& [s, mean] : cliff)
    curve.add({number(s), number(mean.payoffs.provider_cost), number(mean.abandon)});
  return curve.to_string(2);
}

template <class Symbol>
std::string information_text(double perfect, const auto& information, Symbol symbol) {
  std::string text = fmt::format(
      "What more data are worth (expected fall of the cost per task)\n  everything known exactly: "
      "{}\n",
      number(perfect));
  for (const auto& value : information)
    text += fmt::format("  {} alone: {}\n", symbol(value), number(value.gain));
  return text;
}

std::string paper_text(const analysis::RobustPaperPolicy& paper, std::size_t draws) {
  std::string text = fmt::format("\nPolicies over {} draws\n", draws) + policies_text(paper);
  text += "\nThe cliff: expected cost of (1,s)\n" + cliff_text(paper.cliff) + "\n";
  return text + information_text(paper.policies.perfect_information, paper.policies.information,
                                 [](const auto& value) { return game::symbol(value.parameter); });
}

std::string with_error(const analysis::DrawnMean& mean) {
  return fmt::format("{} +- {}", number(mean.value), number(mean.standard_error));
}

/// What the plan costs, in the draws and against the plan for the means.
std::string plan_costs_text(const analysis::RobustPlanAnswer& plan,
                            const std::vector<std::string>& names) {
  const auto& p = plan.plan.payoffs;
  std::string text = fmt::format(
      "  expected cost J {} (standard error of the draws)\n"
      "    in 5 %, 50 %, 95 % of the draws at most {}, {}, {}\n"
      "  user utility U  {}\n  success S       {}\n",
      with_error(plan.cost), number(plan.quantiles[0]), number(plan.quantiles[1]),
      number(plan.quantiles[2]), number(p.user_utility), number(p.success));
  text += fmt::format("  in {} of {} draws no plan saves more than a tenth of a percent\n",
                      percent(plan.best_share), plan.searched);
  text += fmt::format(
      "  Certificate: over {} draws no sequence of {} attempts costs less than {} (gap {}, {} "
      "partial plans looked at).\n",
      plan.searched, plan.depth, number(plan.certificate.bound), number(plan.certificate.gap),
      plan.certificate.nodes);
  text += fmt::format("\nThe best plan if the means were the truth\n  {}\n",
                      in_one_line(plan.at_mean, names));
  return text + fmt::format("  seems to cost {}, costs {}; the plan above saves {}\n",
                            number(plan.believed_cost), number(plan.at_mean.payoffs.provider_cost),
                            with_error(plan.saving));
}

std::string plan_section(const analysis::RobustPlanAnswer& plan, std::size_t draws,
                         const std::vector<std::string>& names) {
  std::string text = fmt::format(
      "\nThe plan with the least expected cost over {} draws ({} "
      "attempts on offer)\n",
      draws, plan.depth);
  text += attempts_text(plan.plan, names);
  if (plan.policy) text += fmt::format("  policy: {}\n", on_one_line(*plan.policy));
  text += plan_costs_text(plan, names) + "\n";
  return text + information_text(plan.perfect_information.value, plan.information,
                                 [](const auto& value) { return value.symbol; });
}

ordered_json drawn_json(const analysis::DrawnMean& mean) {
  return {{"value", mean.value}, {"standard_error", mean.standard_error}};
}

ordered_json payoffs_json(const game::PlanPayoffs& p) {
  return {{"provider_cost", p.provider_cost},
          {"user_utility", p.user_utility},
          {"success", p.success},
          {"latency", p.latency},
          {"service_cost", p.service_cost}};
}

ordered_json plan_json_of(const game::EscalationPlan& plan, const std::vector<std::string>& names) {
  ordered_json json = {{"plan", in_one_line(plan, names)}, {"steps", steps_json(plan, names)}};
  json.update(payoffs_json(plan.payoffs));
  return json;
}

ordered_json robust_plan_json(const analysis::RobustPlanAnswer& plan,
                              const std::vector<std::string>& names) {
  ordered_json json = plan_json_of(plan.plan, names);
  json["leaves_after"] =
      plan.plan.leaves_after ? ordered_json(*plan.plan.leaves_after) : ordered_json(nullptr);
  json["depth"] = plan.depth;
  json["policy"] = plan.policy ? ordered_json(*plan.policy) : ordered_json(nullptr);
  json["standard_error"] = plan.cost.standard_error;
  json["quantiles"] = {
      {"5%", plan.quantiles[0]}, {"50%", plan.quantiles[1]}, {"95%", plan.quantiles[2]}};
  json["best_share"] = plan.best_share;
  json["certificate"] = certificate_json(plan.certificate);
  json["certificate"]["draws"] = plan.searched;
  json["best_for_the_mean"] = plan_json_of(plan.at_mean, names);
  json["best_for_the_mean"]["believed_cost"] = plan.believed_cost;
  json["saving"] = drawn_json(plan.saving);
  json["perfect_information"] = drawn_json(plan.perfect_information);
  json["information"] = ordered_json::array();
  for (const auto& value : plan.information)
    json["information"].push_back({{"parameter", value.symbol}, {"gain", value.gain}});
  return json;
}

ordered_json paper_json(const analysis::RobustPaperPolicy& paper) {
  const game::RobustAnswer& a = paper.policies;
  const auto or_null = [](const std::optional<double>& x) {
    return x ? ordered_json(*x) : ordered_json(nullptr);
  };
  ordered_json json = {{"robust", policy_json(a.robust.policy, a.robust.mean)},
                       {"best_for_the_mean", policy_json(a.at_mean, a.at_mean_over_draws)},
                       {"believed_cost", a.believed_cost},
                       {"s0", or_null(a.threshold)},
                       {"safety_margin", or_null(paper.safety_margin)},
                       {"lower_bound", a.robust.bound},
                       {"perfect_information", a.perfect_information},
                       {"information", ordered_json::array()},
                       {"cliff", ordered_json::array()}};
  for (const auto& value : a.information)
    json["information"].push_back(
        {{"parameter", game::symbol(value.parameter)}, {"gain", value.gain}});
  for (const auto& [s, mean] : paper.cliff) {
    json["cliff"].push_back(
        {{"cascade", s}, {"abandon", mean.abandon}, {"provider_cost", mean.payoffs.provider_cost}});
  }
  return json;
}

/// That users who know the attempt are worth a plan, or are not.
std::string beside_text(const analysis::RobustAnswer& answer) {
  const double policy = answer.paper->policies.robust.mean.payoffs.provider_cost;
  if (answer.plan_is_cheaper()) {
    return wrapped(fmt::format("For users who know which attempt they are at, a plan that says who "
                               "serves each attempt costs {} less than the robust policy (i,s):",
                               number(policy - answer.plan->cost.value)),
                   100, 0);
  }
  return wrapped(
      fmt::format("For users who know which attempt they are at, no sequence of {} attempts costs "
                  "less over these draws than {}, of {}.",
                  answer.plan->depth, number(answer.plan->cost.value),
                  in_one_line(answer.plan->plan, answer.scenario.names)),
      100, 0);
}

}  // namespace

ordered_json robust_json(const analysis::RobustAnswer& answer) {
  return {{"schema", "turnout/robust/2"},
          {"draws", answer.draws},
          {"plan", answer.plan ? robust_plan_json(*answer.plan, answer.scenario.names)
                               : ordered_json(nullptr)},
          {"paper_policy", answer.paper ? paper_json(*answer.paper) : ordered_json(nullptr)},
          {"game", routing_game_json(answer.scenario)},
          {"notes", answer.notes}};
}

std::string robust_text(const analysis::RobustAnswer& answer) {
  const auto& names = answer.scenario.names;
  std::string text =
      answer.paper ? game_text(answer.paper->scenario) : routing_game_text(answer.scenario);
  text += "\nNot known exactly\n";
  text += uncertain_text(answer.uncertain);
  if (answer.paper) {
    text += paper_text(*answer.paper, answer.draws);
    if (answer.plan) text.append("\n").append(beside_text(answer));
  }
  if (answer.plan_is_cheaper()) text += plan_section(*answer.plan, answer.draws, names);
  return text;
}

}  // namespace turnout::report
