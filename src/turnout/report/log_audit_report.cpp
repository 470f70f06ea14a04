#include "turnout/report/log_audit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::Basis;
using estimation::ModelEstimate;
using nlohmann::ordered_json;

/// Whether throttling pays: P against min c/p, docs/theory.md, section 6. With several models any
/// one will do.
struct Economics {
  bool known = false;                                    // costs and P are in the log
  double low = std::numeric_limits<double>::infinity();  // of min c/p
  double high = std::numeric_limits<double>::infinity();
  [[nodiscard]] const char* verdict(const estimation::Figure& penalty) const {
    if (!known) return "cannot be told";
    if (penalty.high < low) return "pays";
    return penalty.low > high ? "does not pay" : "cannot be told";
  }
};

Economics economics_of(const estimation::LogEstimate& e) {
  Economics result;
  result.known = e.churn_penalty.basis != Basis::kAssumed;
  for (const auto& model : e.models) {
    if (model.cost.passes == 0 || model.success.high <= 0) {
      result.known = false;
      continue;
    }
    result.low = std::min(result.low, std::max(0.0, model.cost.low) / model.success.high);
    result.high =
        std::min(result.high, std::max(0.0, model.cost.high) / std::max(model.success.low, 1e-9));
  }
  return result;
}

/// What users would choose to start with, by waiting per success, against what the provider would,
/// by cost.
struct Rankings {
  const ModelEstimate* user = nullptr;      // least t/p
  const ModelEstimate* provider = nullptr;  // least c/p, if costs are known
};

Rankings rankings_of(const estimation::LogEstimate& e) {
  Rankings result;
  const auto per_success = [](double x, const ModelEstimate& m) {
    return x / std::max(m.success.value, 1e-9);
  };
  for (const auto& model : e.models) {
    if (result.user == nullptr || per_success(model.latency.value, model) <
                                      per_success(result.user->latency.value, *result.user)) {
      result.user = &model;
    }
    if (model.cost.passes == 0) continue;
    if (result.provider == nullptr ||
        per_success(model.cost.value, model) <
            per_success(result.provider->cost.value, *result.provider)) {
      result.provider = &model;
    }
  }
  return result;
}

}  // namespace

ordered_json log_audit_json(const LogAudit& audit) {
  const auto& e = audit.log.estimate;
  ordered_json series = ordered_json::array();
  for (const auto& s : audit.speed) {
    ordered_json changes = ordered_json::array();
    for (const auto& c : s.changes) {
      changes.push_back({{"at", traffic::time_text(c.at_us)},
                         {"factor", c.factor},
                         {"lo", c.low},
                         {"hi", c.high},
                         {"p_value", c.p_value}});
    }
    series.push_back({{"model", s.model},
                      {"periods", s.periods},
                      {"passes", s.passes},
                      {"by_token", s.by_token},
                      {"length_slope", s.length_slope},
                      {"load_slope", s.load_slope},
                      {"p_value", s.p_value},
                      {"changes", changes}});
  }
  const auto economics = economics_of(e);
  const auto rankings = rankings_of(e);
  ordered_json floor = nullptr;
  if (std::isfinite(economics.high)) floor = {{"lo", economics.low}, {"hi", economics.high}};
  return {{"source", audit.log.source},
          {"alpha", audit.alpha},
          {"speed", series},
          {"throttling",
           {{"verdict", economics.verdict(e.churn_penalty)}, {"least_cost_per_success", floor}}},
          {"users_would_choose",
           rankings.user != nullptr ? ordered_json(rankings.user->model) : nullptr},
          {"provider_would_choose",
           rankings.provider != nullptr ? ordered_json(rankings.provider->model) : nullptr},
          {"estimate", estimate_json(audit.log)}};
}

std::string log_audit_text(const LogAudit& audit) {
  const auto& e = audit.log.estimate;
  std::string text = "1. Was a model slowed down?\n";
  text += wrapped(fmt::format("Latency per output token, beyond what load and length explain. "
                              "Where nothing changed, a change "
                              "is reported with probability {}.",
                              percent(audit.alpha)),
                  90, 2);
  text += "\n";
  Table table({"model", "periods", "passes", "change", "factor", "p"});
  for (const auto& s : audit.speed) {
    const std::string name = base::printable(s.model) + (s.by_token ? "" : " (per pass)");
    const auto counts = [&](const std::string& change, const std::string& factor, double p) {
      table.add({name, fmt::format("{}", s.periods), fmt::format("{}", s.passes), change, factor,
                 fmt::format("{:.2g}", p)});
    };
    if (s.periods < estimation::kLeastPeriods) counts("too few periods to tell", "", 1);
    if (s.periods >= estimation::kLeastPeriods && s.changes.empty()) counts("none", "", s.p_value);
    for (const auto& c : s.changes) {
      counts(traffic::time_text(c.at_us),
             fmt::format("{} [{}, {}]", number(c.factor), number(c.low), number(c.high)),
             c.p_value);
    }
  }
  text += table.to_string(2);
  const auto economics = economics_of(e);
  text += "\n2. Would throttling pay?\n";
  if (!economics.known) {
    text += wrapped(
        "Cannot be told: that needs the provider's costs (cost_usd), feedback, and a customer's "
        "lifetime value "
        "(--ltv). It pays if P is below the least c/p of the models.",
        90, 2);
  } else {
    text += wrapped(fmt::format("P in [{}, {}] against the least c/p in [{}, {}]: throttling {}.",
                                number(e.churn_penalty.low), number(e.churn_penalty.high),
                                number(economics.low), number(economics.high),
                                economics.verdict(e.churn_penalty)),
                    90, 2);
  }
  const auto rankings = rankings_of(e);
  text += "\n3. Whose route is it?\n";
  if (rankings.user != nullptr) {
    text += wrapped(fmt::format("A patient user waits least with {} ({} s a solved task).",
                                base::printable(rankings.user->model),
                                number(rankings.user->latency.value /
                                       std::max(rankings.user->success.value, 1e-9))),
                    90, 2);
  }
  if (rankings.provider != nullptr) {
    const bool agree = rankings.provider == rankings.user;
    text += wrapped(
        fmt::format("It costs the provider least to serve him with {} ({} a solved task): they {}.",
                    base::printable(rankings.provider->model),
                    number(rankings.provider->cost.value /
                           std::max(rankings.provider->success.value, 1e-9)),
                    agree ? "agree" : "disagree"),
        90, 2);
  }
  return text;
}

}  // namespace turnout::report
