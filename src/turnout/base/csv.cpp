#include "turnout/base/csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "turnout/base/number_text.h"

namespace turnout::base {
namespace {

/// @returns the position after the closing quote of the field that starts at line[begin], npos if
///   it never closes.
std::size_t quoted_field_end(std::string_view line, std::size_t begin) {
  for (std::size_t i = begin + 1; i < line.size(); ++i) {
    if (line[i] != '"') continue;
    if (i + 1 < line.size() && line[i + 1] == '"') {
      ++i;
    } else {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Status split_csv(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  std::size_t begin = 0;
  for (;;) {
    std::size_t end = 0;
    if (begin < line.size() && line[begin] == '"') {
      end = quoted_field_end(line, begin);
      if (end == std::string_view::npos)
        return Error{ErrorCode::kMalformedInput, "has a quote that is not closed", ""};
      if (end < line.size() && line[end] != ',') {
        return Error{ErrorCode::kMalformedInput, "has text after a closing quote", ""};
      }
    } else {
      const void* comma = std::memchr(line.data() + begin, ',', line.size() - begin);
      end = comma == nullptr
                ? line.size()
                : static_cast<std::size_t>(static_cast<const char*>(comma) - line.data());
    }
    fields.push_back(line.substr(begin, end - begin));
    if (end >= line.size()) return Done{};
    begin = end + 1;
  }
}

std::string csv_text(std::string_view field) {
  if (!field.starts_with('"')) return std::string(field);
  std::string text;
  for (std::size_t i = 1; i + 1 < field.size(); ++i) {
    text += field[i];
    if (field[i] == '"') ++i;
  }
  return text;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

Result<CsvColumns> find_columns(std::string_view header, std::span<const std::string_view> wanted) {
  std::vector<std::string_view> fields;
  TURNOUT_CHECK(split_csv(header, fields));
  std::vector<std::string> names;
  for (const auto field : fields) names.push_back(csv_text(field));
  CsvColumns columns{names.size(), {}, {}};
  for (const auto name : wanted) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("the header {} has no column '{}'; it needs {}", in_quotes(header),
                               name, fmt::join(wanted, ",")),
                   ""};
    }
    columns.required.push_back(static_cast<std::size_t>(at - names.begin()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::count(names.begin(), names.end(), names[i]) > 1) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("the header has column {} twice", in_quotes(names[i])), ""};
    }
    if (std::find(wanted.begin(), wanted.end(), names[i]) == wanted.end())
      columns.unexpected.push_back(names[i]);
  }
  return columns;
}

}  // namespace turnout::base
