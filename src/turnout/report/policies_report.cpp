#include "turnout/report/policies_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "turnout/policy/policy.h"
#include "turnout/report/one_line.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kShownAttempts = 6;
constexpr std::size_t kShownEntries = 10;

const ordered_json& part(const ordered_json& json, const char* key) {
  static const ordered_json none;
  const auto found = json.find(key);
  return json.is_object() && found != json.end() ? *found : none;
}

std::string text_of(const ordered_json& json, const char* key) {
  const auto& value = part(json, key);
  return value.is_string() ? on_one_line(value.get<std::string>()) : "";
}

std::int64_t whole_of(const ordered_json& json, const char* key) {
  const auto& value = part(json, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

/// The sentences of a list, wrapped, each on lines of its own.
std::string sentences(const ordered_json& json, const char* key, const std::string& before = "") {
  std::string text;
  for (const auto& sentence : part(json, key)) {
    if (sentence.is_string())
      text += wrapped(before + on_one_line(sentence.get<std::string>()), kWidth, 2);
  }
  return text;
}

std::string interval_text(const ordered_json& figures, const char* key) {
  const auto& interval = part(figures, key);
  const auto number = [&](const char* name) {
    const auto& value = part(interval, name);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  };
  const auto value = number("value");
  const auto low = number("lo");
  const auto high = number("hi");
  if (!value || !low || !high) return "";
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", *value, *low, *high);
}

std::vector<std::string> models_of(const ordered_json& policies) {
  std::vector<std::string> models;
  for (const auto& model : part(policies, "models")) {
    if (model.is_string()) models.push_back(model.get<std::string>());
  }
  return models;
}

/// Who serves attempts 1, 2, ..., a lottery each, as far as the attempt's number tells.
std::vector<std::string> attempts_of(const std::string& text,
                                     const std::vector<std::string>& models) {
  std::vector<std::string> attempts;
  const auto policy = policy::Policy::parse(text, models);
  if (!policy) return attempts;
  policy::State state = 0;
  while (attempts.size() < kShownAttempts && policy->offers(state)) {
    const auto draws = policy->draws(state);
    std::string who;
    std::vector<bool> seen(models.size());
    for (const auto& draw : draws) {
      if (seen[draw.model]) continue;
      seen[draw.model] = true;
      if (!who.empty()) who += ", ";
      who += draw.propensity < 1
                 ? fmt::format("{} {:.3g} %", models[draw.model], 100 * draw.propensity)
                 : models[draw.model];
    }
    attempts.push_back(who);
    const auto advance = draws.front().advance;
    const bool branches = std::any_of(draws.begin(), draws.end(),
                                      [&](const auto& draw) { return draw.advance != advance; });
    if (branches) break;
    state += static_cast<policy::State>(advance);
  }
  return attempts;
}

std::string figures_text(const ordered_json& figures) {
  Table table({"a task's mean", "in force", "proposed"});
  bool any = false;
  for (const auto& [name, now, then] :
       {std::tuple{"cost J, $", "cost_per_task_today", "cost_per_task"},
        std::tuple{"ends unsolved, share", "leaving_today", "leaving"},
        std::tuple{"waits, s", "latency_per_task_today", "latency_per_task"}}) {
    const auto a = interval_text(figures, now);
    const auto b = interval_text(figures, then);
    if (a.empty() || b.empty()) continue;
    table.add({name, a, b});
    any = true;
  }
  if (!any) return "";
  std::string text = fmt::format("\n{}", table.to_string(2));
  if (const auto saving = interval_text(figures, "saving_per_task"); !saving.empty())
    text += fmt::format("  It saves ${} a task, from {} tasks of the log.\n", saving,
                        whole_of(figures, "tasks"));
  return text;
}

std::string entry_text(const ordered_json& entry) {
  return fmt::format("{} ({}, number {}, by {})", text_of(entry, "text"), text_of(entry, "policy"),
                     whole_of(entry, "number"), text_of(entry, "by"));
}

std::string history_text(const ordered_json& policies) {
  Table table({"number", "state", "since", "by", "policy"});
  std::size_t shown = 0;
  for (const auto& entry : part(policies, "history")) {
    if (shown++ == kShownEntries) break;
    const auto since = text_of(entry, "in_force_since");
    table.add({std::to_string(whole_of(entry, "number")), text_of(entry, "state"),
               since.empty() ? "-" : since, text_of(entry, "by"), text_of(entry, "text")});
  }
  return table.to_string(2);
}

}  // namespace

std::string proposal_text(const ordered_json& policies) {
  const auto& proposal = part(policies, "proposal");
  if (!proposal.is_object()) return "";
  const auto models = models_of(policies);
  const auto now = attempts_of(text_of(part(policies, "in_force"), "text"), models);
  const auto then = attempts_of(text_of(proposal, "text"), models);
  std::string text = "Proposed: " + entry_text(proposal) + "\n";
  text += sentences(proposal, "reasons");
  text += sentences(proposal, "rails", "It takes a person: ");
  Table table({"attempt", "in force", "proposed"});
  for (std::size_t i = 0; i < std::max(now.size(), then.size()); ++i) {
    table.add(
        {std::to_string(i + 1), i < now.size() ? now[i] : "-", i < then.size() ? then[i] : "-"});
  }
  return text + "\n" + table.to_string(2) + figures_text(part(proposal, "figures"));
}

std::string policies_text(const ordered_json& policies) {
  const auto& in_force = part(policies, "in_force");
  std::string text = "In force: " + entry_text(in_force) + "\n";
  text += fmt::format("  since {}\n", text_of(in_force, "in_force_since"));
  text += sentences(in_force, "reasons");
  const auto proposal = proposal_text(policies);
  text += fmt::format("\n{}", proposal.empty() ? "Nothing is proposed.\n" : proposal);
  const auto& look = part(policies, "last_look");
  if (text_of(policies, "mode") == "off") {
    text += "\nThe control loop is off ([control] of the configuration).\n";
  } else if (const auto at = text_of(look, "at"); at.empty()) {
    text += "\nThe control loop has not looked at the log yet.\n";
  } else {
    text += fmt::format("\nThe control loop ({}) looked at the log at {}:\n",
                        text_of(policies, "mode"), at);
    text += sentences(look, "reasons");
  }
  return text + "\nHistory, the latest first\n" + history_text(policies);
}

}  // namespace turnout::report
