#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "turnout/scenario/catalog_survey.h"

/// What a catalogue of models comes to when each ordered pair of it plays the game.
namespace turnout::report {

/// What the survey was made of, and how much of it to show.
struct CatalogReport {
  std::string source;
  std::vector<scenario::CatalogModel> models;
  game::User user;
  game::Provider provider;
  scenario::Survey survey;
  std::size_t top = 5;      ///< how many of the worst misaligned pairs to list
  bool list_pairs = false;  ///< list every pair
};

std::string catalog_text(const CatalogReport& report);
nlohmann::ordered_json catalog_json(const CatalogReport& report);

}  // namespace turnout::report
