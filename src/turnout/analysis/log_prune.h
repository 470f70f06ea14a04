#pragma once

#include <cstdint>
#include <string>

#include "turnout/base/result.h"
#include "turnout/store/pass_store.h"

namespace turnout::analysis {

/// What pruning a store deletes: the tasks that began before a time, whole.
struct LogPrune {
  std::string store;  ///< its name, without a password
  std::int64_t before_us = 0;
  store::StoreSize chosen;   ///< what goes, as counted before
  std::int64_t kept = 0;     ///< passes that stay
  bool dry_run = true;       ///< nothing was deleted
  std::int64_t deleted = 0;  ///< passes; others than chosen.passes if the store was written to
};

/// Counts what prune_log() would delete, and deletes nothing.
/// @param store  may be opened to be read
base::Result<LogPrune> plan_log_prune(store::PassStore& store, std::int64_t before_us);

/// Deletes what a plan of this store says. Errors of PassStore::prune().
base::Result<LogPrune> prune_log(store::PassStore& store, LogPrune plan);

}  // namespace turnout::analysis
