#pragma once

#include <cstddef>
#include <functional>

#include "turnout/base/npy.h"
#include "turnout/base/output_file.h"

namespace turnout::scenario {

/// Solves every row of a NumPy array of games by the vector kernel and writes a NumPy array of
/// answers. docs/formats.md, "Batch (NumPy)".
/// @param games    n x 8: V, P, p1, t1, c1, p2, t2, c2
/// @param out      receives n x 13 numbers; the caller commits
/// @param on_rows  called every few thousand rows with how many were done since
/// @returns n; kMalformedInput for another number of columns, kInvalidValue naming row and column
///   of the first number that check() refuses. Constant memory but for the mapped file.
base::Result<std::size_t> solve_array(const base::NpyMatrix& games, base::OutputFile& out,
                                      const std::function<void(std::size_t)>& on_rows);

}  // namespace turnout::scenario
