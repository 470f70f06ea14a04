#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "mpi_ranks.h"
#include "program.h"
#include "sweep.h"

// App.hpp makes a Config and a Formatter, and clang puts their tables of functions only where both are defined.

/// turnout's sweep over the processes that mpirun or srun starts. A program of its own: linking MPI
/// costs each start of a program milliseconds and megabytes.
int main(int argc, char** argv) {
  namespace program = turnout::program;
  return program::guarded([&] {
    CLI::App cli("Turnout's sweeps over processes that mpirun or srun starts", "turnout-mpi");
    program::set_up(cli);
    program::Action chosen;
    program::add_sweep_over(cli, chosen, program::connect_by_mpi);
    return program::run(cli, chosen, argc, argv);
  });
}
