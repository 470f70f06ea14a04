#include "turnout/report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <sstream>

namespace turnout::report {

namespace {

std::size_t page_width = 0;  // 0: no limit

/// How many columns of a terminal a text takes, as {fmt} counts them.
std::size_t columns_of(const std::string& text) {
  // Padding to as many columns as there are bytes adds the difference.
  return 2 * text.size() - fmt::formatted_size("{:<{}}", text, text.size());
}

std::string line_of(const std::vector<std::string>& row, const std::vector<std::size_t>& widths,
                    std::size_t first, std::size_t last, std::size_t indent) {
  std::string line =
      fmt::format("{:{}}{:<{}}", "", static_cast<int>(indent), row[0], static_cast<int>(widths[0]));
  for (std::size_t i = first; i < last; ++i) line += fmt::format("  {:>{}}", row[i], widths[i]);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string rule_of(const std::vector<std::size_t>& widths, std::size_t first, std::size_t last,
                    std::size_t indent) {
  std::string rule = std::string(indent, ' ') + std::string(widths[0], '-');
  for (std::size_t i = first; i < last; ++i) rule += "  " + std::string(widths[i], '-');
  return rule + '\n';
}

}  // namespace

void set_page_width(std::size_t columns) { page_width = columns; }

Table::Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void Table::add(std::vector<std::string> cells) {
  assert(cells.size() == rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string Table::to_string(std::size_t indent) const {
  const std::size_t columns = rows_.front().size();
  std::vector<std::size_t> widths(columns);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string text;
  for (std::size_t first = 1; first < columns || text.empty();) {
    std::size_t last = first;
    std::size_t wide = indent + widths[0];
    while (last < columns &&
           (page_width == 0 || last == first || wide + 2 + widths[last] <= page_width))
      wide += 2 + widths[last++];
    if (!text.empty()) text += '\n';
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      text += line_of(rows_[r], widths, first, last, indent);
      if (r == 0) text += rule_of(widths, first, last, indent);
    }
    first = last;
  }
  return text;
}

std::string number(double value) { return fmt::format("{:.6g}", value == 0 ? 0.0 : value); }

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  if (page_width > 0) width = std::min(width, page_width);
  std::istringstream words(text);
  std::string out;
  std::string line(indent, ' ');
  for (std::string word; words >> word;) {
    if (line.size() > indent && line.size() + 1 + word.size() > width) {
      out += line + '\n';
      line.assign(indent, ' ');
    }
    if (line.size() > indent) line += ' ';
    line += word;
  }
  return out + line + '\n';
}

}  // namespace turnout::report
