#pragma once

#include <span>

#include "turnout/base/embedded_text.h"

namespace turnout::estimation {

/// @returns the SQL of the counts of docs/theory.md, section 19, for each engine, by their paths
///   below this folder. Total.
std::span<const base::EmbeddedText> embedded_texts();

}  // namespace turnout::estimation
