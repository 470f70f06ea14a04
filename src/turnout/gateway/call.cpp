#include "turnout/gateway/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "turnout/gateway/answers.h"
#include "turnout/gateway/endpoints.h"
#include "turnout/gateway/foreign_reasoning.h"
#include "turnout/gateway/routing.h"
#include "turnout/gateway/upstream_url.h"

namespace turnout::gateway {
namespace {

constexpr std::size_t kLongestName = 200;  // bytes of a model's, in a line

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

/// Whether "host:port" is a name of this machine.
bool is_loopback(std::string_view place) {
  if (place.starts_with('[')) return place.starts_with("[::1]");
  const auto host = place.substr(0, place.find(':'));
  return host == "localhost" || host.starts_with("127.") || host.empty();
}

constexpr std::int64_t kLongestWait = 5;  // seconds: who asks for more gets another model

/// The seconds that a Retry-After says; 0 for a date or none.
std::int64_t seconds_of(std::string_view retry_after) {
  std::int64_t seconds = 0;
  std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
  return seconds;
}

/// Whether an answer that should be an object of JSON cannot be one: a page of a proxy, or nothing.
bool is_garbage(const http::ResponseHead& head) {
  constexpr std::string_view kBeginsJson = "{ \t\r\n";  // some send empty lines while they think
  if (!head.begins || head.status < 200 || head.status >= 300) return false;
  const auto type = http::field_of(head.fields, "content-type");
  if (type.find("event-stream") != std::string_view::npos) return false;
  if (!http::field_of(head.fields, "content-encoding").empty()) return false;
  return head.begins->empty() || kBeginsJson.find(head.begins->front()) == std::string_view::npos;
}

bool is_long(std::string_view retry_after) { return seconds_of(retry_after) > kLongestWait; }

/// Before the n-th further try: 0.1, 0.2, 0.4 ... seconds, or as long as the upstream asks for.
std::int64_t backoff_us(int tries, std::string_view retry_after) {
  constexpr std::int64_t kFirst = 100'000;
  const std::int64_t seconds = seconds_of(retry_after);
  if (seconds > 0 && seconds <= kLongestWait) return seconds * 1'000'000;
  return kFirst << std::min(tries, 6);
}

}  // namespace

/// Who has no key sends no body.
std::optional<http::Reply> Call::screen(const http::RequestHead& head) {
  setup_ = gateway_.setup();
  started_us_ = gateway_.clock().now_us();
  const auto admitted = setup_->keys->known(head.fields);
  if (admitted.admission == Admission::kAdmitted) return std::nullopt;
  const auto path = http::path_of(head.target);
  const auto why = *refusal_of(admitted);
  const auto shape = head.method == "POST" ? shape_of(path) : std::nullopt;
  if (!shape) return refusal_reply(gateway_.metrics(), why, speaks_anthropic(path));
  shape_ = *shape;
  is_model_ = true;
  begin_line(head);
  return refuse(why);
}

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
  begin_line(request.head);
  const auto admitted = setup_->keys->admit(request.head.fields, started_us_);
  key_ = admitted.key;
  if (const auto why = refusal_of(admitted)) return refuse(*why);
  seed_ = setup_->seed_of(key_);
  auto read = read_chat_request(shape, request.body, parser_of_thread(), seed_);
  if (!read)
    return refuse({400, Refused::kMalformed, "malformed_request", read.error().to_string()});
  asked_ = std::make_unique<Asked>();
  asked_->chat = *std::move(read);
  asked_->body = request.body;
  input_guess_ = asked_->chat.input_tokens;
  streams_ = asked_->chat.stream;
  asked_->target = request.head.target.substr(std::string_view("/v1").size());
  if (auto refusal = choose(request)) return *std::move(refusal);
  tries_left_ = setup_->config.upstreams[setup_->config.models[model_].upstream].retries;
  if (breaker_of(*setup_, model_).allows(started_us_)) return forward(0);
  if (auto other = next_model("breaker")) return *std::move(other);
  auto reply = refuse(upstream_down());
  add_headers_of_nobody(reply);
  return reply;
}

/// Finds the task and the model that serves it.
std::optional<http::Reply> Call::choose(const http::Request& request) {
  ChatRequest& chat = asked_->chat;
  if (shape_ == Shape::kEmbeddings || shape_ == Shape::kCompletions) chat.request.helper = true;
  auto route = find_route(gateway_, *setup_, {key_, seed_, request.head.fields, started_us_}, chat);
  if (line_) {
    line_->request_model = chat.model.substr(0, kLongestName);
    line_->person = chat.request.person;
  }
  if (!route) return refuse(unknown_model(chat.model));
  requested_ = route->requested;
  assignment_ = std::move(route->assignment);
  assigned_ = true;
  if (const auto why = refusal_of(assignment_.declined)) {
    auto reply = refuse(*why);
    add_headers_of_nobody(reply);
    return reply;
  }
  model_ = assignment_.model;
  asked_->others = std::move(route->others);
  return std::nullopt;
}

http::Reply Call::refuse(const Refusal& refusal) {
  if (line_) line_->error = refusal.code;
  status_ = refusal.status;
  return refusal_reply(gateway_.metrics(), refusal, is_anthropic(shape_));
}

http::Forward Call::forward(std::int64_t after_us) {
  const Rung& rung = setup_->config.models[model_];
  const Upstream& upstream = setup_->config.upstreams[rung.upstream];
  http::Forward forward;
  forward.origin = setup_->origins[rung.upstream];
  forward.target = is_anthropic(shape_) ? anthropic_target(upstream.base_path, asked_->target)
                                        : openai_target(upstream.base_path, asked_->target);
  forward.after_us = after_us;
  forward.looks_at_body = answers_in_json();
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

/// Of a reply that no model gave.
void Call::add_headers_of_nobody(http::Reply& reply) const {
  if (!assigned_) return;
  for (auto& field : answer_fields(*setup_, assignment_, std::nullopt, fallback_))
    reply.fields.push_back(std::move(field));
}

std::optional<http::Forward> Call::next_try(std::string_view reason, std::int64_t wait_us) {
  if (tries_left_ > 0 && !breaker_of(*setup_, model_).is_open(gateway_.clock().now_us())) {
    --tries_left_;
    return forward(wait_us);
  }
  return next_model(reason);
}

/// Another model whose upstream may be tried.
std::optional<http::Forward> Call::next_model(std::string_view reason) {
  const auto other = next_allowed(*setup_, asked_->others, gateway_.clock().now_us());
  if (!other) return std::nullopt;
  model_ = *other;
  fallback_ = reason;
  tries_left_ = setup_->config.upstreams[setup_->config.models[*other].upstream].retries;
  const auto* const number = std::find(kFallbackReasons.begin(), kFallbackReasons.end(), reason);
  gateway_.metrics().fallback(static_cast<std::size_t>(number - kFallbackReasons.begin()));
  return forward(0);
}

http::Step Call::failed(http::Failure failure) {
  const auto now = gateway_.clock().now_us();
  breaker_of(*setup_, model_).failed(now);
  const std::size_t tried = model_;
  if (auto again = next_try(name_of(failure), backoff_us(tries_ - 1, {}))) return *std::move(again);
  model_ = tried;
  const bool late = failure == http::Failure::kTimeout;
  const bool again = tries_ == 1 && !breaker_of(*setup_, tried).is_open(now);
  auto reply =
      refuse({late ? 504 : 502, Refused::kUpstream, fmt::format("upstream_{}", name_of(failure)),
              fmt::format("model {} gave no answer ({}) in {} tries",
                          setup_->config.models[tried].name, name_of(failure), tries_),
              again});
  add_headers_of_nobody(reply);
  return reply;
}

/// Whether a whole answer is an object of JSON: of streams, and of what passes through, others judge.
bool Call::answers_in_json() const {
  return !streams_ && shape_ != Shape::kEmbeddings && shape_ != Shape::kCompletions;
}

std::variant<http::Relay, http::Reply, http::Forward> Call::answered(
    const http::ResponseHead& head) {
  if (is_garbage(head)) {
    auto step = failed(http::Failure::kGarbage);
    if (auto* reply = std::get_if<http::Reply>(&step)) return std::move(*reply);
    return std::get<http::Forward>(std::move(step));
  }
  Breaker& breaker = breaker_of(*setup_, model_);
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
  relay.fields = answer_fields(*setup_, assignment_, model_, fallback_);
  relay.without = kAnswerFields;
  if (!trouble.empty() && tries_ > 1) relay.fields.push_back({"x-should-retry", "false"});
  asked_.reset();
  return relay;
}

}  // namespace turnout::gateway
