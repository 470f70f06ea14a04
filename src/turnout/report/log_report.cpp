#include "turnout/report/log_report.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/report/json_time.h"
#include "turnout/report/match_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::Contradictions;
using estimation::LogStatistics;
using nlohmann::ordered_json;

struct Rule {
  const char* key;
  const char* words;
  std::int64_t Contradictions::*count;
};

constexpr std::array<Rule, 6> kRules = {{
    {"gaps", "passes after a missing attempt: left out", &Contradictions::gaps},
    {"success_reprompted", "outcome success, and yet a next attempt: taken as failed",
     &Contradictions::success_reprompted},
    {"ended_reprompted",
     "ending resolved or abandoned, and yet a next attempt: taken as re-prompted",
     &Contradictions::ended_reprompted},
    {"missing_next", "ending reprompted without a next attempt: taken as re-prompted",
     &Contradictions::missing_next},
    {"time_travel", "started before the attempt before it: the attempt numbers count",
     &Contradictions::time_travel},
    {"user_changed", "another user than the attempt before: the first one counts",
     &Contradictions::user_changed},
}};

std::map<std::string, estimation::PathCounts> by_model(const LogStatistics& statistics) {
  std::map<std::string, estimation::PathCounts> models;
  for (const auto& [key, counts] : statistics.paths) {
    auto& sum = models[key.models.back()];
    sum.fates += counts.fates;
    sum.latency += counts.latency;
    sum.cost += counts.cost;
  }
  return models;
}

ordered_json number_or_null(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json(nullptr);
}

}  // namespace

ordered_json import_json(const store::ImportCounts& counts) {
  ordered_json refused = ordered_json::object();
  for (std::size_t i = 1; i < traffic::kDefects; ++i) {
    const auto count = counts.read.defects.at(i);
    if (count > 0) refused[std::string(name_of(static_cast<traffic::Defect>(i)))] = count;
  }
  const traffic::MatchCounts& matches = counts.read.matches;
  return {{"rows", counts.read.rows},
          {"added", counts.stored.added},
          {"repeated", counts.stored.repeated},
          {"conflicting", counts.stored.conflicting},
          {"refused", refused},
          {"first_refused", counts.read.first_defect},
          {"cut_off", counts.read.cut_off},
          {"mean_latency_s", number_or_null(counts.mean_latency_s())},
          {"questions", store::import_questions(counts)},
          {"matched", matches.passes + matches.unanswered > 0 ? matched_json(matches)
                                                              : ordered_json(nullptr)}};
}

std::string import_text(const store::ImportCounts& counts) {
  std::string text =
      fmt::format("{} rows read, {} passes added", counts.read.rows, counts.stored.added);
  if (counts.stored.repeated > 0) text += fmt::format(", {} there already", counts.stored.repeated);
  text += "\n";
  if (counts.stored.conflicting > 0) {
    text += fmt::format(
        "{} rows have the task and attempt of another pass with other values: the stored one was "
        "kept\n",
        counts.stored.conflicting);
  }
  for (std::size_t i = 1; i < traffic::kDefects; ++i) {
    const auto count = counts.read.defects.at(i);
    if (count > 0)
      text += fmt::format("{} rows refused: {}\n", count, name_of(static_cast<traffic::Defect>(i)));
  }
  if (!counts.read.first_defect.empty())
    text += "first one refused: " + counts.read.first_defect + "\n";
  if (const auto cut = store::cut_off_note(counts); !cut.empty()) text += cut + "\n";
  text += matches_text(counts.read.matches);
  for (const auto& question : store::import_questions(counts)) text += question + "\n";
  return text + doubts_text(counts.read.matches);
}

ordered_json contradictions_json(const Contradictions& found) {
  ordered_json json;
  for (const auto& rule : kRules) json[rule.key] = found.*rule.count;
  return json;
}

std::string contradictions_text(const Contradictions& found) {
  std::string text;
  for (const auto& rule : kRules) {
    if (found.*rule.count > 0)
      text += fmt::format("{} passes: {}\n", found.*rule.count, rule.words);
  }
  return text;
}

ordered_json import_answer_json(const analysis::ImportAnswer& answer) {
  ordered_json json = {{"schema", "turnout/import/1"}, {"taken", answer.taken}};
  json.update(import_json(answer.counts));
  return json;
}

ordered_json log_check_json(const analysis::LogCheckAnswer& answer) {
  return {{"schema", "turnout/log-check/1"},
          {"clean", answer.clean},
          {"import", import_json(answer.reading.import)},
          {"contradictions", contradictions_json(answer.reading.statistics.contradictions)}};
}

std::string log_check_text(const analysis::LogCheckAnswer& answer) {
  const auto& import = answer.reading.import;
  return (import.read.rows > 0 ? import_text(import) : "") +
         contradictions_text(answer.reading.statistics.contradictions) +
         (answer.clean ? "every row is sound\n" : "");
}

ordered_json log_stats_json(const analysis::LogReading& reading) {
  ordered_json json = {{"schema", "turnout/log-stats/1"}};
  json.update(statistics_json(reading.statistics));
  return json;
}

ordered_json statistics_json(const LogStatistics& statistics) {
  ordered_json models = ordered_json::array();
  for (const auto& [model, counts] : by_model(statistics)) {
    models.push_back(
        {{"name", model},
         {"passes", counts.fates.passes()},
         {"reprompted", counts.fates.reprompted},
         {"solved", counts.fates.solved},
         {"abandoned", counts.fates.abandoned},
         {"silent", counts.fates.silent},
         {"mean_latency_s", counts.latency.mean()},
         {"mean_cost_usd", counts.cost.count > 0 ? ordered_json(counts.cost.mean()) : nullptr}});
  }
  return {{"passes", statistics.passes},
          {"tasks", statistics.tasks},
          {"first", time_or_null(statistics.first_us)},
          {"last", time_or_null(statistics.last_us)},
          {"recent", statistics.recent},
          {"models", models},
          {"contradictions", contradictions_json(statistics.contradictions)}};
}

std::string statistics_text(const LogStatistics& statistics) {
  std::string text = fmt::format("{} passes of {} tasks", statistics.passes, statistics.tasks);
  if (statistics.first_us && statistics.last_us) {
    text += fmt::format(", from {} to {}", traffic::time_text(*statistics.first_us),
                        traffic::time_text(*statistics.last_us));
  }
  text += "\n";
  if (statistics.recent > 0) {
    text += fmt::format(
        "{} passes at the log's end are too recent to know whether their users come back: left out "
        "of the numbers below\n",
        statistics.recent);
  }
  text += "\n";
  Table table(
      {"model", "passes", "re-prompted", "solved", "abandoned", "silent", "latency, s", "cost, $"});
  for (const auto& [model, counts] : by_model(statistics)) {
    const auto passes = static_cast<double>(counts.fates.passes());
    const auto share = [&](std::int64_t count) {
      return percent(static_cast<double>(count) / passes);
    };
    table.add({base::printable(model), fmt::format("{}", counts.fates.passes()),
               share(counts.fates.reprompted), share(counts.fates.solved),
               share(counts.fates.abandoned), share(counts.fates.silent),
               number(counts.latency.mean()),
               counts.cost.count > 0 ? number(counts.cost.mean()) : "-"});
  }
  text += table.to_string();
  return text;
}

}  // namespace turnout::report
