#include "turnout/report/replay_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

const char* one_trial_note(bool one_trial) {
  return one_trial ? "  All rates are 0 or 1: a retry of the same model repeats its outcome, as "
                     "greedy decoding does.\n"
                   : "";
}

ordered_json survey_json(const std::vector<simulation::SurveyRow>& rows) {
  ordered_json json = ordered_json::array();
  for (const auto& row : rows) {
    json.push_back({{"policy", row.policy},
                    {"prediction_error_median", row.error_median},
                    {"prediction_error_p90", row.error_p90},
                    {"predicted_over_realised_median", row.bias_median},
                    {"regret_mean", row.regret_mean},
                    {"regret_p90", row.regret_p90},
                    {"regret_worst", row.regret_worst}});
  }
  return json;
}

std::string survey_text(const std::vector<simulation::SurveyRow>& rows) {
  Table table({"policy", "error, median", "error, p90", "predicted/real", "regret, mean",
               "regret, p90", "worst"});
  for (const auto& row : rows) {
    table.add({row.policy, percent(row.error_median), percent(row.error_p90),
               number(row.bias_median), percent(row.regret_mean), percent(row.regret_p90),
               percent(row.regret_worst)});
  }
  return table.to_string(2);
}

}  // namespace

ordered_json replay_json(const analysis::ReplayAnswer& answer) {
  const auto& [options, replay, notes] = answer;
  ordered_json json = {{"schema", "turnout/replay/1"},
                       {"tasks", replay.tasks},
                       {"depth", options.depth},
                       {"splits", options.splits},
                       {"seed", options.seed},
                       {"one_trial", replay.one_trial},
                       {"hindsight_cost", replay.hindsight},
                       {"policies", ordered_json::array()}};
  for (const auto& row : replay.rows) {
    json["policies"].push_back({{"policy", row.policy},
                                {"predicted_cost", row.predicted},
                                {"realised_cost", interval_json(row.realised)},
                                {"user_utility", row.user_utility},
                                {"success", row.success},
                                {"prediction_error", row.prediction_error},
                                {"regret", row.regret}});
  }
  json["notes"] = notes;
  return json;
}

std::string replay_text(const analysis::ReplayAnswer& answer) {
  const auto& [options, replay, notes] = answer;
  std::string text = fmt::format(
      "Replay on {} tasks, {} attempts on offer: chosen on one half, played on the other, mean of "
      "{} splits\n\n",
      replay.tasks, options.depth, options.splits);
  Table table(
      {"policy", "J predicted, $", "J realised, $", "95 % interval", "error", "U", "S", "regret"});
  for (const auto& row : replay.rows) {
    table.add({row.policy, number(row.predicted), number(row.realised.value),
               fmt::format("{} to {}", number(row.realised.low), number(row.realised.high)),
               percent(row.prediction_error), number(row.user_utility), number(row.success),
               percent(row.regret)});
  }
  text += table.to_string(2);
  text +=
      fmt::format("\n  Best sequence in hindsight: J = {}; regret is what a policy costs more.\n",
                  number(replay.hindsight));
  return text + one_trial_note(replay.one_trial);
}

ordered_json random_replay_json(const analysis::RandomReplayAnswer& answer) {
  const auto& [options, survey] = answer;
  return {{"schema", "turnout/replay-random/2"},
          {"games", survey.games},
          {"depth", options.depth},
          {"seed", options.seed},
          {"one_trial", survey.one_trial},
          {"policies", survey_json(survey.rows)},
          {"games_with_retries", survey.games_with_retries},
          {"policies_with_retries", survey_json(survey.rows_with_retries)}};
}

std::string random_replay_text(const analysis::RandomReplayAnswer& answer) {
  const auto& [options, survey] = answer;
  std::string text =
      fmt::format("Replay of {} random games of two models, {} attempts on offer\n\n", survey.games,
                  options.depth);
  text += survey_text(survey.rows);
  if (survey.games_with_retries > 0) {
    text += fmt::format(
        "\nThe {} games in which a user makes at least two attempts under Turnout's plan\n\n",
        survey.games_with_retries);
    text += survey_text(survey.rows_with_retries);
  }
  text +=
      "\n  error: |predicted / realised - 1| of the cost; regret: over the best sequence in "
      "hindsight.\n";
  return text + one_trial_note(survey.one_trial);
}

}  // namespace turnout::report
