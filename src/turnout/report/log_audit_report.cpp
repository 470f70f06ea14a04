#include "turnout/report/log_audit_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/report/estimate_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::Favourite;
using analysis::LogAuditAnswer;
using nlohmann::ordered_json;

constexpr std::size_t kWidth = 90;

ordered_json interval_json(double value, double low, double high) {
  return {{"value", value}, {"lo", low}, {"hi", high}};
}

ordered_json series_json(const estimation::SpeedSeries& s) {
  ordered_json changes = ordered_json::array();
  for (const auto& c : s.changes) {
    changes.push_back({{"at", traffic::time_text(c.at_us)},
                       {"factor", interval_json(c.factor, c.low, c.high)},
                       {"p_value", c.p_value}});
  }
  return {{"model", s.model},
          {"periods", s.periods},
          {"passes", s.passes},
          {"by_token", s.by_token},
          {"length_slope", s.length_slope},
          {"load_slope", s.load_slope},
          {"p_value", s.p_value},
          {"changes", changes}};
}

std::string speed_text(const LogAuditAnswer& answer) {
  std::string text = "1. Was a model slowed down?\n";
  text += wrapped(fmt::format("Latency per output token, beyond what load and length explain. "
                              "Where nothing changed, a change "
                              "is reported with probability {}.",
                              percent(answer.alpha)),
                  kWidth, 2);
  Table table({"model", "periods", "passes", "change", "factor", "p-value"});
  for (const auto& s : answer.speed) {
    const std::string name = base::printable(s.model) + (s.by_token ? "" : " (per pass)");
    const auto add = [&](const std::string& change, const std::string& factor, double p) {
      table.add({name, fmt::format("{}", s.periods), fmt::format("{}", s.passes), change, factor,
                 fmt::format("{:.2g}", p)});
    };
    if (s.periods < estimation::kLeastPeriods) add("too few periods to tell", "", 1);
    if (s.periods >= estimation::kLeastPeriods && s.changes.empty()) add("none", "", s.p_value);
    for (const auto& c : s.changes) {
      add(traffic::time_text(c.at_us),
          fmt::format("{} [{}, {}]", number(c.factor), number(c.low), number(c.high)), c.p_value);
    }
  }
  return text + "\n" + table.to_string(2);
}

std::string throttling_text(const LogAuditAnswer& answer) {
  const std::string text = "\n2. Would throttling pay?\n";
  const auto& t = answer.throttling;
  const auto& penalty = answer.log.estimate.churn_penalty;
  if (!t.known) {
    return text + wrapped(
                      "Cannot be told: that needs the provider's costs (cost_usd), feedback, and a "
                      "customer's lifetime value "
                      "(--ltv). It pays if P is below the least c/p of the models.",
                      kWidth, 2);
  }
  return text +
         wrapped(fmt::format("P in [{}, {}] against the least c/p in [{}, {}]: throttling {}.",
                             number(penalty.low), number(penalty.high), number(t.least_cost_low),
                             number(t.least_cost_high), t.verdict),
                 kWidth, 2);
}

std::string routes_text(const LogAuditAnswer& answer) {
  std::string text = "\n3. Whose route is it?\n";
  const auto& user = answer.user;
  const auto& provider = answer.provider;
  if (user) {
    text += wrapped(fmt::format("A patient user waits least with {} ({} s a solved task).",
                                base::printable(user->model), number(user->per_success)),
                    kWidth, 2);
  }
  if (provider) {
    text += wrapped(
        fmt::format("It costs the provider least to serve him with {} ({} a solved task): they {}.",
                    base::printable(provider->model), number(provider->per_success),
                    user && user->model == provider->model ? "agree" : "disagree"),
        kWidth, 2);
  }
  return text;
}

}  // namespace

ordered_json log_audit_json(const LogAuditAnswer& answer) {
  ordered_json speed = ordered_json::array();
  for (const auto& series : answer.speed) speed.push_back(series_json(series));
  const auto& t = answer.throttling;
  const auto least = std::isfinite(t.least_cost_high)
                         ? interval_json(t.least_cost, t.least_cost_low, t.least_cost_high)
                         : ordered_json(nullptr);
  const auto name = [](const std::optional<Favourite>& favourite) {
    return favourite ? ordered_json(favourite->model) : ordered_json(nullptr);
  };
  return {{"schema", "turnout/audit-log/1"},
          {"source", answer.log.source},
          {"alpha", answer.alpha},
          {"speed", speed},
          {"throttling", {{"verdict", t.verdict}, {"least_cost_per_success", least}}},
          {"users_would_choose", name(answer.user)},
          {"provider_would_choose", name(answer.provider)},
          {"estimate", estimate_json(answer.log)}};
}

std::string log_audit_text(const LogAuditAnswer& answer) {
  return speed_text(answer) + throttling_text(answer) + routes_text(answer);
}

}  // namespace turnout::report
