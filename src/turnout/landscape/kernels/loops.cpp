#include "turnout/landscape/kernels/loops.h"

#include "turnout/game/solve_kernel.h"

namespace turnout::landscape::kernels {

const Loops& loops() {
#if defined(__x86_64__)
  const auto best = game::available_instructions().back();
  if (best == game::Instructions::kAvx512) return avx512_loops();
  if (best == game::Instructions::kAvx2) return avx2_loops();
#endif
  return scalar_loops();
}

}  // namespace turnout::landscape::kernels
