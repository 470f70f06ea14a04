#pragma once

#include "ranks.h"

namespace turnout::program {

/// @returns the processes that mpirun or srun started together; alone() if neither did, without a
///   call of MPI.
base::Result<std::unique_ptr<Ranks>> connect_by_mpi();

}  // namespace turnout::program
