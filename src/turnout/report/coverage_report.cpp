#include "turnout/report/coverage_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {

using nlohmann::ordered_json;

ordered_json coverage_json(const verification::CoverageAnswer& answer) {
  ordered_json all = ordered_json::array();
  for (const auto& setting : answer.settings) {
    ordered_json figures = ordered_json::array();
    for (const auto& f : setting.figures) {
      figures.push_back({{"figure", f.figure},
                         {"truth", f.truth},
                         {"logs", f.logs},
                         {"identified", f.identified},
                         {"coverage", interval_json(f.coverage)},
                         {"mean_width", f.mean_width}});
    }
    all.push_back({{"setting", setting.name},
                   {"passes", setting.passes},
                   {"mean_regret", setting.mean_regret},
                   {"worst_regret", setting.worst_regret},
                   {"regret_logs", setting.regret_logs},
                   {"figures", figures}});
  }
  return {{"schema", "turnout/verify-coverage/1"},
          {"logs", answer.options.logs},
          {"tasks", answer.options.tasks},
          {"seed", answer.options.seed},
          {"settings", all}};
}

std::string coverage_markdown(const verification::CoverageAnswer& answer) {
  std::string text;
  for (const auto& setting : answer.settings) {
    text += fmt::format("**{}**, {:.0f} passes a log", setting.name, setting.passes);
    if (setting.regret_logs > 0) {
      text += fmt::format("; regret {} on average, {} at worst, of {} logs",
                          percent(setting.mean_regret), percent(setting.worst_regret),
                          setting.regret_logs);
    }
    text +=
        "\n\n| figure | truth | coverage | given as a number | mean width "
        "|\n|---|---:|---:|---:|---:|\n";
    for (const auto& f : setting.figures) {
      if (f.logs == 0) {
        text += fmt::format("| {} | {} | not given |  |  |\n", f.figure, number(f.truth));
        continue;
      }
      const auto& share = f.coverage;
      text += fmt::format(
          "| {} | {} | {} [{}, {}] of {} | {} | {:.3g} |\n", f.figure, number(f.truth),
          percent(share.value), percent(share.low), percent(share.high), f.logs,
          percent(static_cast<double>(f.identified) / static_cast<double>(f.logs)), f.mean_width);
    }
    text += "\n";
  }
  return text;
}

}  // namespace turnout::report
