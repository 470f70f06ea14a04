#include "turnout/gateway/config_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"

namespace turnout::gateway {

void ConfigProblems::add(std::uint32_t line, const std::string& key, std::string what) {
  std::string place = line == 0 ? source_ : fmt::format("{}:{}", source_, line);
  if (!key.empty()) place += ": " + key;
  problems_.push_back(
      {line, {base::ErrorCode::kMalformedInput, std::move(what), std::move(place)}});
}

std::vector<base::Error> ConfigProblems::in_order() const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::vector<base::Error> errors;
  for (Problem& problem : sorted) errors.push_back(std::move(problem.error));
  return errors;
}

const toml::node* ConfigTable::node(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

bool ConfigTable::has(std::string_view key) { return node(key) != nullptr; }

bool ConfigTable::check_text(std::string_view key, const std::string& value) {
  const bool printable =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (printable && !value.empty() && value.size() <= kLongestText && value.front() != ' ' &&
      value.back() != ' ')
    return true;
  problem(key, fmt::format("{} must be 1 to {} printable ASCII characters, no space at either end",
                           base::in_quotes(value), kLongestText));
  return false;
}

std::optional<std::string> ConfigTable::secret(std::string_view key) {
  const toml::node* at = node(key);
  if (at == nullptr) return std::nullopt;
  if (const auto* value = at->as_string()) return value->get();
  wrong_type(key, *at, "a string");
  return std::nullopt;
}

std::optional<std::string> ConfigTable::text(std::string_view key) {
  auto value = secret(key);
  if (value && !check_text(key, *value)) value.reset();
  return value;
}

std::optional<std::string> ConfigTable::path(std::string_view key) {
  auto value = secret(key);
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  if (value && (value->empty() || std::any_of(value->begin(), value->end(), is_control))) {
    problem(key, base::in_quotes(*value) + " must be the name of a file");
    value.reset();
  }
  return value;
}

std::optional<std::size_t> ConfigTable::word(std::string_view key,
                                             std::span<const std::string_view> words) {
  const auto value = text(key);
  if (!value) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::vector<std::string> names(words.begin(), words.end());
  problem(key, fmt::format("{} must be one of {}{}", base::in_quotes(*value),
                           fmt::join(words, ", "), base::did_you_mean(*value, names)));
  return std::nullopt;
}

std::vector<std::string> ConfigTable::texts(std::string_view key) {
  const toml::node* at = node(key);
  if (at == nullptr) return {};
  const toml::array* list = at->as_array();
  std::vector<std::string> all;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* value = (*list)[i].as_string();
    if (value == nullptr) {
      wrong_type(key, (*list)[i], "a list of strings");
      return {};
    }
    if (!check_text(key, value->get())) return {};
    all.push_back(value->get());
  }
  if (list == nullptr) wrong_type(key, *at, "a list of strings");
  return all;
}

std::optional<std::int64_t> ConfigTable::whole(std::string_view key, std::int64_t least,
                                               std::int64_t most) {
  const toml::node* at = node(key);
  if (at == nullptr) return std::nullopt;
  const auto* value = at->as_integer();
  if (value == nullptr) {
    wrong_type(key, *at, "a whole number");
    return std::nullopt;
  }
  if (value->get() >= least && value->get() <= most) return value->get();
  problem(key, fmt::format("{} must be a whole number in [{}, {}]", value->get(), least, most));
  return std::nullopt;
}

std::optional<double> ConfigTable::number(std::string_view key, double least, double most) {
  const toml::node* at = node(key);
  if (at == nullptr) return std::nullopt;
  if (!at->is_number()) {
    wrong_type(key, *at, "a number");
    return std::nullopt;
  }
  const auto* integer = at->as_integer();
  const double value =
      integer != nullptr ? static_cast<double>(integer->get()) : at->as_floating_point()->get();
  if (value >= least && value <= most) return value;
  problem(key, fmt::format("{} must be in [{}, {}]", value, least, most));
  return std::nullopt;
}

std::optional<std::int64_t> ConfigTable::seconds(std::string_view key, double least, double most) {
  constexpr double kMicroseconds = 1e6;
  const auto value = number(key, least, most);
  if (!value) return std::nullopt;
  return std::llround(*value * kMicroseconds);
}

std::optional<bool> ConfigTable::boolean(std::string_view key) {
  const toml::node* at = node(key);
  if (at == nullptr) return std::nullopt;
  if (const auto* value = at->as_boolean()) return value->get();
  wrong_type(key, *at, "true or false");
  return std::nullopt;
}

const toml::table* ConfigTable::values(std::string_view key) {
  const toml::node* at = node(key);
  if (at == nullptr) return nullptr;
  if (!at->is_table()) wrong_type(key, *at, "a table");
  return at->as_table();
}

ConfigTable ConfigTable::table(std::string_view key) {
  return {values(key), name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key),
          *problems_};
}

std::vector<ConfigTable> ConfigTable::tables(std::string_view key, std::size_t least,
                                             std::size_t most) {
  const toml::node* at = node(key);
  const toml::array* list = at == nullptr ? nullptr : at->as_array();
  if (at != nullptr &&
      (list == nullptr || (!list->empty() && !list->is_homogeneous<toml::table>()))) {
    problem(key, fmt::format("must be tables, written [[{}]]", key));
    return {};
  }
  const std::size_t count = list == nullptr ? 0 : list->size();
  if (count < least || count > most) {
    problem(key, fmt::format("{} tables; there must be {} to {}, each written [[{}]]", count, least,
                             most, key));
  }
  std::vector<ConfigTable> found;
  if (list == nullptr) return found;
  for (const toml::node& one : *list)
    found.emplace_back(one.as_table(), fmt::format("{}[{}]", key, found.size() + 1), *problems_);
  return found;
}

void ConfigTable::problem(std::string_view key, std::string what) {
  const toml::node* at = table_ == nullptr ? nullptr : table_->get(key);
  if (at == nullptr) at = table_;
  const std::string name =
      name_.empty() ? base::printable(key) : fmt::format("{}.{}", name_, base::printable(key));
  problems_->add(at == nullptr ? 0 : at->source().begin.line, name, std::move(what));
}

void ConfigTable::wrong_type(std::string_view key, const toml::node& node,
                             std::string_view expected) {
  std::ostringstream type;
  type << node.type();
  problem(key, fmt::format("is a TOML {}, must be {}", type.str(), expected));
}

void ConfigTable::done() {
  if (table_ == nullptr) return;
  for (const auto& [key, value] : *table_) {
    if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
    problem(key.str(), fmt::format("is not a known key; allowed are {}{}", fmt::join(asked_, ", "),
                                   base::did_you_mean(key.str(), asked_)));
  }
}

}  // namespace turnout::gateway
