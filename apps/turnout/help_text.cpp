#include "help_text.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace turnout::program {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kTextAt = 26;  // where the second column starts

/// Words broken at spaces into lines that fit.
std::vector<std::string> broken(const std::string& text, std::size_t width) {
  std::istringstream words(text);
  std::vector<std::string> lines;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > width)
      lines.push_back(std::exchange(line, ""));
    line += (line.empty() ? "" : " ") + word;
  }
  lines.push_back(line);
  return lines;
}

std::string paragraph(const std::string& text) {
  std::string out;
  for (const std::string& line : broken(text, kWidth)) out += line + '\n';
  return out;
}

/// What stands on the left, and on the right its explanation.
std::string entry(const std::string& left, const std::string& text) {
  std::string line = "  " + left;
  std::string out;
  if (line.size() + 2 > kTextAt) {
    out = std::exchange(line, "") + '\n';
  }
  for (const std::string& part : broken(text, kWidth - kTextAt)) {
    line.resize(kTextAt, ' ');
    out += line + part + '\n';
    line.clear();
  }
  return out;
}

std::string left_of(const OptionHelp& option) {
  std::string left;
  for (const auto& name : option.names) left += (left.empty() ? "" : ", ") + name;
  return left + (left.empty() || option.value.empty() ? "" : " ") + option.value;
}

/// A command that is too long goes on in the next line, as a shell would read it.
std::string command_lines(const std::string& command) {
  const std::size_t indent = std::min(command.find_first_not_of(' '), command.size());
  std::string out;
  const auto lines = broken(command, kWidth - indent - 6);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += std::string(i == 0 ? indent : indent + 4, ' ') + lines[i] +
           (i + 1 < lines.size() ? " \\\n" : "\n");
  }
  return command.size() <= kWidth ? command + '\n' : out;
}

OptionHelp help_of(const CLI::Option& option) {
  OptionHelp help{{}, option.get_option_text(), option.get_description(), option.get_required()};
  for (const auto& name : option.get_snames()) help.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) help.names.push_back("--" + name);
  if (help.names.empty() && help.value.empty()) help.value = option.get_name(true);
  if (help.required && !help.names.empty()) help.text += " (required)";
  return help;
}

/// @returns the entry of that title, made if it is not there.
template <class Group>
Group& under(std::vector<Group>& groups, const std::string& title) {
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& group) { return group.title == title; });
  return found != groups.end() ? *found : groups.emplace_back(Group{title, {}});
}

}  // namespace

std::vector<OptionGroup> option_groups(const CLI::App& verb) {
  std::vector<OptionGroup> groups = {{"Arguments", {}}, {"Options", {}}};
  for (const CLI::Option* option : verb.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    const bool named = !option->get_snames().empty() || !option->get_lnames().empty();
    OptionHelp help = help_of(*option);
    if (named && option->get_positional()) {  // either way
      under(groups, "Arguments").options.push_back({{}, help.value, help.text, false});
      help.text = "the same, as an option";
    }
    under(groups, named ? option->get_group() : "Arguments").options.push_back(help);
  }
  std::erase_if(groups, [](const OptionGroup& group) { return group.options.empty(); });
  return groups;
}

std::vector<VerbGroup> verb_groups(const CLI::App& program) {
  std::vector<VerbGroup> groups;
  for (const CLI::App* verb : program.get_subcommands({})) {
    if (!verb->get_group().empty())
      under(groups, verb->get_group() == "Subcommands" ? "Verbs" : verb->get_group())
          .verbs.push_back(verb);
  }
  return groups;
}

std::string synopsis(const CLI::App& verb) {
  std::string text = "[OPTIONS]";
  if (!verb.get_subcommands({}).empty()) text += " VERB";
  for (const auto& group : option_groups(verb)) {
    for (const auto& option : group.options) {
      if (option.names.empty())
        text += option.required ? " " + option.value : " [" + option.value + "]";
    }
  }
  return text;
}

std::vector<FooterPart> footer_parts(const CLI::App& verb) {
  std::istringstream lines(verb.get_footer());
  std::vector<FooterPart> parts;
  for (std::string line; std::getline(lines, line);) {
    const bool command = line.starts_with("  ");
    const bool goes_on = !parts.empty() && parts.back().commands == command;
    if (!goes_on) parts.push_back({command, {}});
    if (command || parts.back().lines.empty()) {
      parts.back().lines.push_back(line);
    } else {
      parts.back().lines.back() += " " + line;
    }
  }
  return parts;
}

std::string HelpFormatter::make_help(const CLI::App* verb, std::string name,
                                     CLI::AppFormatMode /*mode*/) const {
  std::string text = paragraph(verb->get_description()) + '\n' + "Usage:\n" +
                     command_lines("  " + name + " " + synopsis(*verb));
  for (const auto& group : verb_groups(*verb)) {
    text += '\n' + group.title + ":\n";
    for (const CLI::App* part : group.verbs)
      text += entry(part->get_name(), part->get_description());
  }
  for (const auto& group : option_groups(*verb)) {
    text += '\n' + group.title + ":\n";
    for (const auto& option : group.options) text += entry(left_of(option), option.text);
  }
  const auto footer = footer_parts(*verb);
  if (!footer.empty()) text += '\n';
  for (const auto& part : footer) {
    for (const auto& line : part.lines)
      text += part.commands ? command_lines(line) : paragraph(line);
  }
  return text;
}

}  // namespace turnout::program
