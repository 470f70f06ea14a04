#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace turnout::gateway {

/// @returns `name="value"` as it stands between the braces of a sample: \, " and the line's end in
///   the value are escaped.
std::string metric_label(std::string_view name, std::string_view value);

/// Prometheus' text format 0.0.4 as it grows: families, and the samples of the latest one.
class MetricPage {
 public:
  /// @param type  "counter", "gauge", "histogram"
  /// @param help  one line without backslashes
  void family(std::string name, std::string_view type, std::string_view help);
  /// @param suffix  "_bucket", "_sum", "_count", or ""
  /// @param labels  metric_label()s with commas between them; none: ""
  template <class Value>
  void sample(std::string_view suffix, std::string_view labels, Value value) {
    const bool some = !labels.empty();
    fmt::format_to(std::back_inserter(text_), "{}{}{}{}{} {}\n", name_, suffix, some ? "{" : "",
                   labels, some ? "}" : "", value);
  }
  std::string done() && { return std::move(text_); }

 private:
  std::string text_, name_;
};

}  // namespace turnout::gateway
