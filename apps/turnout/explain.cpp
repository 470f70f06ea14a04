#include "turnout/report/explain_report.h"

#include "answer_verb.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout explain examples/gpt-4.1.toml\n"
    "  turnout explain examples/gpt-4.1.toml --json";

}  // namespace

void add_explain(CLI::App& program, Action& chosen) {
  add_answer_verb<analysis::ExplainAnswer>(
      program, chosen,
      {"explain",
       "The decision rule that applied, and how far the nearest change of policy is",
       kExamples,
       analysis::explain_answer,
       {report::explain_text, report::explain_json}});
}

}  // namespace turnout::program
