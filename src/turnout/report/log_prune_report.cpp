#include "turnout/report/log_prune_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/json_time.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;
using traffic::time_text;

/// "12 passes of 5 tasks that began before T, from A to B".
std::string words(std::int64_t passes, const analysis::LogPrune& prune) {
  std::string text = fmt::format("{} passes of {} tasks that began before {}", passes,
                                 prune.chosen.tasks, time_text(prune.before_us));
  if (prune.chosen.first_us && prune.chosen.last_us) {
    text += fmt::format(", from {} to {}", time_text(*prune.chosen.first_us),
                        time_text(*prune.chosen.last_us));
  }
  return text;
}

}  // namespace

ordered_json log_prune_json(const analysis::LogPrune& prune) {
  return {{"schema", "turnout/log-prune/1"},
          {"store", prune.store},
          {"before", time_text(prune.before_us)},
          {"chosen",
           {{"passes", prune.chosen.passes},
            {"tasks", prune.chosen.tasks},
            {"first", time_or_null(prune.chosen.first_us)},
            {"last", time_or_null(prune.chosen.last_us)}}},
          {"kept", prune.kept},
          {"dry_run", prune.dry_run},
          {"deleted", prune.deleted}};
}

std::string log_prune_text(const analysis::LogPrune& prune) {
  if (prune.dry_run) {
    return fmt::format("would delete {}; {} passes stay\n", words(prune.chosen.passes, prune),
                       prune.kept);
  }
  return fmt::format("deleted {}; {} passes stay\n", words(prune.deleted, prune), prune.kept);
}

std::string log_prune_question(const analysis::LogPrune& prune) {
  return fmt::format("{}: delete {} ({} passes stay)? [y/N] ", prune.store,
                     words(prune.chosen.passes, prune), prune.kept);
}

}  // namespace turnout::report
