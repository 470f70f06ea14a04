#pragma once

#include <span>

#include "turnout/base/embedded_text.h"

namespace turnout::store {

/// The SQL of schemas and the maps of other programs' logs, by their paths below this folder.
std::span<const base::EmbeddedText> embedded_texts();

}  // namespace turnout::store
