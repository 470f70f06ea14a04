#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "exit_code.h"
#include "turnout/base/result.h"

/// One file per verb. Each adds its subcommand to the program and, if it is the one called, leaves
/// in `chosen` what is to be done once all arguments are read.
namespace turnout::program {

using Action = std::function<base::Result<ExitCode>()>;

void add_solve(CLI::App& program, Action& chosen);
void add_plan(CLI::App& program, Action& chosen);
void add_response(CLI::App& program, Action& chosen);
void add_audit(CLI::App& program, Action& chosen);
void add_explain(CLI::App& program, Action& chosen);
void add_catalog(CLI::App& program, Action& chosen);
void add_transparency(CLI::App& program, Action& chosen);
void add_robust(CLI::App& program, Action& chosen);
void add_map(CLI::App& program, Action& chosen);
void add_explore(CLI::App& program, Action& chosen);
void add_sweep(CLI::App& program, Action& chosen);
void add_figures(CLI::App& program, Action& chosen);
void add_calibrate(CLI::App& program, Action& chosen);
void add_replay(CLI::App& program, Action& chosen);
void add_simulate(CLI::App& program, Action& chosen);
void add_import(CLI::App& program, Action& chosen);
void add_log(CLI::App& program, Action& chosen);
void add_estimate(CLI::App& program, Action& chosen);
void add_advise(CLI::App& program, Action& chosen);
void add_evaluate(CLI::App& program, Action& chosen);
void add_verify(CLI::App& program, Action& chosen);
void add_completion(CLI::App& program, Action& chosen);
void add_help(CLI::App& program, Action& chosen);
void add_serve(CLI::App& program, Action& chosen);
void add_policy(CLI::App& program, Action& chosen);
void add_init(CLI::App& program, Action& chosen);
void add_mock_llm(CLI::App& program, Action& chosen);
void add_mock_users(CLI::App& program, Action& chosen);

/// Adds the options of every verb that prints an answer: --json, and --wide against tables that fit
/// the terminal. @returns --json, for what it excludes.
CLI::Option* add_output_options(CLI::App& verb, bool& json);

/// A verb of the program and the heading under which the help lists it.
struct Verb {
  const char* name;
  const char* group;
  void (*add)(CLI::App& program, Action& chosen);
};

/// @returns all verbs, in the order in which the help lists them.
std::span<const Verb> verbs();
/// @returns their names.
std::vector<std::string> verb_names();
/// Adds one verb, under its heading.
void add_verb(CLI::App& program, Action& chosen, const Verb& verb);
/// Adds all of them: what help, completion and man pages are made from.
void add_all_verbs(CLI::App& program, Action& chosen);

/// Prints what may stand where a shell's cursor is: a word a line, with a tab and its meaning, and
/// ":files" if names of files may. What the scripts of `completion` call; in no help.
/// @param words  those of the command line up to the cursor, without the program's name
base::Result<ExitCode> complete(std::vector<std::string> words);

/// Writes each note of an answer to standard error, a line each.
void print_notes(const std::vector<std::string>& notes);

/// Writes to standard output and reports a full disk or a closed pipe.
base::Result<ExitCode> print(const std::string& text);

}  // namespace turnout::program
