#include "turnout/window/verb_answers.h"

#include <nlohmann/json.hpp>

#include "turnout/analysis/response_answer.h"
#include "turnout/base/number_text.h"
#include "turnout/report/fitting_reports.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/response_report.h"
#include "turnout/report/solution_report.h"

namespace turnout::window {
namespace {

using base::Result;
using report::to_text;

Result<double> margin_of(const Query& query, double otherwise) {
  TURNOUT_TRY(const auto text, query.one("margin"));
  return text ? base::parse_number(*text).within("--margin") : otherwise;
}

}  // namespace

Result<std::string> solve_json(scenario::Scenario scenario, const Query& query,
                               const base::Watch& watch) {
  analysis::RoundingOptions options;
  TURNOUT_TRY(options.margin, margin_of(query, options.margin));
  TURNOUT_TRY(const auto answer,
              analysis::fitting_solve_answer(std::move(scenario), options, watch));
  return to_text(report::fitting_json(answer));
}

Result<std::string> explain_json(scenario::Scenario scenario, const Query& /*query*/,
                                 const base::Watch& /*watch*/) {
  TURNOUT_TRY(const auto answer, analysis::fitting_explain_answer(std::move(scenario)));
  return to_text(report::fitting_json(answer));
}

Result<std::string> response_json(scenario::Scenario scenario, const Query& query,
                                  const base::Watch& /*watch*/) {
  analysis::ResponseOptions options;
  TURNOUT_TRY(const auto points,
              query.whole("points", analysis::ResponseOptions::kLeastPoints, kMostResponsePoints));
  options.points = points.value_or(options.points);
  TURNOUT_TRY(const auto answer, analysis::response_answer(std::move(scenario), options));
  return to_text(report::response_json(answer));
}

Result<std::string> plan_json(scenario::Scenario scenario, const Query& query,
                              const base::Watch& watch) {
  analysis::PlanOptions options;
  TURNOUT_TRY(options.depth, query.whole("depth", 1, game::kDeepest));
  TURNOUT_TRY(options.nodes, query.whole("nodes", 1, kMostPlanNodes));
  TURNOUT_TRY(const auto answer, analysis::plan_answer(std::move(scenario), options, watch));
  return to_text(report::plan_json(answer));
}

Result<std::string> audit_json(scenario::Scenario scenario, const Query& query,
                               const base::Watch& /*watch*/) {
  analysis::AuditOptions options;
  TURNOUT_TRY(options.margin, margin_of(query, options.margin));
  TURNOUT_TRY(const auto answer, analysis::fitting_audit_answer(std::move(scenario), options));
  return to_text(report::fitting_json(answer));
}

}  // namespace turnout::window
