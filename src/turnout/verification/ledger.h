#pragma once

#include <vector>

#include "turnout/verification/statement.h"

namespace turnout::verification {

/// The statements, by subject, each group in its own file.
std::vector<Statement> payoff_statements();
std::vector<Statement> response_statements();
std::vector<Statement> routing_statements();
std::vector<Statement> misalignment_statements();
std::vector<Statement> throttling_statements();
std::vector<Statement> remedy_statements();
std::vector<Statement> fuller_statements();
std::vector<Statement> beyond_statements();

/// @returns all of them, in the order of docs/theory.md.
std::vector<Statement> all_statements();

/// The verification ledger: each statement of the paper's summary and of docs/theory.md held
/// against brute force and simulation on random games.
struct Ledger {
  std::size_t games = 0;
  std::uint64_t seed = 0;
  std::vector<Finding> findings;
  /// @returns whether a statement failed that is not known to fail.
  [[nodiscard]] bool failed() const;
};

/// @param watch  told of games tried; the whole is expected_games(games). A cancelled run ends
///   early, with a ledger that means nothing.
/// Deterministic in (games, seed).
Ledger verify(std::size_t games, std::uint64_t seed, const base::Watch& watch = {});

/// @returns how many games verify() tries in all, for progress.
std::size_t expected_games(std::size_t games);

}  // namespace turnout::verification
