#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenario_arguments.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

/// What the verbs that answer one question share.
namespace turnout::program {

/// How an answer is shown.
template <class Answer>
struct Shown {
  std::string (*text)(const Answer&);
  nlohmann::ordered_json (*json)(const Answer&);
};

/// Prints an answer, and its notes on standard error.
template <class Answer>
base::Result<ExitCode> print_answer(const Answer& answer, const Shown<Answer>& shown, bool json) {
  if constexpr (requires { answer.paper.notes; }) print_notes(answer.paper.notes);
  return print(json ? report::to_text(shown.json(answer)) : shown.text(answer));
}

/// A verb that reads a scenario and prints an answer to it.
template <class Answer>
struct AnswerVerb {
  const char* name;
  const char* help;
  const char* examples;
  base::Result<Answer> (*answer)(scenario::Scenario);
  Shown<Answer> shown;
};

template <class Answer>
void add_answer_verb(CLI::App& program, Action& chosen, const AnswerVerb<Answer>& described) {
  struct Arguments {
    ScenarioArguments scenario;
    bool json = false;
  };
  auto* verb = program.add_subcommand(described.name, described.help);
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  add_output_options(*verb, arguments->json);
  verb->footer(described.examples);
  verb->callback([arguments, &chosen, described] {
    chosen = [arguments, described]() -> base::Result<ExitCode> {
      TURNOUT_TRY(auto scenario, arguments->scenario.read());
      TURNOUT_TRY(const auto answer, described.answer(std::move(scenario)));
      return print_answer(answer, described.shown, arguments->json);
    };
  });
}

}  // namespace turnout::program
