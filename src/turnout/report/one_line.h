#pragma once

#include <string>
#include <string_view>

#include "turnout/base/number_text.h"

namespace turnout::report {

/// @returns `text` made safe for one line of a terminal as base::printable() does it, however long: for
///   what is to be copied, such as a policy.
inline std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char& c : text) out += base::printable({&c, 1});
  return out;
}

}  // namespace turnout::report
