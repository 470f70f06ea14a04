#include "mpi_ranks.h"
#include "program.h"
#include "sweep.h"

/// turnout's sweep over the processes that mpirun or srun starts. A program of its own: linking MPI
/// costs each start of a program milliseconds and megabytes.
int main(int argc, char** argv) {
  using namespace turnout::program;
  return guarded([&] {
    CLI::App program("Turnout's sweeps over processes that mpirun or srun starts", "turnout-mpi");
    set_up(program);
    Action chosen;
    add_sweep_over(program, chosen, connect_by_mpi);
    return run(program, chosen, argc, argv);
  });
}
