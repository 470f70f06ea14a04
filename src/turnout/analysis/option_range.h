#pragma once

#include <fmt/format.h>

#include <cstddef>

#include "turnout/base/result.h"

namespace turnout::analysis {

/// @returns kInvalidValue that names the option unless `least` <= value <= `most`.
inline base::Status check_option(const char* option, std::size_t value, std::size_t least,
                                 std::size_t most) {
  if (value >= least && value <= most) return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} must be {} to {}", value, least, most), option};
}

}  // namespace turnout::analysis
