#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "turnout/traffic/pass.h"

namespace turnout::report {

/// @returns a time in microseconds since 1970 as RFC 3339 text, traffic::time_text(); null for none.
inline nlohmann::ordered_json time_or_null(const std::optional<std::int64_t>& time) {
  if (!time) return nullptr;
  return traffic::time_text(*time);
}

}  // namespace turnout::report
