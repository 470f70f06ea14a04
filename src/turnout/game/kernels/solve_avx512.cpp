#include "turnout/game/kernels/solve_lanes.h"

namespace turnout::game::kernels {

SolveBlock avx512_block(bool audit, bool timed) { return block_of<Lanes>(audit, timed); }

}  // namespace turnout::game::kernels
