#include "turnout/report/audit_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::AuditAnswer;
using nlohmann::ordered_json;

std::string sentence(const std::string& text) { return wrapped(text, 96, 2); }

std::string disagreement_text(const AuditAnswer& a) {
  const auto& scenario = a.paper.scenario;
  const auto& [best, preferred, misalignment, in_latency, saving] = a.disagreement;
  std::string text = "\n1. Whose route is it?\n";
  text += sentence(fmt::format("The provider's optimum: {}. Cost {}, user utility {}.",
                               in_words(best, scenario), number(best.payoffs.provider_cost),
                               number(best.payoffs.user_utility)));
  text += sentence(fmt::format(
      "The user's preference: {}. Cost {}, user utility {}.", in_words(preferred, scenario),
      number(preferred.payoffs.provider_cost), number(preferred.payoffs.user_utility)));
  if (misalignment == 0)
    return text + sentence("They agree: no other route would leave the user better off.");
  return text + sentence(fmt::format("They disagree. The user loses {} per task in the unit of V, "
                                     "which is worth {} units of latency; the "
                                     "provider saves {} per task.",
                                     number(misalignment), number(in_latency), number(saving)));
}

std::string throttling_text(const AuditAnswer& a) {
  const auto& scenario = a.paper.scenario;
  const auto& t = a.throttling;
  std::string text = "\n2. Does it pay to slow models down?\n";
  if (t.gain == 0) {
    text += sentence("No: no latencies above the models' own lower the provider's cost.");
  } else {
    const double own = scenario.game.model(t.model).latency;
    text += sentence(fmt::format(
        "Yes: serving {} in {} instead of {} makes the user leave after the first failure and "
        "lowers the provider's cost "
        "by {} per task, to {}. The user loses {} per task.",
        scenario.names[t.model], number(t.latencies[t.model]), number(own), number(t.gain),
        number(t.cost), number(t.user_loss)));
  }
  return text + penalty_floor_text(a.penalty_floor, scenario.game.churn_penalty());
}

std::string remedies_text(const AuditAnswer& a) {
  const auto& scenario = a.paper.scenario;
  const auto& o = a.opt_out;
  std::string text = "\n3. What would help?\n";
  text += sentence(fmt::format(
      "Opt-out routing (the user may pin a model): the provider's best policy becomes: {}. That "
      "costs it {} per task; the misalignment left is {}.",
      in_words(o.best, scenario), number(o.price), number(o.remaining_gap)));
  text += sentence(fmt::format(
      "Throttling gain left under opt-out: {} if pinned models are served at their own latency, "
      "{} if they may be slowed down too.",
      number(o.gain_if_pins_are_fast), number(o.gain_if_pins_are_slowed)));
  return text + aligning_penalties_text(a.aligning_penalties);
}

}  // namespace

std::string penalty_floor_text(double floor, double churn_penalty) {
  if (floor == 0)
    return sentence("Penalty floor: 0; throttling pays at no churn penalty, all else equal.");
  return sentence(fmt::format(
      "Penalty floor: {}; throttling pays at no churn penalty from there on. Here P is {}.",
      number(floor), number(churn_penalty)));
}

std::string aligning_penalties_text(const numeric::Range& p) {
  if (p.empty())
    return sentence("Churn penalty: no P makes the provider choose the user's preferred route.");
  const std::string range = std::isinf(p.high)
                                ? fmt::format("every P from {} on", number(p.low))
                                : fmt::format("P from {} to {}", number(p.low), number(p.high));
  return sentence(fmt::format(
      "Churn penalty: the provider itself chooses the user's preferred route for {}.", range));
}

ordered_json aligning_penalties_json(const numeric::Range& p) {
  const auto or_null = [](bool there, double x) {
    return there ? ordered_json(x) : ordered_json(nullptr);
  };
  return {{"exists", !p.empty()},
          {"from", or_null(!p.empty(), p.low)},
          {"to", or_null(!p.empty() && std::isfinite(p.high), p.high)}};
}

std::string audit_text(const AuditAnswer& answer) {
  return game_text(answer.paper.scenario) + disagreement_text(answer) + throttling_text(answer) +
         remedies_text(answer);
}

ordered_json audit_json(const AuditAnswer& answer) {
  const auto& scenario = answer.paper.scenario;
  const auto& d = answer.disagreement;
  const auto& t = answer.throttling;
  const auto& o = answer.opt_out;
  const auto or_null = [](bool there, const auto& x) {
    return there ? ordered_json(x) : ordered_json(nullptr);
  };
  return {{"schema", "turnout/audit/1"},
          {"game", game_json(scenario)},
          {"regime", game::to_string(answer.regime)},
          {"disagreement",
           {{"provider", candidate_json(d.provider)},
            {"user", candidate_json(d.user)},
            {"misalignment", d.misalignment},
            {"misalignment_in_latency", d.in_latency},
            {"provider_saving", d.provider_saving}}},
          {"throttling",
           {{"pays", t.gain > 0},
            {"throttled_cost", t.cost},
            {"gain", t.gain},
            {"model", or_null(t.gain > 0, scenario.names[t.model])},
            {"latencies", t.latencies},
            {"margin", answer.margin},
            {"user_loss", t.user_loss},
            {"penalty_floor", answer.penalty_floor}}},
          {"opt_out",
           {{"provider", candidate_json(o.best)},
            {"price", o.price},
            {"remaining_misalignment", o.remaining_gap},
            {"throttling_gain_if_pins_are_fast", o.gain_if_pins_are_fast},
            {"throttling_gain_if_pins_are_slowed", o.gain_if_pins_are_slowed}}},
          {"aligning_penalty", aligning_penalties_json(answer.aligning_penalties)},
          {"assumptions", answer.assumptions},
          {"notes", answer.paper.notes}};
}

}  // namespace turnout::report
