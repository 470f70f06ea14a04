#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "turnout/simulation/played_users.h"

/// What simulated users came to who were served over HTTP.
namespace turnout::report {

struct ServedUsers {
  std::string gateway;             ///< its address
  std::vector<std::string> names;  ///< of the models
  simulation::PlayedUsers played;
};

/// docs/schemas/mock-users.json
nlohmann::ordered_json mock_users_json(const ServedUsers& served);
std::string mock_users_text(const ServedUsers& served);

}  // namespace turnout::report
