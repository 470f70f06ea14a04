#include <fmt/format.h>

#include <memory>

#include "man_page.h"
#include "program.h"
#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"
#include "turnout/base/output_file.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout help\n"
    "  turnout help solve\n"
    "  turnout help log prune\n"
    "  turnout help solve --man | man -l -";

struct Arguments {
  std::vector<std::string> words;
  std::string folder;
  bool man = false;
};

/// A verb, and by what it is called: "turnout log" for prune.
struct Named {
  const CLI::App* verb;
  std::string called;
};

base::Result<Named> find(const CLI::App& program, const std::vector<std::string>& words) {
  Named found{&program, ""};
  for (const std::string& word : words) {
    std::vector<std::string> names;
    const CLI::App* next = nullptr;
    for (const CLI::App* part : found.verb->get_subcommands({})) {
      names.push_back(part->get_name());
      if (part->get_name() == word) next = part;
    }
    if (next == nullptr) {
      return base::Error{
          base::ErrorCode::kInvalidValue,
          fmt::format("{} is no verb{}", base::in_quotes(word), base::did_you_mean(word, names)),
          "help"};
    }
    found.called += (found.called.empty() ? "" : " ") + found.verb->get_name();
    found.verb = next;
  }
  return found;
}

base::Status write_page(const std::string& folder, const CLI::App& verb,
                        const std::string& called) {
  return base::write_file(fmt::format("{}/{}.1", folder, man_page_name(called)),
                          man_page(verb, called));
}

/// The program's page and one for each verb.
base::Result<ExitCode> write_pages(const std::string& folder, const CLI::App& program) {
  TURNOUT_CHECK(write_page(folder, program, program.get_name()));
  for (const CLI::App* verb : program.get_subcommands({})) {
    const std::string called = program.get_name() + " " + verb->get_name();
    TURNOUT_CHECK(write_page(folder, *verb, called));
  }
  return ExitCode::kDone;
}

base::Result<ExitCode> run(const Arguments& arguments) {
  CLI::App program(about_turnout(), "turnout");
  Action none;
  set_up(program);
  add_all_verbs(program, none);
  if (!arguments.folder.empty()) return write_pages(arguments.folder, program);
  TURNOUT_TRY(const Named found, find(program, arguments.words));
  const std::string name = found.verb->get_name();
  if (arguments.man)
    return print(man_page(*found.verb, found.called.empty() ? name : found.called + " " + name));
  return print(found.verb->help(found.called));
}

}  // namespace

void add_help(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("help", "What a verb does, its options and examples");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("verb", arguments->words,
                   "a verb, and a part of it (log prune); none: all verbs")
      ->option_text("VERB")
      ->expected(0, 2);
  auto* man = verb->add_flag("--man", arguments->man, "print its manual page (roff)");
  verb->add_option("--man-pages", arguments->folder, "write the manual pages of all verbs")
      ->option_text("FOLDER")
      ->excludes(man);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
