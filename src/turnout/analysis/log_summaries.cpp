#include "turnout/analysis/log_summaries.h"

#include "turnout/estimation/day_summaries.h"

namespace turnout::analysis {
namespace {

std::int64_t micro(double seconds) {
  constexpr double kMicro = 1e6;
  return static_cast<std::int64_t>(seconds * kMicro);
}

}  // namespace

base::Result<LogSummaries> summarise_log(store::PassStore& store, const SummariseOptions& options,
                                         const base::Watch& watch) {
  if (options.again || options.stop) TURNOUT_CHECK(store.drop_summaries());
  if (options.stop) return LogSummaries{store.name(), 0, std::nullopt, std::nullopt, true};
  TURNOUT_TRY(const auto made, estimation::summarise(store, micro(options.window_s), watch));
  LogSummaries summaries;
  summaries.store = store.name();
  summaries.days = made.days;
  if (!made.has_passes) return summaries;
  summaries.before_us = made.end_day * store::kDayUs;
  TURNOUT_TRY(const auto span, store.span());
  summaries.last_us = span.last_us;
  return summaries;
}

base::Status keep_summaries(store::PassStore& store, double window_s, const base::Watch& watch) {
  TURNOUT_TRY(const auto kept, store.kept_summaries());
  if (!kept.end_day) return base::Done{};
  TURNOUT_CHECK(estimation::summarise(store, micro(window_s), watch));
  return base::Done{};
}

}  // namespace turnout::analysis
