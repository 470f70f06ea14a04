#pragma once

#include <nlohmann/json.hpp>

#include "turnout/numeric/interval.h"

namespace turnout::report {

/// An estimated number as all answers spell it: docs/schemas/common.json, "interval".
inline nlohmann::ordered_json interval_json(const numeric::Interval& x) {
  return {{"value", x.value}, {"lo", x.low}, {"hi", x.high}};
}

}  // namespace turnout::report
