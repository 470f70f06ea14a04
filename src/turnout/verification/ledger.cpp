#include "turnout/verification/ledger.h"

#include <algorithm>

namespace turnout::verification {

std::vector<Statement> all_statements() {
  std::vector<Statement> all;
  for (const auto& group :
       {payoff_statements(), response_statements(), routing_statements(), misalignment_statements(),
        throttling_statements(), remedy_statements(), fuller_statements(), beyond_statements()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

bool Ledger::failed() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& f) { return f.verdict == Verdict::kFails; });
}

Ledger verify(std::size_t games, std::uint64_t seed, const base::Watch& watch) {
  Ledger ledger{games, seed, {}};
  const Budget budget{games, seed, watch};
  for (const Statement& statement : all_statements()) {
    if (watch.cancellation.requested()) break;
    ledger.findings.push_back(statement.check(statement.claim, budget));
  }
  return ledger;
}

std::size_t expected_games(std::size_t games) {
  std::size_t total = 0;
  for (const Statement& statement : all_statements())
    total += statement.times * games / statement.divide;
  return total;
}

}  // namespace turnout::verification
