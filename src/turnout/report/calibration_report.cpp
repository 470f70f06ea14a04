#include "turnout/report/calibration_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::DifficultyFit;
using estimation::Estimate;
using nlohmann::ordered_json;

std::string estimate_text(const Estimate& e) {
  return fmt::format("{} [{}, {}]{}", number(e.value), number(e.low), number(e.high),
                     e.at_edge ? ", not bounded by these data" : "");
}

std::string fit_text(const DifficultyFit& fit, bool models) {
  std::string text = fmt::format("  sigma    {}\n  feedback {}\n", estimate_text(fit.sigma),
                                 fit.feedback_assumed_zero ? "0, assumed: these tries have none"
                                                           : estimate_text(fit.feedback));
  if (fit.judged == 0)
    text += "  no model was tried twice on a task: nothing to judge the fit by but its likelihood";
  if (fit.judged > 0) {
    text += fmt::format("  judged by how often {}: {} models, root mean square error {}",
                        fit.judged_by, fit.judged, percent(fit.root_mean_square));
  }
  if (fit.degrees_of_freedom > 0)
    text += fmt::format(", chi-square {} on {}", number(fit.chi_square), fit.degrees_of_freedom);
  text += "\n";
  if (fit.log_likelihood_gain != 0)
    text += fmt::format("  log likelihood {} above independent draws\n",
                        number(fit.log_likelihood_gain));
  text += fmt::format("  in a scenario:  [difficulty]  sigma = {}  feedback = {}\n",
                      number(fit.sigma.value), number(fit.feedback.value));
  if (!models) return text;
  Table table({"model", "p", "skill", "observed", "fitted"});
  for (const auto& m : fit.models) {
    table.add({m.model, number(m.first_try), std::isfinite(m.skill) ? number(m.skill) : "-",
               m.observed ? number(*m.observed) : "-", number(m.fitted)});
  }
  return text + "\n" + table.to_string(2);
}

}  // namespace

ordered_json calibration_json(const analysis::CalibrateAnswer& answer) {
  ordered_json json = {{"schema", "turnout/calibrate/1"}, {"fits", ordered_json::array()}};
  for (const auto& [group, fit] : answer.fits) {
    ordered_json one = {{"group", group},
                        {"sigma", interval_json(fit.sigma)},
                        {"sigma_not_bounded", fit.sigma.at_edge},
                        {"feedback", fit.feedback_assumed_zero ? ordered_json(nullptr)
                                                               : interval_json(fit.feedback)},
                        {"feedback_not_bounded", fit.feedback.at_edge},
                        {"judged_by", fit.judged_by},
                        {"root_mean_square", fit.judged > 0 ? ordered_json(fit.root_mean_square)
                                                            : ordered_json(nullptr)},
                        {"chi_square", fit.chi_square},
                        {"degrees_of_freedom", fit.degrees_of_freedom},
                        {"log_likelihood_gain", fit.log_likelihood_gain},
                        {"models", ordered_json::array()}};
    for (const auto& m : fit.models) {
      one["models"].push_back(
          {{"name", m.model},
           {"first_try", m.first_try},
           {"skill", std::isfinite(m.skill) ? ordered_json(m.skill) : ordered_json(nullptr)},
           {"observed", m.observed ? ordered_json(*m.observed) : ordered_json(nullptr)},
           {"fitted", m.fitted}});
    }
    json["fits"].push_back(one);
  }
  return json;
}

std::string calibration_text(const analysis::CalibrateAnswer& answer, bool models) {
  std::string text = "Difficulty of tasks and worth of feedback, in logits [95 % interval]\n";
  for (const auto& [group, fit] : answer.fits) {
    text += group.empty() ? "\n" : fmt::format("\n{}\n", group);
    text += fit_text(fit, models);
  }
  return text;
}

}  // namespace turnout::report
