#include "turnout/gateway/receipts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "turnout/base/html_text.h"

namespace turnout::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownAttempts = 8;  // of a policy, which may go on for ever

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Who may serve from a state, with probabilities; null where the offer has ended.
Json lottery_of(const policy::Policy& policy, policy::State state, const Setup& setup) {
  Json lottery = Json::object();
  for (const auto& draw : policy.draws(state)) {
    const auto& name = setup.config.models[draw.model].name;
    lottery[name] = lottery.value(name, 0.0) + draw.probability;
  }
  return lottery.empty() ? Json(nullptr) : lottery;
}

Json attempt_json(const AttemptRecord& attempt, const Setup& setup) {
  const bool over = attempt.ended_us > 0;
  return {
      {"attempt", attempt.attempt},
      {"model", setup.config.models[attempt.model].name},
      {"rule", traffic::name_of(attempt.rule)},
      {"reprompt_probability", attempt.reprompt},
      {"reason", kReasonNames.at(static_cast<std::size_t>(attempt.reason))},
      {"skipped", attempt.skipped},
      {"policy", attempt.policy_id},
      {"propensity", attempt.propensity > 0 ? Json(attempt.propensity) : Json(nullptr)},
      {"started_at", traffic::time_text(attempt.started_us)},
      {"latency_s", over ? Json(static_cast<double>(attempt.ended_us - attempt.started_us) * 1e-6)
                         : Json(nullptr)},
      {"ttft_s", or_null(attempt.ttft_s)},
      {"calls", attempt.calls},
      {"input_tokens", or_null(attempt.input_tokens)},
      {"output_tokens", or_null(attempt.output_tokens)},
      {"cost_usd", or_null(attempt.cost_usd)},
      {"answered", attempt.answered},
      {"outcome", traffic::name_of(attempt.outcome)}};
}

Json receipt_of(const TaskRecord& task, const Setup& setup) {
  Json attempts = Json::array();
  for (const auto& attempt : task.attempts) attempts.push_back(attempt_json(attempt, setup));
  const auto& policy = task.policy->policy;
  return {{"schema", "turnout/receipt/1"},
          {"task", task.id},
          {"policy", task.policy->id},
          {"policy_text", policy.text()},
          {"attempts", attempts},
          {"cost_usd", task.cost_is_known() ? Json(task.cost_usd()) : Json(nullptr)},
          {"next", lottery_of(policy, task.state, setup)}};
}

/// What an attempt's tokens cost at a model's price, none of them cached.
std::optional<double> cost_at(const AttemptRecord& attempt, const std::optional<Price>& price) {
  if (!price || !attempt.input_tokens || !attempt.output_tokens) return std::nullopt;
  TokenParts parts;
  parts.input = static_cast<std::uint64_t>(*attempt.input_tokens);
  parts.output = static_cast<std::uint64_t>(*attempt.output_tokens);
  return cost_usd(*price, parts);
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// How a policy goes on behind the attempts that are shown.
enum class Then : std::uint8_t { kRepeats, kEnds, kDepends, kGoesOn };
constexpr std::array<std::string_view, 4> kThenNames = {"repeats", "ends", "depends", "goes_on"};
constexpr std::array<std::string_view, 4> kThenWords = {
    "The last line holds for all that follow.", "Then the offer ends.",
    "What follows depends on which model the last line drew.",
    "It goes on, as the text below says."};

/// The attempts of a policy up to where it repeats or branches; each with its lottery.
struct Shown {
  Json attempts = Json::array();
  Then then = Then::kGoesOn;
};

Shown shown_of(const Setup& setup) {
  Shown shown;
  const auto& policy = setup.policy->policy;
  policy::State state = 0;
  for (std::size_t i = 1; i <= kShownAttempts; ++i) {
    if (!policy.offers(state)) {
      shown.then = Then::kEnds;
      return shown;
    }
    shown.attempts.push_back({{"attempt", i}, {"models", lottery_of(policy, state, setup)}});
    const auto draws = policy.draws(state);
    const auto advance = draws.front().advance;
    const bool branches = std::any_of(draws.begin(), draws.end(), [&](const policy::Draw& draw) {
      return draw.advance != advance;
    });
    if (branches || advance == 0) {
      shown.then = branches ? Then::kDepends : Then::kRepeats;
      return shown;
    }
    state += static_cast<policy::State>(advance);
  }
  return shown;
}

}  // namespace

std::string receipt_json(const TaskRecord& task, const Setup& setup) {
  return dumped(receipt_of(task, setup));
}

std::string receipts_json(std::span<const TaskRecord> tasks, const Setup& setup) {
  Json receipts = Json::array();
  for (const TaskRecord& task : tasks) receipts.push_back(receipt_of(task, setup));
  return dumped({{"schema", "turnout/tasks/1"}, {"tasks", std::move(receipts)}});
}

std::string session_json(std::span<const TaskRecord> tasks, const Setup& setup) {
  double cost = 0;
  double strongest = 0;
  bool known = true;
  bool cost_known = true;
  Json ids = Json::array();
  const AttemptRecord* last = nullptr;
  for (const TaskRecord& task : tasks) {
    ids.push_back(task.id);
    cost += task.cost_usd();
    cost_known = cost_known && task.cost_is_known();
    for (const AttemptRecord& attempt : task.attempts) {
      const auto at = cost_at(attempt, setup.config.models.back().price);
      known = known && (at.has_value() || !attempt.answered);
      strongest += at.value_or(0);
      if (last == nullptr || attempt.started_us >= last->started_us) last = &attempt;
    }
  }
  return dumped(
      {{"schema", "turnout/session/1"},
       {"tasks", ids},
       {"model", last == nullptr ? Json(nullptr) : Json(setup.config.models[last->model].name)},
       {"attempt", last == nullptr ? Json(nullptr) : Json(last->attempt)},
       {"cost_usd", cost_known ? Json(cost) : Json(nullptr)},
       {"baseline", setup.config.models.back().name},
       {"baseline_usd", known ? Json(strongest) : Json(nullptr)},
       {"saved_usd", known && cost_known ? Json(strongest - cost) : Json(nullptr)}});
}

std::string policy_json(const Setup& setup) {
  Json models = Json::array();
  for (const Rung& rung : setup.config.models) models.push_back(rung.name);
  const auto shown = shown_of(setup);
  const auto shadow = setup.config.policy.shadow_serves;
  return dumped(
      {{"schema", "turnout/policy/1"},
       {"policy", setup.policy->id},
       {"text", setup.policy->policy.text()},
       {"models", models},
       {"attempts", shown.attempts},
       {"then", kThenNames.at(static_cast<std::size_t>(shown.then))},
       {"shadow_serves", shadow ? Json(setup.config.models[*shadow].name) : Json(nullptr)}});
}

std::string policy_page(const Setup& setup) {
  const auto shown = shown_of(setup);
  std::string rows;
  for (const auto& attempt : shown.attempts) {
    std::string who;
    for (const auto& [model, probability] : attempt["models"].items()) {
      if (!who.empty()) who += ", ";
      who += fmt::format("{} {:.4g} %", base::html_text(model), 100 * probability.get<double>());
    }
    rows += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", attempt["attempt"].get<int>(), who);
  }
  const auto& config = setup.config;
  const std::string shadow =
      config.policy.shadow_serves
          ? fmt::format("<p>This policy is only recorded so far: {} serves everybody.</p>",
                        base::html_text(config.models[*config.policy.shadow_serves].name))
          : "";
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Which model "
      "answers</title>\n"
      "<style>body{{font:16px/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}}"
      "td,th{{text-align:left;padding:.2em 1em .2em 0}}</style>\n"
      "<h1>Which model answers</h1>\n{}<p>Whoever asks for <code>{}</code> and asks again when an "
      "answer was not good gets, attempt by attempt:</p>\n<table><tr><th>attempt</th><th>model</th>"
      "</tr>\n{}</table>\n<p>{} In full: <code>{}</code> (version {}). A task that has begun goes "
      "on "
      "under the policy that it began with. Each answer names its model in "
      "<code>x-turnout-model</code>; naming a model in the request pins it.</p></html>\n",
      shadow, base::html_text(config.policy.aliases.empty() ? "" : config.policy.aliases.front()),
      rows, kThenWords.at(static_cast<std::size_t>(shown.then)),
      base::html_text(setup.policy->policy.text()), setup.policy->id);
}

}  // namespace turnout::gateway
