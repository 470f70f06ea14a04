#pragma once

#include <span>

#include "turnout/base/embedded_text.h"

namespace turnout::window {

/// The page (web/dist), its interface's description with the schemas that it refers to (docs), the
/// catalogue's tables and the example, by their paths below the project's folder, as they were when the
/// program was built.
std::span<const base::EmbeddedText> embedded_files();

}  // namespace turnout::window
