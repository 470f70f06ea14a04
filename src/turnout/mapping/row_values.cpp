#include "turnout/mapping/row_values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "turnout/base/number_text.h"

namespace turnout::mapping {
namespace {

namespace dom = simdjson::dom;

/// The element of an array that a step names: by number, or by its "key" or "name".
std::optional<dom::element> in_array(const dom::array& array, const std::string& step) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), number);
  if (error == std::errc() && end == step.data() + step.size()) {
    dom::element element;
    return array.at(number).get(element) == simdjson::SUCCESS ? std::optional(element)
                                                              : std::nullopt;
  }
  for (const dom::element item : array) {
    for (const char* key : {"key", "name"}) {
      std::string_view name;
      if (item[key].get(name) != simdjson::SUCCESS || name != step) continue;
      dom::element value;
      return item["value"].get(value) == simdjson::SUCCESS ? value : item;
    }
  }
  return std::nullopt;
}

std::string number_text(double number) {
  std::array<char, base::kNumberRoom> digits{};
  return {digits.data(), base::write_number(digits.data(), number)};
}

/// A text, number or boolean as text; nothing for null, empty text, objects and arrays.
std::optional<std::string> as_text(dom::element element) {
  switch (element.type()) {
    case dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      return text.empty() ? std::nullopt : std::optional<std::string>(text);
    }
    case dom::element_type::INT64:
      return std::to_string(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return std::to_string(element.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return number_text(element.get_double().value_unsafe());
    case dom::element_type::BOOL:
      return element.get_bool().value_unsafe() ? "true" : "false";
    default:
      return std::nullopt;
  }
}

std::optional<std::string> text_at(dom::element row, const Place& place, JsonTexts& texts) {
  if (place.constant) return place.constant;
  const auto found = value_at(row, place.steps, texts);
  auto text = found ? as_text(*found) : std::nullopt;
  if (!text || place.times == 1) return text;
  const auto number = base::parse_number(*text);
  return number ? number_text(*number * place.times) : *text;
}

/// OpenTelemetry's {"stringValue": ...} and its like.
dom::element plain_value(dom::element at) {
  dom::object object;
  if (at.get(object) != simdjson::SUCCESS || object.size() != 1) return at;
  for (const auto [key, value] : object) {
    if (key == "stringValue" || key == "intValue" || key == "doubleValue" || key == "boolValue")
      return value;
  }
  return at;
}

}  // namespace

std::optional<dom::element> JsonTexts::parse(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '['))
    return std::nullopt;
  for (const auto& [known, element] : parsed_) {
    if (known == text.data()) return element;
  }
  if (parsed_.size() == parsers_.size()) parsers_.push_back(std::make_unique<dom::parser>());
  dom::element element;
  const bool good =
      parsers_[parsed_.size()]->parse(text.data(), text.size()).get(element) == simdjson::SUCCESS &&
      (element.is_object() || element.is_array());
  parsed_.emplace_back(text.data(), good ? std::optional(element) : std::nullopt);
  return parsed_.back().second;
}

std::optional<dom::element> value_at(dom::element row, const std::vector<std::string>& steps,
                                     JsonTexts& texts) {
  dom::element at = row;
  for (const auto& step : steps) {
    std::string_view text;
    if (at.get(text) == simdjson::SUCCESS) {
      const auto within = texts.parse(text);
      if (!within) return std::nullopt;
      at = *within;
    }
    dom::object object;
    dom::array array;
    if (at.get(object) == simdjson::SUCCESS) {
      dom::element next;
      if (object.at_key(step).get(next) != simdjson::SUCCESS) return std::nullopt;
      at = next;
    } else if (at.get(array) == simdjson::SUCCESS) {
      const auto next = in_array(array, step);
      if (!next) return std::nullopt;
      at = *next;
    } else {
      return std::nullopt;
    }
  }
  return plain_value(at);
}

std::optional<std::string> text_at(dom::element row, const Places& places, JsonTexts& texts) {
  for (const Place& place : places) {
    if (auto text = text_at(row, place, texts)) return text;
  }
  return std::nullopt;
}

bool holds(dom::element row, const RowCondition& condition, JsonTexts& texts) {
  const auto text = text_at(row, condition.place, texts);
  return text && std::find(condition.values.begin(), condition.values.end(), *text) !=
                     condition.values.end();
}

}  // namespace turnout::mapping
