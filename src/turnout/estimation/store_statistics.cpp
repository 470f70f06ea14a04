#include "turnout/estimation/store_statistics.h"

#include <utility>

namespace turnout::estimation {

base::Result<LogStatistics> store_statistics(store::PassStore& store, const LogSelection& selection,
                                             const base::Watch& watch) {
  constexpr std::size_t kEvery = 4096;
  TURNOUT_TRY(auto size, store.size());
  StatisticsGatherer gatherer(selection, size.last_us.value_or(0));
  std::size_t since = 0;
  TURNOUT_CHECK(store.for_each([&](const traffic::Pass& pass) {
    if (!gatherer.add(pass)) return false;
    if (++since < kEvery) return true;
    watch.on_steps(std::exchange(since, 0));
    return !watch.cancellation.requested();
  }));
  TURNOUT_CHECK(watch.cancellation.check());
  return gatherer.finish();
}

}  // namespace turnout::estimation
