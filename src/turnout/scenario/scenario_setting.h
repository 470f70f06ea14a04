#pragma once

#include <span>
#include <string>
#include <string_view>

#include "turnout/scenario/scenario.h"

/// "What if P were 1?": what a scenario says changed before it is read, so that every rule and
/// message of the reader holds for them too.
namespace turnout::scenario {

/// @param settings  "KEY=VALUE" each, done in turn, the later of two for one key holds. A key is
///   that of the file (user.value, user.value_of_time, user.patience, user.outside,
///   user.participates, user.knows, provider.churn_penalty, provider.commits, judgement.harm,
///   judgement.late_churn, judgement.naive,
///   model.NAME.success|latency|cost|price|patience|false_accept|false_reject, difficulty.sigma,
///   difficulty.tau, difficulty.feedback, switching.cost, switching.latency) or the theory's
///   symbol: V, w, rho, v0, P, H, Pw, sigma, tau, feedback, and p1, t1, c1, r1, rho1, fa1, fr1,
///   p2, ... for success, latency, cost, price, patience, false accepts and rejects of the first
///   model, of the second, ... A table that stood there (an interval, a lognormal) becomes that
///   number, known exactly. VALUE is a finite number; for patience also a list by attempt, [0.99,
///   0.9]; true or false for participates, commits and naive; a word for knows.
/// @param ranges    whether numbers may be ranges {lo, hi}
/// @returns what parse_scenario() and read_scenario() return for the file so changed;
///   kInvalidValue, with what may have been meant, for a key that the scenario cannot have.
base::Result<Scenario> parse_scenario(std::string_view text, const std::string& source,
                                      const std::string& folder,
                                      std::span<const std::string> settings,
                                      Ranges ranges = Ranges::kRefused);
base::Result<Scenario> read_scenario(const std::string& path, std::span<const std::string> settings,
                                     Ranges ranges = Ranges::kRefused);

}  // namespace turnout::scenario
