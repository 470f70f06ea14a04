#include "turnout/policy/model_name.h"

#include <algorithm>
#include <array>

namespace turnout::policy {

std::string written_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kForms = {"cascade:", "lottery:", "explore:"};
  const bool taken = name.empty() || name == "end" || name.front() == ' ' || name.back() == ' ' ||
                     name.find_first_of(",*=()\"") != std::string_view::npos ||
                     std::any_of(kForms.begin(), kForms.end(),
                                 [name](std::string_view form) { return name.starts_with(form); });
  if (!taken) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace turnout::policy
