#include "turnout/report/solution_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using game::Candidate;
using game::Game;
using game::Route;
using nlohmann::ordered_json;

std::string thresholds_text(const game::Thresholds& at) {
  if (at.stay)
    return fmt::format("s0 = {}: after (1,s) the user stays iff s > s0\n", number(*at.stay));
  if (at.patience) {
    return fmt::format("sL = {}, sH = {}: the user stays up to sL, leaves from sH on\n",
                       number(*at.patience), number(*at.leave));
  }
  return "none: the response does not depend on s\n";
}

std::string candidates_text(const game::Equilibrium& equilibrium) {
  Table table({"candidate", "s", "q", "J, $/task", "U/task", "S", "L, s/task", "C, $/task"});
  for (const Candidate& c : equilibrium.candidates()) {
    const auto& p = c.payoffs;
    table.add(
        {fmt::format("{}{}", &c == &equilibrium.best() ? "* " : "  ", game::to_string(c.route)),
         number(analysis::printed_cascade(c)), number(c.abandon), number(p.provider_cost),
         number(p.user_utility), number(p.success), number(p.latency), number(p.service_cost)});
  }
  return table.to_string(2);
}

/// What is played, whichever number s has.
struct Played {
  Route route;
  double cascade;
  double abandon;
  bool surely_solved;  ///< who stays is there until the task is solved
};

std::string words_of(const Played& played, const std::array<std::string, 2>& names) {
  const auto& [first, second] = names;
  const std::string share = number(played.cascade);
  const char* end = played.surely_solved ? "is solved" : "ends, solved or not";
  switch (played.route) {
    case Route::kFirstStay:
      return fmt::format("every attempt goes to {}; the user re-prompts until the task {}", first,
                         end);
    case Route::kFirstLeave:
      return fmt::format("every attempt goes to {}; the user leaves after the first failure",
                         first);
    case Route::kThreat:
      return fmt::format(
          "the first attempt goes to {}, re-prompts would go to {}, which is so slow that the user "
          "leaves",
          first, second);
    case Route::kSecondStay:
      return fmt::format("every attempt goes to {}; the user re-prompts until the task {}", second,
                         end);
    case Route::kSecondLeave:
      return fmt::format("every attempt goes to {}; the user leaves after the first failure",
                         second);
    case Route::kCascadeStay:
      return fmt::format(
          "attempts start on {}, each re-prompt goes to {} for good with probability {}, "
          "just enough to make the user stay",
          first, second, share);
    case Route::kCascadePatience:
      return fmt::format(
          "attempts start on {}, each re-prompt goes to {} for good with probability {}, "
          "as often as the user bears",
          first, second, share);
    case Route::kCascadeMixed:
      break;
  }
  return fmt::format(
      "attempts start on {}, each re-prompt goes to {} for good with probability {}; "
      "the user leaves after a failure with probability {}",
      first, second, share, number(played.abandon));
}

/// In single quotes where a shell would read some character as its own.
std::string for_shell(const std::string& text) {
  const bool plain = text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789_-.,:/+=@%") == std::string::npos;
  if (plain) return text;
  std::string quoted;
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "'" + quoted + "'";
}

}  // namespace

std::string in_words(const Candidate& c, const scenario::TwoModelScenario& scenario) {
  return words_of({c.route, analysis::printed_cascade(c), c.abandon, c.payoffs.unsolved == 0},
                  scenario.names);
}

std::string in_words(game::Route route, const std::array<std::string, 2>& names) {
  return words_of({route, 0, 0, true}, names);
}

std::string deployed_text(const analysis::DeployablePolicy& deployed) {
  constexpr double kNoticeable = 1e-4;
  std::string text = fmt::format("  to play it: --policy {}\n", for_shell(deployed.text));
  const double exact = deployed.payoffs.provider_cost - deployed.cost_of_rounding;
  if (std::abs(deployed.cost_of_rounding) > kNoticeable * std::abs(exact))
    text += fmt::format("  the exact optimum costs J = {}\n", number(exact));
  return text;
}

ordered_json deployed_json(const analysis::DeployablePolicy& deployed, double margin) {
  const auto& p = deployed.payoffs;
  return {{"margin", margin},
          {"start", deployed.policy.start + 1},
          {"cascade", deployed.policy.cascade},
          {"abandon", deployed.abandon},
          {"provider_cost", p.provider_cost},
          {"user_utility", p.user_utility},
          {"success", p.success},
          {"latency", p.latency},
          {"service_cost", p.service_cost},
          {"cost_of_rounding", deployed.cost_of_rounding}};
}

ordered_json game_json(const scenario::TwoModelScenario& scenario) {
  const Game& game = scenario.game;
  const game::Primitives<double> primitives(game);
  ordered_json json = {{"value", game.value()},
                       {"value_of_time", game.value_of_time()},
                       {"churn_penalty", game.churn_penalty()},
                       {"models", ordered_json::array()}};
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const game::Model& m = game.model(k);
    json["models"].push_back({{"name", scenario.names[k]},
                              {"success", m.success},
                              {"latency", m.latency},
                              {"cost", m.cost},
                              {"net_value", primitives.model[k].net_value},
                              {"cost_of_pass", m.cost / m.success},
                              {"latency_of_pass", m.latency / m.success}});
    if (game.is_papers()) continue;
    json["models"].back().update({{"price", m.price},
                                  {"patience", m.patience},
                                  {"false_accept", m.false_accept},
                                  {"false_reject", m.false_reject}});
  }
  if (!game.is_papers()) {
    json["outside"] = game.user().outside;
    json["judgement"] = {{"harm", game.user().harm},
                         {"late_churn", game.provider().late_churn.value_or(game.churn_penalty())},
                         {"naive", game.user().naive}};
  }
  return json;
}

namespace {

/// The numbers that the paper's game has not, where there are any.
std::string beyond_the_paper_text(const scenario::TwoModelScenario& scenario) {
  const Game& game = scenario.game;
  if (game.is_papers()) return "";
  std::string text;
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const game::Model& m = game.model(k);
    text += fmt::format("  M{}: price {}, patience {}, false accepts {}, false rejects {}\n", k + 1,
                        number(m.price), number(m.patience), number(m.false_accept),
                        number(m.false_reject));
  }
  const game::User& user = game.user();
  return text +
         fmt::format(
             "  an accepted wrong answer costs the user {}, the provider {}; who leaves gets {} "
             "elsewhere{}\n",
             number(user.harm), number(game.provider().late_churn.value_or(game.churn_penalty())),
             number(user.outside),
             user.naive ? "; users decide as if what they accept were right" : "");
}

}  // namespace

std::string game_text(const scenario::TwoModelScenario& scenario) {
  const Game& game = scenario.game;
  const game::Primitives<double> primitives(game);
  std::string text =
      fmt::format("Game\n  V = {}, P = {}, value of time {}\n\n", number(game.value()),
                  number(game.churn_penalty()), number(game.value_of_time()));
  Table table({"model", "p", "t, s", "c, $", "net value", "c/p, $", "t/p, s"});
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const game::Model& m = game.model(k);
    table.add({fmt::format("M{} {}", k + 1, scenario.names[k]), number(m.success),
               number(m.latency), number(m.cost), number(primitives.model[k].net_value),
               number(m.cost / m.success), number(m.latency / m.success)});
  }
  text += table.to_string(2) + beyond_the_paper_text(scenario);
  for (const auto& broken : game::broken_assumptions(game)) {
    text += fmt::format("  the paper's ordering does not hold: {}\n", broken);
  }
  return text;
}

ordered_json thresholds_json(const game::Thresholds& at) {
  ordered_json json = ordered_json::object();
  if (at.stay) json["s0"] = *at.stay;
  if (at.patience) json["sL"] = *at.patience;
  if (at.leave) json["sH"] = *at.leave;
  return json;
}

ordered_json candidate_json(const Candidate& c) {
  const auto& p = c.payoffs;
  return {{"route", game::to_string(c.route)},
          {"start", c.policy.start + 1},
          {"cascade", c.policy.cascade},
          {"abandon", c.abandon},
          {"provider_cost", p.provider_cost},
          {"user_utility", p.user_utility},
          {"success", p.success},
          {"latency", p.latency},
          {"service_cost", p.service_cost}};
}

ordered_json solution_json(const analysis::SolveAnswer& answer) {
  const game::Equilibrium& equilibrium = answer.equilibrium;
  ordered_json json = {{"schema", "turnout/solve/1"},
                       {"game", game_json(answer.paper.scenario)},
                       {"regime", game::to_string(equilibrium.regime)}};
  json.update(candidate_json(equilibrium.best()));
  json["policy"] = answer.deployed.text;
  json["deployed"] = deployed_json(answer.deployed, answer.margin);
  json["user_preferred_utility"] = answer.misalignment.preferred.payoffs.user_utility;
  json["misalignment"] = answer.misalignment.gap;
  json["throttled_cost"] = answer.throttling.cost;
  json["throttling_gain"] = answer.throttling.gain;
  json["penalty_floor"] = answer.penalty_floor;
  json["thresholds"] = thresholds_json(answer.thresholds);
  json["candidates"] = ordered_json::array();
  for (const Candidate& c : equilibrium.candidates())
    json["candidates"].push_back(candidate_json(c));
  json["tie"] = !answer.tie_reason.empty();
  json["tie_reason"] = answer.tie_reason;
  json["assumptions"] = answer.assumptions;
  json["notes"] = answer.paper.notes;
  return json;
}

std::string solution_text(const analysis::SolveAnswer& answer) {
  const scenario::TwoModelScenario& scenario = answer.paper.scenario;
  const analysis::DeployablePolicy& deployed = answer.deployed;
  const auto& p = deployed.payoffs;
  std::string text = game_text(scenario);
  text += fmt::format("\nEquilibrium ({})\n  policy (i,s) = ({},{}), response q = {}\n",
                      game::to_string(answer.equilibrium.regime), deployed.policy.start + 1,
                      number(deployed.policy.cascade), number(deployed.abandon));
  text += wrapped(words_of({answer.equilibrium.best().route, deployed.policy.cascade,
                            deployed.abandon, deployed.payoffs.unsolved == 0},
                           scenario.names),
                  100, 2);
  text += deployed_text(deployed);
  text += "  thresholds " + thresholds_text(answer.thresholds);
  if (!answer.tie_reason.empty()) text += fmt::format("  rests on a tie: {}\n", answer.tie_reason);
  text += fmt::format(
      "\nPayoffs\n  provider cost J {}\n  user utility U  {}\n  success S       {}\n  latency L    "
      "   {}\n"
      "  service cost C  {}\n",
      number(p.provider_cost), number(p.user_utility), number(p.success), number(p.latency),
      number(p.service_cost));
  text += fmt::format(
      "\nAudit\n  user would prefer U = {}: misalignment {}\n  throttled cost  {}: throttling "
      "gains {}, "
      "penalty floor {}\n",
      number(answer.misalignment.preferred.payoffs.user_utility), number(answer.misalignment.gap),
      number(answer.throttling.cost), number(answer.throttling.gain), number(answer.penalty_floor));
  return text + "\nCandidates (* chosen)\n" + candidates_text(answer.equilibrium);
}

std::string to_text(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace turnout::report
