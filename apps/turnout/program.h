#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

#include "verbs.h"

/// What the programs have in common: they parse, do what was asked for, and end with an exit code.
namespace turnout::program {

/// What turnout is, in one sentence.
const char* about_turnout();

/// Gives a program its version, its help and its rules before verbs are added.
void set_up(CLI::App& program);

/// Parses the arguments and does what the chosen verb says. @returns the exit code.
int run(CLI::App& program, const Action& chosen, int argc, char** argv);

/// @returns the exit code for what a verb came to; says on standard error what went wrong.
int exit_code_of(const base::Result<ExitCode>& done);

/// Says on standard error, in one line, what is wrong. @returns the exit code for it.
int fail(const std::string& message);

/// @returns what `work` does, or the exit code of a defect if an exception escapes it.
int guarded(const std::function<int()>& work);

}  // namespace turnout::program
