#include "turnout/gateway/policy_endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "turnout/gateway/answers.h"

namespace turnout::gateway {
namespace {

using http::Reply;
using http::Request;
using Json = nlohmann::ordered_json;

constexpr std::string_view kPath = "/v1/turnout/policies";

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json time_json(std::int64_t at_us) {
  return at_us == 0 ? Json(nullptr) : Json(traffic::time_text(at_us));
}

Json entry_json(const PolicyEntry& entry, const Setup& setup) {
  const auto version = policy_version(entry.text, setup.config.model_names());
  const Json figures = Json::parse(entry.figures, nullptr, false);
  return {{"number", entry.number},
          {"policy", version ? Json((*version)->id) : Json(nullptr)},
          {"text", entry.text},
          {"state", kPolicyStateNames.at(static_cast<std::size_t>(entry.state))},
          {"by", entry.by},
          {"at", time_json(entry.at_us)},
          {"in_force_since", time_json(entry.since_us)},
          {"enforced_by", entry.enforced_by},
          {"reasons", entry.reasons},
          {"rails", entry.rails},
          {"figures", figures.is_object() ? figures : Json(nullptr)}};
}

Reply refused(int status, std::string_view code, std::string_view message) {
  return error_reply(status, code, message, false);
}

Reply of_record(Gateway& gateway, const Setup& setup, int status) {
  const auto record = gateway.policies().record();
  Reply reply = json_reply(policies_json(record, gateway.control().last_look(), setup), status);
  reply.fields.push_back({"ETag", fmt::format("\"{}\"", record.version)});
  return reply;
}

Reply answer(Gateway& gateway, const Setup& setup, Change change) {
  switch (change) {
    case Change::kMade:
      gateway.enforce();
      return of_record(gateway, setup, 200);
    case Change::kStale:
      return refused(412, "stale", "the policies have changed since the version of If-Match");
    case Change::kNothing:
      return refused(409, "nothing_to_do", "there is no proposal, or no policy to go back to");
    case Change::kUnknown:
      return refused(404, "no_such_policy",
                     "no policy that was in force has this number, or its models have gone");
    case Change::kNotPolicy:
      return refused(400, "no_policy", "`text` is no policy of the gateway's models");
    case Change::kUnwritten:
      break;
  }
  if (gateway.policy_sharing())
    return refused(
        503, "unwritten",
        "the database of the shared policies does not answer; look again whether anything "
        "has changed");
  return refused(500, "unwritten", "the history could not be written; nothing has changed");
}

/// What If-Match says: any version, one, or what cannot be one.
struct Match {
  bool given = false, sound = false;
  std::optional<std::uint64_t> version;
};
Match match_of(const Request& request) {
  auto text = http::field_of(request.head.fields, "if-match");
  if (text.empty()) return {};
  if (text == "*") return {true, true, std::nullopt};
  Match match{true, false, 0};
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return match;
  text = text.substr(1, text.size() - 2);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *match.version);
  match.sound = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return match;
}

/// A proposal by hand; without a text, the loop is asked to look now.
Reply propose(Gateway& gateway, const Setup& setup, const Json& body, const std::string& who) {
  const auto text = body.find("text");
  if (text == body.end()) {
    if (setup.config.control.mode == ControlMode::kOff)
      return refused(409, "control_off",
                     "needs `text`, a policy: [control] of the configuration is off");
    gateway.control().ask();
    return of_record(gateway, setup, 202);
  }
  if (!text->is_string()) return refused(400, "malformed_request", "`text` is a policy");
  Proposal proposal;
  proposal.text = text->get<std::string>();
  proposal.by = who;
  if (const auto reason = body.find("reason"); reason != body.end() && reason->is_string())
    proposal.reasons.push_back(reason->get<std::string>());
  return answer(gateway, setup, gateway.policies().propose(proposal, gateway.clock().now_us()));
}

Reply change(Gateway& gateway, const Setup& setup, const Request& request, const Json& body,
             const std::string& who) {
  const auto path = http::path_of(request.head.target);
  const auto match = match_of(request);
  if (!match.given)
    return refused(428, "needs_if_match",
                   "needs If-Match with the ETag of GET /v1/turnout/policies, or *");
  if (!match.sound) return answer(gateway, setup, Change::kStale);
  const auto now = gateway.clock().now_us();
  if (path == std::string(kPath) + "/approve")
    return answer(gateway, setup, gateway.policies().approve(match.version, who, now));
  std::optional<std::uint64_t> number;
  if (const auto given = body.find("number"); given != body.end()) {
    if (!given->is_number_unsigned())
      return refused(400, "malformed_request", "`number` is the number of a policy");
    number = given->get<std::uint64_t>();
  }
  return answer(gateway, setup, gateway.policies().roll_back(number, match.version, who, now));
}

}  // namespace

std::string policies_json(const PolicyRecord& record, const LastLook& look, const Setup& setup) {
  Json history = Json::array();
  for (const PolicyEntry& entry : record.entries) history.push_back(entry_json(entry, setup));
  std::reverse(history.begin(), history.end());  // the latest first
  const PolicyEntry* proposal = record.proposal();
  return dumped(
      {{"schema", "turnout/policies/1"},
       {"version", record.version},
       {"mode", kControlModeNames.at(static_cast<std::size_t>(setup.config.control.mode))},
       {"models", setup.config.model_names()},
       {"in_force", entry_json(record.in_force(), setup)},
       {"proposal", proposal == nullptr ? Json(nullptr) : entry_json(*proposal, setup)},
       {"last_look",
        {{"at", time_json(look.at_us)},
         {"tasks", look.tasks},
         {"failed", look.failed},
         {"reasons", look.reasons}}},
       {"history", history}});
}

Reply answer_policies(Gateway& gateway, const Setup& setup, const Request& request,
                      const std::string& who) {
  const auto path = http::path_of(request.head.target);
  if (request.head.method == "GET") return of_record(gateway, setup, 200);
  const Json body =
      request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  if (!body.is_object()) return refused(400, "malformed_request", "the body is no JSON object");
  if (path == kPath) return propose(gateway, setup, body, who);
  const auto verb = path.substr(kPath.size());
  if (verb != "/approve" && verb != "/rollback")
    return refused(404, "not_found", "policies can be approved and rolled back");
  return change(gateway, setup, request, body, who);
}

}  // namespace turnout::gateway
