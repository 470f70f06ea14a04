#include "turnout/scenario/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "turnout/base/line_reader.h"
#include "turnout/base/number_text.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using game::Quantity;

/// One table of the file: reads its keys, and knows how to say where something is wrong.
class Section {
 public:
  Section(const toml::table& table, std::string source, std::string name)
      : table_(table), source_(std::move(source)), name_(std::move(name)) {}

  [[nodiscard]] Status allow_only(std::span<const std::string_view> keys) const {
    for (const auto& [key, node] : table_) {
      if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
      return fail(ErrorCode::kMalformedInput, node, key.str(),
                  fmt::format("is not a known key; allowed are {}", fmt::join(keys, ", ")));
    }
    return base::Done{};
  }

  [[nodiscard]] Result<double> number(std::string_view key, Quantity quantity) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return missing(key);
    if (!node->is_number()) return wrong_type(*node, key, "a number");
    const double value = *node->value<double>();
    if (auto ok = game::check(quantity, value); !ok) return fail(ok.error().code, *node, key, ok.error().message);
    return value;
  }

  [[nodiscard]] Result<double> number(std::string_view key, Quantity quantity, double otherwise) const {
    return table_.contains(key) ? number(key, quantity) : Result<double>(otherwise);
  }

  [[nodiscard]] Result<std::string> name_of_model() const {
    constexpr std::size_t kLongestName = 200;
    const toml::node* node = table_.get("name");
    if (node == nullptr) return missing("name");
    if (!node->is_string()) return wrong_type(*node, "name", "a string");
    auto text = *node->value<std::string>();
    const bool printable = std::none_of(text.begin(), text.end(),
                                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (text.empty() || text.size() > kLongestName || !printable) {
      return fail(ErrorCode::kInvalidValue, *node, "name",
                  fmt::format("{} must have 1 to {} printable characters", base::in_quotes(text), kLongestName));
    }
    return text;
  }

  [[nodiscard]] Status no_price() const {
    auto price = number("price", Quantity::kCost, 0);
    if (!price) return price.error();
    if (*price == 0) return base::Done{};
    return fail(ErrorCode::kUnsupported, *table_.get("price"), "price",
                fmt::format("{} is not supported: the two-model game has no prices, only 0 is allowed", *price));
  }

 private:
  [[nodiscard]] Error fail(ErrorCode code, const toml::node& node, std::string_view key, std::string what) const {
    return {code, std::move(what), fmt::format("{}:{}: {}", source_, node.source().begin.line, path(key))};
  }
  [[nodiscard]] Error missing(std::string_view key) const {
    return {ErrorCode::kMalformedInput, "is missing",
            fmt::format("{}:{}: {}", source_, table_.source().begin.line, path(key))};
  }
  [[nodiscard]] Error wrong_type(const toml::node& node, std::string_view key, const char* expected) const {
    std::ostringstream type;
    type << node.type();
    return fail(ErrorCode::kMalformedInput, node, key, fmt::format("is a TOML {}, must be {}", type.str(), expected));
  }
  [[nodiscard]] std::string path(std::string_view key) const {
    return name_.empty() ? base::printable(key) : fmt::format("{}.{}", name_, base::printable(key));
  }

  const toml::table& table_;
  std::string source_;
  std::string name_;
};

/// The packaged library reports by exception; here its reports become errors like any other.
Result<toml::table> parse_toml(std::string_view text, const std::string& source) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return Error{ErrorCode::kMalformedInput, std::string(error.description()),
                 fmt::format("{}:{}", source, error.source().begin.line)};
  }
}

Result<const toml::table*> table_at(const toml::table& root, std::string_view key, const std::string& source) {
  const toml::node* node = root.get(key);
  if (node == nullptr) return Error{ErrorCode::kMalformedInput, fmt::format("the table [{}] is missing", key), source};
  if (!node->is_table()) {
    return Error{ErrorCode::kMalformedInput, fmt::format("{} must be a table, written [{}]", key, key),
                 fmt::format("{}:{}", source, node->source().begin.line)};
  }
  return node->as_table();
}

Result<game::User> read_user(const toml::table& root, const std::string& source) {
  constexpr std::array<std::string_view, 2> kKeys = {"value", "value_of_time"};
  auto table = table_at(root, "user", source);
  if (!table) return table.error();
  const Section section(**table, source, "user");
  if (auto ok = section.allow_only(kKeys); !ok) return ok.error();
  auto value = section.number("value", Quantity::kValue);
  if (!value) return value.error();
  auto value_of_time = section.number("value_of_time", Quantity::kValueOfTime, 1);
  if (!value_of_time) return value_of_time.error();
  return game::User{*value, *value_of_time};
}

Result<game::Provider> read_provider(const toml::table& root, const std::string& source) {
  constexpr std::array<std::string_view, 1> kKeys = {"churn_penalty"};
  auto table = table_at(root, "provider", source);
  if (!table) return table.error();
  const Section section(**table, source, "provider");
  if (auto ok = section.allow_only(kKeys); !ok) return ok.error();
  auto penalty = section.number("churn_penalty", Quantity::kChurnPenalty);
  if (!penalty) return penalty.error();
  return game::Provider{*penalty};
}

struct NamedModel {
  std::string name;
  game::Model model;
};

Result<NamedModel> read_model(const toml::table& table, std::size_t index, const std::string& source) {
  constexpr std::array<std::string_view, 5> kKeys = {"name", "success", "latency", "cost", "price"};
  const Section section(table, source, fmt::format("model[{}]", index + 1));
  if (auto ok = section.allow_only(kKeys); !ok) return ok.error();
  auto name = section.name_of_model();
  if (!name) return name.error();
  auto success = section.number("success", Quantity::kSuccess);
  if (!success) return success.error();
  auto latency = section.number("latency", Quantity::kLatency);
  if (!latency) return latency.error();
  auto cost = section.number("cost", Quantity::kCost);
  if (!cost) return cost.error();
  if (auto ok = section.no_price(); !ok) return ok.error();
  return NamedModel{*name, {*success, *latency, *cost}};
}

Result<std::vector<NamedModel>> read_models(const toml::table& root, const std::string& source) {
  const toml::node* node = root.get("model");
  const toml::array* tables = node == nullptr ? nullptr : node->as_array();
  const std::size_t count = tables == nullptr ? 0 : tables->size();
  if (count != game::Game::kModels || !tables->is_homogeneous<toml::table>()) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("has {} [[model]] tables, must have {}", count, game::Game::kModels), source};
  }
  std::vector<NamedModel> models;
  for (std::size_t k = 0; k < count; ++k) {
    auto model = read_model(*tables->get(k)->as_table(), k, source);
    if (!model) return model.error();
    models.push_back(*model);
  }
  if (models[0].name == models[1].name) {
    return Error{
        ErrorCode::kInvalidValue,
        fmt::format("{} names both models, names must differ", base::in_quotes(models[0].name)),
        fmt::format("{}:{}: model[2].name", source, tables->get(1)->as_table()->get("name")->source().begin.line)};
  }
  return models;
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, const std::string& source) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error{ErrorCode::kMalformedInput, "is empty, must be a scenario", source};
  }
  auto parsed = parse_toml(text, source);
  if (!parsed) return parsed.error();
  const toml::table& root = *parsed;
  constexpr std::array<std::string_view, 3> kKeys = {"user", "provider", "model"};
  if (auto ok = Section(root, source, "").allow_only(kKeys); !ok) return ok.error();
  auto user = read_user(root, source);
  if (!user) return user.error();
  auto provider = read_provider(root, source);
  if (!provider) return provider.error();
  auto models = read_models(root, source);
  if (!models) return models.error();
  auto made = game::Game::make(*user, *provider, {(*models)[0].model, (*models)[1].model});
  if (!made) return made.error().within(source);
  return Scenario{*made, {(*models)[0].name, (*models)[1].name}};
}

Result<Scenario> read_scenario(const std::string& path) {
  auto text = base::read_file(path, kLargestScenario);
  if (!text) return text.error();
  return parse_scenario(*text, path == "-" ? "standard input" : path);
}

}  // namespace turnout::scenario
