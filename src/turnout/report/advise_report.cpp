#include "turnout/report/advise_report.h"

#include <fmt/format.h>

#include <cmath>

#include "turnout/report/interval_json.h"
#include "turnout/report/log_report.h"
#include "turnout/report/match_report.h"
#include "turnout/report/one_line.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::AdviseAnswer;
using nlohmann::ordered_json;
using numeric::Interval;

std::string with_interval(const Interval& x) {
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", x.value, x.low, x.high);
}
std::string share_with_interval(const Interval& x) {
  return fmt::format("{} [{}, {}]", percent(x.value), percent(x.low), percent(x.high));
}

/// null where it rests on what is not known.
ordered_json known(bool is_known, const ordered_json& value) { return is_known ? value : nullptr; }

ordered_json rests_on_json(const AdviseAnswer& answer) {
  ordered_json all = ordered_json::array();
  for (const auto& limit : answer.rests_on) {
    all.push_back({{"assumption", limit.assumption},
                   {"value", limit.value},
                   {"flips_at", limit.flips_at ? ordered_json(*limit.flips_at) : nullptr},
                   {"policy_then", limit.flips_at ? ordered_json(limit.policy_then) : nullptr}});
  }
  return all;
}

ordered_json worth_json(const AdviseAnswer& answer) {
  ordered_json all = ordered_json::array();
  for (const auto& worth : answer.worth_most)
    all.push_back({{"what", worth.what}, {"how", worth.how}, {"gain", worth.gain}});
  return all;
}

ordered_json ranges_json(const AdviseAnswer& answer) {
  ordered_json all = ordered_json::array();
  for (const auto& range : answer.ranges) {
    all.push_back({{"from", range.from},
                   {"to", range.to ? ordered_json(*range.to) : nullptr},
                   {"policy", range.policy}});
  }
  return all;
}

ordered_json read_json(const AdviseAnswer& answer) {
  const auto& import = answer.reading.import;
  ordered_json of_import = import_json(import);
  return {{"taken", answer.reading.taken},
          {"rows", import.read.rows},
          {"passes", answer.reading.statistics.passes},
          {"tasks", answer.reading.statistics.tasks},
          {"refused", import.read.refused()},
          {"refused_because", of_import["refused"]},
          {"cut_off", import.read.cut_off},
          {"by_rule", rules_json(import.read.matches)},
          {"questions", of_import["questions"]},
          {"matched", of_import["matched"]}};
}

std::string figures_text(const AdviseAnswer& answer) {
  Table table({"a task's mean", "today", "then"});
  const auto& today = answer.today;
  const auto& then = answer.then;
  if (answer.costs_known && answer.penalty_known)
    table.add({"cost J, $", with_interval(today.cost), with_interval(then.cost)});
  if (answer.costs_known)
    table.add({answer.penalty_known ? "of that for models, $" : "cost of models, $",
               with_interval(today.service), with_interval(then.service)});
  table.add(
      {"ends unsolved", share_with_interval(today.leaving), share_with_interval(then.leaving)});
  table.add({"waits, s", with_interval(today.latency), with_interval(then.latency)});
  return table.to_string();
}

std::string rests_text(const AdviseAnswer& answer) {
  constexpr std::size_t kShown = 5;
  Table table({"it rests on", "value", "another policy at", "namely"});
  std::size_t shown = 0;
  for (const auto& limit : answer.rests_on) {
    if (!limit.flips_at || shown == kShown) break;
    table.add({on_one_line(limit.assumption), fmt::format("{:.4g}", limit.value),
               fmt::format("{:.4g}", *limit.flips_at), on_one_line(limit.policy_then)});
    ++shown;
  }
  if (shown == 0) return "No number that it rests on changes it within reach.\n";
  return table.to_string();
}

std::string worth_text(const AdviseAnswer& answer) {
  if (answer.worth_most.empty()) return {};
  const auto& first = answer.worth_most.front();
  if (analysis::worth_telling(answer) == 0) return "No single number is worth learning better.\n";
  const std::string learns =
      answer.exploring == answer.policy
          ? "Trying other models costs more than half of what all that is open is worth."
          : fmt::format("A policy that learns: '{}'.", answer.exploring);
  return wrapped(fmt::format("What would help most: the {}. Knowing it would save up to ${:.2g} a "
                             "task: {}. {}",
                             first.what, first.gain, first.how, learns),
                 100, 0);
}

std::string read_text(const AdviseAnswer& answer) {
  const auto& import = answer.reading.import;
  std::string text = fmt::format("Read {} passes of {} tasks", answer.reading.statistics.passes,
                                 answer.reading.statistics.tasks);
  if (import.read.refused() > 0)
    text += fmt::format("; {} of {} rows were refused (turnout log check says why)",
                        import.read.refused(), import.read.rows);
  if (const auto others = import.read.matches.passed_over; others > 0)
    text += fmt::format("; {} other rows are no passes", others);
  return text + ".\n\n";
}

std::string verdict_text(const AdviseAnswer& answer) {
  if (answer.declined) return wrapped("No advice. " + on_one_line(answer.reason), 100, 0);
  std::string text = fmt::format("Serve --policy '{}'\n", on_one_line(answer.policy));
  if (!answer.costs_known || !answer.penalty_known) return text;
  text += wrapped(fmt::format("It saves ${} a task against what is served today ({}).",
                              with_interval(answer.saving), on_one_line(answer.policy_today)),
                  100, 0);
  return text;
}

}  // namespace

ordered_json advise_json(const AdviseAnswer& answer) {
  ordered_json json = {
      {"schema", "turnout/advise/1"}, {"source", answer.source}, {"declined", answer.declined}};
  if (answer.declined) {
    json["reason"] = answer.reason;
    json["best_so_far"] = answer.policy;
  } else {
    json["policy"] = answer.policy;
  }
  json["attempts"] = ordered_json::array();
  for (std::size_t i = 0; i < answer.sequence.size(); ++i)
    json["attempts"].push_back({{"attempt", i + 1}, {"model", answer.models[answer.sequence[i]]}});
  json["policy_today"] = answer.policy_today;
  json["exploring"] = answer.exploring;
  json["lifetime_value"] =
      answer.lifetime_value ? ordered_json(*answer.lifetime_value) : ordered_json(nullptr);
  json["penalty"] = answer.penalty ? ordered_json(*answer.penalty) : ordered_json(nullptr);
  const bool priced = answer.costs_known && answer.penalty_known;
  json["exploring_costs"] = known(priced, answer.exploring_costs);
  json["cost_per_task"] = known(priced, interval_json(answer.then.cost));
  json["cost_per_task_today"] = known(priced, interval_json(answer.today.cost));
  json["saving_per_task"] = known(priced, interval_json(answer.saving));
  json["leaving"] = interval_json(answer.then.leaving);
  json["leaving_today"] = interval_json(answer.today.leaving);
  json["latency_per_task"] = interval_json(answer.then.latency);
  json["latency_per_task_today"] = interval_json(answer.today.latency);
  json["regret_per_task"] = known(priced, answer.regret);
  json["chance_of_regret"] = known(priced, answer.chance_of_regret);
  json["rests_on"] = rests_on_json(answer);
  json["worth_knowing"] = worth_json(answer);
  json["by_lifetime_value"] = ranges_json(answer);
  json["read"] = read_json(answer);
  json["notes"] = answer.notes;
  return json;
}

std::string advise_text(const AdviseAnswer& answer) {
  std::string text = read_text(answer) + verdict_text(answer) + "\n";
  text += answer.declined ? "For comparison, with " + on_one_line(answer.policy) + ":\n" : "";
  text += figures_text(answer) + "\n";
  if (!answer.declined) text += rests_text(answer) + "\n" + worth_text(answer);
  for (const auto& note : answer.notes) text += wrapped("note: " + note, 100, 0);
  if (const auto doubts = doubts_text(answer.reading.import.read.matches); !doubts.empty())
    text += "\n" + doubts;
  return text;
}

std::string advise_toml(const AdviseAnswer& answer) {
  return fmt::format(
      "# What turnout advise says of {} tasks. A task then costs ${},\n"
      "# ${} less than today; values in brackets are 95 % intervals.\n"
      "policy = {}\n"
      "policy_today = {}\n",
      answer.reading.statistics.tasks, with_interval(answer.then.cost),
      with_interval(answer.saving), ordered_json(answer.policy).dump(),
      ordered_json(answer.policy_today).dump());
}

}  // namespace turnout::report
