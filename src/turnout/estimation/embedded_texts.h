#pragma once

#include <span>

#include "turnout/base/embedded_text.h"

namespace turnout::estimation {

/// The SQL of statistics, by their paths below this folder.
std::span<const base::EmbeddedText> embedded_texts();

}  // namespace turnout::estimation
