#include <algorithm>
#include <array>
#include <cmath>

#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/stated.h"

namespace turnout::verification {
namespace {

using game::Game;
using game::Policy;

constexpr double kSearchError = 1e-11;  // golden section to 1e-9 in q, quadratic in utility

bool same_sign(const Game& game) {
  return signs(game) == Signs::kBothValue || signs(game) == Signs::kBothLatency;
}

/// The stated response against the search, at a share drawn from [low, high].
Deviation response_between(std::function<double(const Game&)> low,
                           std::function<double(const Game&)> high) {
  return [low = std::move(low), high = std::move(high)](const Game& game, base::Rng& rng) {
    const Policy policy{0, rng.uniform(low(game), high(game))};
    return response_deviation(game, policy, stated_response(game, policy));
  };
}

double zero(const Game&) { return 0; }
double one(const Game&) { return 1; }

double second_start(const Game& game, base::Rng&) {
  return response_deviation(game, {1, 0}, stated_response(game, {1, 0}));
}

/// At s0 staying and leaving are worth the same, and nothing is worth more.
double indifference_at_s0(const Game& game, base::Rng&) {
  const Policy policy{0, stated_s0(game)};
  const double stay = chain_payoffs(game, policy, 0).user_utility;
  const double leave = chain_payoffs(game, policy, 1).user_utility;
  return std::max(std::abs(stay - leave) / utility_scale(game),
                  response_deviation(game, policy, 0));
}

/// Strict: staying must be worse below s0 and better above.
double stays_iff_above_s0(const Game& game, base::Rng& rng) {
  const double s0 = stated_s0(game);
  const Policy below{0, s0 * rng.uniform(0, 0.99)};
  const Policy above{0, s0 + (1 - s0) * rng.uniform(0.01, 1)};
  const bool right =
      search_response(game, below).abandon == 1 && search_response(game, above).abandon == 0;
  return right ? 0 : 1;
}

double engine_response(const Game& game, base::Rng& rng) {
  const Policy policy{rng.uniform() < 0.8 ? std::size_t{0} : std::size_t{1}, rng.uniform()};
  return response_deviation(game, policy, game::best_response(game, policy).abandon);
}

/// With equal signs the searched response is one and the same for all policies.
bool response_ignores_routing(const Game& game) {
  const double expected = search_response(game, {1, 0}).abandon;
  constexpr std::array kTried = {0.0, 0.3, 0.7, 1.0};
  return std::all_of(kTried.begin(), kTried.end(), [&](double s) {
    return search_response(game, {0, s}).abandon == expected;
  });
}

bool response_depends_on_routing(const Game& game) {
  return search_response(game, {0, 0}).abandon != search_response(game, {0, 1}).abandon;
}

}  // namespace

std::vector<Statement> response_statements() {
  constexpr const char* kLost = "utility that another q would add, relative";
  return {
      judged({"R1", "summary, Theorem 1", "Routed to M2 the user plays q* = 1{xi2 < 0}",
              Known::kHolds, ""},
             {draw_in_any_order}, second_start, kSearchError, kLost),
      judged({"R2", "summary, Theorem 2",
              "With xi1, xi2 of one sign he stays (both > 0) or leaves (both < 0), whatever s",
              Known::kHolds, ""},
             {draw_in_any_order, same_sign}, response_between(zero, one), kSearchError, kLost),
      judged({"R3", "summary, Theorem 2",
              "With xi1 < 0 < xi2 he stays iff s > s0 = -xi1/(xi2/p2 - xi1)", Known::kHolds, ""},
             {draw_in_any_order, has(Signs::kLatencyValue)}, stays_iff_above_s0, 0,
             "1 if the search finds otherwise"),
      judged({"R4", "theory 3",
              "At s0 he is indifferent between leaving and staying, and nothing is better",
              Known::kHolds, ""},
             {draw_in_any_order, has(Signs::kLatencyValue)}, indifference_at_s0, kSearchError,
             kLost),
      judged({"R5", "summary, Theorem 2; sL as reconstructed",
              "With xi1 > 0 > xi2 he stays for s <= sL", Known::kHolds, ""},
             {draw_in_any_order, has(Signs::kValueLatency)}, response_between(zero, stated_sl),
             kSearchError, kLost),
      judged({"R6", "summary, Theorem 2; sH as reconstructed",
              "With xi1 > 0 > xi2 he leaves for s >= sH = xi1/(xi1 - xi2)", Known::kHolds, ""},
             {draw_in_any_order, has(Signs::kValueLatency)}, response_between(stated_sh, one),
             kSearchError, kLost),
      judged({"R7", "theory 3",
              "Between sL and sH he plays the mixed a*(s), the smaller root of the quadratic (7)",
              Known::kHolds, ""},
             {draw_in_any_order, has(Signs::kValueLatency)}, response_between(stated_sl, stated_sh),
             kSearchError, kLost),
      judged({"R8", "summary, findings",
              "Routing leaves the response alone if the models are not differentiated (xi of one "
              "sign)",
              Known::kHolds, ""},
             {draw_in_any_order, same_sign}, unless(response_ignores_routing), 0,
             "1 if the searched q differs between policies"),
      judged({"R9", "summary, findings",
              "Routing moves the response if the models are differentiated (xi of opposite signs)",
              Known::kHolds, ""},
             {draw_in_any_order, [](const Game& g) { return !same_sign(g); }},
             unless(response_depends_on_routing), 0,
             "1 if the searched q is the same at s = 0 and s = 1"),
      judged(
          {"R10", "engine", "best_response() is the user's best response, at any (i,s) of any game",
           Known::kHolds, ""},
          {draw_in_any_order}, engine_response, kSearchError, kLost),
  };
}

}  // namespace turnout::verification
