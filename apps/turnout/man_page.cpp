#include "man_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "help_text.h"

namespace turnout::program {
namespace {

/// Characters that roff would take for its own; a hyphen is typed, not typeset.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string section(const std::string& title) {
  std::string capitals = title;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return ".SH " + capitals + "\n";
}

std::string options_text(const CLI::App& verb, const char* heading) {
  std::string text;
  for (const auto& group : option_groups(verb)) {
    text += std::string(heading) == ".SH" ? section(group.title) : "";
    for (const auto& option : group.options) {
      std::string names;
      for (const auto& name : option.names) names += (names.empty() ? "" : ", ") + bold(name);
      const std::string value = option.value.empty() ? "" : italic(option.value);
      text += fmt::format(".TP\n{}{}{}\n{}\n", names, names.empty() || value.empty() ? "" : " ",
                          value, roff(option.text));
    }
  }
  return text;
}

std::string footer_text(const CLI::App& verb) {
  std::string text;
  for (const auto& part : footer_parts(verb)) {
    for (const auto& line : part.lines) {
      if (part.commands) {
        if (&line == &part.lines.front()) text += ".nf\n";
        text += roff(line.substr(line.find_first_not_of(' '))) + '\n';
        if (&line == &part.lines.back()) text += ".fi\n";
      } else if (line == "Examples:" || line == "Example:") {
        text += section("Examples");
      } else {
        text += (text.empty() ? section("Notes") : ".PP\n") + roff(line) + '\n';
      }
    }
  }
  return text;
}

std::string see_also(const CLI::App& verb, const std::string& called) {
  std::string pages;
  if (called != "turnout") pages = bold("turnout") + "(1)";
  if (called == "turnout") {
    for (const CLI::App* part : verb.get_subcommands({}))
      pages += fmt::format("{}{}(1)", pages.empty() ? "" : ", ",
                           bold(man_page_name(called + " " + part->get_name())));
  }
  return section("See also") + pages + '\n';
}

}  // namespace

std::string man_page_name(const std::string& called) {
  std::string name = called;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string man_page(const CLI::App& verb, const std::string& called) {
  std::string name = man_page_name(called);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::string text =
      fmt::format(".TH {} 1 \"\" \"turnout {}\" \"Turnout\"\n", roff(name), TURNOUT_VERSION) +
      section("Name") + man_page_name(called) + " \\- " + roff(verb.get_description()) + '\n' +
      section("Synopsis") + bold(called) + ' ' + roff(synopsis(verb)) + '\n';
  const bool is_program = called == "turnout";
  for (const auto& group : verb_groups(verb)) {
    text += section(group.title);
    for (const CLI::App* part : group.verbs) {
      text += is_program
                  ? ".TP\n" + bold(part->get_name()) + '\n'
                  : ".SS " + roff(called + " " + part->get_name() + " " + synopsis(*part)) + '\n';
      text += roff(part->get_description()) + '\n' + (is_program ? "" : options_text(*part, ""));
    }
  }
  return text + options_text(verb, ".SH") + footer_text(verb) + see_also(verb, called);
}

}  // namespace turnout::program
