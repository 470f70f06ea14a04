#include "turnout/report/fitting_reports.h"

#include <nlohmann/json.hpp>

#include "turnout/report/audit_report.h"
#include "turnout/report/explain_report.h"
#include "turnout/report/participation_report.h"
#include "turnout/report/plan_audit_report.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/policy_explain_report.h"
#include "turnout/report/population_report.h"
#include "turnout/report/solution_report.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

/// One function for each answer that may fit.
template <class... Functions>
struct Each : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Each(Functions...) -> Each<Functions...>;

template <class Answer>
const std::vector<std::string>& notes_of_one(const Answer& answer) {
  if constexpr (requires { answer.paper; }) {
    return answer.paper.notes;
  } else {
    return answer.notes;
  }
}

}  // namespace

std::string fitting_text(const analysis::FittingSolveAnswer& answer) {
  return std::visit(
      Each{[](const analysis::SolveAnswer& a) { return solution_text(a); },
           [](const analysis::ParticipationAnswer& a) { return participation_text(a); },
           [](const analysis::PopulationAnswer& a) { return population_text(a); },
           [](const analysis::PlanAnswer& a) { return plan_text(a); }},
      answer);
}

std::string fitting_text(const analysis::FittingExplainAnswer& answer) {
  return std::visit(
      Each{[](const analysis::ExplainAnswer& a) { return explain_text(a); },
           [](const analysis::PolicyExplainAnswer& a) { return policy_explain_text(a); }},
      answer);
}

std::string fitting_text(const analysis::FittingAuditAnswer& answer) {
  return std::visit(Each{[](const analysis::AuditAnswer& a) { return audit_text(a); },
                         [](const analysis::PlanAuditAnswer& a) { return plan_audit_text(a); }},
                    answer);
}

ordered_json fitting_json(const analysis::FittingSolveAnswer& answer) {
  return std::visit(
      Each{[](const analysis::SolveAnswer& a) { return solution_json(a); },
           [](const analysis::ParticipationAnswer& a) { return participation_json(a); },
           [](const analysis::PopulationAnswer& a) { return population_json(a); },
           [](const analysis::PlanAnswer& a) { return plan_json(a); }},
      answer);
}

ordered_json fitting_json(const analysis::FittingExplainAnswer& answer) {
  return std::visit(
      Each{[](const analysis::ExplainAnswer& a) { return explain_json(a); },
           [](const analysis::PolicyExplainAnswer& a) { return policy_explain_json(a); }},
      answer);
}

ordered_json fitting_json(const analysis::FittingAuditAnswer& answer) {
  return std::visit(Each{[](const analysis::AuditAnswer& a) { return audit_json(a); },
                         [](const analysis::PlanAuditAnswer& a) { return plan_audit_json(a); }},
                    answer);
}

const std::vector<std::string>& notes_of(const analysis::FittingSolveAnswer& answer) {
  return std::visit([](const auto& a) -> decltype(auto) { return notes_of_one(a); }, answer);
}

const std::vector<std::string>& notes_of(const analysis::FittingExplainAnswer& answer) {
  return std::visit([](const auto& a) -> decltype(auto) { return notes_of_one(a); }, answer);
}

const std::vector<std::string>& notes_of(const analysis::FittingAuditAnswer& answer) {
  return std::visit([](const auto& a) -> decltype(auto) { return notes_of_one(a); }, answer);
}

}  // namespace turnout::report
