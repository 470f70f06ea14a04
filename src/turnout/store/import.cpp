#include "turnout/store/import.h"

#include <vector>

namespace turnout::store {

base::Result<ImportCounts> import_passes(traffic::PassReader& reader, PassStore& store,
                                         const base::Watch& watch) {
  constexpr std::size_t kRowsBetweenLooks = 256;
  ImportCounts counts;
  std::vector<traffic::Pass> batch(
      store.batch());  // its strings keep their memory from batch to batch
  for (bool more = true; more;) {
    std::size_t size = 0;
    while (size < batch.size()) {
      if (size % kRowsBetweenLooks == 0) TURNOUT_CHECK(watch.cancellation.check());
      TURNOUT_TRY(more, reader.next(batch[size]));
      if (!more) break;
      ++size;
    }
    if (size == 0) break;
    TURNOUT_TRY(auto stored, store.insert({batch.data(), size}));
    counts.stored += stored;
    watch.on_steps(size);
  }
  counts.read = reader.counts();
  if (counts.stored.added == 0) return counts;
  TURNOUT_CHECK(store.settle());
  return counts;
}

}  // namespace turnout::store
