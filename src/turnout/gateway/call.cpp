#include "turnout/gateway/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "turnout/gateway/answers.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/endpoints.h"
#include "turnout/gateway/foreign_reasoning.h"
#include "turnout/gateway/upstream_url.h"

namespace turnout::gateway {
namespace {

constexpr std::string_view kEscalates = ":up";  // behind a model's name: a stronger one, now

/// Fields of the gateway's own, and what would keep its answers from being read.
constexpr std::array<std::string_view, 12> kOurFields = {
    "authorization",          "x-api-key",          "accept-encoding",
    "x-turnout-task",         "x-turnout-escalate", "x-turnout-message",
    "x-turnout-parent",       "x-turnout-helper",   "x-turnout-user",
    "x-turnout-conversation", "x-turnout-prompt",   "cookie"};
/// The same, where the client's own key goes on.
constexpr std::span<const std::string_view> kOurFieldsButKeys = std::span(kOurFields).subspan(2);
/// Fields of an upstream's answer that would say something of ours.
constexpr std::array<std::string_view, 8> kAnswerFields = {
    "x-turnout-model", "x-turnout-attempt", "x-turnout-task",   "x-turnout-policy",
    "x-turnout-rule",  "x-turnout-reason",  "x-turnout-shadow", "set-cookie"};

/// The simdjson parser of a thread: it keeps the memory that it once needed.
simdjson::dom::parser& parser_of_thread() {
  thread_local simdjson::dom::parser parser;
  return parser;
}

Unable unable_of(const Rung& rung, const Upstream& upstream, const ChatRequest& chat) {
  if (is_anthropic(chat.shape) ? !upstream.anthropic : !upstream.openai) return Unable::kShape;
  const auto needed = static_cast<std::uint64_t>(chat.input_tokens + chat.most_tokens.value_or(0));
  if (rung.context_tokens && needed > *rung.context_tokens) return Unable::kContext;
  if (chat.pictures && !rung.images) return Unable::kImages;
  if (chat.tools && !rung.tools) return Unable::kTools;
  return Unable::kNo;
}

/// Whether "host:port" is a name of this machine.
bool is_loopback(std::string_view place) {
  if (place.starts_with('[')) return place.starts_with("[::1]");
  const auto host = place.substr(0, place.find(':'));
  return host == "localhost" || host.starts_with("127.") || host.empty();
}

/// Whether an answer says that another try may do better. @returns a word of kFallbackReasons.
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

constexpr std::int64_t kLongestWait = 5;  // seconds: who asks for more gets another model

/// The seconds that a Retry-After says; 0 for a date or none.
std::int64_t seconds_of(std::string_view retry_after) {
  std::int64_t seconds = 0;
  std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
  return seconds;
}

bool is_long(std::string_view retry_after) { return seconds_of(retry_after) > kLongestWait; }

/// Before the n-th further try: 0.1, 0.2, 0.4 ... seconds, or as long as the upstream asks for.
std::int64_t backoff_us(int tries, std::string_view retry_after) {
  constexpr std::int64_t kFirst = 100'000;
  const std::int64_t seconds = seconds_of(retry_after);
  if (seconds > 0 && seconds <= kLongestWait) return seconds * 1'000'000;
  return kFirst << std::min(tries, 6);
}

std::string_view status_code_of(Declined declined) {
  return kDeclinedNames.at(static_cast<std::size_t>(declined));
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

}  // namespace

http::Step Call::begin(const http::Request& request) {
  setup_ = gateway_.setup();
  started_us_ = gateway_.clock().now_us();
  const auto path = http::path_of(request.head.target);
  if (is_from_a_page(request))
    return error_reply(403, "not_of_this_machine",
                       "without keys the gateway takes requests for localhost alone, and none from "
                       "pages of other sites",
                       speaks_anthropic(path));
  const auto shape = shape_of(path);
  if (shape && request.head.method == "POST") return ask_model(request, *shape);
  return answer_endpoint(gateway_, *setup_, request);
}

/// Without keys whoever reaches this machine's own address is served. A page in a browser of this
/// machine reaches it too: it says so by its Origin, or by the name by which it found us.
bool Call::is_from_a_page(const http::Request& request) const {
  if (setup_->keys->size() > 0) return false;
  const auto origin = http::field_of(request.head.fields, "origin");
  const auto host = http::field_of(request.head.fields, "host");
  const auto place = origin.find("://");
  return (!origin.empty() &&
          (place == std::string_view::npos || !is_loopback(origin.substr(place + 3)))) ||
         !is_loopback(host);
}

http::Step Call::ask_model(const http::Request& request, Shape shape) {
  shape_ = shape;
  is_model_ = true;
  if (auto refusal = admit(request)) return *std::move(refusal);
  auto read = read_chat_request(shape, request.body, parser_of_thread(), setup_->seed_of(key_));
  if (!read) return refuse(400, Refused::kMalformed, "malformed_request", read.error().to_string());
  asked_ = std::make_unique<Asked>();
  asked_->chat = *std::move(read);
  asked_->body = request.body;
  input_guess_ = asked_->chat.input_tokens;
  streams_ = asked_->chat.stream;
  asked_->target = request.head.target.substr(std::string_view("/v1").size());
  if (auto refusal = choose(request)) return *std::move(refusal);
  tries_left_ = setup_->config.upstreams[setup_->config.models[model_].upstream].retries;
  if (breaker_of(model_).allows(started_us_)) return forward(0);
  if (auto other = next_model("breaker")) return *std::move(other);
  auto reply =
      refuse(503, Refused::kUpstream, "upstream_down",
             "the upstream gave no answers lately; it is tried again in some seconds", true);
  reply.fields.push_back({"retry-after", "10"});
  add_headers_of_nobody(reply);
  return reply;
}

std::optional<http::Reply> Call::admit(const http::Request& request) {
  const auto admitted = setup_->keys->admit(request.head.fields, started_us_);
  key_ = admitted.key;
  switch (admitted.admission) {
    case Admission::kAdmitted:
      return std::nullopt;
    case Admission::kUnknownKey:
      return refuse(401, Refused::kKey, "invalid_api_key",
                    "the gateway does not know this key: it takes `Authorization: Bearer KEY` or "
                    "`x-api-key: KEY`");
    case Admission::kTooManyRequests:
    case Admission::kBudgetSpent:
      break;
  }
  const bool rate = admitted.admission == Admission::kTooManyRequests;
  auto reply = refuse(429, rate ? Refused::kRate : Refused::kBudget,
                      rate ? "rate_limit_exceeded" : "budget_spent",
                      rate ? "the key's requests per minute are used up"
                           : "the key's dollars of this day (UTC) are spent",
                      rate);
  reply.fields.push_back({"retry-after", std::to_string(admitted.retry_after_s)});
  return reply;
}

/// Finds the task and the model that serves it.
std::optional<http::Reply> Call::choose(const http::Request& request) {
  const Config& config = setup_->config;
  ChatRequest& chat = asked_->chat;
  chat.request.started_us = started_us_;
  chat.request.answered = false;
  const KeyEntry* entry = key_ == Admitted::kNoKey ? nullptr : &setup_->keys->entry(key_);
  const Caller caller{setup_->seed_of(key_), entry == nullptr || entry->one_person,
                      entry != nullptr && entry->traffic == TrafficClass::kBatch};
  read_client_ids(request.head.fields, caller, chat);
  if (shape_ == Shape::kEmbeddings || shape_ == Shape::kCompletions) chat.request.helper = true;
  bool escalate = !http::field_of(request.head.fields, "x-turnout-escalate").empty();
  std::string_view name = chat.model;
  if (name.ends_with(kEscalates) &&
      config.is_alias(name.substr(0, name.size() - kEscalates.size()))) {
    name.remove_suffix(kEscalates.size());
    escalate = true;
  }
  requested_ = gateway_.requested_number(name);
  const bool routed = config.is_alias(name);
  const auto pinned = routed ? std::nullopt : config.pinned(name);
  if (!routed && !pinned)
    return refuse(404, Refused::kModel, "model_not_found",
                  fmt::format("the gateway has no model {:?}; GET /v1/models lists them", name));
  for (const Rung& rung : config.models)
    asked_->unable.push_back(unable_of(rung, config.upstreams[rung.upstream], chat));
  const std::string user =
      chat.request.person == 0 ? "" : fmt::format("u-{:016x}", chat.request.person);
  assignment_ = gateway_.tasks().assign(
      {chat.request, asked_->unable, pinned, escalate, setup_->key_name(key_),
       setup_->seed_of(key_), user, setup_->policy, config.policy.shadow_serves,
       config.policy.most_attempts, config.policy.most_usd_per_task});
  assigned_ = true;
  gateway_.metrics().match(assignment_.match.rule);
  if (assignment_.declined != Declined::kNo) {
    const bool unable = assignment_.declined == Declined::kNobodyAble;
    auto reply = refuse(unable ? 400 : 429, Refused::kDeclined,
                        status_code_of(assignment_.declined), words_of(assignment_.declined));
    for (auto& field : headers()) reply.fields.push_back(std::move(field));
    return reply;
  }
  model_ = assignment_.model;
  const auto others = setup_->fallbacks(model_);
  for (auto other = others.rbegin(); !pinned && other != others.rend(); ++other) {
    if (asked_->unable[*other] == Unable::kNo) asked_->others.push_back(*other);
  }
  return std::nullopt;
}

http::Reply Call::refuse(int status, Refused why, std::string_view code, std::string_view message,
                         bool retry) {
  gateway_.metrics().refused(static_cast<std::size_t>(why));
  status_ = status;
  return error_reply(status, code, message, is_anthropic(shape_), retry);
}

http::Forward Call::forward(std::int64_t after_us) {
  const Rung& rung = setup_->config.models[model_];
  const Upstream& upstream = setup_->config.upstreams[rung.upstream];
  http::Forward forward;
  forward.origin = setup_->origins[rung.upstream];
  forward.target = is_anthropic(shape_) ? anthropic_target(upstream.base_path, asked_->target)
                                        : openai_target(upstream.base_path, asked_->target);
  forward.after_us = after_us;
  const bool own_key = upstream.key.source != UpstreamKey::Source::kClient;
  forward.without = own_key ? std::span<const std::string_view>(kOurFields) : kOurFieldsButKeys;
  const std::string& key = setup_->upstream_keys[rung.upstream];
  if (own_key && !key.empty()) {
    if (is_anthropic(shape_)) {
      forward.fields.push_back({"x-api-key", key});
    } else {
      forward.fields.push_back({"authorization", "Bearer " + key});
    }
  }
  std::vector<Parameter> parameters;
  for (const auto& parameter : rung.parameters)
    parameters.push_back({parameter.name, parameter.json});
  forward.edits = with_parameters(asked_->chat, asked_->body, rung.model, parameters);
  // What another model thought this one cannot read, and would refuse.
  if (asked_->chat.foreign_reasoning && assignment_.answered_before &&
      *assignment_.answered_before != model_) {
    if (auto others = without_foreign_reasoning(shape_, asked_->body, parser_of_thread())) {
      for (auto& edit : *others) forward.edits.push_back(std::move(edit));
      forward.edits = in_order(std::move(forward.edits));
    }
  }
  ++tries_;
  return forward;
}

Breaker& Call::breaker_of(std::size_t model) const {
  return (*setup_->breakers)[setup_->config.models[model].upstream];
}

/// Of a reply that no model gave.
void Call::add_headers_of_nobody(http::Reply& reply) const {
  for (auto& field : headers()) {
    if (field.name != "x-turnout-model") reply.fields.push_back(std::move(field));
  }
}

std::optional<http::Forward> Call::next_try(std::string_view reason, std::int64_t wait_us) {
  if (tries_left_ > 0 && !breaker_of(model_).is_open(gateway_.clock().now_us())) {
    --tries_left_;
    return forward(wait_us);
  }
  return next_model(reason);
}

/// Another model whose upstream may be tried.
std::optional<http::Forward> Call::next_model(std::string_view reason) {
  while (!asked_->others.empty()) {
    const std::size_t other = asked_->others.back();
    asked_->others.pop_back();
    if (!breaker_of(other).allows(gateway_.clock().now_us())) continue;
    model_ = other;
    fallback_ = reason;
    tries_left_ = setup_->config.upstreams[setup_->config.models[other].upstream].retries;
    const auto* const number = std::find(kFallbackReasons.begin(), kFallbackReasons.end(), reason);
    gateway_.metrics().fallback(static_cast<std::size_t>(number - kFallbackReasons.begin()));
    return forward(0);
  }
  return std::nullopt;
}

http::Step Call::failed(http::Failure failure) {
  const auto now = gateway_.clock().now_us();
  breaker_of(model_).failed(now);
  const std::size_t tried = model_;
  if (auto again = next_try(name_of(failure), backoff_us(tries_ - 1, {}))) return *std::move(again);
  model_ = tried;
  const bool late = failure == http::Failure::kTimeout;
  const bool again = tries_ == 1 && !breaker_of(tried).is_open(now);
  auto reply =
      refuse(late ? 504 : 502, Refused::kUpstream, fmt::format("upstream_{}", name_of(failure)),
             fmt::format("model {} gave no answer ({}) in {} tries",
                         setup_->config.models[tried].name, name_of(failure), tries_),
             again);
  add_headers_of_nobody(reply);
  return reply;
}

std::variant<http::Relay, http::Reply, http::Forward> Call::answered(
    const http::ResponseHead& head) {
  Breaker& breaker = breaker_of(model_);
  const auto trouble = trouble_of(head.status);
  if (trouble == "error") {
    breaker.failed(gateway_.clock().now_us());
  } else {
    breaker.succeeded();
  }
  if (!trouble.empty()) {
    const std::size_t tried = model_;
    const auto asked = http::field_of(head.fields, "retry-after");
    if (is_long(asked)) tries_left_ = 0;
    const auto wait = backoff_us(tries_ - 1, asked);
    if (auto again = next_try(trouble, wait)) return *std::move(again);
    model_ = tried;
  }
  status_ = head.status;
  http::Relay relay;
  relay.fields = headers();
  relay.without = kAnswerFields;
  if (!trouble.empty() && tries_ > 1) relay.fields.push_back({"x-should-retry", "false"});
  asked_.reset();
  return relay;
}

std::vector<http::Field> Call::headers() const {
  std::vector<http::Field> fields;
  if (!assigned_) return fields;
  fields.reserve(8);
  const bool declined = assignment_.declined != Declined::kNo;
  if (!declined) fields.push_back({"x-turnout-model", setup_->config.models[model_].name});
  if (!assignment_.task.empty()) {
    fields.push_back({"x-turnout-task", assignment_.task});
    fields.push_back({"x-turnout-attempt", std::to_string(assignment_.match.attempt)});
  }
  if (!assignment_.policy_id.empty()) fields.push_back({"x-turnout-policy", assignment_.policy_id});
  fields.push_back({"x-turnout-rule", std::string(name_of(assignment_.match.rule))});
  std::string reason(declined ? status_code_of(assignment_.declined)
                              : kReasonNames.at(static_cast<std::size_t>(assignment_.reason)));
  if (!fallback_.empty()) reason = "fallback; " + fallback_;
  if (!assignment_.skipped.empty()) reason += "; " + assignment_.skipped;
  fields.push_back({"x-turnout-reason", std::move(reason)});
  if (!assignment_.shadow.empty()) fields.push_back({"x-turnout-shadow", assignment_.shadow});
  return fields;
}

}  // namespace turnout::gateway
