#include "turnout/report/estimate_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "turnout/base/number_text.h"
#include "turnout/report/interval_json.h"
#include "turnout/report/log_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::in_words;
using estimation::AssumptionTest;
using estimation::Figure;
using estimation::LogEstimate;
using nlohmann::ordered_json;

ordered_json figure_json(const Figure& figure) {
  ordered_json json = interval_json(figure);
  json["basis"] = analysis::name_of(figure.basis);
  json["passes"] = figure.passes;
  return json;
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

}  // namespace

ordered_json estimate_json(const analysis::EstimateAnswer& answer) {
  const LogEstimate& e = answer.estimate;
  ordered_json models = ordered_json::array();
  for (const auto* model : analysis::by_success(e)) {
    models.push_back({{"name", model->model},
                      {"success", figure_json(model->success)},
                      {"latency", figure_json(model->latency)},
                      {"latency_quantiles",
                       {{"p50", interval_json(model->latency_quantiles[0])},
                        {"p90", interval_json(model->latency_quantiles[1])},
                        {"p99", interval_json(model->latency_quantiles[2])}}},
                      {"cost", figure_json(model->cost)},
                      {"reprompts", figure_json(model->reprompts)},
                      {"silent_ends", figure_json(model->silent)},
                      {"abandon", figure_json(model->leaves)}});
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
  return {{"schema", "turnout/estimate/1"},
          {"source", answer.source},
          {"log", statistics_json(answer.reading.statistics)},
          {"import", import_json(answer.reading.import)},
          {"models", models},
          {"sigma", figure_or_null(e.sigma)},
          {"tau", figure_or_null(e.tau)},
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

namespace {

std::string quantile_text(const numeric::Interval& x) {
  return fmt::format("{:.3g} [{:.3g}, {:.3g}]", x.value, x.low, x.high);
}

}  // namespace

std::string estimate_text(const analysis::EstimateAnswer& answer) {
  const LogEstimate& e = answer.estimate;
  std::string text = statistics_text(answer.reading.statistics);
  text += contradictions_text(answer.reading.statistics.contradictions);
  text +=
      "\nEach number comes with its 95 % interval. Where a range stands alone, the log does not "
      "tell "
      "where in it\nthe number lies.\n\n";
  Table table(
      {"model", "success", "latency, s", "p50, s", "p99, s", "cost, $", "leaves after failure"});
  for (const auto* model : analysis::by_success(e)) {
    table.add({base::printable(model->model), in_words(model->success), in_words(model->latency),
               quantile_text(model->latency_quantiles[0]),
               quantile_text(model->latency_quantiles[2]), in_words(model->cost),
               in_words(model->leaves)});
  }
  text += table.to_string() + "\n";
  Table others({"", "", "basis", "passes"});
  const auto add = [&](const char* name, const Figure& figure) {
    others.add({name, in_words(figure), analysis::name_of(figure.basis),
                fmt::format("{}", figure.passes)});
  };
  if (e.sigma) add("difficulty sigma", *e.sigma);
  if (e.tau) add("tau, task x model", *e.tau);
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
                        base::printable(e.models[pair.to].model), in_words(pair.cost),
                        in_words(pair.latency));
  }
  if (e.independence) text += in_words(*e.independence) + "\n";
  for (const auto& test : e.stationarity) text += in_words(test) + "\n";
  for (const auto& note : e.notes) text += wrapped("note: " + note, 100, 0);
  return text;
}

}  // namespace turnout::report
