#include "turnout/scenario/setting_table.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;

/// A number that a scenario may have: how it may be called, and where it is.
struct Place {
  std::string key, symbol;
  std::function<void(toml::table&, double)> put;
};

/// Keys of tables that stand once.
struct Single {
  const char* table;
  const char* key;
  const char* symbol;
};
constexpr auto kSingles = std::to_array<Single>({{"user", "value", "V"},
                                                 {"user", "value_of_time", "w"},
                                                 {"user", "patience", "rho"},
                                                 {"user", "outside", "v0"},
                                                 {"provider", "churn_penalty", "P"},
                                                 {"judgement", "harm", "H"},
                                                 {"judgement", "late_churn", "Pw"},
                                                 {"difficulty", "sigma", "sigma"},
                                                 {"difficulty", "tau", "tau"},
                                                 {"difficulty", "feedback", "feedback"},
                                                 {"switching", "cost", ""},
                                                 {"switching", "latency", ""}});
/// Keys of each model, and the letters of its symbol.
constexpr auto kOfModels =
    std::to_array<std::pair<const char*, const char*>>({{"success", "p"},
                                                        {"latency", "t"},
                                                        {"cost", "c"},
                                                        {"price", "r"},
                                                        {"patience", "rho"},
                                                        {"false_accept", "fa"},
                                                        {"false_reject", "fr"}});

Place place_of(const Single& single) {
  return {fmt::format("{}.{}", single.table, single.key), single.symbol,
          [single](toml::table& root, double value) {
            if (!root.contains(single.table)) root.insert(single.table, toml::table{});
            if (auto* table = root.get_as<toml::table>(single.table))
              table->insert_or_assign(single.key, value);
          }};
}

/// @param at  which of the [[model]] tables, from 0
void add_places_of_model(std::vector<Place>& places, const toml::table& model, std::size_t at) {
  const auto name = model["name"].value<std::string>();
  for (const auto& [key, letter] : kOfModels) {
    places.push_back({name ? fmt::format("model.{}.{}", *name, key) : "",
                      fmt::format("{}{}", letter, at + 1),
                      [key = key, at](toml::table& root, double value) {
                        toml::array& models = *root.get_as<toml::array>("model");
                        models.get_as<toml::table>(at)->insert_or_assign(key, value);
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
  return Error{ErrorCode::kInvalidValue,
               fmt::format("{} is no number of this scenario, must be V, w, P, p1, t1, c1, p2, ... "
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
  TURNOUT_TRY(const double value,
              base::parse_number(setting.substr(equals + 1)).within("--set " + key));
  const auto places = places_of(root);
  for (const Place& place : places) {
    if (key.empty() || (key != place.key && key != place.symbol)) continue;
    place.put(root, value);
    return base::Done{};
  }
  return unknown(key, places);
}

}  // namespace turnout::scenario
