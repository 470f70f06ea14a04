#pragma once

#include <string_view>

namespace turnout::program {

/// catalog/aider_polyglot.csv as it was when the program was built.
std::string_view embedded_catalog();

}  // namespace turnout::program
