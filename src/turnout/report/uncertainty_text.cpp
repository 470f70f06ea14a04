#include "turnout/report/uncertainty_text.h"

#include <fmt/format.h>

#include "turnout/report/table.h"

namespace turnout::report {

std::string uncertain_text(const std::vector<scenario::Uncertainty>& uncertain) {
  using Kind = scenario::Uncertainty::Kind;
  std::string text;
  for (const auto& u : uncertain) {
    text += fmt::format("  {}: ", symbol(u));
    switch (u.kind) {
      case Kind::kCounts:
        text += fmt::format("{} successes in {} trials\n", number(u.successes), number(u.trials));
        break;
      case Kind::kInterval:
        text += fmt::format("{} [{}, {}]\n", number(u.mean), number(u.low), number(u.high));
        break;
      case Kind::kRange:
        text += fmt::format("{} to {}\n", number(u.low), number(u.high));
        break;
    }
  }
  return text.empty() ? "  nothing: every number is plain\n" : text;
}

}  // namespace turnout::report
