#include "program.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

#include <CLI/Config.hpp>

#include "help_text.h"
#include "interruption.h"
#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"
#include "turnout/base/output_file.h"
#include "turnout/report/table.h"

namespace turnout::program {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 internal error, 2 bad arguments, input or output, 3 a claim failed "
    "(verify) or a row is wrong (log check), 128 + N ended by signal N (130: Ctrl-C).";

/// The verb, or part of a verb, whose arguments were being read.
const CLI::App& innermost(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? program : innermost(*chosen.front());
}

/// Its words: "log stats".
std::string words_of(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  if (chosen.empty()) return "";
  const std::string rest = words_of(*chosen.front());
  return chosen.front()->get_name() + (rest.empty() ? "" : " " + rest);
}

/// An argument that nothing takes: most often an option or a sub-verb, mistyped.
std::string unknown_argument(const CLI::App& program) {
  const CLI::App& verb = innermost(program);
  const auto left = verb.remaining();
  const std::string word = left.empty() ? "" : left.front();
  const bool is_option = word.starts_with("-");
  std::vector<std::string> known;
  for (const CLI::Option* option : verb.get_options()) {
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  if (!is_option) known.clear();
  for (const CLI::App* part : verb.get_subcommands({})) known.push_back(part->get_name());
  // An option may carry its value: --jsn=1.
  const std::string name = word.substr(0, is_option ? word.find('=') : std::string::npos);
  return fmt::format("{}{} is {}{}", &verb == &program ? "" : words_of(program) + ": ",
                     base::in_quotes(name),
                     is_option       ? "no option"
                     : known.empty() ? "one argument too many"
                                     : "not known",
                     base::did_you_mean(name, known));
}

/// "a: x"; the option or verb that a message of CLI11 is about is part of it.
std::string parse_failure(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& verb = innermost(program);
  const bool unknown =
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) ||
      (!verb.get_subcommands({}).empty() && !verb.remaining().empty());  // in place of a part
  const std::string what = unknown ? unknown_argument(program) : error.what();
  const std::string words = words_of(program);
  return fmt::format("{} (see {}{}{} --help)", what, program.get_name(), words.empty() ? "" : " ",
                     words);
}

/// Says so, and what the work that was interrupted has to say.
int interrupted(const base::Error& error) {
  const bool said_all = error.message == "was interrupted";  // base/cancellation.cpp
  fmt::print(stderr, "turnout: interrupted{}{}\n", said_all ? "" : "; ",
             said_all ? "" : error.to_string());
  return static_cast<int>(ExitCode::kInterrupted) + interrupting_signal();
}

/// How many columns the terminal has that our standard output is shown on; 0 if on none.
std::size_t terminal_columns() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

/// Whether who reads our standard output has closed it, as head does.
bool reader_is_gone() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

const char* about_turnout() {
  return "Turnout: which language model should serve each attempt at a task, when users re-prompt "
         "or leave";
}

int fail(const std::string& message) {
  std::string line = message;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  fmt::print(stderr, "turnout: {}\n", line);
  return static_cast<int>(ExitCode::kBadInput);
}

CLI::Option* add_output_options(CLI::App& verb, bool& json) {
  verb.add_flag_callback(
      "--wide", [] { report::set_page_width(0); }, "print tables wider than the terminal");
  return verb.add_flag("--json", json, "print JSON");
}

void set_up(CLI::App& program) {
  report::set_page_width(terminal_columns());
  program.formatter(std::make_shared<HelpFormatter>());
  program.set_version_flag("-V,--version", program.get_name() + " " TURNOUT_VERSION);
  program.require_subcommand(0, 1);
  program.footer(kFooter);
}

int run(CLI::App& program, const Action& chosen, int argc, char** argv) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) return fail(parse_failure(program, e));
    return program.exit(e);  // --help, --version
  }
  if (!chosen) return fail("needs a verb, see --help");
  watch_for_signals();
  return exit_code_of(chosen());
}

int exit_code_of(const base::Result<ExitCode>& done) {
  if (done) return static_cast<int>(*done);
  const base::Error& error = done.error();
  if (error.code == base::ErrorCode::kCancelled && interrupting_signal() != 0)
    return interrupted(error);
  if (error.code == base::ErrorCode::kUnwritable && reader_is_gone())
    return static_cast<int>(ExitCode::kReaderGone);
  return fail(error.to_string());
}

int guarded(const std::function<int()>& work) {
  // A write to a reader that is gone fails like any other, so that files are put in order.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return work();
  } catch (const std::exception& e) {
    fmt::print(stderr, "turnout: internal error: {}\n", e.what());
    return static_cast<int>(ExitCode::kInternalError);
  }
}

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
