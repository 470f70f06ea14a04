#include "turnout/report/advise_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

ordered_json figure(const numeric::Interval& e) {
  return {{"value", e.value}, {"lo", e.low}, {"hi", e.high}};
}

}  // namespace

std::string advise_text(const analysis::AdviseAnswer& answer) {
  return advise_json(answer).dump(2) + "\n";
}

ordered_json advise_json(const analysis::AdviseAnswer& answer) {
  ordered_json json = {{"schema", "turnout/advise/1"}, {"declined", answer.declined}};
  if (answer.declined) json["reason"] = answer.reason;
  json["policy"] = answer.policy;
  json["attempts"] = ordered_json::array();
  for (std::size_t i = 0; i < answer.sequence.size(); ++i)
    json["attempts"].push_back({{"attempt", i + 1}, {"model", answer.models[answer.sequence[i]]}});
  json["policy_today"] = answer.policy_today;
  json["cost_per_task"] = figure(answer.then.cost);
  json["cost_per_task_today"] = figure(answer.today.cost);
  json["saving_per_task"] = figure(answer.saving);
  json["leaving"] = figure(answer.then.leaving);
  json["leaving_today"] = figure(answer.today.leaving);
  json["latency_per_task"] = figure(answer.then.latency);
  json["latency_per_task_today"] = figure(answer.today.latency);
  json["regret"] = answer.regret;
  json["notes"] = answer.notes;
  return json;
}

}  // namespace turnout::report
