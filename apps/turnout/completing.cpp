#include "completing.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "help_text.h"
#include "turnout/landscape/axis.h"
#include "turnout/landscape/shown.h"
#include "turnout/mapping/row_map.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using Word = Completions::Word;

/// The option that a word names, or nullptr.
const CLI::Option* option_named(const CLI::App& verb, const std::string& word) {
  return word.starts_with("-") ? verb.get_option_no_throw(word) : nullptr;
}

const CLI::App* part_named(const CLI::App& verb, const std::string& word) {
  for (const CLI::App* part : verb.get_subcommands({})) {
    if (part->get_name() == word) return part;
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

bool takes_file(const std::string& value) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"FILE", "SOURCE", "SCENARIO", "LOG", "MAP", "DEST", "STORE", "FOLDER", "OUTCOMES", "SPEC"});
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return value.find(word) != std::string::npos; });
}

void add_all(Completions& to, const auto& names) {
  for (const auto& name : names) to.words.push_back({std::string(name), ""});
}

/// The values of an option or argument that are known by name.
/// @param name  "--show", or "log map NAME" for an argument
Completions values_of(const std::string& name, const std::string& value) {
  static constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};
  static constexpr std::array<std::string_view, 3> kFormats = {"svg", "png", "pdf"};
  Completions found;
  found.files = takes_file(value);
  if (name == "--show") add_all(found, landscape::kShownNames);
  if (value == "AXIS") {
    for (const std::string& axis : landscape::Axis::names())
      found.words.push_back({axis + "=", ""});
  }
  if (name == "--map" || name == "map NAME") add_all(found, mapping::row_map_names());
  if (name == "--format") add_all(found, kFormats);
  if (name == "completion SHELL") add_all(found, kShells);
  if (name == "help VERB") add_all(found, verb_names());
  return found;
}

void add_options(Completions& to, const CLI::App& verb) {
  for (const auto& group : option_groups(verb)) {
    for (const auto& option : group.options) {
      for (const auto& name : option.names) {
        if (name.starts_with("--")) to.words.push_back({name, option.text});
      }
    }
  }
}

/// @param given  how many arguments stand before the cursor
Completions arguments_of(const CLI::App& verb, std::size_t given) {
  for (const auto& group : option_groups(verb)) {
    if (group.title != "Arguments") continue;
    const auto& argument = group.options[std::min(given, group.options.size() - 1)];
    return values_of(verb.get_name() + " " + argument.value, argument.value);
  }
  return {};
}

/// Where the cursor is, seen from the words before it.
struct Cursor {
  const CLI::App* verb;
  const CLI::Option* value_of = nullptr;  // the option whose value comes next
  std::string option;                     // as it was written
  std::size_t arguments = 0;
};

Cursor cursor_after(const CLI::App& program, const std::vector<std::string>& words) {
  Cursor at{&program, nullptr, "", 0};
  for (const std::string& word : words) {
    if (at.value_of != nullptr) {
      at.value_of = nullptr;
      continue;
    }
    if (const auto* option = option_named(*at.verb, word)) {
      if (takes_value(*option)) at.value_of = option;
      at.option = word;
    } else if (const auto* part = part_named(*at.verb, word)) {
      at.verb = part;
      at.arguments = 0;
    } else if (!word.starts_with("-")) {
      ++at.arguments;
    }
  }
  return at;
}

constexpr const char* kBash = R"~(# bash completion for turnout: eval "$(turnout completion bash)"
_turnout() {
  local word meaning current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while IFS=$'\t' read -r word meaning; do
    if [ "$word" = ":files" ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    else
      [[ "$word" = *= ]] && compopt -o nospace 2>/dev/null
      COMPREPLY+=("$word")
    fi
  done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _turnout turnout
)~";

constexpr const char* kZsh = R"~(#compdef turnout
# zsh completion for turnout: eval "$(turnout completion zsh)" after compinit, or a file _turnout in fpath
_turnout() {
  local word meaning files=0
  local -a candidates
  while IFS=$'\t' read -r word meaning; do
    if [[ $word == ":files" ]]; then
      files=1
    else
      candidates+=("${word//:/\\:}${meaning:+:$meaning}")
    fi
  done < <("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe turnout candidates
  (( files )) && _files
  return 0
}
if [[ $funcstack[1] == _turnout ]]; then _turnout "$@"; else compdef _turnout turnout; fi
)~";

constexpr const char* kFish = R"~(# fish completion for turnout: turnout completion fish | source
function __turnout_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  test -z "$current"; and set current ""
  for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c turnout -f -a '(__turnout_complete)'
)~";

}  // namespace

Completions completions(const CLI::App& program, const std::vector<std::string>& words,
                        const std::string& begun) {
  const Cursor at = cursor_after(program, words);
  Completions found;
  if (at.value_of != nullptr) {
    found = values_of("--" + at.value_of->get_lnames().front(), at.value_of->get_option_text());
  } else if (begun.starts_with("-")) {
    add_options(found, *at.verb);
  } else if (const auto parts = at.verb->get_subcommands({}); !parts.empty()) {
    for (const CLI::App* part : parts)
      found.words.push_back({part->get_name(), part->get_description()});
  } else {
    found = arguments_of(*at.verb, at.arguments);
  }
  std::erase_if(found.words, [&](const Word& word) { return !word.word.starts_with(begun); });
  return found;
}

std::string completion_script(const std::string& shell) {
  return shell == "bash" ? kBash : shell == "zsh" ? kZsh : shell == "fish" ? kFish : "";
}

}  // namespace turnout::program
