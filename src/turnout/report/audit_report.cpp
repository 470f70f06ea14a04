#include "turnout/report/audit_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/game/remedies.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using game::Candidate;
using game::Game;
using nlohmann::ordered_json;

/// Everything the audit says, computed once for both forms.
struct Audit {
  game::Equilibrium equilibrium;
  game::Misalignment misalignment;
  game::Throttling throttling;
  game::OptOut opt_out;
  double penalty_floor;
  numeric::Range aligning;
};

Audit audit(const Game& game, double margin) {
  const game::Equilibrium e = game::solve(game);
  return {e,
          game::misalignment(game, e),
          game::throttling(game, e, margin),
          game::opt_out(game, e),
          game::penalty_floor(game, e),
          game::aligning_penalties(game, e)};
}

std::string sentence(const std::string& text) { return wrapped(text, 96, 2); }

std::string misalignment_text(const scenario::TwoModelScenario& scenario, const Audit& a) {
  const Candidate& best = a.equilibrium.best();
  const auto& m = a.misalignment;
  std::string text = "\n1. Whose route is it?\n";
  text += sentence(fmt::format("The provider's optimum: {}. Cost {}, user utility {}.",
                               in_words(best, scenario), number(best.payoffs.provider_cost),
                               number(best.payoffs.user_utility)));
  text += sentence(fmt::format(
      "The user's preference: {}. Cost {}, user utility {}.", in_words(m.preferred, scenario),
      number(m.preferred.payoffs.provider_cost), number(m.preferred.payoffs.user_utility)));
  if (m.gap == 0)
    return text + sentence("They agree: no other route would leave the user better off.");
  return text + sentence(fmt::format("They disagree. The user loses {} per task in the unit of V, "
                                     "which is worth {} units of latency; the "
                                     "provider saves {} per task.",
                                     number(m.gap), number(m.gap / scenario.game.value_of_time()),
                                     number(m.saving)));
}

std::string throttling_text(const scenario::TwoModelScenario& scenario, const Audit& a) {
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
  if (a.penalty_floor == 0) {
    return text +
           sentence("Penalty floor: 0; throttling pays at no churn penalty, all else equal.");
  }
  return text +
         sentence(fmt::format(
             "Penalty floor: {}; throttling pays at no churn penalty from there on. Here P is {}.",
             number(a.penalty_floor), number(scenario.game.churn_penalty())));
}

std::string remedies_text(const scenario::TwoModelScenario& scenario, const Audit& a) {
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
  const numeric::Range& p = a.aligning;
  if (p.empty()) {
    text += sentence("Churn penalty: no P makes the provider choose the user's preferred route.");
  } else if (std::isinf(p.high)) {
    text +=
        sentence(fmt::format("Churn penalty: the provider itself chooses the user's preferred "
                             "route for every P from {} on.",
                             number(p.low)));
  } else {
    text +=
        sentence(fmt::format("Churn penalty: the provider itself chooses the user's preferred "
                             "route for P from {} to {}.",
                             number(p.low), number(p.high)));
  }
  return text;
}

}  // namespace

std::string audit_text(const scenario::TwoModelScenario& scenario, double margin) {
  const Audit a = audit(scenario.game, margin);
  return game_text(scenario) + misalignment_text(scenario, a) + throttling_text(scenario, a) +
         remedies_text(scenario, a);
}

ordered_json audit_json(const scenario::TwoModelScenario& scenario, double margin) {
  const Audit a = audit(scenario.game, margin);
  const auto& m = a.misalignment;
  const auto& t = a.throttling;
  const auto& o = a.opt_out;
  ordered_json json = {{"game", game_json(scenario)},
                       {"regime", game::to_string(a.equilibrium.regime)}};
  json["misalignment"] = {{"provider_route", candidate_json(a.equilibrium.best())},
                          {"user_preferred_route", candidate_json(m.preferred)},
                          {"gap", m.gap},
                          {"gap_in_latency", m.gap / scenario.game.value_of_time()},
                          {"provider_saving", m.saving}};
  json["throttling"] = {
      {"pays", t.gain > 0},
      {"throttled_cost", t.cost},
      {"gain", t.gain},
      {"model", t.gain > 0 ? ordered_json(scenario.names[t.model]) : ordered_json(nullptr)},
      {"latencies", t.latencies},
      {"margin", margin},
      {"user_loss", t.user_loss},
      {"penalty_floor", a.penalty_floor}};
  json["opt_out"] = {{"route", candidate_json(o.best)},
                     {"price", o.price},
                     {"remaining_gap", o.remaining_gap},
                     {"throttling_gain_if_pins_are_fast", o.gain_if_pins_are_fast},
                     {"throttling_gain_if_pins_are_slowed", o.gain_if_pins_are_slowed}};
  const bool some = !a.aligning.empty();
  json["aligning_penalty"] = {
      {"exists", some},
      {"from", some ? ordered_json(a.aligning.low) : ordered_json(nullptr)},
      {"to", some && std::isfinite(a.aligning.high) ? ordered_json(a.aligning.high)
                                                    : ordered_json(nullptr)}};
  json["assumptions"] = game::broken_assumptions(scenario.game);
  return json;
}

}  // namespace turnout::report
