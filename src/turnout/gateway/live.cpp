#include "turnout/gateway/live.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "turnout/gateway/answers.h"
#include "turnout/gateway/gateway.h"

namespace turnout::gateway {
namespace {

using Json = nlohmann::ordered_json;

Json models_json(const MetricCounts& counts) {
  Json models = Json::array();
  for (const auto& model : counts.models)
    models.push_back(
        {{"model", model.name}, {"passes", model.passes}, {"cost_usd", model.cost_usd}});
  return models;
}

Json by_word(const MetricCounts::ByWord& counts) {
  Json json = Json::object();
  for (const auto& [word, count] : counts) json[std::string(word)] = count;
  return json;
}

Json time_json(std::int64_t at_us) {
  return at_us == 0 ? Json(nullptr) : Json(traffic::time_text(at_us));
}

Json policy_json(const PolicyRecord& record, const Setup& setup) {
  const PolicyEntry* proposal = record.proposal();
  return {{"version", record.version},
          {"number", record.in_force().number},
          {"policy", setup.policy->id},
          {"text", setup.policy->policy.text()},
          {"proposed", proposal == nullptr ? Json(nullptr) : Json(proposal->number)}};
}

Json upstreams_json(const Setup& setup, std::int64_t now_us) {
  Json upstreams = Json::array();
  for (std::size_t i = 0; i < setup.config.upstreams.size(); ++i)
    upstreams.push_back({{"upstream", setup.config.upstreams[i].name},
                         {"state", (*setup.breakers)[i].state(now_us)}});
  return upstreams;
}

/// Whether a query has "once", or "once=" something.
bool asks_once(const http::RequestHead& head) {
  const auto mark = head.target.find('?');
  std::string_view rest = mark == std::string_view::npos ? "" : head.target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view part = rest.substr(0, end);
    if (part.substr(0, part.find('=')) == "once") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return http::field_of(head.fields, "accept").find("application/json") != std::string_view::npos;
}

}  // namespace

std::string live_json(Gateway& gateway, const Setup& setup) {
  const auto now_us = gateway.clock().now_us();
  const auto counts = gateway.metrics().counts();
  const auto store = gateway.recorder().state();
  const auto look = gateway.control().last_look();
  const Json json = {{"schema", "turnout/live/1"},
                     {"at", traffic::time_text(now_us)},
                     {"started_at", traffic::time_text(gateway.clock().start_us())},
                     {"policy", policy_json(gateway.policies().record(), setup)},
                     {"models", models_json(counts)},
                     {"matches", by_word(counts.matches)},
                     {"fallbacks", by_word(counts.fallbacks)},
                     {"refusals", by_word(counts.refusals)},
                     {"open_tasks", gateway.tasks().size()},
                     {"queued", store.queued},
                     {"spilled", store.spilled},
                     {"store", {{"state", store.word()}, {"trouble", store.trouble}}},
                     {"upstreams", upstreams_json(setup, now_us)},
                     {"last_look", {{"at", time_json(look.at_us)}, {"failed", look.failed}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::shared_ptr<const void> LiveFeed::watcher() {
  const std::lock_guard lock(mutex_);
  if (watched_.use_count() > kMostWatchers) return nullptr;
  return watched_;
}

std::string LiveFeed::event(Gateway& gateway) {
  const std::lock_guard lock(mutex_);
  const auto now_us = gateway.clock().now_us();
  if (event_.empty() || now_us - made_us_ >= kEvery / 2) {
    event_ = "data: " + live_json(gateway, *gateway.setup()) + "\n\n";
    made_us_ = now_us;
  }
  return event_;
}

http::Reply answer_live(Gateway& gateway, const http::Request& request) {
  if (asks_once(request.head)) {
    http::Reply reply = json_reply(live_json(gateway, *gateway.setup()));
    reply.fields.push_back({"Cache-Control", "no-store"});
    return reply;
  }
  auto watcher = gateway.live().watcher();
  if (!watcher) {
    http::Reply full = error_reply(503, "too_many_watchers",
                                   "as many watch the gateway already as it allows", false);
    full.fields.push_back({"Retry-After", "10"});
    return full;
  }
  http::Reply reply;
  reply.fields = {{"Content-Type", "text/event-stream"},
                  {"Cache-Control", "no-store"},
                  {"X-Accel-Buffering", "no"}};  // a proxy (nginx) would keep events back
  reply.more = [&gateway, watcher = std::move(watcher), keys = gateway.setup()->keys,
                begun = false]() mutable -> std::optional<http::TimedPart> {
    if (gateway.setup()->keys != keys) return std::nullopt;
    const std::int64_t after_us = std::exchange(begun, true) ? LiveFeed::kEvery : 0;
    return http::TimedPart{after_us, gateway.live().event(gateway)};
  };
  return reply;
}

}  // namespace turnout::gateway
