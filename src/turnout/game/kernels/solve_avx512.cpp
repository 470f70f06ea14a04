#include "turnout/game/kernels/solve_lanes.h"

namespace turnout::game::kernels {

SolveBlock avx512_block(bool audit) { return block_of<Lanes>(audit); }

}  // namespace turnout::game::kernels
