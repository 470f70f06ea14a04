#include "turnout/gateway/routing.h"

#include <fmt/format.h>

#include <algorithm>

#include "turnout/gateway/answers.h"
#include "turnout/gateway/client_ids.h"

namespace turnout::gateway {
namespace {

constexpr std::string_view kEscalates = ":up";  // behind a model's name: a stronger one, now

Unable unable_of(const Rung& rung, const Upstream& upstream, const ChatRequest& chat) {
  if (is_anthropic(chat.shape) ? !upstream.anthropic : !upstream.openai) return Unable::kShape;
  const auto needed = static_cast<std::uint64_t>(chat.input_tokens + chat.most_tokens.value_or(0));
  if (rung.context_tokens && needed > *rung.context_tokens) return Unable::kContext;
  if (chat.pictures && !rung.images) return Unable::kImages;
  if (chat.tools && !rung.tools) return Unable::kTools;
  return Unable::kNo;
}

std::string_view words_of(Declined declined) {
  switch (declined) {
    case Declined::kOfferEnded:
      return "the policy offers no further attempt at this task";
    case Declined::kTooMany:
      return "the task has had as many attempts as the gateway allows";
    case Declined::kTooDear:
      return "the task has cost as much as the gateway allows";
    case Declined::kNobodyAble:
      return "no model of the gateway can serve this request: its length, its pictures, its tools "
             "or its API are beyond all of them";
    case Declined::kNo:
      break;
  }
  return "";
}

/// What a model's name asks for.
struct Wish {
  std::string_view name;
  bool routed = false, escalate = false;
  std::optional<std::size_t> pinned;
};

Wish wish_of(const Config& config, const Asker& asker, std::string_view name) {
  Wish wish;
  wish.escalate = !http::field_of(asker.fields, "x-turnout-escalate").empty();
  if (name.ends_with(kEscalates) &&
      config.is_alias(name.substr(0, name.size() - kEscalates.size()))) {
    name.remove_suffix(kEscalates.size());
    wish.escalate = true;
  }
  wish.name = name;
  wish.routed = config.is_alias(name);
  if (!wish.routed) wish.pinned = config.pinned(name);
  return wish;
}

/// Has the tasks say who serves: `assign` is OpenTasks::assign() or preview().
template <class Assign>
std::optional<Route> routed(Gateway& gateway, const Setup& setup, const Asker& asker,
                            ChatRequest& chat, const Assign& assign) {
  const Config& config = setup.config;
  chat.request.started_us = asker.now_us;
  chat.request.answered = false;
  const KeyEntry* entry = asker.key == Admitted::kNoKey ? nullptr : &setup.keys->entry(asker.key);
  const std::uint64_t seed = asker.seed;
  const Caller caller{seed, entry == nullptr || entry->one_person,
                      entry != nullptr && entry->traffic == TrafficClass::kBatch};
  read_client_ids(asker.fields, caller, chat);
  const Wish wish = wish_of(config, asker, chat.model);
  Route route;
  route.requested = gateway.requested_number(wish.name);
  if (!wish.routed && !wish.pinned) return std::nullopt;
  std::vector<Unable> unable;
  unable.reserve(config.models.size());
  for (const Rung& rung : config.models)
    unable.push_back(unable_of(rung, config.upstreams[rung.upstream], chat));
  const std::string user = chat.request.person == 0 ? "" : person_name(chat.request.person);
  route.assignment =
      assign({chat.request, unable, wish.pinned, wish.escalate, setup.key_name(asker.key), seed,
              user, setup.policy, config.policy.shadow_serves, config.policy.most_attempts,
              config.policy.most_usd_per_task});
  if (route.assignment.declined != Declined::kNo || wish.pinned) return route;
  route.others = setup.fallbacks(route.assignment.model);
  std::erase_if(route.others, [&](std::size_t other) { return unable[other] != Unable::kNo; });
  std::reverse(route.others.begin(), route.others.end());
  return route;
}

}  // namespace

http::Reply refusal_reply(Metrics& metrics, const Refusal& refusal, bool anthropic) {
  metrics.refused(static_cast<std::size_t>(refusal.why));
  auto reply = error_reply(refusal.status, refusal.code, refusal.message, anthropic, refusal.retry);
  if (refusal.retry_after_s)
    reply.fields.push_back({"retry-after", std::to_string(*refusal.retry_after_s)});
  return reply;
}

std::optional<Refusal> refusal_of(const Admitted& admitted) {
  switch (admitted.admission) {
    case Admission::kAdmitted:
      return std::nullopt;
    case Admission::kUnknownKey:
      return Refusal{401, Refused::kKey, "invalid_api_key",
                     "the gateway does not know this key: it takes `Authorization: Bearer KEY` or "
                     "`x-api-key: KEY`"};
    case Admission::kTooManyRequests:
      return Refusal{429,
                     Refused::kRate,
                     "rate_limit_exceeded",
                     "the key's requests per minute are used up",
                     true,
                     admitted.retry_after_s};
    case Admission::kBudgetSpent:
      break;
  }
  return Refusal{
      429,   Refused::kBudget,      "budget_spent", "the key's dollars of this day (UTC) are spent",
      false, admitted.retry_after_s};
}

std::optional<Refusal> refusal_of(Declined declined) {
  if (declined == Declined::kNo) return std::nullopt;
  return Refusal{declined == Declined::kNobodyAble ? 400 : 429, Refused::kDeclined,
                 std::string(kDeclinedNames.at(static_cast<std::size_t>(declined))),
                 std::string(words_of(declined))};
}

Refusal unknown_model(std::string_view name) {
  return {404, Refused::kModel, "model_not_found",
          fmt::format("the gateway has no model {:?}; GET /v1/models lists them", name)};
}

Refusal upstream_down() {
  return {503,
          Refused::kUpstream,
          "upstream_down",
          "the upstream gave no answers lately; it is tried again in some seconds",
          true,
          10};
}

std::optional<Route> find_route(Gateway& gateway, const Setup& setup, const Asker& asker,
                                ChatRequest& chat) {
  gateway.expire_decisions(asker.now_us);
  auto route = routed(gateway, setup, asker, chat,
                      [&](const Ask& ask) { return gateway.tasks().assign(ask); });
  if (route) gateway.metrics().match(route->assignment.match.rule);
  return route;
}

std::optional<Route> preview_route(Gateway& gateway, const Setup& setup, const Asker& asker,
                                   ChatRequest& chat) {
  gateway.expire_decisions(asker.now_us);
  return routed(gateway, setup, asker, chat,
                [&](const Ask& ask) { return gateway.tasks().preview(ask); });
}

std::string reason_of(const Assignment& assignment, std::string_view fallback) {
  std::string reason(assignment.declined != Declined::kNo
                         ? kDeclinedNames.at(static_cast<std::size_t>(assignment.declined))
                         : kReasonNames.at(static_cast<std::size_t>(assignment.reason)));
  if (!fallback.empty()) reason = fmt::format("fallback; {}", fallback);
  if (!assignment.skipped.empty()) reason += "; " + assignment.skipped;
  return reason;
}

std::vector<http::Field> answer_fields(const Setup& setup, const Assignment& assignment,
                                       std::optional<std::size_t> model,
                                       std::string_view fallback) {
  std::vector<http::Field> fields;
  fields.reserve(8);
  if (model) fields.push_back({"x-turnout-model", setup.config.models[*model].name});
  if (!assignment.task.empty()) fields.push_back({"x-turnout-task", assignment.task});
  if (assignment.match.task != traffic::Match::kNone)
    fields.push_back({"x-turnout-attempt", std::to_string(assignment.match.attempt)});
  if (!assignment.policy_id.empty()) fields.push_back({"x-turnout-policy", assignment.policy_id});
  fields.push_back({"x-turnout-rule", std::string(name_of(assignment.match.rule))});
  fields.push_back({"x-turnout-reason", reason_of(assignment, fallback)});
  if (!assignment.shadow.empty()) fields.push_back({"x-turnout-shadow", assignment.shadow});
  return fields;
}

std::optional<std::size_t> next_allowed(const Setup& setup, std::vector<std::size_t>& others,
                                        std::int64_t now_us) {
  while (!others.empty()) {
    const std::size_t other = others.back();
    others.pop_back();
    if (breaker_of(setup, other).allows(now_us)) return other;
  }
  return std::nullopt;
}

Breaker& breaker_of(const Setup& setup, std::size_t model) {
  return (*setup.breakers)[setup.config.models[model].upstream];
}

Breaker& reported_breaker_of(const Setup& setup, std::uint32_t key, std::size_t model) {
  const std::size_t row = key == Admitted::kNoKey ? setup.keys->size() : key;
  const std::size_t upstreams = setup.config.upstreams.size();
  return (*setup.reported)[row * upstreams + setup.config.models[model].upstream];
}

std::string_view trouble_of(int status) {
  switch (status) {
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return "error";
    case 429:
    case 529:
      return "busy";
    default:
      return {};
  }
}

std::optional<double> cost_of(const std::optional<Price>& price, const Usage& usage) {
  if (!price || !usage.known) return std::nullopt;
  const auto count = [](std::int64_t tokens) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, tokens));
  };
  TokenParts parts;
  parts.cached_input = count(usage.cached_input);
  parts.cache_write = count(usage.cache_write);
  parts.input = count(usage.input - usage.cached_input - usage.cache_write);
  parts.reasoning = count(usage.reasoning.value_or(0));
  parts.output = count(usage.output - usage.reasoning.value_or(0));
  return cost_usd(*price, parts);
}

std::optional<traffic::Pass> settle(Gateway& gateway, const Setup& setup, const EndedCall& call) {
  Metrics& metrics = gateway.metrics();
  const CallEnd& end = call.end;
  if (end.cost_usd) metrics.cost(end.model, *end.cost_usd);
  if (end.spent_usd > 0)
    setup.keys->add_spending(call.key, end.spent_usd, gateway.clock().now_us());
  if (call.measure) metrics.call(*call.measure);
  auto pass = gateway.tasks().ended(call.assignment, end);
  if (pass && call.assignment.match.begins_pass)
    metrics.pass(end.model, call.assignment.match.attempt);
  return pass;
}

}  // namespace turnout::gateway
