#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "program.h"
#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"
#include "verbs.h"

namespace turnout::program {
namespace {

/// Building every verb's options takes longer than what most of them then do: only the verb that
/// is asked for is added, and all of them for the program's own help.
int run_verb(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 2 && words[0] == "complete" && words[1] == "--")
    return exit_code_of(complete({words.begin() + 2, words.end()}));
  CLI::App program(about_turnout(), "turnout");
  set_up(program);
  Action chosen;
  const std::string first = words.empty() ? "" : words[0];
  const auto all = verbs();
  const auto asked =
      std::find_if(all.begin(), all.end(), [&](const Verb& verb) { return verb.name == first; });
  if (asked != all.end()) {
    add_verb(program, chosen, *asked);
  } else if (first == "-h" || first == "--help") {
    add_all_verbs(program, chosen);
  } else if (!first.starts_with("-")) {
    const auto names = verb_names();
    return fail(
        first.empty()
            ? fmt::format("needs a verb, one of {} (see turnout --help)", fmt::join(names, ", "))
            : fmt::format("{} is no verb{} (see turnout --help)", base::in_quotes(first),
                          base::did_you_mean(first, names)));
  }
  return run(program, chosen, argc, argv);
}

}  // namespace
}  // namespace turnout::program

int main(int argc, char** argv) {
  return turnout::program::guarded([&] { return turnout::program::run_verb(argc, argv); });
}
