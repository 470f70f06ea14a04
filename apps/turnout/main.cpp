#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "turnout/base/output_file.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 internal error, 2 bad arguments, input or output, 3 a claim failed "
    "(verify), a row is wrong "
    "(log check).\n"
    "Each verb has its own --help with an example.";

int fail(const std::string& message) {
  std::string line = message;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  fmt::print(stderr, "turnout: {}\n", line);
  return static_cast<int>(ExitCode::kBadInput);
}

int run(int argc, char** argv) {
  CLI::App program(
      "Turnout: which language model should serve each attempt at a task, when users re-prompt or "
      "leave",
      "turnout");
  program.set_version_flag("--version", "turnout " TURNOUT_VERSION);
  program.require_subcommand(0, 1);
  program.footer(kFooter);
  Action chosen;
  add_solve(program, chosen);
  add_plan(program, chosen);
  add_response(program, chosen);
  add_audit(program, chosen);
  add_explain(program, chosen);
  add_catalog(program, chosen);
  add_transparency(program, chosen);
  add_robust(program, chosen);
  add_map(program, chosen);
  add_sweep(program, chosen);
  add_figures(program, chosen);
  add_calibrate(program, chosen);
  add_replay(program, chosen);
  add_simulate(program, chosen);
  add_import(program, chosen);
  add_log(program, chosen);
  add_estimate(program, chosen);
  add_evaluate(program, chosen);
  add_verify(program, chosen);
  add_completion(program, chosen);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) return fail(fmt::format("{} (see --help)", e.what()));
    return program.exit(e);  // --help, --version
  }
  if (!chosen) {
    std::vector<std::string> verbs;
    for (const CLI::App* verb : program.get_subcommands({})) verbs.push_back(verb->get_name());
    return fail(fmt::format("needs a verb, one of {} (see --help)", fmt::join(verbs, ", ")));
  }
  const auto done = chosen();
  return done ? static_cast<int>(*done) : fail(done.error().to_string());
}

}  // namespace

void print_notes(const std::vector<std::string>& notes) {
  for (const auto& note : notes) fmt::print(stderr, "turnout: note: {}\n", note);
}

base::Result<ExitCode> print(const std::string& text) {
  auto out = base::OutputFile::standard_output();
  return out.write(text)
      .and_then([&](base::Done) { return out.commit(); })
      .and_then([](base::Done) { return base::Result<ExitCode>(ExitCode::kDone); });
}

}  // namespace turnout::program

int main(int argc, char** argv) {
  // A reader that closes the pipe is reported like any other failed write.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return turnout::program::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "turnout: internal error: {}\n", e.what());
    return static_cast<int>(turnout::program::ExitCode::kInternalError);
  }
}
