#pragma once

#include <cstddef>
#include <functional>

#include "turnout/base/line_reader.h"
#include "turnout/base/output_file.h"

namespace turnout::scenario {

/// Solves every row of a CSV of games by the vector kernel and writes the row followed by its
/// solution. docs/formats.md, "Batch".
/// @param rows     header with V,P,p1,t1,c1,p2,t2,c2 in any order, and optionally `id`, which is
///   carried through
/// @param out      receives the header and rows as they come; the caller commits
/// @param on_rows  called every few thousand rows with how many were done since the last call
/// @returns the number of games solved, or the first error with file, line and column; rows before
///   it have been written to `out`, nothing after it.
/// Streaming: constant memory, order kept. About 0.6 microseconds a row, most of it printing
/// numbers.
base::Result<std::size_t> solve_batch(base::LineReader& rows, base::OutputFile& out,
                                      const std::function<void(std::size_t)>& on_rows);

}  // namespace turnout::scenario
