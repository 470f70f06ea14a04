#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/catalog_answer.h"

/// What a catalogue of models comes to when each ordered pair of it plays the game.
namespace turnout::report {

/// @param list_pairs  list every pair
std::string catalog_text(const analysis::CatalogAnswer& answer, bool list_pairs);
/// docs/schemas/catalog.json
nlohmann::ordered_json catalog_json(const analysis::CatalogAnswer& answer, bool list_pairs);

}  // namespace turnout::report
