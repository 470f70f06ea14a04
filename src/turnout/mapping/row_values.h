#pragma once

#include <simdjson.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "turnout/mapping/row_map.h"

namespace turnout::mapping {

/// Texts within a row that are JSON themselves, as cells of CSV are: parsed once, and kept until the
/// next row. Memory: a parser for each such text of a row.
class JsonTexts {
 public:
  /// What was parsed goes.
  void clear() { parsed_.clear(); }
  /// @returns the object or array that a text is; nothing for another text. Valid until clear().
  std::optional<simdjson::dom::element> parse(std::string_view text);

 private:
  std::vector<std::unique_ptr<simdjson::dom::parser>> parsers_;
  std::vector<std::pair<const char*, std::optional<simdjson::dom::element>>> parsed_;
};

/// @returns what is at a place of a row, looking into texts that are JSON; nothing if there is
///   nothing.
std::optional<simdjson::dom::element> value_at(simdjson::dom::element row,
                                               const std::vector<std::string>& steps,
                                               JsonTexts& texts);

/// @returns the text, number or boolean at the first place that has one, as text; numbers multiplied
///   as the place says. Null, empty text, objects and arrays are nothing.
std::optional<std::string> text_at(simdjson::dom::element row, const Places& places,
                                   JsonTexts& texts);

/// @returns whether one of a condition's values is at its place.
bool holds(simdjson::dom::element row, const RowCondition& condition, JsonTexts& texts);

}  // namespace turnout::mapping
