#include "turnout/report/log_audit_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/report/estimate_report.h"
#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::Favourite;
using analysis::LogAuditAnswer;
using estimation::SpeedSeries;
using estimation::SpeedVerdict;
using nlohmann::ordered_json;

constexpr std::size_t kWidth = 90;

/// The words of docs/schemas/audit.json.
const char* name_of(SpeedVerdict verdict) {
  switch (verdict) {
    case SpeedVerdict::kTooLittle:
      return "too little data";
    case SpeedVerdict::kUnchanged:
      return "unchanged";
    case SpeedVerdict::kStep:
      return "step";
    case SpeedVerdict::kDrift:
      return "drift";
    case SpeedVerdict::kUnresolved:
      break;
  }
  return "step or drift";
}

ordered_json change_json(const estimation::SpeedChange& c) {
  return {{"at", traffic::time_text(c.at_us)},
          {"first", traffic::time_text(c.first_us)},
          {"last", traffic::time_text(c.last_us)},
          {"factor", interval_json(c.factor)},
          {"p_value", c.p_value},
          {"p_drift", c.p_drift}};
}

ordered_json series_json(const SpeedSeries& s) {
  ordered_json changes = ordered_json::array();
  ordered_json possible = nullptr;
  for (const auto& c : s.steps) {
    if (s.verdict == SpeedVerdict::kStep) changes.push_back(change_json(c));
    if (s.verdict == SpeedVerdict::kUnresolved) possible = change_json(c);
  }
  return {{"model", s.model},
          {"verdict", name_of(s.verdict)},
          {"periods", s.speed.starts_us.size()},
          {"passes", s.speed.passes},
          {"without_tokens", s.speed.without_tokens},
          {"sparse", s.speed.sparse},
          {"adjusted_for", s.speed.adjusted},
          {"not_adjusted_for", s.speed.unadjusted},
          {"length_slope", s.speed.length_slope},
          {"shared_deviation", s.shared_deviation},
          {"shared_correlation", s.shared_correlation},
          {"p_value", s.p_value},
          {"trend", interval_json(s.trend)},
          {"changes", changes},
          {"possible_change", possible}};
}

std::string factor_text(const numeric::Interval& x) {
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", x.value, x.low, x.high);
}

/// "2026-01-19" for a period that starts with a day.
std::string day_or_time(std::int64_t us) {
  constexpr std::int64_t kDay = 86'400'000'000;
  constexpr std::size_t kLength = 10;
  const std::string text = traffic::time_text(us);
  return us % kDay == 0 ? text.substr(0, kLength) : text;
}

std::string change_text(const estimation::SpeedChange& c) {
  return fmt::format("from {} on (95 %: {} to {}) latency was {} times what it was before",
                     day_or_time(c.at_us), day_or_time(c.first_us), day_or_time(c.last_us),
                     factor_text(c.factor));
}

std::string verdict_text(const SpeedSeries& s) {
  switch (s.verdict) {
    case SpeedVerdict::kTooLittle:
      return fmt::format("too little to tell: {} periods with five passes or more, {} are needed.",
                         s.speed.starts_us.size(), estimation::kLeastPeriods);
    case SpeedVerdict::kUnchanged:
      return fmt::format(
          "no change found (p = {:.2g}). If it drifted evenly, latency at the end is {} times that "
          "at the start.",
          s.p_value, factor_text(s.trend));
    case SpeedVerdict::kDrift:
      return fmt::format(
          "it drifts (p = {:.2g} of no change): latency at the end is {} times that at the start. "
          "No day of a change is named.",
          s.p_value, factor_text(s.trend));
    case SpeedVerdict::kUnresolved:
      return fmt::format(
          "it changed (p = {:.2g} of no change), at once or little by little, the log does not "
          "tell (p = {:.2g} of a drift): {}; or it drifted, to {} times at the end.",
          s.p_value, s.steps.front().p_drift, change_text(s.steps.front()), factor_text(s.trend));
    case SpeedVerdict::kStep:
      break;
  }
  std::string text;
  for (const auto& c : s.steps) {
    text += fmt::format("{}{} (p = {:.2g} of no change, {:.2g} of a drift).",
                        text.empty() ? "" : " Then ", change_text(c), c.p_value, c.p_drift);
  }
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string period_text(std::int64_t us) {
  constexpr double kHour = 3600e6;
  const double hours = static_cast<double>(us) / kHour;
  return hours < 24 ? number(hours) + " h" : number(hours / 24) + " d";
}

/// What the numbers of one model rest on.
std::string basis_text(const SpeedSeries& s, std::int64_t period_us) {
  std::string text = fmt::format("{}: {} passes in {} periods of {}", base::printable(s.model),
                                 s.speed.passes, s.speed.starts_us.size(), period_text(period_us));
  if (s.speed.sparse > 0)
    text += fmt::format("; {} left out, fewer than five in their period", s.speed.sparse);
  if (s.speed.without_tokens > 0)
    text += fmt::format("; {} left out, without tokens", s.speed.without_tokens);
  if (s.verdict != SpeedVerdict::kTooLittle) {
    text += fmt::format("; what a period's passes share varies by {}, correlation {:.1f}",
                        percent(s.shared_deviation), s.shared_correlation);
  }
  return text + ".";
}

/// What was read: a quotation must be found again.
std::string log_text(const LogAuditAnswer& answer) {
  const auto& statistics = answer.log.reading.statistics;
  std::string text = "Log: " + base::printable(answer.log.source);
  if (statistics.first_us && statistics.last_us) {
    text += fmt::format(", passes from {} to {}", traffic::time_text(*statistics.first_us),
                        traffic::time_text(*statistics.last_us));
  }
  const auto& read = answer.log.reading.import.read;
  if (read.refused() > 0) {
    text += fmt::format("; of {} rows {} refused, the first: {}", read.rows, read.refused(),
                        read.first_defect);
  }
  return text + ".";
}

/// Once if it is the same of all models, else by model.
std::string adjustments_text(const std::vector<SpeedSeries>& all) {
  const auto text_of = [](const std::string& lead, const estimation::AdjustedSpeed& speed) {
    return wrapped(lead + "djusted for: " + joined(speed.adjusted) + ".", kWidth, 2) +
           wrapped("Not adjusted for: " + joined(speed.unadjusted) + ".", kWidth, 2);
  };
  const bool alike = std::all_of(all.begin(), all.end(), [&](const SpeedSeries& s) {
    return s.speed.unadjusted == all.front().speed.unadjusted;
  });
  if (alike) return all.empty() ? "" : text_of("A", all.front().speed);
  std::string text;
  for (const auto& s : all) text += text_of(base::printable(s.model) + ": a", s.speed);
  return text;
}

std::string conditions_text(const LogAuditAnswer& answer) {
  std::string text = wrapped(log_text(answer), kWidth, 2);
  text += wrapped(
      fmt::format("Where nothing changed, a change of any model is reported with a probability of "
                  "about {}; a step is told from a drift at the same level. That takes for granted "
                  "that what a period's passes share varies about one level and resembles its "
                  "neighbours at most as a first-order autoregression does. Where the resemblance "
                  "is strong and the log short it is more: with 5 % asked for, one in ten at a "
                  "correlation of 0.8 in 30 days (docs/slowdowns.md). Changes by less than {} are "
                  "not reported.",
                  percent(answer.alpha), percent(answer.least)),
      kWidth, 2);
  for (const auto& s : answer.speed) text += wrapped(basis_text(s, answer.period_us), kWidth, 2);
  text += adjustments_text(answer.speed);
  return text +
         wrapped(
             "A reported change is no proof of throttling: a network, client or measuring that "
             "changed, other prompts than the tokens show, or a load of the provider's that the "
             "log does not mirror would look the same.",
             kWidth, 2);
}

std::string speed_text(const LogAuditAnswer& answer) {
  std::string text = "1. Was a model slowed down?\n";
  for (const auto& s : answer.speed)
    text += wrapped(base::printable(s.model) + ": " + verdict_text(s), kWidth, 2);
  return text + "\n  What this rests on\n" + conditions_text(answer);
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

/// The favourite of one side in words; `other` where the intervals do not single one out.
std::string side_text(const std::optional<Favourite>& side, const char* lead, const char* unit,
                      const std::string& other) {
  if (!side) return wrapped(other, kWidth, 2);
  const auto& each = side->per_success;
  return wrapped(
      fmt::format("{} {} ({} [{}, {}]{} a solved task).", lead, base::printable(side->model),
                  number(each.value), number(each.low), number(each.high), unit),
      kWidth, 2);
}

std::string routes_text(const LogAuditAnswer& answer) {
  const std::string text = "\n3. Whose route is it?\n";
  const auto& models = answer.log.estimate.models;
  if (models.size() < 2)
    return text + wrapped("The log has one model: there is no choice.", kWidth, 2);
  if (!answer.outcomes) {
    return text + wrapped(
                      "Cannot be told: the log does not say which tasks were solved (outcome, "
                      "ending).",
                      kWidth, 2);
  }
  std::string sides =
      side_text(answer.user, "A patient user waits least with", " s",
                "With whom a patient user waits least cannot be told: the intervals overlap.");
  sides += side_text(answer.provider, "It costs the provider least to serve him with", "",
                     "What costs the provider least cannot be told: costs are missing, or the "
                     "intervals overlap.");
  if (answer.user && answer.provider) {
    const bool agree = answer.user->model == answer.provider->model;
    sides += wrapped(agree ? "They agree." : "They disagree.", kWidth, 2);
  }
  return text + sides;
}

}  // namespace

ordered_json log_audit_json(const LogAuditAnswer& answer) {
  ordered_json speed = ordered_json::array();
  for (const auto& series : answer.speed) speed.push_back(series_json(series));
  const auto& t = answer.throttling;
  const auto least = std::isfinite(t.least_cost_high)
                         ? interval_json({t.least_cost, t.least_cost_low, t.least_cost_high})
                         : ordered_json(nullptr);
  const auto name = [](const std::optional<Favourite>& favourite) {
    return favourite ? ordered_json(favourite->model) : ordered_json(nullptr);
  };
  return {{"schema", "turnout/audit-log/1"},
          {"source", answer.log.source},
          {"alpha", answer.alpha},
          {"least", answer.least},
          {"period_s", static_cast<double>(answer.period_us) / 1e6},
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
