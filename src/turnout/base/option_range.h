#pragma once

#include <fmt/format.h>

#include <cstddef>

#include "turnout/base/result.h"

namespace turnout::base {

/// @returns kInvalidValue that names the option unless `least` <= value <= `most`.
inline Status check_option(const char* option, std::size_t value, std::size_t least,
                           std::size_t most) {
  if (value >= least && value <= most) return Done{};
  return Error{ErrorCode::kInvalidValue, fmt::format("{} must be {} to {}", value, least, most),
               option};
}

}  // namespace turnout::base
