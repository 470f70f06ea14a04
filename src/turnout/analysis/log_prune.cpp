#include "turnout/analysis/log_prune.h"

#include <utility>

namespace turnout::analysis {

base::Result<LogPrune> plan_log_prune(store::PassStore& store, std::int64_t before_us) {
  TURNOUT_TRY(const auto all, store.size());
  TURNOUT_TRY(const auto chosen, store.older_than(before_us));
  return LogPrune{store.name(), before_us, chosen, all.passes - chosen.passes, true, 0};
}

base::Result<LogPrune> prune_log(store::PassStore& store, LogPrune plan) {
  TURNOUT_TRY(plan.deleted, store.prune(plan.before_us));
  plan.dry_run = false;
  return plan;
}

}  // namespace turnout::analysis
