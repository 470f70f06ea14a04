#include <fmt/format.h>

#include <memory>

#include "program.h"
#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout help\n"
    "  turnout help solve\n"
    "  turnout help log prune";

/// A verb, and how it is called: "turnout log".
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
      return base::Error{base::ErrorCode::kInvalidValue,
                         fmt::format("{} is no verb{}", base::in_quotes(word),
                                     base::did_you_mean(word, names)),
                         "help"};
    }
    found.called += (found.called.empty() ? "" : " ") + found.verb->get_name();
    found.verb = next;
  }
  return found;
}

base::Result<ExitCode> run(const std::vector<std::string>& words) {
  CLI::App program(about_turnout(), "turnout");
  Action none;
  set_up(program);
  add_all_verbs(program, none);
  TURNOUT_TRY(const Named found, find(program, words));
  return print(found.verb->help(found.called));
}

}  // namespace

void add_help(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("help", "What a verb does, its options and examples");
  auto words = std::make_shared<std::vector<std::string>>();
  verb->add_option("verb", *words, "a verb, and a part of it (log prune); none: all verbs")
      ->option_text("VERB")
      ->expected(0, 2);
  verb->footer(kExamples);
  verb->callback([words, &chosen] { chosen = [words] { return run(*words); }; });
}

}  // namespace turnout::program
