#include "turnout/report/log_summaries_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/json_time.h"

namespace turnout::report {

using nlohmann::ordered_json;
using traffic::time_text;

ordered_json log_summaries_json(const analysis::LogSummaries& summaries) {
  return {{"schema", "turnout/log-summarise/1"},
          {"store", summaries.store},
          {"days", summaries.days},
          {"before", time_or_null(summaries.before_us)},
          {"last", time_or_null(summaries.last_us)}};
}

std::string log_summaries_text(const analysis::LogSummaries& summaries) {
  if (summaries.stopped)
    return fmt::format("{} keeps no summaries any more; estimates read its passes\n",
                       summaries.store);
  if (!summaries.before_us || !summaries.last_us)
    return fmt::format("{} holds no pass to summarise\n", summaries.store);
  return fmt::format(
      "summarised {} {}; of tasks that began before {} estimates read summaries (the latest pass "
      "started at {})\n",
      summaries.days, summaries.days == 1 ? "day" : "days", time_text(*summaries.before_us),
      time_text(*summaries.last_us));
}

}  // namespace turnout::report
