#include "turnout/store/import.h"

#include <vector>

namespace turnout::store {

base::Result<ImportCounts> import_passes(traffic::PassReader& reader, PassStore& store,
                                         const std::function<void(std::size_t)>& on_batch) {
  ImportCounts counts;
  std::vector<traffic::Pass> batch(
      store.batch());  // its strings keep their memory from batch to batch
  for (bool more = true; more;) {
    std::size_t size = 0;
    while (size < batch.size()) {
      auto read = reader.next(batch[size]);
      if (!read) return read.error();
      more = *read;
      if (!more) break;
      ++size;
    }
    if (size == 0) break;
    auto stored = store.insert({batch.data(), size});
    if (!stored) return stored.error();
    counts.stored += *stored;
    on_batch(size);
  }
  counts.read = reader.counts();
  if (counts.stored.added == 0) return counts;
  if (auto done = store.settle(); !done) return done.error();
  return counts;
}

}  // namespace turnout::store
