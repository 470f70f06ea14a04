#pragma once

#include <span>

#include "turnout/base/embedded_text.h"

namespace turnout::gateway {

/// The example of a configuration, examples/turnout.toml, by its path from this folder.
std::span<const base::EmbeddedText> embedded_texts();

}  // namespace turnout::gateway
