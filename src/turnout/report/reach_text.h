#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "turnout/analysis/parameter_reach.h"
#include "turnout/report/table.h"

/// How far numbers may move, as text and JSON, whatever the way to play is called.
namespace turnout::report {

/// @param in_words  what a way to play is called
template <class Way, class InWords>
std::string change_text(double value, const std::optional<analysis::WayChange<Way>>& change,
                        const InWords& in_words) {
  if (!change) return "-";
  const auto& [boundary, distance] = *change;
  const std::string far =
      distance ? fmt::format("({}{}) ", boundary.at < value ? "-" : "+", percent(*distance)) : "";
  return fmt::format("{} {}-> {}", number(boundary.at), far, in_words(boundary.beyond));
}

/// @param beyond  the key of what is played there
template <class Way, class InWords>
nlohmann::ordered_json change_json(const std::optional<analysis::WayChange<Way>>& change,
                                   const char* beyond, const InWords& in_words) {
  if (!change) return nullptr;
  nlohmann::ordered_json json = {{"at", change->boundary.at}, {"relative_distance", nullptr}};
  if (change->distance) json["relative_distance"] = *change->distance;
  json[beyond] = in_words(change->boundary.beyond);
  return json;
}

/// A table of the parameters with what they are now and where they change the way to play.
/// @param name  what a parameter is called
template <class Way, class Name, class InWords>
std::string reaches_text(const std::vector<analysis::ParameterReach<Way>>& reaches,
                         const Name& name, const InWords& in_words) {
  Table table({"parameter", "now", "falling to", "rising to"});
  for (const auto& r : reaches) {
    table.add({name(r.parameter), number(r.value), change_text(r.value, r.below, in_words),
               change_text(r.value, r.above, in_words)});
  }
  return table.to_string(2);
}

template <class Way, class InWords>
nlohmann::ordered_json reaches_json(const std::vector<analysis::ParameterReach<Way>>& reaches,
                                    const char* beyond, const InWords& in_words) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& r : reaches) {
    json.push_back({{"parameter", game::symbol(r.parameter)},
                    {"value", r.value},
                    {"below", change_json(r.below, beyond, in_words)},
                    {"above", change_json(r.above, beyond, in_words)}});
  }
  return json;
}

/// @param what  that no single parameter changes
template <class Name>
std::string nearest_text(const std::optional<analysis::NearestChange>& nearest, const char* what,
                         const Name& name) {
  if (!nearest)
    return fmt::format("  No single parameter changes {} within a factor of a million.\n", what);
  return fmt::format("  Nearest: {} from {} to {}, a change of {}.\n", name(nearest->parameter),
                     number(nearest->from), number(nearest->to), percent(nearest->distance));
}

}  // namespace turnout::report
