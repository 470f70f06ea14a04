#include "turnout/report/simulate_report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/report/one_line.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

struct Row {
  const char* key;
  const char* words;
  numeric::Sample simulation::AgentPayoffs::*seen;
  double simulation::ExpectedPayoffs::*expected;
};

constexpr std::array<Row, 6> kRows = {{
    {"provider_cost", "J, provider's cost, $", &simulation::AgentPayoffs::provider_cost,
     &simulation::ExpectedPayoffs::provider_cost},
    {"user_utility", "U, user's utility", &simulation::AgentPayoffs::user_utility,
     &simulation::ExpectedPayoffs::user_utility},
    {"success", "S, solved", &simulation::AgentPayoffs::success,
     &simulation::ExpectedPayoffs::success},
    {"latency", "L, waiting, s", &simulation::AgentPayoffs::latency,
     &simulation::ExpectedPayoffs::latency},
    {"service_cost", "C, cost of service, $", &simulation::AgentPayoffs::service_cost,
     &simulation::ExpectedPayoffs::service_cost},
    {"attempts", "n, attempts", &simulation::AgentPayoffs::attempts,
     &simulation::ExpectedPayoffs::attempts},
}};

ordered_json expected_json(const analysis::PlayedPolicy& played) {
  if (!played.expected) return nullptr;
  ordered_json json;
  for (const auto& row : kRows) json[row.key] = (*played.expected).*row.expected;
  return json;
}

}  // namespace

ordered_json payoffs_json(const simulation::AgentPayoffs& payoffs) {
  ordered_json json;
  for (const auto& row : kRows) {
    const auto& sample = payoffs.*row.seen;
    json[row.key] = {{"value", sample.mean()}, {"standard_error", sample.standard_error()}};
  }
  return json;
}

std::string payoffs_text(const simulation::AgentPayoffs& payoffs) {
  Table table({"", "mean", "std. error"});
  for (const auto& row : kRows) {
    const auto& sample = payoffs.*row.seen;
    table.add({row.words, number(sample.mean()), fmt::format("{:.2g}", sample.standard_error())});
  }
  return table.to_string();
}

ordered_json simulate_json(const analysis::SimulateAnswer& answer) {
  ordered_json json = {{"schema", "turnout/simulate/1"}, {"policies", ordered_json::array()}};
  for (const auto& one : answer.policies) {
    ordered_json policy = {{"policy", one.policy}, {"tasks", one.payoffs.success.count()}};
    policy.update(payoffs_json(one.payoffs));
    policy["expected"] = expected_json(one);
    json["policies"].push_back(std::move(policy));
  }
  json["difference"] = answer.difference ? payoffs_json(*answer.difference) : ordered_json(nullptr);
  json["notes"] = answer.notes;
  return json;
}

std::string simulate_text(const analysis::SimulateAnswer& answer) {
  const auto& played = answer.policies;
  const auto& difference = answer.difference;
  std::string text;
  for (const auto& one : played) {
    text += fmt::format("{}: {} tasks\n\n", on_one_line(one.policy), one.payoffs.success.count());
    Table table({"", "simulated", "std. error", "expected", "off by"});
    for (const auto& row : kRows) {
      const auto& sample = one.payoffs.*row.seen;
      std::vector<std::string> cells = {row.words, number(sample.mean()),
                                        fmt::format("{:.2g}", sample.standard_error()), "-", "-"};
      if (one.expected) {
        const double expected = (*one.expected).*row.expected;
        cells[3] = number(expected);
        if (sample.standard_error() > 0) {
          cells[4] =
              fmt::format("{:+.1f} s.e.", (sample.mean() - expected) / sample.standard_error());
        }
      }
      table.add(cells);
    }
    text += table.to_string() + "\n";
  }
  if (!difference) return text;
  text += fmt::format("{} less {}, with the same tasks, users and luck\n\n",
                      on_one_line(played.at(1).policy), on_one_line(played.at(0).policy));
  Table table({"", "difference", "std. error", "unpaired"});
  for (const auto& row : kRows) {
    const auto& sample = (*difference).*row.seen;
    const double first = (played[0].payoffs.*row.seen).standard_error();
    const double second = (played[1].payoffs.*row.seen).standard_error();
    table.add({row.words, number(sample.mean()), fmt::format("{:.2g}", sample.standard_error()),
               fmt::format("{:.2g}", std::hypot(first, second))});
  }
  return text + table.to_string();
}

ordered_json simulate_log_json(const WrittenLog& log) {
  return {{"schema", "turnout/simulate-log/1"},
          {"tasks", log.tasks},
          {"passes", log.passes},
          {"output", log.output},
          {"notes", log.notes}};
}

std::string simulate_log_text(const WrittenLog& log) {
  return fmt::format("{} passes of {} tasks written to {}\n", log.passes, log.tasks, log.output);
}

}  // namespace turnout::report
