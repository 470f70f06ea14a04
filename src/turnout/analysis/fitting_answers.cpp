#include "turnout/analysis/fitting_answers.h"

#include <utility>

namespace turnout::analysis {
namespace {

bool is_of_two_who_come(const scenario::Scenario& scenario) {
  return scenario.game.size() == game::Game::kModels && !scenario.game.participates();
}

/// @returns an answer as one of several.
template <class Any, class Answer>
base::Result<Any> as(base::Result<Answer> answer) {
  if (!answer) return std::move(answer).error();
  return Any(*std::move(answer));
}

/// One policy (i, s) for users who differ is for two models and users who come anyway. Else they are
/// planned for.
base::Result<FittingSolveAnswer> solve_by_plan(scenario::Scenario scenario,
                                               const RoundingOptions& options,
                                               const base::Watch& watch) {
  if (options.margin != 0) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       "--margin is for the s of a policy (i,s), plans have none", "solve"};
  }
  TURNOUT_TRY(auto answer, plan_answer(std::move(scenario), {}, watch));
  answer.notes.emplace_back(
      "one policy (i,s) for users who differ is for two models and users who come anyway: this is "
      "the answer of turnout plan");
  return FittingSolveAnswer(std::move(answer));
}

}  // namespace

base::Result<FittingSolveAnswer> fitting_solve_answer(scenario::Scenario scenario,
                                                      const RoundingOptions& options,
                                                      const base::Watch& watch) {
  using Any = FittingSolveAnswer;
  if (!scenario.segments.empty() && !is_of_two_who_come(scenario))
    return solve_by_plan(std::move(scenario), options, watch);
  if (scenario.game.participates())
    return as<Any>(participation_answer(std::move(scenario), options));
  if (!scenario.segments.empty()) return as<Any>(population_answer(std::move(scenario), options));
  return as<Any>(solve_answer(std::move(scenario), options));
}

base::Result<FittingExplainAnswer> fitting_explain_answer(scenario::Scenario scenario) {
  using Any = FittingExplainAnswer;
  return is_of_two_who_come(scenario) ? as<Any>(explain_answer(std::move(scenario)))
                                      : as<Any>(policy_explain_answer(std::move(scenario)));
}

base::Result<FittingAuditAnswer> fitting_audit_answer(scenario::Scenario scenario,
                                                      const AuditOptions& options) {
  using Any = FittingAuditAnswer;
  return is_of_two_who_come(scenario) ? as<Any>(audit_answer(std::move(scenario), options))
                                      : as<Any>(plan_audit_answer(std::move(scenario), options));
}

}  // namespace turnout::analysis
