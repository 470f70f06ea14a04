#include "turnout/estimation/store_statistics.h"

#include <utility>

#include "turnout/estimation/engines/sql_statistics.h"

namespace turnout::estimation {

base::Result<LogStatistics> store_statistics(store::PassStore& store, const LogSelection& selection,
                                             const std::function<void(std::size_t)>& on_passes) {
  if (auto* server = dynamic_cast<store::SqlStore*>(&store)) {
    return sql_statistics(*server, selection, on_passes);
  }
  constexpr std::size_t kEvery = 10'000;
  TURNOUT_TRY(auto size, store.size());
  StatisticsGatherer gatherer(selection, size.last_us.value_or(0));
  std::size_t since = 0;
  TURNOUT_CHECK(store.for_each([&](const traffic::Pass& pass) {
    gatherer.add(pass);
    if (++since == kEvery) on_passes(std::exchange(since, 0));
    return true;
  }));
  return gatherer.finish();
}

}  // namespace turnout::estimation
