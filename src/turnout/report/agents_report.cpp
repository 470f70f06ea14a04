#include "turnout/report/agents_report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
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
    {"provider_cost", "J, provider's cost", &simulation::AgentPayoffs::provider_cost,
     &simulation::ExpectedPayoffs::provider_cost},
    {"user_utility", "U, user's utility", &simulation::AgentPayoffs::user_utility,
     &simulation::ExpectedPayoffs::user_utility},
    {"success", "S, solved", &simulation::AgentPayoffs::success,
     &simulation::ExpectedPayoffs::success},
    {"latency", "L, waiting", &simulation::AgentPayoffs::latency,
     &simulation::ExpectedPayoffs::latency},
    {"service_cost", "C, cost of service", &simulation::AgentPayoffs::service_cost,
     &simulation::ExpectedPayoffs::service_cost},
    {"attempts", "n, attempts", &simulation::AgentPayoffs::attempts,
     &simulation::ExpectedPayoffs::attempts},
}};

}  // namespace

ordered_json agents_json(const std::vector<PlayedPolicy>& played,
                         const std::optional<simulation::AgentPayoffs>& difference) {
  ordered_json policies = ordered_json::array();
  for (const auto& one : played) {
    ordered_json json{{"policy", one.policy}, {"tasks", one.payoffs.success.count()}};
    for (const auto& row : kRows) {
      const auto& sample = one.payoffs.*row.seen;
      json[row.key] = {{"mean", sample.mean()}, {"standard_error", sample.standard_error()}};
      json[row.key]["expected"] =
          one.expected ? ordered_json((*one.expected).*row.expected) : nullptr;
    }
    policies.push_back(std::move(json));
  }
  ordered_json result{{"policies", policies}};
  if (difference) {
    ordered_json json;
    for (const auto& row : kRows) {
      const auto& sample = (*difference).*row.seen;
      json[row.key] = {{"mean", sample.mean()}, {"standard_error", sample.standard_error()}};
    }
    result["difference"] = json;
  }
  return result;
}

std::string agents_text(const std::vector<PlayedPolicy>& played,
                        const std::optional<simulation::AgentPayoffs>& difference) {
  std::string text;
  for (const auto& one : played) {
    text +=
        fmt::format("{}: {} tasks\n\n", base::printable(one.policy), one.payoffs.success.count());
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
                      base::printable(played.at(1).policy), base::printable(played.at(0).policy));
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

}  // namespace turnout::report
