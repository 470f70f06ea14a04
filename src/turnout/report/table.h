#pragma once

#include <string>
#include <vector>

namespace turnout::report {

/// Tells how many columns a line of text has from now on: for tables and wrapped(). 0, as at the
/// start: as many as it takes. One setting for the process, as a locale is: the program makes it
/// once, from its terminal, before it writes anything.
void set_page_width(std::size_t columns);

/// Rows of text in aligned columns: the first column flush left, the others flush right, two spaces
/// between. What a terminal shows as two columns wide (Chinese, say) counts as two. A table wider than
/// the page continues below itself, its first column repeated.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  /// @param cells  as many as the header has
  void add(std::vector<std::string> cells);
  /// @returns header, a rule and the rows, each line indented and ended by a newline.
  [[nodiscard]] std::string to_string(std::size_t indent = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// @returns a number for people: six significant digits, no trailing zeros; "-0" becomes "0".
std::string number(double value);

/// @returns a share as a percentage with one decimal: "2.5 %".
std::string percent(double share);

/// @returns `text` with line breaks at spaces so that no line is longer than `width` nor than the
///   page, each line indented.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace turnout::report
