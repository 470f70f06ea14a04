#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/gateway/chat_request.h"
#include "turnout/gateway/gateway.h"
#include "turnout/gateway/usage.h"

/// Who serves a request, and what its end comes to: the same for requests that go on to an upstream
/// (call.h) and for those of which another gateway asks (decision.h).
namespace turnout::gateway {

/// Why a request is not served.
struct Refusal {
  int status = 0;
  Refused why = Refused::kMalformed;
  std::string code, message;  ///< for programs; for people
  bool retry = false;         ///< the client's library should try again by itself
  std::optional<std::int64_t> retry_after_s = std::nullopt;
};
/// @returns the error, in the caller's shape; it is counted.
http::Reply refusal_reply(Metrics& metrics, const Refusal& refusal, bool anthropic);

/// @returns why a key is not served; nothing if it is.
std::optional<Refusal> refusal_of(const Admitted& admitted);
/// @returns why no model serves; nothing if one does.
std::optional<Refusal> refusal_of(Declined declined);
Refusal unknown_model(std::string_view name);
/// No upstream that could serve has given answers lately.
Refusal upstream_down();

/// Who asks, and when.
struct Asker {
  std::uint32_t key = Admitted::kNoKey;
  std::uint64_t seed = 0;                      ///< of the key's ids (Setup::seed_of)
  const std::vector<http::FieldView>& fields;  ///< of the client's head
  std::int64_t now_us = 0;
};

/// Where a request goes.
struct Route {
  Assignment assignment;
  std::size_t requested = 0;        ///< number of the name that was asked for (Metrics)
  std::vector<std::size_t> others;  ///< models that may serve instead, the next one at the end
};
/// Finds the request's task and the model that serves it.
/// @param chat  as its body says; its request is completed by what the head says
/// @returns nothing if the gateway has no such model.
std::optional<Route> find_route(Gateway& gateway, const Setup& setup, const Asker& asker,
                                ChatRequest& chat);
/// @returns what find_route() would, and changes nothing (OpenTasks::preview).
std::optional<Route> preview_route(Gateway& gateway, const Setup& setup, const Asker& asker,
                                   ChatRequest& chat);

/// @returns a word or two: x-turnout-reason.
/// @param fallback  why another model serves than was assigned; empty: none does
std::string reason_of(const Assignment& assignment, std::string_view fallback);
/// @returns the lines of an answer's head that say what was decided. docs/gateway.md.
/// @param model  which serves; nothing: none
std::vector<http::Field> answer_fields(const Setup& setup, const Assignment& assignment,
                                       std::optional<std::size_t> model, std::string_view fallback);

/// Takes the next model of `others` whose upstream may be tried. @returns nothing if there is none.
std::optional<std::size_t> next_allowed(const Setup& setup, std::vector<std::size_t>& others,
                                        std::int64_t now_us);
/// @returns the breaker of a model's upstream.
Breaker& breaker_of(const Setup& setup, std::size_t model);
/// @returns the breaker of a model's upstream that a key's reports move, for its own decisions.
Breaker& reported_breaker_of(const Setup& setup, std::uint32_t key, std::size_t model);
/// @returns a word of kFallbackReasons if a status says that another try may do better: "error",
///   "busy"; else "".
std::string_view trouble_of(int status);

/// @returns what the tokens of an answer cost; nothing where they or the price are not known.
std::optional<double> cost_of(const std::optional<Price>& price, const Usage& usage);

/// A call of a model that is over.
struct EndedCall {
  std::uint32_t key = Admitted::kNoKey;
  const Assignment& assignment;
  CallEnd end;
  std::optional<CallMeasure> measure = std::nullopt;  ///< of an answer; nothing: there was none
};
/// Counts a call, charges its key and tells its task.
/// @returns the pass, to be recorded; nothing if there is none, or it was not answered.
std::optional<traffic::Pass> settle(Gateway& gateway, const Setup& setup, const EndedCall& call);

}  // namespace turnout::gateway
