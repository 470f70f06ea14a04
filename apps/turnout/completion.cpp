#include <fmt/format.h>

#include <memory>

#include "program.h"
#include "verbs.h"

namespace turnout::program {
namespace {

/// The words that can follow a verb: its long options.
std::string options_of(const CLI::App& verb) {
  std::string words;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) words += " --" + name;
  }
  return words;
}

std::string bash_script(const CLI::App& program) {
  std::string verbs;
  std::string cases;
  for (const CLI::App* verb : program.get_subcommands({})) {
    verbs += " " + verb->get_name();
    cases +=
        fmt::format("    {}) words=\"{}\" ;;\n", verb->get_name(), options_of(*verb).substr(1));
  }
  return "# bash completion for turnout: eval \"$(turnout completion bash)\"\n"
         "_turnout() {\n"
         "  local words current=${COMP_WORDS[COMP_CWORD]}\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases + fmt::format("    *) words=\"{}\" ;;\n", verbs.substr(1)) +
         "  esac\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ] || [[ $current == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _turnout turnout\n";
}

}  // namespace

void add_completion(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("completion", "A shell completion script");
  auto shell = std::make_shared<std::string>();
  verb->add_option("shell", *shell,
                   "bash; zsh takes it after 'autoload bashcompinit; bashcompinit'")
      ->required()
      ->check(CLI::IsMember({"bash"}));
  verb->footer("Example:\n  eval \"$(turnout completion bash)\"");
  verb->callback([&chosen] {
    chosen = [] {
      CLI::App all(about_turnout(), "turnout");
      Action none;
      set_up(all);
      add_all_verbs(all, none);
      return print(bash_script(all));
    };
  });
}

}  // namespace turnout::program
