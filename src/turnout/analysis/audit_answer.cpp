#include "turnout/analysis/audit_answer.h"

#include <fmt/format.h>

#include <utility>

#include "turnout/analysis/outside.h"

namespace turnout::analysis {

base::Status check(const AuditOptions& options) {
  if (options.margin >= 0 && options.margin <= AuditOptions::kMostMargin) return base::Done{};
  return base::Error{
      base::ErrorCode::kInvalidValue,
      fmt::format("{} must be from 0 to {}", options.margin, AuditOptions::kMostMargin),
      "--margin"};
}

base::Result<AuditAnswer> audit_answer(scenario::Scenario scenario, const AuditOptions& options) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "audit"));
  const game::Game game = paper.scenario.game;
  const game::Equilibrium equilibrium = game::solve(game);
  const game::Misalignment misaligned = game::misalignment(game, equilibrium);
  AuditAnswer answer{std::move(paper),
                     options.margin,
                     equilibrium.regime,
                     {equilibrium.best(), misaligned.preferred, misaligned.gap,
                      misaligned.gap / game.value_of_time(), misaligned.saving},
                     game::throttling(game, equilibrium, options.margin),
                     game::penalty_floor(game, equilibrium),
                     game::opt_out(game, equilibrium),
                     game::aligning_penalties(game, equilibrium),
                     game::broken_assumptions(game)};
  const double outside = game.user().outside;
  for (game::Candidate* c :
       {&answer.disagreement.provider, &answer.disagreement.user, &answer.opt_out.best})
    add_outside(c->payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
