#include "turnout/report/closed_loop_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/table.h"

namespace turnout::report {

using nlohmann::ordered_json;
using verification::ClosedLoopAnswer;
using verification::LoopWorld;

namespace {

ordered_json world_json(const LoopWorld& w) {
  const auto& truth = w.world;
  ordered_json models = ordered_json::array();
  for (const auto& m : truth.models)
    models.push_back(
        {{"model", m.name}, {"success", m.success}, {"latency", m.latency}, {"cost", m.cost}});
  ordered_json policies = ordered_json::array();
  for (const auto& p : w.policies)
    policies.push_back({{"from", p.from},
                        {"policy", p.policy},
                        {"reason", p.reason},
                        {"cost", p.cost},
                        {"settled", p.settled},
                        {"settled_cost", p.settled_cost}});
  ordered_json rivals = ordered_json::array();
  for (std::size_t r = 0; r < w.rivals.size(); ++r)
    rivals.push_back({{"player", verification::name_of_rival(r)},
                      {"policy", w.rival_policies[r]},
                      {"cost", w.rivals[r]},
                      {"cost_last", w.rivals_last[r]}});
  return {{"seed", truth.seed},
          {"models", models},
          {"sigma", truth.sigma},
          {"tau", truth.tau},
          {"feedback", truth.feedback},
          {"value", truth.value},
          {"value_spread", truth.value_spread},
          {"patience", truth.patience},
          {"hasty", truth.hasty},
          {"budget", truth.budget},
          {"silent", truth.silent},
          {"says", truth.says},
          {"penalty", truth.penalty()},
          {"best", w.best},
          {"best_cost", w.best_cost},
          {"best_cost_last", w.best_last},
          {"best_true", w.best_true},
          {"loop_cost", w.loop},
          {"loop_cost_last", w.loop_last},
          {"policies", policies},
          {"rivals", rivals}};
}

std::string over(double cost, double best) {
  return fmt::format("{:+.1f} %", 100 * (cost / best - 1));
}

}  // namespace

ordered_json closed_loop_json(const ClosedLoopAnswer& answer) {
  ordered_json worlds = ordered_json::array();
  for (const auto& w : answer.worlds) worlds.push_back(world_json(w));
  ordered_json standings = ordered_json::array();
  for (const auto& s : answer.standings)
    standings.push_back({{"player", s.player},
                         {"over_best", s.over_best},
                         {"over_best_last", s.over_best_last},
                         {"within", s.within},
                         {"within_last", s.within_last},
                         {"loop_wins", s.loop_wins},
                         {"loop_wins_last", s.loop_wins_last}});
  ordered_json progress = ordered_json::array();
  for (const auto& p : answer.progress)
    progress.push_back({{"tasks", p.tasks},
                        {"over_best", p.over_best},
                        {"settled", p.settled},
                        {"so_far", p.so_far},
                        {"within", p.within}});
  return {{"schema", "turnout/verify-closed-loop/1"},
          {"tasks", answer.options.tasks},
          {"seed", answer.options.seed},
          {"standings", standings},
          {"progress", progress},
          {"worlds", worlds}};
}

std::string closed_loop_markdown(const ClosedLoopAnswer& answer) {
  const std::size_t n = answer.worlds.size();
  std::string text =
      "**Over the worlds**\n\n| player | over the optimum, all tasks | last tenth | worlds within "
      "3 %, all tasks | last "
      "tenth | dearer than the loop, all tasks | last tenth "
      "|\n|---|---:|---:|---:|---:|---:|---:|\n";
  for (const auto& s : answer.standings) {
    const bool loop = &s == &answer.standings.front();
    text += fmt::format("| {} | {:+.1f} % | {:+.1f} % | {} of {} | {} of {} | {} | {} |\n",
                        s.player, 100 * s.over_best, 100 * s.over_best_last, s.within, n,
                        s.within_last, n, loop ? "" : fmt::format("{} of {}", s.loop_wins, n),
                        loop ? "" : fmt::format("{} of {}", s.loop_wins_last, n));
  }
  text +=
      "\n**By tasks served**\n\n| tasks served | the loop's policy in force, over the optimum | "
      "without what it explores | worlds within 3 % | part of what learning has cost |\n"
      "|---:|---:|---:|---:|---:|\n";
  for (const auto& p : answer.progress)
    text += fmt::format("| {} | {:+.1f} % | {:+.1f} % | {} of {} | {:.1f} points |\n", p.tasks,
                        100 * p.over_best, 100 * p.settled, p.within, n, 100 * p.so_far);
  text +=
      "\n**World by world**: what all tasks cost, over the optimum\n\n| world | optimum | $ a task "
      "| the loop at the end | loop, all | last tenth |";
  for (std::size_t r = 0; r < verification::kLoopRivals; ++r)
    text += fmt::format(" {} |", verification::name_of_rival(r));
  text += "\n|---|---|---:|---|---:|---:|";
  for (std::size_t r = 0; r < verification::kLoopRivals; ++r) text += "---:|";
  text += "\n";
  for (const auto& w : answer.worlds) {
    text += fmt::format("| {} | {} | {:.4g} | {} | {} | {} |", w.world.seed, w.best, w.best_cost,
                        w.policies.back().policy, over(w.loop, w.best_cost),
                        over(w.loop_last, w.best_last));
    for (const double rival : w.rivals) text += fmt::format(" {} |", over(rival, w.best_cost));
    text += "\n";
  }
  return text;
}

}  // namespace turnout::report
