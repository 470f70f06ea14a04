#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "turnout/gateway/answers.h"
#include "turnout/gateway/body_fields.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/decision.h"
#include "turnout/gateway/routing.h"

/// POST /v1/passes: reports of decisions.
namespace turnout::gateway {
namespace {

using http::Reply;
using Json = nlohmann::ordered_json;

constexpr double kMostSeconds = 1e9, kMostUsd = 1e9;  // of a sound pass (traffic::defect_of)
constexpr std::int64_t kMostTokens = 1'000'000'000'000;

/// What another gateway says of a pass.
struct Report {
  std::string decision, task, model, response;
  std::int64_t attempt = 0;
  std::optional<std::int64_t> status;
  std::string error;
  std::optional<double> latency_s, ttft_s, cost_usd;
  Usage usage;
  std::optional<traffic::Outcome> outcome;

  /// Whether the user has an answer, or a part of one.
  [[nodiscard]] bool is_answered() const {
    return status && *status >= 200 && *status < 300 && (error.empty() || ttft_s);
  }
};

void read_usage(BodyFields& fields, Usage& usage) {
  const auto input = fields.count("input_tokens", 0, kMostTokens);
  const auto output = fields.count("output_tokens", 0, kMostTokens);
  usage.cached_input = fields.count("cached_tokens", 0, kMostTokens).value_or(0);
  usage.cache_write = fields.count("cache_write_tokens", 0, kMostTokens).value_or(0);
  usage.reasoning = fields.count("reasoning_tokens", 0, kMostTokens);
  usage.known = input && output;
  usage.input = input.value_or(0);
  usage.output = output.value_or(0);
  if (input.has_value() != output.has_value())
    fields.refuse("`input_tokens` and `output_tokens` come together");
  if (usage.cached_input + usage.cache_write > usage.input)
    fields.refuse("`cached_tokens` and `cache_write_tokens` are among the `input_tokens`");
  if (usage.reasoning.value_or(0) > usage.output)
    fields.refuse("`reasoning_tokens` are among the `output_tokens`");
}

base::Result<Report> read_report(std::string_view body) {
  BodyFields fields(body);
  Report report;
  report.decision = fields.text("decision");
  report.task = fields.text("task");
  report.attempt = fields.count("attempt", 1, 1'000'000).value_or(0);
  report.model = fields.text("model");
  report.response = fields.text("response");
  report.status = fields.count("status", 100, 599);
  report.error = fields.text("error");
  report.latency_s = fields.number("latency_s", kMostSeconds);
  report.ttft_s = fields.number("ttft_s", kMostSeconds);
  report.cost_usd = fields.number("cost_usd", kMostUsd);
  read_usage(fields, report.usage);
  const std::string outcome = fields.text("outcome");
  if (!outcome.empty()) report.outcome = traffic::outcome_of(outcome);
  if (!outcome.empty() && !report.outcome)
    fields.refuse("`outcome` is success, failure or unknown");
  if (report.decision.empty() && (report.task.empty() || report.attempt == 0))
    fields.refuse("needs `decision`, or `task` and `attempt`: what the decision said");
  if (!report.status && report.error.empty())
    fields.refuse("needs `status`, the answer's, or `error`, a word for why there was none");
  TURNOUT_CHECK(fields.finish());
  return report;
}

/// A report's work, once its decision is known.
class Settler {
 public:
  Settler(Gateway& gateway, const Setup& setup, const Admitted& who, const Report& report)
      : gateway_(gateway), setup_(setup), who_(who), report_(report) {}

  /// @param model  which served
  Reply settle(const HeldDecision& held, std::size_t model) {
    tell_breaker(model);
    auto pass =
        gateway::settle(gateway_, setup_,
                        {who_.key, held.assignment, end_of(held, model), measure_of(held, model)});
    if (pass && report_.outcome) {
      auto told = gateway_.tasks().tell(pass->task_id, pass->attempt, held.owner, *report_.outcome);
      if (told) pass = std::move(told);
    }
    if (pass) gateway_.recorder().put(*pass);
    return json_reply(said(held, model, pass).dump());
  }

  static Json named(const HeldDecision& held) {
    const auto& assignment = held.assignment;
    const bool is_pass = assignment.match.task != traffic::Match::kNone;
    return {{"schema", "turnout/pass-report/1"},
            {"decision", held.id},
            {"task", is_pass ? Json(assignment.task) : Json(nullptr)},
            {"attempt", is_pass ? Json(assignment.match.attempt) : Json(nullptr)}};
  }

 private:
  /// Of this key's decisions alone: whoever reports what is not so harms himself.
  void tell_breaker(std::size_t model) const {
    Breaker& breaker = reported_breaker_of(setup_, who_.key, model);
    const auto status = static_cast<int>(report_.status.value_or(0));
    if (status == 0 || trouble_of(status) == "error") {
      breaker.failed(now_us_);
    } else {
      breaker.succeeded();
    }
  }

  [[nodiscard]] std::int64_t latency_us(const HeldDecision& held) const {
    return report_.latency_s ? static_cast<std::int64_t>(*report_.latency_s * 1e6)
                             : now_us_ - held.started_us;
  }

  [[nodiscard]] CallEnd end_of(const HeldDecision& held, std::size_t model) const {
    CallEnd end;
    end.ended_us = held.started_us + latency_us(held);
    end.told_us = now_us_;
    end.answered = report_.is_answered();
    end.response = id_number(held.owner, report_.response);
    end.model = model;
    end.fell_back = model != held.assignment.model;
    end.ttft_s = report_.ttft_s;
    if (report_.usage.known) {
      end.input_tokens = report_.usage.input;
      end.output_tokens = report_.usage.output;
    }
    end.cost_usd = report_.cost_usd ? report_.cost_usd
                                    : cost_of(setup_.config.models[model].price, report_.usage);
    end.spent_usd = end.cost_usd.value_or(0);
    return end;
  }

  [[nodiscard]] std::optional<CallMeasure> measure_of(const HeldDecision& held,
                                                      std::size_t model) const {
    if (!report_.is_answered()) return std::nullopt;
    CallMeasure measure;
    measure.requested = held.requested;
    measure.served = model;
    measure.duration_us = latency_us(held);
    if (report_.ttft_s) measure.first_token_us = static_cast<std::int64_t>(*report_.ttft_s * 1e6);
    if (!report_.usage.known) return measure;
    measure.input_tokens = static_cast<std::uint64_t>(report_.usage.input);
    measure.output_tokens = static_cast<std::uint64_t>(report_.usage.output);
    return measure;
  }

  [[nodiscard]] Json said(const HeldDecision& held, std::size_t model,
                          const std::optional<traffic::Pass>& pass) const {
    Json said = named(held);
    said["recorded"] = pass.has_value();
    said["repeated"] = false;
    said["model"] = setup_.config.models[model].name;
    said["policy"] = pass && !pass->policy_id.empty() ? Json(pass->policy_id) : Json(nullptr);
    said["propensity"] = pass && pass->propensity ? Json(*pass->propensity) : Json(nullptr);
    said["cost_usd"] = pass && pass->cost_usd ? Json(*pass->cost_usd) : Json(nullptr);
    said["outcome"] = pass ? Json(name_of(pass->outcome)) : Json(nullptr);
    return said;
  }

  Gateway& gateway_;
  const Setup& setup_;
  const Admitted& who_;
  const Report& report_;
  std::int64_t now_us_ = gateway_.clock().now_us();
};

/// The report came before: it changes nothing.
Reply repeated(const HeldDecision& held) {
  Json said = Settler::named(held);
  said["recorded"] = false;
  said["repeated"] = true;
  for (const char* key : {"model", "policy", "propensity", "cost_usd", "outcome"})
    said[key] = nullptr;
  return json_reply(said.dump());
}

std::optional<std::size_t> number_of(const Setup& setup, std::string_view model) {
  const auto& models = setup.config.models;
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const Rung& rung) { return rung.name == model; });
  return found == models.end() ? std::nullopt : std::optional<std::size_t>(found - models.begin());
}

}  // namespace

Reply take_report(Gateway& gateway, const Setup& setup, const http::Request& request,
                  const Admitted& who) {
  gateway.expire_decisions(gateway.clock().now_us());
  const auto report = read_report(request.body);
  if (!report) return error_reply(400, "malformed_request", report.error().to_string(), false);
  const auto model = number_of(setup, report->model);
  if (!model && !report->model.empty())
    return refusal_reply(gateway.metrics(), unknown_model(report->model), false);
  const auto taken = gateway.decisions().take({report->decision, report->task, report->attempt},
                                              setup.seed_of(who.key));
  if (!taken)
    return error_reply(404, "no_such_decision",
                       "no decision of this key has this id, or this task and attempt", false);
  switch (taken->state) {
    case DecisionState::kReported:
      return repeated(taken->decision);
    case DecisionState::kExpired:
      return error_reply(410, "decision_expired",
                         "nobody reported this decision in time: its attempt has not happened",
                         false);
    case DecisionState::kOpen:
      break;
  }
  return Settler(gateway, setup, who, *report)
      .settle(taken->decision, model.value_or(taken->decision.model));
}

}  // namespace turnout::gateway
