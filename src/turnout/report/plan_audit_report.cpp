#include "turnout/report/plan_audit_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/audit_report.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::PlanAuditAnswer;
using game::EscalationPlan;
using nlohmann::ordered_json;

std::string sentence(const std::string& text) { return wrapped(text, 96, 2); }

std::string plan_sentence(const char* whose, const EscalationPlan& plan,
                          const std::vector<std::string>& names) {
  return sentence(fmt::format("{}: {}. Cost {}, user utility {}.", whose, in_one_line(plan, names),
                              number(plan.payoffs.provider_cost),
                              number(plan.payoffs.user_utility)));
}

std::string disagreement_text(const PlanAuditAnswer& answer) {
  const auto& a = answer.audit;
  const auto& names = answer.scenario.names;
  const std::string text = "\n1. Whose route is it?\n" +
                           plan_sentence("The provider's optimum", a.optimum, names) +
                           plan_sentence("The user's preference", a.preferred, names);
  if (a.misalignment == 0)
    return text + sentence("They agree: no other plan would leave the user better off.");
  return text +
         sentence(fmt::format(
             "They disagree. The user loses {} per task in the unit of V, which is "
             "worth {} units of latency; the provider saves {} per task.",
             number(a.misalignment),
             number(a.misalignment / answer.scenario.game.user().value_of_time), number(a.saving)));
}

std::string throttling_text(const PlanAuditAnswer& answer) {
  const auto& scenario = answer.scenario;
  const auto& t = answer.audit.throttling;
  std::string text = "\n2. Does it pay to slow models down?\n";
  if (t.gain == 0) {
    text += sentence("No: no latencies above the models' own lower the provider's cost.");
  } else {
    text += sentence(
        fmt::format("Yes: serving {} in {} instead of {} {} and lowers the provider's cost by {} "
                    "per task, to {}. The user loses {} per task.",
                    scenario.names[t.model], number(t.latencies[t.model]),
                    number(scenario.game.model(t.model).latency),
                    scenario.game.participates() ? "keeps the user away for good"
                                                 : "makes the user leave after the first failure",
                    number(t.gain), number(t.cost), number(t.user_loss)));
  }
  return text + penalty_floor_text(answer.audit.penalty_floor, scenario.game.churn_penalty());
}

std::string remedies_text(const PlanAuditAnswer& answer) {
  const auto& a = answer.audit;
  std::string text = "\n3. What would help?\n";
  text += sentence(fmt::format(
      "Opt-out routing (the user may pin a model): the provider's best plan becomes the user's. "
      "That "
      "costs it {} per task. Throttling gain left: 0 if pinned models are served at their own "
      "latency, {} if they may be slowed down too.",
      number(a.opt_out_price), number(a.gain_if_pins_are_slowed)));
  return text + aligning_penalties_text(a.aligning_penalties);
}

ordered_json plan_json(const EscalationPlan& plan, const std::vector<std::string>& names) {
  const auto& p = plan.payoffs;
  return {{"plan", in_one_line(plan, names)},
          {"provider_cost", p.provider_cost},
          {"user_utility", p.user_utility},
          {"success", p.success},
          {"latency", p.latency},
          {"service_cost", p.service_cost}};
}

}  // namespace

std::string plan_audit_text(const PlanAuditAnswer& answer) {
  return routing_game_text(answer.scenario) + disagreement_text(answer) + throttling_text(answer) +
         remedies_text(answer);
}

ordered_json plan_audit_json(const PlanAuditAnswer& answer) {
  const auto& scenario = answer.scenario;
  const auto& a = answer.audit;
  const auto& t = a.throttling;
  return {{"schema", "turnout/audit-plans/1"},
          {"game", routing_game_json(scenario)},
          {"disagreement",
           {{"provider", plan_json(a.optimum, scenario.names)},
            {"user", plan_json(a.preferred, scenario.names)},
            {"misalignment", a.misalignment},
            {"misalignment_in_latency", a.misalignment / scenario.game.user().value_of_time},
            {"provider_saving", a.saving}}},
          {"throttling",
           {{"pays", t.gain > 0},
            {"throttled_cost", t.cost},
            {"gain", t.gain},
            {"model", t.gain > 0 ? ordered_json(scenario.names[t.model]) : ordered_json(nullptr)},
            {"latencies", t.latencies},
            {"margin", answer.margin},
            {"user_loss", t.user_loss},
            {"penalty_floor", a.penalty_floor}}},
          {"opt_out",
           {{"price", a.opt_out_price},
            {"throttling_gain_if_pins_are_slowed", a.gain_if_pins_are_slowed}}},
          {"aligning_penalty", aligning_penalties_json(a.aligning_penalties)},
          {"notes", answer.notes}};
}

}  // namespace turnout::report
