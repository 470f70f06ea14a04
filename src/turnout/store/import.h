#pragma once

#include <cstddef>
#include <functional>

#include "turnout/base/result.h"
#include "turnout/store/pass_store.h"
#include "turnout/traffic/pass_reader.h"

namespace turnout::store {

struct ImportCounts {
  traffic::RowCounts read;
  InsertCounts stored;
};

/// Reads all passes into a store, in transactions of store.batch() passes. Doing it again changes
/// nothing, so that an import that was killed is finished by starting it again: what was committed
/// is met as `repeated`.
/// @param on_batch  called after each transaction with the number of passes in it
/// @returns the first error of either side; batches before it stay committed.
base::Result<ImportCounts> import_passes(traffic::PassReader& reader, PassStore& store,
                                         const std::function<void(std::size_t)>& on_batch);

}  // namespace turnout::store
