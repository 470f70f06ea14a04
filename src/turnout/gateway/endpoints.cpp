#include "turnout/gateway/endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "turnout/gateway/answers.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/decision.h"
#include "turnout/gateway/live.h"
#include "turnout/gateway/policy_endpoints.h"
#include "turnout/gateway/receipts.h"

namespace turnout::gateway {
namespace {

using http::Reply;
using http::Request;
using Json = nlohmann::ordered_json;

/// An endpoint's work, once it is known who asks.
struct Asked {
  Gateway& gateway;
  const Setup& setup;
  const Request& request;
  Admitted who;
  [[nodiscard]] bool is_admin() const {
    return who.key == Admitted::kNoKey || setup.keys->entry(who.key).admin;
  }
  [[nodiscard]] std::uint64_t owner() const { return setup.seed_of(who.key); }
  /// What stands behind a prefix of the path.
  [[nodiscard]] std::string_view behind(std::string_view prefix) const {
    return http::path_of(request.head.target).substr(prefix.size());
  }
};

/// Aliases, then models, as OpenAI and Anthropic list theirs.
Json model_list(const Setup& setup) {
  Json list = Json::array();
  const auto add = [&](std::string_view id, std::string_view owner) {
    list.push_back({{"id", id},
                    {"object", "model"},
                    {"type", "model"},
                    {"display_name", id},
                    {"created", 0},
                    {"created_at", "1970-01-01T00:00:00Z"},
                    {"owned_by", owner}});
  };
  for (const auto& alias : setup.config.policy.aliases) add(alias, "turnout");
  for (const Rung& rung : setup.config.models)
    add(rung.name, setup.config.upstreams[rung.upstream].name);
  return list;
}

Reply model(const Asked& asked) {
  const auto id = asked.behind("/v1/models/");
  for (const Json& one : model_list(asked.setup)) {
    if (one["id"].get_ref<const std::string&>() == id) return json_reply(one.dump());
  }
  return error_reply(404, "model_not_found", "the gateway has no such model", false);
}

Reply models(const Asked& asked) {
  const Json list = model_list(asked.setup);
  const std::string first = list.empty() ? "" : list.front()["id"];
  const std::string last = list.empty() ? "" : list.back()["id"];
  return json_reply(Json{
      {"object", "list"},
      {"data", list},
      {"has_more", false},
      {"first_id", first},
      {"last_id", last}}.dump());
}

Reply bad(std::string_view message) {
  return error_reply(400, "malformed_request", message, false);
}

/// Feedback for a task that is no longer open: the store has its passes, and whether it has this one
/// nobody waits for.
Reply late_feedback(const Asked& asked, const traffic::ToldOutcome& told) {
  const auto record = asked.gateway.tasks().find(told.task_id, asked.owner(), false);
  const bool forgotten = record && told.attempt && !record->attempts.empty() &&
                         *told.attempt < record->attempts.front().attempt;
  if ((record && !forgotten) || !is_id_of(told.task_id, asked.owner()))
    return error_reply(404, "no_such_task",
                       "no task of this key has this id and an answered attempt of this number",
                       false);
  if (!asked.gateway.recorder().tell(told))
    return error_reply(503, "store_down", "the store is down, and too many outcomes wait for it",
                       false, true);
  const Json said = {{"task", told.task_id},
                     {"attempt", told.attempt ? Json(*told.attempt) : Json(nullptr)},
                     {"model", nullptr},
                     {"outcome", name_of(told.outcome)}};
  return json_reply(said.dump(), 202);
}

/// {"task": ID, "outcome": "success" | "failure" | "unknown", "attempt": N}
Reply feedback(const Asked& asked) {
  const Json body = Json::parse(asked.request.body, nullptr, false);
  if (!body.is_object()) return bad("the body is no JSON object");
  const auto task = body.find("task");
  if (task == body.end() || !task->is_string())
    return bad("needs `task`: what the answer's x-turnout-task said");
  const auto word = body.find("outcome");
  const auto outcome = word != body.end() && word->is_string()
                           ? traffic::outcome_of(word->get<std::string>())
                           : std::nullopt;
  if (!outcome) return bad("needs `outcome`: success, failure or unknown");
  std::optional<std::int64_t> attempt;
  if (const auto given = body.find("attempt"); given != body.end()) {
    constexpr std::int64_t kMostAttempts = 1'000'000;  // of a pass (traffic::defect_of)
    if (!given->is_number_integer() || given->get<std::int64_t>() < 1 ||
        given->get<std::int64_t>() > kMostAttempts)
      return bad("`attempt` is a whole number from 1 to 1000000");
    attempt = given->get<std::int64_t>();
  }
  auto pass =
      asked.gateway.tasks().tell(task->get<std::string>(), attempt, asked.owner(), *outcome);
  if (!pass) return late_feedback(asked, {task->get<std::string>(), attempt, *outcome});
  Json said = {{"task", pass->task_id},
               {"attempt", pass->attempt},
               {"model", pass->model},
               {"outcome", name_of(pass->outcome)}};
  asked.gateway.recorder().put(*std::move(pass));
  return json_reply(said.dump());
}

Reply task(const Asked& asked) {
  const auto id = asked.behind("/v1/turnout/tasks/");
  const auto record = asked.gateway.tasks().find(id, asked.owner(), asked.is_admin());
  if (!record)
    return error_reply(404, "no_such_task", "no open task of this key has this id", false);
  return json_reply(receipt_json(*record, asked.setup));
}

Reply not_admin(std::string_view what) {
  return error_reply(403, "not_admin", fmt::format("{} take a key with admin = true", what), false);
}

/// For who runs it: without keys everybody is.
Reply tasks(const Asked& asked) {
  if (!asked.is_admin()) return not_admin("all users' tasks");
  std::size_t most = 50;
  if (const auto limit = http::query_of(asked.request.head.target, "limit")) {
    const auto read = std::from_chars(limit->data(), limit->data() + limit->size(), most);
    if (read.ec != std::errc() || read.ptr != limit->data() + limit->size() || most < 1 ||
        most > OpenTasks::kListed)
      return bad(fmt::format("`limit` is a whole number from 1 to {}", OpenTasks::kListed));
  }
  return json_reply(receipts_json(asked.gateway.tasks().latest(most), asked.setup));
}

/// For who runs it: without keys everybody is.
Reply live(const Asked& asked) {
  if (!asked.is_admin()) return not_admin("live numbers");
  return answer_live(asked.gateway, asked.request);
}

Reply session(const Asked& asked) {
  const auto id = asked.behind("/v1/turnout/sessions/");
  const auto number = id_number(asked.setup.seed_of(asked.who.key), id);
  const auto records = asked.gateway.tasks().in_conversation(number, asked.owner());
  if (records.empty())
    return error_reply(404, "no_such_session", "no open task of this key is of this conversation",
                       false);
  return json_reply(session_json(records, asked.setup));
}

Reply policy(const Setup& setup, const Request& request) {
  const auto accept = http::field_of(request.head.fields, "accept");
  if (accept.find("text/html") != std::string_view::npos)
    return text_reply(policy_page(setup), "text/html; charset=utf-8");
  Reply reply = json_reply(policy_json(setup));
  reply.fields.push_back({"ETag", fmt::format("\"{}\"", setup.policy->id)});
  return reply;
}

/// Whether passes reach the store. The gateway serves on if they do not, and says so.
/// Why is for who runs it: without keys everybody is.
Reply readiness(Gateway& gateway, bool says_why) {
  const auto state = gateway.recorder().state();
  Json said = {
      {"ready", true},
      {"store", state.word()},
      {"trouble", says_why ? state.trouble : ""},
      {"queued", state.queued},
      {"spilled", state.spilled},
      {"spill_bytes", state.spill_bytes},
      {"lost", state.lost},
      {"late_outcomes",
       {{"waiting", state.outcomes}, {"stored", state.told}, {"of_no_pass", state.untold}}}};
  if (const auto sharing = gateway.sharing())
    said["tasks"] = {{"state", sharing->behind ? "behind" : "ok"},
                     {"trouble", says_why && sharing->behind ? sharing->trouble : ""},
                     {"queued", sharing->queued},
                     {"lost", sharing->lost},
                     {"foreign", sharing->foreign}};
  if (const auto sharing = gateway.policy_sharing())
    said["policies"] = {{"state", sharing->behind ? "behind" : "ok"},
                        {"trouble", says_why && sharing->behind ? sharing->trouble : ""},
                        {"control_loop", gateway.control().has_turn() ? "here" : "elsewhere"}};
  return json_reply(said.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// For who runs it: without keys everybody is.
Reply metrics(const Asked& asked) {
  Gateway& gateway = asked.gateway;
  if (!asked.is_admin()) return not_admin("metrics");
  const auto state = gateway.recorder().state();
  gateway.report_spilled(state.spilled);
  gateway.metrics().set_queue(static_cast<std::int64_t>(state.queued));
  if (const auto sharing = gateway.sharing())
    gateway.metrics().set_sharing(sharing->behind, static_cast<std::int64_t>(sharing->queued));
  gateway.metrics().set_open_tasks(static_cast<std::int64_t>(gateway.tasks().size()));
  return text_reply(gateway.metrics().text(), kMetricsType);
}

/// For who runs it: without keys everybody is.
Reply policies(const Asked& asked) {
  if (!asked.is_admin()) return not_admin("policies");
  const auto name = asked.setup.key_name(asked.who.key);
  return answer_policies(asked.gateway, asked.setup, asked.request,
                         name.empty() ? "operator" : name);
}

Reply not_found(const Request& request) {
  const auto path = http::path_of(request.head.target);
  return error_reply(
      404, "not_found",
      fmt::format("the gateway has no {} {}", request.head.method, path.substr(0, 100)),
      speaks_anthropic(path));
}

Reply decision(const Asked& asked) {
  return answer_decision(asked.gateway, asked.setup, asked.request, asked.who);
}

Reply report(const Asked& asked) {
  return take_report(asked.gateway, asked.setup, asked.request, asked.who);
}

using Work = Reply (*)(const Asked&);
struct Endpoint {
  std::string_view method, path;
  bool is_prefix = false;
  Work work;
};
constexpr std::array<Endpoint, 13> kEndpoints = {{
    {"GET", "/metrics", false, metrics},
    {"GET", "/v1/models", false, models},
    {"GET", "/v1/models/", true, model},
    {"POST", "/v1/feedback", false, feedback},
    {"POST", "/v1/decision", false, decision},
    {"POST", "/v1/passes", false, report},
    {"GET", "/v1/turnout/live", false, live},
    {"GET", "/v1/turnout/tasks", false, tasks},
    {"GET", "/v1/turnout/tasks/", true, task},
    {"GET", "/v1/turnout/sessions/", true, session},
    {"GET", "/v1/turnout/policies", false, policies},
    {"POST", "/v1/turnout/policies", false, policies},
    {"POST", "/v1/turnout/policies/", true, policies},
}};

Reply answer_with_key(Gateway& gateway, const Setup& setup, const Request& request) {
  const auto path = http::path_of(request.head.target);
  const auto* const found =
      std::find_if(kEndpoints.begin(), kEndpoints.end(), [&](const Endpoint& endpoint) {
        return request.head.method == endpoint.method &&
               (endpoint.is_prefix ? path.starts_with(endpoint.path) : path == endpoint.path);
      });
  if (found == kEndpoints.end()) return not_found(request);
  const auto who = setup.keys->known(request.head.fields);
  if (who.admission == Admission::kUnknownKey)
    return error_reply(401, "invalid_api_key", "the gateway does not know this key", false);
  return found->work({gateway, setup, request, who});
}

}  // namespace

http::Reply answer_endpoint(Gateway& gateway, const Setup& setup, const http::Request& request) {
  const auto path = http::path_of(request.head.target);
  const bool reads = request.head.method == "GET" || request.head.method == "HEAD";
  if (reads && path == "/healthz") return text_reply("ok\n");
  if (reads && path == "/readyz") return readiness(gateway, setup.keys->size() == 0);
  if (reads && path == "/api/hello") return text_reply("");
  if (reads && path == "/v1/turnout/policy") return policy(setup, request);
  if (reads) {
    if (auto page = gateway.page(request.head)) return *std::move(page);
  }
  return answer_with_key(gateway, setup, request);
}

}  // namespace turnout::gateway
