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
  ordered_json json = {{"schema", "turnout/replay-random/1"},
                       {"games", survey.games},
                       {"depth", options.depth},
                       {"seed", options.seed},
                       {"one_trial", survey.one_trial},
                       {"policies", ordered_json::array()}};
  for (const auto& row : survey.rows) {
    json["policies"].push_back({{"policy", row.policy},
                                {"prediction_error_median", row.error_median},
                                {"prediction_error_p90", row.error_p90},
                                {"predicted_over_realised_median", row.bias_median},
                                {"regret_mean", row.regret_mean},
                                {"regret_p90", row.regret_p90},
                                {"regret_worst", row.regret_worst}});
  }
  return json;
}

std::string random_replay_text(const analysis::RandomReplayAnswer& answer) {
  const auto& [options, survey] = answer;
  std::string text =
      fmt::format("Replay of {} random games of two models, {} attempts on offer\n\n", survey.games,
                  options.depth);
  Table table({"policy", "error, median", "error, p90", "predicted/real", "regret, mean",
               "regret, p90", "worst"});
  for (const auto& row : survey.rows) {
    table.add({row.policy, percent(row.error_median), percent(row.error_p90),
               number(row.bias_median), percent(row.regret_mean), percent(row.regret_p90),
               percent(row.regret_worst)});
  }
  text += table.to_string(2);
  text +=
      "\n  error: |predicted / realised - 1| of the cost; regret: over the best sequence in "
      "hindsight.\n";
  return text + one_trial_note(survey.one_trial);
}

}  // namespace turnout::report
