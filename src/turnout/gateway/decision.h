#pragma once

#include "turnout/gateway/gateway.h"
#include "turnout/http/exchange.h"

/// For gateways that ask which model is to serve, and serve themselves. docs/gateway.md, "Asking for a
/// decision".
namespace turnout::gateway {

/// POST /v1/decision: finds the task and the model of a request that another gateway has, by the same
/// rules as of one that this gateway serves, and holds the decision until it is reported. With
/// `preview` it says the same and changes nothing.
http::Reply answer_decision(Gateway& gateway, const Setup& setup, const http::Request& request,
                            const Admitted& who);

/// POST /v1/passes: what came of a decision. Recorded once, as a pass that this gateway served.
http::Reply take_report(Gateway& gateway, const Setup& setup, const http::Request& request,
                        const Admitted& who);

}  // namespace turnout::gateway
