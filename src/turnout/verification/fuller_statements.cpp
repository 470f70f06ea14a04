#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "turnout/game/remedies.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/random_games.h"

/// What of the paper's theorems survives impatience and errors of judgement.
namespace turnout::verification {
namespace {

using game::Candidate;
using game::Game;
using game::Quantity;
using game::Route;

constexpr double kTolerance = 1e-9;
constexpr double kFound = 1e-6;  // a difference that no rounding and no grid makes

/// xi as the user believes: what one pass on k and then leaving gives him.
double worth_of_pass(const Game& game, std::size_t k) {
  return chain_payoffs(game, {k, 0}, 1).expected_utility;
}

bool both_value(const Game& game) {
  return worth_of_pass(game, 0) > 0 && worth_of_pass(game, 1) > 0;
}

/// eps: the share of passes on k that end the task though the user would go on.
double ending_share(const Game& game, std::size_t k) {
  const game::Model& m = game.model(k);
  const double rejected = m.success * m.false_reject + (1 - m.success) * (1 - m.false_accept);
  return 1 - m.patience * rejected;
}

bool second_ends_more(const Game& game) { return ending_share(game, 0) <= ending_share(game, 1); }

Candidate best_of(const Game& game) { return game::solve(game).best(); }

double leaving_cost(const Game& game, std::size_t k) {
  return chain_payoffs(game, {k, 0}, 1).provider_cost;
}

double staying_cost(const Game& game, std::size_t k) {
  return chain_payoffs(game, {k, 0}, 0).provider_cost;
}

double engine_response_deviation(const Game& game, base::Rng& rng) {
  const game::Policy policy = random_play(rng).policy;
  return response_deviation(game, policy, game::best_response(game, policy).abandon);
}

double engine_optimum_deviation(const Game& game, base::Rng&) {
  const Candidate best = best_of(game);
  return optimum_deviation(game, best.policy, best.abandon, best.payoffs.provider_cost, 101);
}

/// What the best of the five pure candidates costs more than what a search finds.
double pure_deviation(const Game& game, base::Rng&) {
  double pure = std::numeric_limits<double>::infinity();
  const game::Equilibrium e = game::solve(game);
  for (const Candidate& c : e.candidates()) {
    if (c.route != Route::kCascadeMixed) pure = std::min(pure, c.payoffs.provider_cost);
  }
  const double found = search_optimum(game, 401)->response.payoffs.provider_cost;
  return std::max(0.0, pure - found) / cost_scale(game);
}

bool opposite_signs(const Game& game) {
  return worth_of_pass(game, 0) > 0 && worth_of_pass(game, 1) < 0;
}

/// The paper's order, c1 < c2 too, but users whom M1 loses: it ends more tasks than M2.
Game draw_losing_first(base::Rng& rng) {
  const Game game = draw_in_paper_order(rng);
  std::array<game::Model, 2> models = {game.model(0), game.model(1)};
  for (game::Model& model : models) {
    model.success = std::max(0.001, std::round(model.success * 125) / 1000);
    model.latency = std::max(0.001, std::round(model.latency * 125) / 1000);
  }
  models[0].patience = std::round(rng.uniform(0.3, 1) * 1000) / 1000;
  if (models[0].success == models[1].success) models[1].success += 0.001;
  if (models[0].latency == models[1].latency) models[1].latency += 0.001;
  return Game::make(game.user(), game.provider(), models).value();
}

bool mixes(const Game& game) { return best_of(game).route == Route::kCascadeMixed; }

double throttled_cost_deviation(const Game& game, base::Rng&) {
  const double claimed =
      std::min({best_of(game).payoffs.provider_cost, leaving_cost(game, 0), leaving_cost(game, 1)});
  return std::max(0.0, claimed - search_throttled_cost(game, 41)) / cost_scale(game);
}

/// Whether making the user leave is cheaper than J*, and whether P is below the least of some worth
/// per model; games within 1e-6 of it say nothing.
template <class Worth>
double rule_deviation(const Game& game, const Worth& worth) {
  const double least = std::min(worth(game.model(0)), worth(game.model(1)));
  if (std::abs(game.churn_penalty() - least) <= kFound * least) return 0;
  const double stays = std::min(staying_cost(game, 0), staying_cost(game, 1));
  const double leaves = std::min(leaving_cost(game, 0), leaving_cost(game, 1));
  const bool pays = leaves < stays - 1e-12 * cost_scale(game);
  return pays == (game.churn_penalty() < least) ? 0 : 1;
}

double cost_of_pass(const game::Model& model) { return model.cost / model.success; }

double routed_by_cost_of_pass(const Game& game, base::Rng&) {
  const std::size_t k = cost_of_pass(game.model(0)) <= cost_of_pass(game.model(1)) ? 0 : 1;
  return std::max(0.0, staying_cost(game, k) - best_of(game).payoffs.provider_cost) /
         cost_scale(game);
}

bool rankings_agree(const Game& game) {
  const auto wait = [&](std::size_t k) { return game.model(k).latency / game.model(k).success; };
  const bool cheap = cost_of_pass(game.model(0)) < cost_of_pass(game.model(1));
  return both_value(game) && cheap == (wait(0) < wait(1));
}

double gap(const Game& game, base::Rng&) {
  const double best = std::max(chain_payoffs(game, {0, 0}, 0).user_utility,
                               chain_payoffs(game, {1, 0}, 0).user_utility);
  return std::max(0.0, best - best_of(game).payoffs.user_utility) / utility_scale(game);
}

/// The same users, all more patient: half of those who would leave anyway are still there.
Game more_patient(const Game& game) {
  std::array<game::Model, 2> models = {game.model(0), game.model(1)};
  for (game::Model& model : models) model.patience = (1 + model.patience) / 2;
  return Game::make(game.user(), game.provider(), models).value();
}

double cost_of_patience(const Game& game, base::Rng&) {
  return std::max(0.0, best_of(more_patient(game)).payoffs.provider_cost -
                           best_of(game).payoffs.provider_cost) /
         cost_scale(game);
}

double harm_of_patience(const Game& game, base::Rng&) {
  return std::max(0.0, best_of(game).payoffs.user_utility -
                           best_of(more_patient(game)).payoffs.user_utility) /
         utility_scale(game);
}

Game with_naive(const Game& game, bool naive) {
  game::User user = game.user();
  user.naive = naive;
  return Game::make(user, game.provider(), {game.model(0), game.model(1)}).value();
}

double harm_of_knowing(const Game& game, base::Rng&) {
  return std::max(0.0, best_of(with_naive(game, true)).payoffs.user_utility -
                           best_of(with_naive(game, false)).payoffs.user_utility) /
         utility_scale(game);
}

/// How far success falls as P is doubled.
double success_lost(const Game& game, base::Rng&) {
  const Game dearer = game.with({Quantity::kChurnPenalty, 0}, 2 * game.churn_penalty()).value();
  return std::max(0.0, best_of(game).payoffs.success - best_of(dearer).payoffs.success);
}

bool no_throttling(const Game& game) {
  return game::throttling(game, game::solve(game)).gain == 0 &&
         game::throttling(more_patient(game), game::solve(more_patient(game))).gain == 0;
}

bool wants_late_churn(const Game& game) { return game.provider().late_churn.has_value(); }

/// Rare among games, so that examples are looked for.
bool may_lose_success(const Game& game) {
  base::Rng unused(0);
  return wants_late_churn(game) && success_lost(game, unused) > kFound;
}

bool same_patience(const Game& game) { return game.model(0).patience == game.model(1).patience; }

/// Whether a game has a deviation, as a condition to be counted.
Condition hurts(double (*deviation)(const Game&, base::Rng&)) {
  return [deviation](const Game& game) {
    base::Rng unused(0);
    return deviation(game, unused) > kFound;
  };
}

std::vector<Statement> engine_statements() {
  constexpr const char* kOptimum =
      "cost saved by a searched policy, utility by another q, error of J; relative";
  return {
      judged(
          {"F1", "theory 1",
           "With impatience, errors, prices and an outside option J and U are linear in n, by xi, "
           "eta and beta",
           Known::kHolds, ""},
          {draw_fuller}, payoff_deviation, 1e-11,
          "relative, against the Markov chain, at random (i,s) and q"),
      judged({"F2", "theory 3", "Theorems 1 and 2 hold there with eps for p and beta for 1 - p",
              Known::kHolds, ""},
             {draw_fuller}, engine_response_deviation, 1e-11,
             "utility that another q would add as the user sees it, relative"),
      judged(
          {"F3", "theory 4",
           "Theorems 3 to 5 hold there with P + eta/eps for c/p: the optimum is one of the five, "
           "or mixed where eps1 > eps2",
           Known::kHolds, ""},
          {draw_fuller}, engine_optimum_deviation, 1e-7, kOptimum),
      judged({"F4", "theory 4, support theorem",
              "In the paper's order the response is pure, whatever the users' patience",
              Known::kHoldsNarrower,
              "holds if eps1 <= eps2, for instance with the same patience for both models (F5); "
              "users whom M1 loses make it the one that ends more tasks"},
             {draw_losing_first, mixes}, pure_deviation, kFound,
             "cost saved by a searched policy over the best of the five; relative", 10),
      judged({"F5", "theory 4, support theorem",
              "In the paper's order, with the same patience for both models, the response is pure",
              Known::kHolds, ""},
             {draw_impatient, [](const Game& g) { return same_patience(g) && opposite_signs(g); }},
             pure_deviation, kFound,
             "cost saved by a searched policy over the best of the five; relative", 3),
  };
}

std::vector<Statement> throttling_and_patience() {
  constexpr const char* kRule = "1 if the rule and the costs on the chain disagree";
  return {
      judged(
          {"F6", "summary, Proposition 2",
           "Both xi > 0, impatient users: throttling pays iff P < min c/p", Known::kHolds, ""},
          {draw_impatient, both_value},
          [](const Game& g, base::Rng&) { return rule_deviation(g, cost_of_pass); }, 0, kRule),
      judged(
          {"F7", "summary, Proposition 2",
           "Both xi > 0, users who err: throttling pays iff P < min c/p", Known::kHoldsNarrower,
           "holds if nobody errs; else iff P is below the least P at which eta_k = 0 (F8)"},
          {draw_erring, both_value},
          [](const Game& g, base::Rng&) { return rule_deviation(g, cost_of_pass); }, 0, kRule),
      judged(
          {"F8", "theory 6",
           "Both xi > 0: throttling pays iff P < min c/(p (1 - fr)), where accepted errors cost P",
           Known::kHolds, ""},
          {draw_erring, [](const Game& g) { return both_value(g) && !wants_late_churn(g); }},
          [](const Game& g, base::Rng&) {
            return rule_deviation(g, [](const game::Model& m) {
              return m.cost / (m.success * (1 - m.false_reject));
            });
          },
          0, kRule),
      judged({"F9", "theory 6", "The best throttled cost is min(J*, P + min eta_k)", Known::kHolds,
              ""},
             {draw_fuller}, throttled_cost_deviation, kTolerance,
             "cost saved by search over latencies, (i,s) and q; relative", 10),
      judged({"F10", "theory 6",
              "The same where M1 ends more tasks than M2 and a mixed response may be best",
              Known::kHolds, ""},
             {draw_larger_first, [](const Game& g) { return !second_ends_more(g); }},
             throttled_cost_deviation, kTolerance,
             "cost saved by search over latencies, (i,s) and q; relative", 10),
      judged({"F11", "theory 4", "More patient users never cost the provider more",
              Known::kHoldsNarrower,
              "holds if throttling does not pay (F12); else it is glad of those who leave"},
             {draw_impatient}, cost_of_patience, kTolerance, "cost added, relative"),
      judged({"F12", "theory 4",
              "More patient users never cost the provider more where throttling does not pay",
              Known::kHolds, ""},
             {draw_impatient, no_throttling}, cost_of_patience, kTolerance, "cost added, relative"),
      judged({"F13", "theory 5", "More patience never hurts the users who have it",
              Known::kHoldsNarrower,
              "holds in most games (F19); but who may leave is served by the larger model"},
             {draw_impatient}, harm_of_patience, kFound, "utility lost, relative"),
  };
}

std::vector<Statement> judgement_statements() {
  return {
      judged(
          {"F14", "summary, Theorem 3",
           "Both xi > 0, impatient users: the lower cost-of-pass c/p serves", Known::kHoldsNarrower,
           "holds if patience is 1; else the lower (c + P (1 - rho)(1 - p))/eps serves (F3)"},
          {draw_impatient, both_value}, routed_by_cost_of_pass, kTolerance, "cost added, relative"),
      judged({"F15", "theory 5",
              "Both xi > 0, rankings by c/p and t/p agree, impatient users: no misalignment",
              Known::kHoldsNarrower,
              "holds if patience is 1 (A2); an impatient user may be served by the dearer model"},
             {draw_impatient, rankings_agree}, gap, kFound, "gap, relative"),
      judged(
          {"F16", "theory 3", "A user who knows of his errors is never worse off than a naive one",
           Known::kHoldsNarrower,
           "holds in most games (F20); but a provider answers to what users believe"},
          {draw_erring}, harm_of_knowing, kFound, "utility lost by knowing, relative"),
      judged({"F17", "theory 7", "A higher P never lowers the share of tasks that end solved",
              Known::kHoldsNarrower,
              "holds if accepted errors cost P too (F18); where they cost a sum of their own, P "
              "favours what users accept"},
             {draw_erring, may_lose_success}, success_lost, kFound, "success lost", 10),
      judged(
          {"F18", "theory 7",
           "A higher P never lowers the share of tasks that end solved where accepted errors cost "
           "P",
           Known::kHolds, ""},
          {draw_fuller, [](const Game& g) { return !wants_late_churn(g); }}, success_lost,
          kTolerance, "success lost"),
      counted({"F19", "theory 4", "How often more patience hurts the users who have it",
               Known::kMeasured, ""},
              {draw_impatient}, hurts(harm_of_patience),
              "share of games; half of those who would leave anyway stay", 10),
      counted({"F20", "theory 3", "How often a user who knows of his errors is worse off for it",
               Known::kMeasured, ""},
              {draw_erring}, hurts(harm_of_knowing), "share of games", 10),
  };
}

}  // namespace

std::vector<Statement> fuller_statements() {
  std::vector<Statement> all = engine_statements();
  for (const auto& group : {throttling_and_patience(), judgement_statements()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace turnout::verification
