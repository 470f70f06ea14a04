#include "turnout/game/kernels/solve_lanes.h"

namespace turnout::game::kernels {

SolveBlock scalar_block(bool audit) { return block_of<double>(audit); }

}  // namespace turnout::game::kernels
