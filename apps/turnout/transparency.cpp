#include "turnout/report/transparency_report.h"

#include "answer_verb.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout transparency examples/grok-3-mini-gpt-5.toml\n"
    "  turnout transparency --value 12 --penalty 4 --p1 0.45 --t1 3 --c1 0.4 --p2 0.8 --t2 9 --c2 "
    "2 --json";

}  // namespace

void add_transparency(CLI::App& program, Action& chosen) {
  add_answer_verb<analysis::TransparencyAnswer>(
      program, chosen,
      {"transparency",
       "The Nash equilibria if users cannot see the policy, and what publishing it is worth to "
       "each "
       "side",
       kExamples,
       analysis::transparency_answer,
       {report::transparency_text, report::transparency_json}});
}

}  // namespace turnout::program
