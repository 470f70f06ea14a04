#include "turnout/report/slowdown_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

std::string share(const numeric::Interval& x) {
  return fmt::format("{} [{}, {}]", percent(x.value), percent(x.low), percent(x.high));
}

}  // namespace

nlohmann::ordered_json slowdown_json(const verification::SlowdownAnswer& answer) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& s : answer.settings) {
    all.push_back({{"setting", s.name},
                   {"slower", s.slower},
                   {"drift", s.drift},
                   {"passes", s.passes},
                   {"logs", s.logs},
                   {"changed", interval_json(s.changed)},
                   {"stepped", interval_json(s.stepped)},
                   {"drifted", s.drifted},
                   {"unresolved", s.unresolved},
                   {"second_steps", s.seconds},
                   {"dates", interval_json(s.dates)},
                   {"factors", interval_json(s.factors)}});
  }
  return {{"schema", "turnout/verify-slowdowns/1"},
          {"logs", answer.options.logs},
          {"seed", answer.options.seed},
          {"settings", all}};
}

std::string slowdown_markdown(const verification::SlowdownAnswer& answer) {
  std::string clean =
      "**Nothing changed**\n\n| what the log has | passes | any change reported (false alarms) | a "
      "dated step | a drift | step or drift |\n|---|---:|---:|---:|---:|---:|\n";
  std::string drifts =
      "**It drifted**\n\n| what the log has | passes | reported | a dated step (wrong) | a drift | "
      "step or drift |\n|---|---:|---:|---:|---:|---:|\n";
  std::string steps =
      "**Slower by 30 % from the 19th day on**\n\n| what the log has | passes | reported | as a "
      "dated step | as a drift | as step or drift | second steps | dates held | factors held "
      "|\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const auto& s : answer.settings) {
    const std::string row =
        fmt::format("| {} | {:.0f} | {} | {} | {} | {} |", s.name, s.passes, share(s.changed),
                    share(s.stepped), s.drifted, s.unresolved);
    if (s.slower != 1) {
      steps += fmt::format("{} {} | {} | {} |\n", row, s.seconds, share(s.dates), share(s.factors));
    } else {
      (s.drift != 1 ? drifts : clean) += row + "\n";
    }
  }
  return clean + "\n" + drifts + "\n" + steps;
}

}  // namespace turnout::report
