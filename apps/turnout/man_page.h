#pragma once

#include <CLI/App.hpp>
#include <string>

namespace turnout::program {

/// A manual page (section 1) made from the options and texts that the help is made from.
/// @param called  how the verb is called, "turnout log"; "turnout" for the program itself, whose
///   page lists the verbs
/// @returns roff for the man macros; the parts of a verb are sections of its page.
std::string man_page(const CLI::App& verb, const std::string& called);

/// @returns "turnout-log" for "turnout log": the page's name.
std::string man_page_name(const std::string& called);

}  // namespace turnout::program
