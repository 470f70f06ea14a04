#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <vector>

/// The help of programs and verbs: read from the options themselves, for the screen, for man pages
/// and for completion alike.
namespace turnout::program {

/// An option or an argument as its help shows it.
struct OptionHelp {
  std::vector<std::string> names;  ///< "-o", "--output"; empty for an argument
  std::string value;               ///< "FILE"; empty for a flag
  std::string text;                ///< what it does
  bool required = false;
};

/// Options under one heading, in the order in which they were added.
struct OptionGroup {
  std::string title;  ///< "Arguments", "Options", "Game by numbers"
  std::vector<OptionHelp> options;
};

/// @returns arguments first, then options without a heading of their own, then those with one.
std::vector<OptionGroup> option_groups(const CLI::App& verb);

/// A heading and the verbs under it, in the order in which they were added.
struct VerbGroup {
  std::string title;
  std::vector<const CLI::App*> verbs;
};
std::vector<VerbGroup> verb_groups(const CLI::App& program);

/// @returns "[OPTIONS] SOURCE [DEST]": what follows the verb's name.
std::string synopsis(const CLI::App& verb);

/// A part of a help's footer: words, or commands to be shown as they are.
struct FooterPart {
  bool commands = false;
  std::vector<std::string> lines;  ///< words are one line
};
std::vector<FooterPart> footer_parts(const CLI::App& verb);

/// Help that fits 80 columns.
class HelpFormatter final : public CLI::FormatterBase {
 public:
  [[nodiscard]] std::string make_help(const CLI::App* verb, std::string name,
                                      CLI::AppFormatMode mode) const override;
};

}  // namespace turnout::program
