#include "turnout/gateway/toml_json.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace turnout::gateway {
namespace {

std::string json_text_of(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  return json += '"';
}

std::optional<std::string> list_of(const toml::array& list) {
  std::string json = "[";
  for (const toml::node& item : list) {
    const auto text = json_of(item);
    if (!text) return std::nullopt;
    json += (json.size() > 1 ? "," : "") + *text;
  }
  return json + "]";
}

std::optional<std::string> object_of(const toml::table& table) {
  std::string json = "{";
  for (const auto& [key, value] : table) {
    const auto text = json_of(value);
    if (!text) return std::nullopt;
    json += (json.size() > 1 ? "," : "") + json_text_of(key.str()) + ":" + *text;
  }
  return json + "}";
}

}  // namespace

std::optional<std::string> json_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return json_text_of(text->get());
  if (const auto* integer = node.as_integer()) return fmt::format("{}", integer->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  if (const auto* list = node.as_array()) return list_of(*list);
  if (const auto* table = node.as_table()) return object_of(*table);
  const auto* number = node.as_floating_point();
  if (number == nullptr || !std::isfinite(number->get())) return std::nullopt;
  return fmt::format("{}", number->get());
}

}  // namespace turnout::gateway
