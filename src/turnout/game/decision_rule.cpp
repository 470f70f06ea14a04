#include "turnout/game/decision_rule.h"

#include <fmt/format.h>

#include <algorithm>

namespace turnout::game {
namespace {

Comparison compare(std::string left, double a, std::string right, double b, std::string meaning) {
  const char* relation = a < b ? "<" : (a > b ? ">" : "=");
  return {std::move(left), a, relation, std::move(right), b, std::move(meaning)};
}

/// The last word where several costs compete: the winner against the runner-up.
Comparison cheapest(const Equilibrium& equilibrium) {
  const Candidate& best = equilibrium.best();
  const Candidate* runner_up = nullptr;
  for (const Candidate& c : equilibrium.candidates()) {
    if (&c == &best) continue;
    if (runner_up == nullptr || c.payoffs.provider_cost < runner_up->payoffs.provider_cost)
      runner_up = &c;
  }
  if (runner_up == nullptr) return {};
  return compare(
      fmt::format("J{}", to_string(best.route)), best.payoffs.provider_cost,
      fmt::format("J{}", to_string(runner_up->route)), runner_up->payoffs.provider_cost,
      fmt::format("{} is the cheapest way to play for the provider", to_string(best.route)));
}

Comparison cost_of_pass(const Game& game, std::string meaning) {
  return compare("c1/p1", game.model(0).cost / game.model(0).success, "c2/p2",
                 game.model(1).cost / game.model(1).success, std::move(meaning));
}

DecisionRule both_value_dominated(const Game& game) {
  const bool first =
      game.model(0).cost / game.model(0).success <= game.model(1).cost / game.model(1).success;
  return {
      "Theorem 3 (as reconstructed), both models value-dominated: the user stays, the lower "
      "cost-of-pass serves",
      {cost_of_pass(game, first ? "M1 solves a task for less" : "M2 solves a task for less")}};
}

DecisionRule both_latency_dominated(const Game& game) {
  const double saved = game.churn_penalty() * (game.model(1).success - game.model(0).success);
  const double extra = game.model(1).cost - game.model(0).cost;
  return {
      "Theorem 3 (as reconstructed), both models latency-dominated: the user leaves after the "
      "first pass",
      {compare("P (p2 - p1)", saved, "c2 - c1", extra,
               saved > extra ? "M2's extra success is worth its extra cost"
                             : "M2's extra success is not worth its extra cost")}};
}

DecisionRule escalation_keeps_user(const Game& game, const Equilibrium& equilibrium) {
  const Model& first = game.model(0);
  const double failure = 1 - first.success;
  const double second_cost_of_pass = game.model(1).cost / game.model(1).success;
  const bool cascade = first.cost / first.success < second_cost_of_pass;
  DecisionRule rule{
      "Theorem 4 (as reconstructed), xi1 < 0 < xi2: the user stays on M1 only if enough re-prompts "
      "go to M2 (s > s0)",
      {cost_of_pass(game,
                    cascade ? "a user who stays is served at least cost by escalating as little as "
                              "keeps him, (1,s0)"
                            : "a user who stays is served at least cost by M2 alone, (2,0)")}};
  if (failure == 0) {
    rule.comparisons.push_back(cheapest(equilibrium));
    return rule;
  }
  const double p = game.churn_penalty();
  if (cascade) {
    const double s0 = equilibrium.find(Route::kCascadeStay)->policy.cascade;
    const double worth =
        (first.cost * (1 - s0) + s0 * second_cost_of_pass) / (first.success + failure * s0);
    rule.comparisons.push_back(
        compare("P", p, "(c1 (1-s0) + s0 c2/p2) / (p1 + b1 s0)", worth,
                p > worth ? "losing the user costs more than keeping him by a cascade"
                          : "keeping the user by a cascade costs more than losing him"));
  } else {
    const double worth = (second_cost_of_pass - first.cost) / failure;
    rule.comparisons.push_back(compare("P", p, "(c2/p2 - c1) / b1", worth,
                                       p > worth
                                           ? "losing the user costs more than serving him on M2"
                                           : "serving the user on M2 costs more than losing him"));
  }
  return rule;
}

DecisionRule slow_second_model(const Game& game, const Equilibrium& equilibrium) {
  const bool plain =
      game.model(0).cost / game.model(0).success <= game.model(1).cost / game.model(1).success;
  return {
      "Theorem 5 (as reconstructed), xi1 > 0 > xi2: the user bears re-prompts to M2 up to sL and "
      "leaves from sH on",
      {cost_of_pass(
           game,
           plain ? "a user who stays is served at least cost by M1 alone, (1,0)"
                 : "a user who stays is served at least cost by as much of M2 as he bears, (1,sL)"),
       cheapest(equilibrium)}};
}

/// The case of a game beyond the paper's: its theorem holds with eps for p, but its thresholds on c/p
/// and P are other ones.
std::string three_numbers(int first, int second) {
  const bool same = first == second;
  return fmt::format(
      "As Theorem {}, for the fuller game (theory, section 1): xi1 {} 0, xi2 {} 0, {}",
      same ? 3 : (first < 0 ? 4 : 5), first < 0 ? "<" : ">", second < 0 ? "<" : ">",
      same ? (first > 0 ? "the user stays" : "the user leaves after the first pass")
           : (first < 0 ? "the user stays on M1 only if enough re-prompts go to M2 (s > s0)"
                        : "the user bears re-prompts to M2 up to sL and leaves from sH on"));
}

}  // namespace

DecisionRule decision_rule(const Game& game, const Equilibrium& equilibrium) {
  const Primitives<double> primitives(game);
  const int first = value_sign(primitives, 0);
  const int second = value_sign(primitives, 1);
  if (first == 0 || second == 0) {
    return {
        fmt::format(
            "Tie: {}, the user is indifferent and is assumed to do what costs the provider least",
            first == 0 ? (second == 0 ? "xi1 = xi2 = 0" : "xi1 = 0") : "xi2 = 0"),
        {cheapest(equilibrium)}};
  }
  if (!game.is_papers()) return {three_numbers(first, second), {cheapest(equilibrium)}};
  if (first > 0)
    return second > 0 ? both_value_dominated(game) : slow_second_model(game, equilibrium);
  return second > 0 ? escalation_keeps_user(game, equilibrium) : both_latency_dominated(game);
}

}  // namespace turnout::game
