#include "turnout/report/coverage_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {

using nlohmann::ordered_json;

namespace {

ordered_json evaluations_json(const std::vector<verification::EvaluationSetting>& settings) {
  ordered_json all = ordered_json::array();
  for (const auto& setting : settings) {
    ordered_json policies = ordered_json::array();
    for (const auto& p : setting.policies) {
      ordered_json quantities = ordered_json::array();
      for (const auto& q : p.quantities) {
        quantities.push_back({{"quantity", q.quantity},
                              {"truth", q.truth},
                              {"numbers", q.told},
                              {"coverage", interval_json(q.coverage)},
                              {"mean_width", q.mean_width}});
      }
      policies.push_back({{"policy", p.policy},
                          {"logs", p.logs},
                          {"declined", p.declined},
                          {"quantities", quantities}});
    }
    all.push_back({{"setting", setting.name}, {"passes", setting.passes}, {"policies", policies}});
  }
  return all;
}

/// A table: coverage, share of logs with a number, mean width.
std::string evaluations_markdown(const std::vector<verification::EvaluationSetting>& settings) {
  std::string text =
      "## Other policies, evaluated\n\n"
      "`evaluate` on simulated logs of 6,000 tasks whose policy is `explore:0.2/mini,mini,large`, "
      "or "
      "in the last setting four policies that draw nothing: p .45 and .75, t 3 and 8, c .4 and 2, "
      "patience .9, users of some ten tasks who react to the models only. Where users' tasks "
      "differ "
      "sigma is 1.5, and 70 % of its square is between users; P is told there. In each cell: how "
      "often the interval or range holds the truth, in how many logs there is a number and not "
      "only "
      "a range, and the mean width.\n\n| policy | C | L | attempts | S | J | J less the log's "
      "|\n|---|---|---|---|---|---|---|\n";
  for (const auto& setting : settings) {
    text +=
        fmt::format("| *{}*, {:.0f} passes |  |  |  |  |  |  |\n", setting.name, setting.passes);
    for (const auto& p : setting.policies) {
      text += fmt::format("| {}{} |", p.policy,
                          p.declined > 0 ? fmt::format(" ({} declined)", p.declined) : "");
      for (const auto& q : p.quantities) {
        text += fmt::format(" {}, {:.0f} %, {:.3g} |", percent(q.coverage.value),
                            100 * static_cast<double>(q.told) /
                                static_cast<double>(std::max<std::size_t>(1, p.logs)),
                            q.mean_width);
      }
      text += "\n";
    }
  }
  return text;
}

}  // namespace

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
          {"settings", all},
          {"evaluations", evaluations_json(answer.evaluations)}};
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
  return text + evaluations_markdown(answer.evaluations);
}

}  // namespace turnout::report
