#include "turnout/gateway/decision.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "turnout/gateway/answers.h"
#include "turnout/gateway/decision_question.h"
#include "turnout/gateway/routing.h"

namespace turnout::gateway {
namespace {

using http::Reply;
using Json = nlohmann::ordered_json;

/// A model as who serves it must know it.
Json rung_json(const Setup& setup, std::size_t model) {
  const Rung& rung = setup.config.models[model];
  Json parameters = Json::object();
  for (const auto& parameter : rung.parameters)
    parameters[parameter.name] = Json::parse(parameter.json, nullptr, false);
  return {{"model", rung.name},
          {"upstream", setup.config.upstreams[rung.upstream].name},
          {"upstream_model", rung.model},
          {"parameters", parameters}};
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// What was decided, and for whom.
struct Decided {
  Route route;
  std::size_t model = 0;
  std::string fallback;  ///< why another model than the assigned one; empty: it is that one
  std::string id;        ///< empty: a preview
  std::int64_t expires_us = 0;
};

std::string decision_json(const Setup& setup, const Decided& decided, std::int64_t now_us) {
  const Assignment& assignment = decided.route.assignment;
  const bool is_pass = assignment.match.task != traffic::Match::kNone;
  const bool drawn = decided.fallback.empty() && assignment.propensity > 0;
  Json fallbacks = Json::array();
  const auto& others = decided.route.others;
  for (std::size_t i = others.size(); i-- > 0;) {
    if (breaker_of(setup, others[i]).is_open(now_us)) continue;
    fallbacks.push_back(rung_json(setup, others[i]));
  }
  const bool preview = decided.id.empty();
  Json said = {{"schema", "turnout/decision/1"},
               {"preview", preview},
               {"decision", or_null(decided.id)},
               {"task", or_null(assignment.task)},
               {"attempt", is_pass ? Json(assignment.match.attempt) : Json(nullptr)},
               {"rule", name_of(assignment.match.rule)},
               {"reprompt_probability", assignment.match.probability}};
  said.update(rung_json(setup, decided.model));
  said.update(
      {{"reason", reason_of(assignment, decided.fallback)},
       {"policy", or_null(assignment.policy_id)},
       {"propensity", drawn ? Json(assignment.propensity) : Json(nullptr)},
       {"shadow", or_null(assignment.shadow)},
       {"fallbacks", fallbacks},
       {"expires", preview ? Json(nullptr) : Json(traffic::time_text(decided.expires_us))}});
  return said.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A question's work: its answer, or why there is none.
class Answerer {
 public:
  Answerer(Gateway& gateway, const Setup& setup, const Admitted& who)
      : gateway_(gateway), setup_(setup), who_(who), now_us_(gateway.clock().now_us()) {}

  Reply answer(const http::Request& request) {
    thread_local simdjson::dom::parser parser;
    auto question = read_question(request, setup_.config.policy.aliases.front(), parser,
                                  setup_.seed_of(who_.key));
    if (!question)
      return refuse({400, Refused::kMalformed, "malformed_request", question.error().to_string()});
    if (!question->preview) {  // a decision is a request of the key's
      const auto not_admitted = refusal_of(setup_.keys->admit(request.head.fields, now_us_));
      if (not_admitted) return refuse(*not_admitted);
    }
    const Asker asker{who_.key, setup_.seed_of(who_.key), question->fields, now_us_};
    auto route = question->preview ? preview_route(gateway_, setup_, asker, question->chat)
                                   : find_route(gateway_, setup_, asker, question->chat);
    if (!route) return refuse(unknown_model(question->chat.model));
    Decided decided{*std::move(route), 0, "", "", 0};
    const auto declined = refusal_of(decided.route.assignment.declined);
    if (declined) return decline(*declined, decided, question->preview);
    const auto model = allowed_model(decided, question->preview);
    if (!model) return decline(upstream_down(), decided, question->preview);
    decided.model = *model;
    if (!question->preview) hold(decided, question->hold_us);
    Reply reply = json_reply(decision_json(setup_, decided, now_us_));
    add_fields(reply, decided, decided.model);
    return reply;
  }

 private:
  [[nodiscard]] Reply refuse(const Refusal& refusal) const {
    return refusal_reply(gateway_.metrics(), refusal, false);
  }

  /// Nobody serves: an attempt that was begun is over.
  [[nodiscard]] Reply decline(const Refusal& refusal, const Decided& decided, bool preview) const {
    CallEnd end;
    end.ended_us = now_us_;
    end.model = decided.route.assignment.model;
    if (!preview) gateway_.tasks().ended(decided.route.assignment, end);
    Reply reply = refuse(refusal);
    add_fields(reply, decided, std::nullopt);
    return reply;
  }

  void add_fields(Reply& reply, const Decided& decided, std::optional<std::size_t> model) const {
    for (auto& field : answer_fields(setup_, decided.route.assignment, model, decided.fallback))
      reply.fields.push_back(std::move(field));
  }

  /// The assigned model, or the next one whose upstream answers.
  std::optional<std::size_t> allowed_model(Decided& decided, bool preview) const {
    const std::size_t assigned = decided.route.assignment.model;
    if (allows(assigned, preview)) return assigned;
    decided.fallback = "breaker";
    auto& others = decided.route.others;
    while (!others.empty()) {
      const std::size_t other = others.back();
      others.pop_back();
      if (allows(other, preview)) return other;
    }
    return std::nullopt;
  }

  /// Whether an upstream may be tried, by what this gateway saw and what this key reported.
  [[nodiscard]] bool allows(std::size_t model, bool preview) const {
    if (breaker_of(setup_, model).is_open(now_us_)) return false;
    Breaker& reported = reported_breaker_of(setup_, who_.key, model);
    return preview ? !reported.is_open(now_us_) : reported.allows(now_us_);
  }

  void hold(Decided& decided, std::int64_t hold_us) const {
    HeldDecision held;
    held.owner = setup_.seed_of(who_.key);
    held.assignment = decided.route.assignment;
    held.requested = decided.route.requested;
    held.model = decided.model;
    held.started_us = now_us_;
    held.expires_us = decided.expires_us = now_us_ + hold_us;
    decided.id = gateway_.decisions().hold(std::move(held));
  }

  Gateway& gateway_;
  const Setup& setup_;
  const Admitted& who_;
  std::int64_t now_us_;
};

}  // namespace

Reply answer_decision(Gateway& gateway, const Setup& setup, const http::Request& request,
                      const Admitted& who) {
  return Answerer(gateway, setup, who).answer(request);
}

}  // namespace turnout::gateway
