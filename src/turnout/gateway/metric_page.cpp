#include "turnout/gateway/metric_page.h"

namespace turnout::gateway {

std::string metric_label(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"' || c == '\n') text += '\\';
    text += c == '\n' ? 'n' : c;
  }
  return text += '"';
}

void MetricPage::family(std::string name, std::string_view type, std::string_view help) {
  name_ = std::move(name);
  fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name_, help, name_,
                 type);
}

}  // namespace turnout::gateway
