#pragma once

#include <cstddef>
#include <vector>

namespace turnout::game {

/// The models, by their numbers, that serve attempts 1, 2, ... of a task.
using Path = std::vector<std::size_t>;

}  // namespace turnout::game
