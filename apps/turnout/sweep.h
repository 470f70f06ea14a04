#pragma once

#include "ranks.h"
#include "verbs.h"

namespace turnout::program {

/// The verb sweep for a program that finds its ranks by `connect`.
void add_sweep_over(CLI::App& program, Action& chosen, ConnectRanks connect);

}  // namespace turnout::program
