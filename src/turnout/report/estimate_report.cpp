#include "turnout/report/estimate_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "turnout/base/number_text.h"
#include "turnout/report/log_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::AssumptionTest;
using estimation::Basis;
using estimation::Figure;
using estimation::LogEstimate;
using estimation::ModelEstimate;
using nlohmann::ordered_json;

const char* name_of(Basis basis) {
  switch (basis) {
    case Basis::kIdentified:
      return "identified";
    case Basis::kBounded:
      return "bounded";
    case Basis::kAssumed:
      return "assumed";
  }
  return "assumed";
}

ordered_json figure_json(const Figure& figure) {
  return {{"value", figure.value},
          {"lo", figure.low},
          {"hi", figure.high},
          {"basis", name_of(figure.basis)},
          {"passes", figure.passes}};
}

ordered_json test_json(const AssumptionTest& test) {
  return {{"assumption", test.what},
          {"chi_square", test.chi_square},
          {"degrees_of_freedom", test.degrees},
          {"p_value", test.p_value},
          {"rejected", test.rejected}};
}

ordered_json figure_or_null(const std::optional<Figure>& figure) {
  if (!figure) return nullptr;
  return figure_json(*figure);
}

std::string range(const Figure& figure) {
  if (figure.passes == 0 && figure.basis == Basis::kAssumed) return "-";
  if (figure.basis == Basis::kIdentified) {
    return fmt::format("{} [{}, {}]", number(figure.value), number(figure.low),
                       number(figure.high));
  }
  return fmt::format("[{}, {}]", number(figure.low), number(figure.high));
}

std::string test_text(const AssumptionTest& test) {
  return fmt::format("{} {}: chi-square {} with {} degrees of freedom, p = {:.2g}",
                     test.rejected ? "REJECTED" : "not rejected", test.what,
                     number(test.chi_square), test.degrees, test.p_value);
}

std::vector<const ModelEstimate*> in_order(const LogEstimate& estimate) {
  std::vector<const ModelEstimate*> models;
  for (const auto& model : estimate.models) models.push_back(&model);
  std::stable_sort(models.begin(), models.end(), [](const auto* a, const auto* b) {
    return a->success.value < b->success.value;
  });
  return models;
}

/// A figure as a TOML value within the range that a scenario allows.
std::string toml_number(Figure figure, double least, double most) {
  const auto inside = [&](double x) { return std::clamp(x, least, most); };
  const double low = inside(figure.low);
  const double high = inside(figure.high);
  const double value = std::clamp(inside(figure.value), low, high);
  if (high - low <= 1e-12 * (1 + high)) return fmt::format("{:.10g}", value);
  return fmt::format("{{ mean = {:.10g}, lo = {:.10g}, hi = {:.10g} }}", value, low, high);
}

std::string toml_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string basis_comment(const Figure& figure) {
  return figure.passes == 0
             ? fmt::format("  # {}\n", name_of(figure.basis))
             : fmt::format("  # {}, {} passes\n", name_of(figure.basis), figure.passes);
}

std::string toml_model(const ModelEstimate& model) {
  constexpr double kLeastSuccess = 1e-6;
  constexpr double kMost = 1e9;
  std::string text = "\n[[model]]\nname = " + toml_text(model.model) + "\n";
  text +=
      "success = " + toml_number(model.success, kLeastSuccess, 1) + basis_comment(model.success);
  text += "latency = " + toml_number(model.latency, 0, kMost) + basis_comment(model.latency);
  text += "cost = " + toml_number(model.cost, -kMost, kMost);
  return text + (model.cost.passes == 0 ? "  # assumed: the log has no costs\n"
                                        : basis_comment(model.cost));
}

/// Switching costs whose interval is above 0, as the matrices of a scenario; empty if there is
/// none.
std::string toml_switching(const LogEstimate& estimate,
                           const std::vector<const ModelEstimate*>& order) {
  const auto place = [&](std::size_t k) {
    return static_cast<std::size_t>(std::find(order.begin(), order.end(), &estimate.models[k]) -
                                    order.begin());
  };
  std::string text;
  for (const bool of_cost : {true, false}) {
    std::vector<std::vector<double>> matrix(order.size(), std::vector<double>(order.size(), 0));
    bool any = false;
    for (const auto& pair : estimate.switching) {
      const Figure& figure = of_cost ? pair.cost : pair.latency;
      if (figure.passes == 0 || figure.low <= 0) continue;
      matrix[place(pair.from)][place(pair.to)] = figure.value;
      any = true;
    }
    if (!any) continue;
    text += text.empty() ? "\n[switching]\n" : "";
    text += of_cost ? "cost = [" : "latency = [";
    for (std::size_t i = 0; i < matrix.size(); ++i)
      text += fmt::format("{}[{}]", i > 0 ? ", " : "", fmt::join(matrix[i], ", "));
    text += "]\n";
  }
  return text;
}

}  // namespace

ordered_json estimate_json(const LogReport& report) {
  const LogEstimate& e = report.estimate;
  ordered_json models = ordered_json::array();
  for (const auto* model : in_order(e)) {
    models.push_back({{"model", model->model},
                      {"success", figure_json(model->success)},
                      {"latency", figure_json(model->latency)},
                      {"latency_quantiles",
                       {{"p50", model->latency_quantiles[0]},
                        {"p90", model->latency_quantiles[1]},
                        {"p99", model->latency_quantiles[2]}}},
                      {"cost", figure_json(model->cost)},
                      {"reprompts", figure_json(model->reprompts)},
                      {"silent_ends", figure_json(model->silent)},
                      {"leaves", figure_json(model->leaves)}});
  }
  ordered_json switching = ordered_json::array();
  for (const auto& pair : e.switching) {
    switching.push_back({{"from", e.models[pair.from].model},
                         {"to", e.models[pair.to].model},
                         {"cost", figure_json(pair.cost)},
                         {"latency", figure_json(pair.latency)}});
  }
  ordered_json tests = ordered_json::array();
  if (e.independence) tests.push_back(test_json(*e.independence));
  for (const auto& test : e.stationarity) tests.push_back(test_json(test));
  return {{"source", report.source},
          {"log", statistics_json(report.reading.statistics)},
          {"import", import_json(report.reading.import)},
          {"models", models},
          {"sigma", figure_or_null(e.sigma)},
          {"feedback", figure_or_null(e.feedback)},
          {"value", figure_json(e.value)},
          {"value_sigma", figure_json(e.value_sigma)},
          {"patience", figure_json(e.patience)},
          {"extra_leaving", figure_json(e.extra_leaving)},
          {"churn_penalty", figure_json(e.churn_penalty)},
          {"switching", switching},
          {"tests", tests},
          {"notes", e.notes}};
}

std::string estimate_text(const LogReport& report) {
  const LogEstimate& e = report.estimate;
  std::string text = statistics_text(report.reading.statistics);
  text += contradictions_text(report.reading.statistics.contradictions);
  text +=
      "\nEach number comes with its 95 % interval. Where a range stands alone, the log does not "
      "tell "
      "where in it\nthe number lies.\n\n";
  Table table({"model", "success", "latency", "p50", "p99", "cost", "leaves after failure"});
  for (const auto* model : in_order(e)) {
    table.add({base::printable(model->model), range(model->success), range(model->latency),
               number(model->latency_quantiles[0]), number(model->latency_quantiles[2]),
               range(model->cost), range(model->leaves)});
  }
  text += table.to_string() + "\n";
  Table others({"", "", "basis", "passes"});
  const auto add = [&](const char* name, const Figure& figure) {
    others.add({name, range(figure), name_of(figure.basis), fmt::format("{}", figure.passes)});
  };
  if (e.sigma) add("difficulty sigma", *e.sigma);
  if (e.feedback) add("feedback delta", *e.feedback);
  add("V, median, seconds", e.value);
  add("sigma of ln V", e.value_sigma);
  add("patience", e.patience);
  add("extra leaving when unsolved", e.extra_leaving);
  add("P, dollars", e.churn_penalty);
  text += others.to_string() + "\n";
  for (const auto& pair : e.switching) {
    text += fmt::format("switching from {} to {}: cost {}, latency {}\n",
                        base::printable(e.models[pair.from].model),
                        base::printable(e.models[pair.to].model), range(pair.cost),
                        range(pair.latency));
  }
  if (e.independence) text += test_text(*e.independence) + "\n";
  for (const auto& test : e.stationarity) text += test_text(test) + "\n";
  for (const auto& note : e.notes) text += wrapped("note: " + note, 100, 0);
  return text;
}

std::string estimate_scenario(const LogReport& report, bool population) {
  constexpr double kMost = 1e9;
  const LogEstimate& e = report.estimate;
  std::string text = fmt::format(
      "# Estimated from {}: {} passes of {} tasks.\n# V and latencies in seconds, P and costs in "
      "dollars.\n",
      base::printable(report.source), report.reading.statistics.passes,
      report.reading.statistics.tasks);
  if (e.independence) text += "# " + test_text(*e.independence) + "\n";
  for (const auto& test : e.stationarity) {
    if (test.rejected) text += "# " + test_text(test) + "\n";
  }
  for (const auto& note : e.notes) text += "# note: " + note + "\n";
  text += "\n[user]\n";
  if (population) {
    text += fmt::format("value = {{ median = {:.10g}, sigma = {:.10g} }}", e.value.value,
                        e.value_sigma.value);
  } else {
    text += "value = " + toml_number(e.value, 0, kMost);
  }
  text += basis_comment(e.value);
  text += fmt::format("# over the users ln V has sigma {}, {}\n", range(e.value_sigma),
                      name_of(e.value_sigma.basis));
  text += "\n[provider]\nchurn_penalty = " + toml_number(e.churn_penalty, 0, kMost) +
          basis_comment(e.churn_penalty);
  const auto order = in_order(e);
  for (const auto* model : order) text += toml_model(*model);
  text += toml_switching(e, order);
  if (e.independence && e.independence->rejected && e.sigma && e.feedback) {
    const bool told = e.feedback->low > 0 || e.feedback->high < 0;
    text +=
        fmt::format("\n[difficulty]\nsigma = {:.10g}  # {}\nfeedback = {:.10g}  # {}\n",
                    std::min(e.sigma->value, 10.0), range(*e.sigma),
                    told ? std::clamp(e.feedback->value, -10.0, 10.0) : 0.0, range(*e.feedback));
  }
  return text;
}

}  // namespace turnout::report
