#include "turnout/scenario/setting_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"
#include "turnout/base/split.h"
#include "turnout/game/parameters.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;

/// What a key may be set to.
enum class Kind { kNumber, kNumberOrList, kFlag, kWord };
using Value = std::variant<double, std::vector<double>, bool, std::string>;

/// Something that a scenario may say: how it may be called, what it may be, and where it is.
struct Place {
  std::string key, symbol;
  Kind kind = Kind::kNumber;
  std::function<void(toml::table&, const Value&)> put;
};

/// Keys of tables that stand once.
struct Single {
  const char* table;
  const char* key;
  const char* symbol;
  Kind kind = Kind::kNumber;
};
constexpr auto kSingles = std::to_array<Single>({{"user", "value", "V"},
                                                 {"user", "value_of_time", "w"},
                                                 {"user", "patience", "rho", Kind::kNumberOrList},
                                                 {"user", "outside", "v0"},
                                                 {"user", "participates", "", Kind::kFlag},
                                                 {"user", "knows", "", Kind::kWord},
                                                 {"provider", "churn_penalty", "P"},
                                                 {"provider", "commits", "", Kind::kFlag},
                                                 {"judgement", "harm", "H"},
                                                 {"judgement", "late_churn", "Pw"},
                                                 {"judgement", "naive", "", Kind::kFlag},
                                                 {"difficulty", "sigma", "sigma"},
                                                 {"difficulty", "tau", "tau"},
                                                 {"difficulty", "feedback", "feedback"},
                                                 {"switching", "cost", ""},
                                                 {"switching", "latency", ""}});
void insert(toml::table& table, std::string_view key, const Value& value) {
  if (const auto* list = std::get_if<std::vector<double>>(&value)) {
    toml::array numbers;
    for (const double x : *list) numbers.push_back(x);
    table.insert_or_assign(key, std::move(numbers));
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    table.insert_or_assign(key, *flag);
  } else if (const auto* word = std::get_if<std::string>(&value)) {
    table.insert_or_assign(key, *word);
  } else {
    table.insert_or_assign(key, std::get<double>(value));
  }
}

base::Result<Value> list_of_numbers(std::string_view text) {
  std::vector<double> numbers;
  for (const std::string& part : base::split(text, ',')) {
    const std::string_view from =
        std::string_view(part).substr(std::min(part.find_first_not_of(' '), part.size()));
    TURNOUT_TRY(numbers.emplace_back(),
                base::parse_number(from.substr(0, from.find_last_not_of(' ') + 1)));
  }
  return Value(std::move(numbers));
}

base::Result<Value> value_of(Kind kind, std::string_view text) {
  if (kind == Kind::kWord) return Value(std::string(text));
  if (kind == Kind::kFlag) {
    if (text == "true" || text == "false") return Value(text == "true");
    return Error{ErrorCode::kInvalidValue, base::in_quotes(text) + " must be true or false", ""};
  }
  if (kind == Kind::kNumberOrList && text.starts_with('[') && text.ends_with(']'))
    return list_of_numbers(text.substr(1, text.size() - 2));
  TURNOUT_TRY(const double number, base::parse_number(text));
  return Value(number);
}

Place place_of(const Single& single) {
  return {fmt::format("{}.{}", single.table, single.key), single.symbol, single.kind,
          [single](toml::table& root, const Value& value) {
            if (!root.contains(single.table)) root.insert(single.table, toml::table{});
            if (auto* table = root.get_as<toml::table>(single.table))
              insert(*table, single.key, value);
          }};
}

/// @param at  which of the [[model]] tables, from 0
void add_places_of_model(std::vector<Place>& places, const toml::table& model, std::size_t at) {
  const auto name = model["name"].value<std::string>();
  for (const auto quantity : game::kModelQuantities) {
    const bool may_be_a_list = quantity == game::Quantity::kPatience;
    places.push_back({name ? fmt::format("model.{}.{}", *name, key_of(quantity)) : "",
                      symbol(game::Parameter{quantity, at}),
                      may_be_a_list ? Kind::kNumberOrList : Kind::kNumber,
                      [key = key_of(quantity), at](toml::table& root, const Value& value) {
                        toml::array& models = *root.get_as<toml::array>("model");
                        insert(*models.get_as<toml::table>(at), key, value);
                      }});
  }
}

std::vector<Place> places_of(const toml::table& root) {
  std::vector<Place> places;
  for (const Single& single : kSingles) places.push_back(place_of(single));
  const auto* models = root.get_as<toml::array>("model");
  for (std::size_t at = 0; models != nullptr && at < models->size(); ++at) {
    if (const auto* model = models->get_as<toml::table>(at))
      add_places_of_model(places, *model, at);
  }
  return places;
}

Error unknown(const std::string& key, const std::vector<Place>& places) {
  std::vector<std::string> names;
  for (const Place& place : places) {
    for (const auto& name : {place.key, place.symbol}) {
      if (!name.empty()) names.push_back(name);
    }
  }
  return Error{
      ErrorCode::kInvalidValue,
      fmt::format("{} is nothing that this scenario may say, must be V, w, P, p1, t1, c1, p2, ... "
                  "or a key such as model.NAME.cost{}",
                  base::in_quotes(key), base::did_you_mean(key, names)),
      "--set"};
}

}  // namespace

base::Status apply_setting(toml::table& root, const std::string& setting) {
  const auto equals = setting.rfind('=');
  if (equals == std::string::npos) {
    return Error{ErrorCode::kMalformedInput, base::in_quotes(setting) + " must be KEY=VALUE",
                 "--set"};
  }
  const std::string key = setting.substr(0, equals);
  const auto places = places_of(root);
  for (const Place& place : places) {
    if (key.empty() || (key != place.key && key != place.symbol)) continue;
    TURNOUT_TRY(
        const Value value,
        value_of(place.kind, std::string_view(setting).substr(equals + 1)).within("--set " + key));
    place.put(root, value);
    return base::Done{};
  }
  return unknown(key, places);
}

}  // namespace turnout::scenario
