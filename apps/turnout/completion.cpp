#include "completing.h"

#include <fmt/format.h>

#include <memory>

#include "program.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  eval \"$(turnout completion bash)\"\n"
    "  turnout completion zsh > ~/.zfunc/_turnout\n"
    "  turnout completion fish > ~/.config/fish/completions/turnout.fish";

}  // namespace

void add_completion(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("completion", "A script that completes words in a shell");
  auto shell = std::make_shared<std::string>();
  verb->add_option("shell", *shell, "bash, zsh or fish")
      ->option_text("SHELL")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->footer(kExamples);
  verb->callback(
      [shell, &chosen] { chosen = [shell] { return print(completion_script(*shell)); }; });
}

base::Result<ExitCode> complete(std::vector<std::string> words) {
  CLI::App program(about_turnout(), "turnout");
  Action none;
  set_up(program);
  add_all_verbs(program, none);
  const std::string begun = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  const Completions found = completions(program, words, begun);
  std::string text;
  for (const auto& [word, meaning] : found.words)
    text += meaning.empty() ? word + '\n' : fmt::format("{}\t{}\n", word, meaning);
  return print(text + (found.files ? ":files\n" : ""));
}

}  // namespace turnout::program
