#include "turnout/report/calibration_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/pair_feedback_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::DifficultyFit;
using estimation::Estimate;
using estimation::Forecaster;
using estimation::Forecasts;
using estimation::Told;
using nlohmann::ordered_json;

std::string estimate_text(const Estimate& e) {
  return fmt::format("{} [{}, {}]{}", number(e.value), number(e.low), number(e.high),
                     e.at_edge ? ", not bounded by these data" : "");
}

std::string tau_text(const DifficultyFit& fit) {
  switch (fit.told) {
    case Told::kBoth:
      return estimate_text(fit.tau);
    case Told::kSum:
      return "not told: retries of the same model tell sigma^2 + tau^2 alone, sigma is its root";
    case Told::kNoTau:
      break;
  }
  return "0, assumed: no model was tried twice on a task, so that tau looks like luck";
}

const char* told_name(Told told) {
  switch (told) {
    case Told::kBoth:
      return "sigma and tau";
    case Told::kSum:
      return "sum";
    case Told::kNoTau:
      break;
  }
  return "sigma";
}

const char* name_of(Forecaster by) {
  switch (by) {
    case Forecaster::kIndependent:
      return "independent draws";
    case Forecaster::kDifficulty:
      return "sigma alone";
    case Forecaster::kFit:
      return "the fit";
    case Forecaster::kOutcomes:
      return "the tasks learnt from, as types";
    case Forecaster::kNoFeedback:
      return "the fit without feedback";
    case Forecaster::kByPair:
      return "the fit, feedback by model";
    case Forecaster::kConstant:
      return "a constant";
    case Forecaster::kOwnFit:
      break;
  }
  return "a fit to that table itself";
}

std::string forecasts_text(const Forecasts& forecasts) {
  const auto cell = [](double loss, double tries) { return tries > 0 ? number(loss) : "-"; };
  Table table({"forecast by", "same model", "another"});
  for (const auto& [by, loss] : forecasts.rows) {
    table.add({name_of(by), cell(loss.same, forecasts.tries.same),
               cell(loss.other, forecasts.tries.other)});
  }
  return table.to_string(2);
}

ordered_json forecasts_json(const std::string& of, const Forecasts& forecasts) {
  const auto loss_of = [](double loss, double tries) {
    return tries > 0 ? ordered_json(loss) : ordered_json(nullptr);
  };
  ordered_json json = {
      {"of", of},
      {"tries", {{"same", forecasts.tries.same}, {"other", forecasts.tries.other}}},
      {"forecasts", ordered_json::array()}};
  for (const auto& [by, loss] : forecasts.rows) {
    json["forecasts"].push_back({{"by", name_of(by)},
                                 {"same", loss_of(loss.same, forecasts.tries.same)},
                                 {"other", loss_of(loss.other, forecasts.tries.other)}});
  }
  return json;
}

std::string fit_text(const DifficultyFit& fit, bool models) {
  std::string text = fmt::format("  sigma    {}\n  tau      {}\n  feedback {}\n",
                                 estimate_text(fit.sigma), tau_text(fit),
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
  const std::string tau =
      fit.told == Told::kBoth ? fmt::format("  tau = {}", number(fit.tau.value)) : "";
  text += fmt::format("  in a scenario:  [difficulty]  sigma = {}{}  feedback = {}\n",
                      number(fit.sigma.value), tau, number(fit.feedback.value));
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
    ordered_json one = {
        {"group", group},
        {"sigma", interval_json(fit.sigma)},
        {"sigma_not_bounded", fit.sigma.at_edge},
        {"tau", fit.told == Told::kBoth ? interval_json(fit.tau) : ordered_json(nullptr)},
        {"tau_not_bounded", fit.tau.at_edge},
        {"told", told_name(fit.told)},
        {"feedback",
         fit.feedback_assumed_zero ? ordered_json(nullptr) : interval_json(fit.feedback)},
        {"feedback_not_bounded", fit.feedback.at_edge},
        {"judged_by", fit.judged_by},
        {"root_mean_square",
         fit.judged > 0 ? ordered_json(fit.root_mean_square) : ordered_json(nullptr)},
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
    const auto pairs = answer.pairs.find(group);
    if (pairs != answer.pairs.end()) one["by_pair"] = pair_feedback_json(pairs->second);
    const auto held_out = answer.held_out.find(group);
    if (held_out != answer.held_out.end())
      one["held_out"] = forecasts_json("the other half of the tasks", held_out->second);
    json["fits"].push_back(one);
  }
  if (answer.check) {
    json["check"] = forecasts_json(answer.checked, *answer.check);
    json["check"]["known_pairs"] = answer.check->known_pairs;
  }
  return json;
}

std::string calibration_text(const analysis::CalibrateAnswer& answer, bool models) {
  std::string text =
      "Difficulty of tasks (sigma), how well they suit a model (tau) and worth of feedback, in "
      "logits\n[95 % interval]\n";
  for (const auto& [group, fit] : answer.fits) {
    text += group.empty() ? "\n" : fmt::format("\n{}\n", group);
    text += fit_text(fit, models);
    const auto pairs = answer.pairs.find(group);
    if (pairs != answer.pairs.end()) text += pair_feedback_text(pairs->second, models);
    const auto held_out = answer.held_out.find(group);
    if (held_out == answer.held_out.end()) continue;
    text +=
        "\n  Forecasts of retries on tasks that were not learnt from, log loss in nats a try:\n" +
        forecasts_text(held_out->second);
  }
  if (answer.check) {
    text +=
        fmt::format("\nForecasts of the retries of {}, log loss in nats a try:\n{}  {}\n",
                    answer.checked, forecasts_text(*answer.check), carry_over_text(*answer.check));
  }
  return text;
}

}  // namespace turnout::report
