#include "turnout/landscape/kernels/loops_body.h"

namespace turnout::landscape::kernels {

const Loops& avx2_loops() { return kLoops; }

}  // namespace turnout::landscape::kernels
