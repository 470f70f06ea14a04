#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace turnout::program {

/// What may stand where the cursor is.
struct Completions {
  struct Word {
    std::string word;
    std::string meaning;  ///< one line; may be empty
  };
  std::vector<Word> words;
  bool files = false;  ///< names of files may stand there too
};

/// @param words  those before the cursor's, without the program's name
/// @param begun  the cursor's own, as far as it is typed
Completions completions(const CLI::App& program, const std::vector<std::string>& words,
                        const std::string& begun);

/// @returns the script of a shell ("bash", "zsh" or "fish") that asks the program what may stand
///   where the cursor is (`turnout complete -- WORDS...`); "" for another shell.
std::string completion_script(const std::string& shell);

}  // namespace turnout::program
