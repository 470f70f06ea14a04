#include "turnout/game/kernels/solve_lanes.h"

namespace turnout::game::kernels {

SolveBlock scalar_block(bool audit, bool timed) { return block_of<double>(audit, timed); }

}  // namespace turnout::game::kernels
