#include "verbs.h"

#include <array>

namespace turnout::program {

std::span<const Verb> verbs() {
  static constexpr const char* kDecide = "Decide";
  static constexpr const char* kLook = "Look";
  static constexpr const char* kLearn = "Learn from data";
  static constexpr const char* kProve = "Prove";
  static constexpr const char* kOperate = "Operate";
  static constexpr auto kVerbs = std::to_array<Verb>({
      {"advise", kDecide, add_advise},
      {"solve", kDecide, add_solve},
      {"plan", kDecide, add_plan},
      {"robust", kDecide, add_robust},
      {"explain", kDecide, add_explain},
      {"response", kDecide, add_response},
      {"catalog", kDecide, add_catalog},
      {"map", kLook, add_map},
      {"explore", kLook, add_explore},
      {"figures", kLook, add_figures},
      {"transparency", kLook, add_transparency},
      {"audit", kLook, add_audit},
      {"import", kLearn, add_import},
      {"log", kLearn, add_log},
      {"estimate", kLearn, add_estimate},
      {"evaluate", kLearn, add_evaluate},
      {"calibrate", kLearn, add_calibrate},
      {"replay", kLearn, add_replay},
      {"verify", kProve, add_verify},
      {"sweep", kProve, add_sweep},
      {"simulate", kProve, add_simulate},
      {"serve", kOperate, add_serve},
      {"policy", kOperate, add_policy},
      {"init", kOperate, add_init},
      {"mock-llm", kOperate, add_mock_llm},
      {"mock-users", kOperate, add_mock_users},
      {"completion", kOperate, add_completion},
      {"help", kOperate, add_help},
  });
  return kVerbs;
}

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) names.emplace_back(verb.name);
  return names;
}

void add_verb(CLI::App& program, Action& chosen, const Verb& verb) {
  verb.add(program, chosen);
  program.get_subcommand(verb.name)->group(verb.group);
}

void add_all_verbs(CLI::App& program, Action& chosen) {
  for (const Verb& verb : verbs()) add_verb(program, chosen, verb);
}

}  // namespace turnout::program
