#include "turnout/scenario/toml_section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"

namespace turnout::scenario {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using game::Quantity;

Status TomlSection::allow_only(std::span<const std::string_view> keys) const {
  for (const auto& [key, node] : table_) {
    if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
    const std::vector<std::string> names(keys.begin(), keys.end());
    return fail(ErrorCode::kMalformedInput, key.str(),
                fmt::format("is not a known key; allowed are {}{}", fmt::join(keys, ", "),
                            base::did_you_mean(key.str(), names)));
  }
  return base::Done{};
}

double number_of(const toml::node& node) {
  // The packaged library gives no double for an integer that is not exactly one.
  if (const auto* integer = node.as_integer()) return static_cast<double>(integer->get());
  return node.as_floating_point()->get();
}

Result<double> TomlSection::number(std::string_view key, Quantity quantity) const {
  const toml::node* at = node(key);
  if (at == nullptr) return missing(key);
  if (!at->is_number()) return wrong_type(key, "a number");
  const double value = number_of(*at);
  if (auto ok = game::check(quantity, value); !ok)
    return fail(ok.error().code, key, ok.error().message);
  return value;
}

Result<double> TomlSection::number(std::string_view key, Quantity quantity,
                                   double otherwise) const {
  return has(key) ? number(key, quantity) : Result<double>(otherwise);
}

Result<double> TomlSection::number_between(std::string_view key, double low, double high) const {
  const toml::node* at = node(key);
  if (at == nullptr) return missing(key);
  if (!at->is_number()) return wrong_type(key, "a number");
  const double value = number_of(*at);
  if (value >= low && value <= high) return value;
  return fail(ErrorCode::kInvalidValue, key,
              fmt::format("{} must be in [{}, {}]", value, low, high));
}

Result<bool> TomlSection::boolean(std::string_view key, bool otherwise) const {
  const toml::node* at = node(key);
  if (at == nullptr) return otherwise;
  if (!at->is_boolean()) return wrong_type(key, "true or false");
  return *at->value<bool>();
}

Result<std::string> TomlSection::text(std::string_view key, std::size_t longest) const {
  const toml::node* at = node(key);
  if (at == nullptr) return missing(key);
  if (!at->is_string()) return wrong_type(key, "a string");
  auto value = *at->value<std::string>();
  const bool printable = std::none_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!value.empty() && value.size() <= longest && printable) return value;
  return fail(
      ErrorCode::kInvalidValue, key,
      fmt::format("{} must have 1 to {} printable characters", base::in_quotes(value), longest));
}

Result<TomlSection> TomlSection::table(std::string_view key) const {
  const toml::node* at = node(key);
  if (at == nullptr) return missing(key);
  if (!at->is_table()) return wrong_type(key, "a table");
  return TomlSection(*at->as_table(), source_,
                     name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key));
}

Error TomlSection::fail(ErrorCode code, std::string_view key, std::string what) const {
  return {code, std::move(what), place(key)};
}

Error TomlSection::missing(std::string_view key) const {
  return {ErrorCode::kMalformedInput, "is missing", place(key)};
}

Error TomlSection::wrong_type(std::string_view key, const char* expected) const {
  std::ostringstream type;
  type << table_.get(key)->type();
  return fail(ErrorCode::kMalformedInput, key,
              fmt::format("is a TOML {}, must be {}", type.str(), expected));
}

std::string TomlSection::place(std::string_view key) const {
  const toml::node* at = node(key);
  const auto line = (at == nullptr ? table_.source() : at->source()).begin.line;
  const std::string name =
      name_.empty() ? base::printable(key) : fmt::format("{}.{}", name_, base::printable(key));
  if (line == 0) return fmt::format("{}: --set {}", source_, name);  // it is in no line
  return fmt::format("{}:{}: {}", source_, line, name);
}

Result<std::vector<TomlSection>> sections(const toml::table& root, std::string_view key,
                                          const std::string& source) {
  std::vector<TomlSection> found;
  const toml::node* node = root.get(key);
  if (node == nullptr) return found;
  const toml::array* tables = node->as_array();
  if (tables == nullptr || !tables->is_homogeneous<toml::table>()) {
    return Error{ErrorCode::kMalformedInput, fmt::format("must be tables, written [[{}]]", key),
                 fmt::format("{}:{}: {}", source, node->source().begin.line, key)};
  }
  for (const toml::node& table : *tables) {
    found.emplace_back(*table.as_table(), source, fmt::format("{}[{}]", key, found.size() + 1));
  }
  return found;
}

}  // namespace turnout::scenario
