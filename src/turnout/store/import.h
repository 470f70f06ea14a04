#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/base/watch.h"
#include "turnout/store/pass_store.h"
#include "turnout/traffic/pass_reader.h"

namespace turnout::store {

struct ImportCounts {
  traffic::RowCounts read;
  InsertCounts stored;
  std::size_t passes = 0;    ///< sound passes that were read
  double latency_sum_s = 0;  ///< of them
  /// @returns seconds; nothing without a pass.
  [[nodiscard]] std::optional<double> mean_latency_s() const;
};

/// What whoever imports a log should look at before trusting it: numbers in a wrong unit, tasks that
/// rest on guesses. A sentence each, with what to do. docs/identity.md, "Questions".
std::vector<std::string> import_questions(const ImportCounts& counts);

/// @returns in one line how many rows of a log are in no number, and why, by kind; empty if none.
std::string refused_note(const ImportCounts& counts);
/// @returns how many files were cut off; empty if none.
std::string cut_off_note(const ImportCounts& counts);

/// Reads all passes into a store, in transactions of store.batch() passes, each on another thread while
/// the next batch is read. Doing it again changes
/// nothing, so that an import that was killed is finished by starting it again: what was committed
/// is met as `repeated`.
/// @param watch  told after each transaction of the number of passes in it; asked between rows
/// @returns the first error of either side, or kCancelled; batches before it stay committed, and when it
///   returns nothing is written any more.
base::Result<ImportCounts> import_passes(traffic::PassReader& reader, PassStore& store,
                                         const base::Watch& watch);

}  // namespace turnout::store
